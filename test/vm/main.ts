/** `npm run vm -- --kernel 7.3 -- COMMAND…`: a command in a throwaway machine with a kernel that has netkit. */
import { parseArgs } from 'node:util'
import { say, VmError } from './cache.ts'
import { type Accelerator } from './qemu.ts'
import { BROKEN, fetchParts, runInVm, summary } from './run.ts'
import { chosenSeries, defaultMatrix } from './versions.ts'

const usage = `usage: npm run vm -- [options] -- COMMAND [ARGUMENT…]
       npm run vm -- --shell

Boots a kernel that has netkit in QEMU, with this system's files as they are (read-only, under a layer that is thrown
away), runs the command as root in this folder, and exits with its exit code.

  --kernel V[,V…]      minors to run on, in this order: ${defaultMatrix.join(', ')}, … (default: the last of these),
                       "default" for these, "all" for every one that Debian offers
  --shell              a shell, or the command, on this terminal
  --timeout SECONDS    for the command (600)
  --memory MIB         (2048)
  --cpus N             (2 with KVM, 1 without: emulated processors wait for each other)
  --accel kvm|tcg      (KVM where a probe shows that it works, else emulation)
  --env NAME[=VALUE]   give the command this variable (repeatable; PATH, HOME, TERM, CI, NODE_*, NETKIT_* it has)
  --output PATH        bring this file or folder, below this folder, back afterwards (repeatable)
  --refresh            look for newer patches of kernels that are in the cache
  --kernel-image PATH  boot this kernel instead of Debian's
  --qemu PATH          use this QEMU (≥ 8), and this system's virtiofsd and busybox
  --verbose            show the kernel's log, and how long it took

Exit code: the command's (of several kernels: the first that is not 0); 124 after the time limit; 125 when the machine
broke or could not be made, with the last lines of its console.
Downloads are kept in $NETKIT_VM_CACHE or ~/.cache/netkit-vm.
`

const options = {
  kernel: { type: 'string', default: defaultMatrix.at(-1) ?? 'default' },
  shell: { type: 'boolean', default: false },
  timeout: { type: 'string' },
  memory: { type: 'string' },
  cpus: { type: 'string' },
  accel: { type: 'string' },
  env: { type: 'string', multiple: true, default: [] as string[] },
  output: { type: 'string', multiple: true, default: [] as string[] },
  refresh: { type: 'boolean', default: false },
  'kernel-image': { type: 'string' },
  qemu: { type: 'string' },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value <= 0) throw new VmError(`--${name} ${text}: not a positive whole number`)
  return value
}

function accelerator(text: string | undefined): Accelerator | undefined {
  if (text === undefined || text === 'auto') return undefined
  if (text !== 'kvm' && text !== 'tcg') throw new VmError(`--accel ${text}: kvm or tcg`)
  return text
}

function environment(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((text): [string, string] => {
      const equals = text.indexOf('=')
      return equals < 0 ? [text, process.env[text] ?? ''] : [text.slice(0, equals), text.slice(equals + 1)]
    }),
  )
}

async function main(): Promise<number> {
  const { values, positionals: command } = parseArgs({ options, allowPositionals: true })
  if (values.help) {
    process.stdout.write(usage)
    return 0
  }
  if (command.length === 0 && !values.shell) {
    process.stderr.write(usage)
    return BROKEN
  }
  const run = {
    command,
    shell: values.shell,
    timeout: positive('timeout', values.timeout) ?? (values.shell ? 86_400 : undefined),
    memory: positive('memory', values.memory),
    cpus: positive('cpus', values.cpus),
    accelerator: accelerator(values.accel),
    env: environment(values.env),
    output: values.output,
    verbose: values.verbose,
  }
  const { tools, kernels } = await fetchParts({
    series: chosenSeries(values.kernel),
    refresh: values.refresh,
    kernelImage: values['kernel-image'],
    qemu: values.qemu,
  })
  let code = 0
  for (const kernel of kernels) {
    const result = await runInVm(kernel, tools, run)
    if (result.trouble !== undefined) say(result.trouble)
    if (result.complaint !== undefined) say(`the kernel complained during the run:\n${result.complaint}`)
    if (kernels.length > 1 || values.verbose) say(summary(result))
    if (code === 0) code = result.code
  }
  return code
}

// a signal ends this process through process.exit(), so that what it started ends with it
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) process.once(signal, () => process.exit(code)) // prettier-ignore

try {
  process.exitCode = await main()
} catch (error) {
  const plain = error instanceof VmError || error instanceof RangeError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') // prettier-ignore
  say(plain ? (error as Error).message : ((error as Error).stack ?? String(error)))
  process.exitCode = BROKEN
}
