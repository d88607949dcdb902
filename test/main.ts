/** `npm test`: every check that there is, in order, with a last line that counts them. */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { bundle } from './bundle/bundle.ts'
import { checks, runCheck, runObjects, runPackage, runVitest } from './suite-checks.ts'
import { runNative, runOnKernel } from './suite-kernel.ts'
import { lastLine, oneTest, render, type Result, skippedStep, tally } from './suite.ts'
import { UnsupportedHost, VmError } from './vm/cache.ts'
import { fetchParts } from './vm/run.ts'
import { chosenSeries } from './vm/versions.ts'

const usage = `usage: npm test -- [options] [PATTERN…]

Types, lint, import laws, format, unit tests, BPF objects, the package, the kernel suite on this kernel (as root), and the kernel suite
in a throwaway machine on each kernel of the matrix.

  --kernel V[,V…]   kernels for the machine: minors such as 6.12,7.3, or "all" that Debian offers (6.12, 6.18, 7.3)
  --no-vm           nothing in the machine
  --no-native       no kernel suite on this kernel
  --no-package      do not pack the library and install it elsewhere
  --filter PATTERN  only test files whose path contains this, and none of the other checks (also -t; repeatable)

The last line is "N passed, N failed, N skipped"; the exit code is 0 where none failed.
`

const options = {
  kernel: { type: 'string', default: 'default' },
  'no-vm': { type: 'boolean', default: false },
  'no-native': { type: 'boolean', default: false },
  'no-package': { type: 'boolean', default: false },
  filter: { type: 'string', short: 't', multiple: true, default: [] as string[] },
  help: { type: 'boolean', short: 'h', default: false },
} as const

const results: Result[] = []

/** On a terminal the line of the file that was tested last; elsewhere nothing, until the step is done. */
function progress(text: string): void {
  const file = /[✓❯×↓].*?(test\/\S+)/.exec(text)?.[1]
  if (process.stdout.isTTY && file !== undefined) process.stdout.write(`\r\u001B[K     ${file}`)
}

async function step(name: string, run: () => Promise<Result>): Promise<void> {
  if (process.stdout.isTTY) process.stdout.write(`     ${name} …`)
  let result: Result
  try {
    result = await run()
  } catch (error) {
    result = oneTest(name, error instanceof VmError ? error.message : String((error as Error).stack ?? error), 0)
  }
  results.push(result)
  if (process.stdout.isTTY) process.stdout.write('\r\u001B[K')
  process.stdout.write(`${render(result)}\n`)
}

async function inMachines(series: readonly string[], filters: readonly string[]): Promise<void> {
  const name = 'kernel suite in the machine'
  let parts
  try {
    parts = await fetchParts({ series })
  } catch (error) {
    // what no second try can mend is no failure: said, and counted as skipped; a download that fails is one
    const { message } = error as Error
    const result = error instanceof UnsupportedHost ? skippedStep(name, message) : oneTest(name, message, 0)
    await step(name, () => Promise.resolve(result))
    return
  }
  const suite = await bundle()
  // an emulated machine has one processor: as many machines run at once as this one has processors
  const waiting = [...parts.kernels].reverse() // the newest take longest, and go first
  const worker = async (): Promise<void> => {
    for (let kernel = waiting.shift(); kernel !== undefined; kernel = waiting.shift()) {
      const { name } = kernel
      const running = runOnKernel(kernel, parts.tools, suite, filters, progress)
      await step(`kernel suite, ${name}`, () => running)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  if (values.help) {
    process.stdout.write(usage)
    return
  }
  const series = chosenSeries(values.kernel)
  const filters = [...values.filter, ...positionals]
  const whole = filters.length === 0
  if (whole) for (const check of checks) await step(check.name, () => runCheck(check))
  await step('unit', () => runVitest('unit', 'unit', filters, { timeout: 600, onOutput: progress }))
  if (whole) await step('BPF objects', runObjects)
  if (whole && !values['no-package']) await step('package', runPackage)
  if (!values['no-native']) await step('kernel suite, native', () => runNative(filters, progress))
  if (!values['no-vm']) await inMachines(series, filters)
  const sum = tally(results)
  process.stdout.write(`${lastLine(sum)}\n`)
  process.exitCode = sum.failed > 0 ? 1 : 0
}

for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) process.once(signal, () => process.exit(code)) // prettier-ignore

try {
  await main()
} catch (error) {
  process.stderr.write(
    `${error instanceof RangeError || error instanceof TypeError ? error.message : (error as Error).stack}\n`,
  )
  process.exitCode = 2
}
// a process that the kernel holds must not hold this one
process.exit()
