/**
 * `npm run bench`: us and our peers, on the same work, in the same run.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { writePage } from './report/page.ts'
import { load, merge, type Result, type Results, save } from './report/results.ts'
import { summary } from './report/terminal.ts'
import { measure, type Options, unmeasured } from './run/interleave.ts'
import { hasNetkit } from './run/lab.ts'
import { measureInVm } from './run/vm.ts'
import { build, root } from './set-up/cache.ts'
import { compile } from './set-up/library.ts'
import { say, Unavailable } from './set-up/shell.ts'
import { scaled, type Work } from './work.ts'
import { works } from './works/index.ts'

const help = `npm run bench -- [PATTERN…] [OPTION…]

Runs the benchmarks whose name has one of the patterns in it, all without one. Peers are set up on first use, from Debian's packages.

  --rounds N     how often each contender runs, in turn with the others (7)
  --scale X      works on so much of the full number of things (1); 0.01 shows in a minute that all is well
  --json FILE    puts the results into the file, in the place of older ones of the same benchmarks
  --docs         writes docs/performance.md and its plots from the results (those of --json, when it is given)
  --report       measures nothing: only reads the file of --json
  --nice N       how much more than others the contenders are to be let run (-10); needs root
  --kernel V     the kernel of the throwaway machine, for what needs netkit (7.3)
  --list         names the benchmarks
`

interface Arguments extends Options {
  readonly patterns: readonly string[]
  readonly json: string | undefined
  readonly docs: boolean
  readonly report: boolean
  readonly list: boolean
  readonly kernel: string
}

function number(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value)) throw new Error(`--${name}: ${JSON.stringify(text)} is not a number`)
  return value
}

function readArguments(args: readonly string[]): Arguments | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '7' },
      scale: { type: 'string', default: '1' },
      nice: { type: 'string', default: '-10' },
      kernel: { type: 'string', default: '7.3' },
      json: { type: 'string' },
      docs: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  return {
    patterns: positionals,
    rounds: number('rounds', values.rounds),
    scale: number('scale', values.scale),
    nice: number('nice', values.nice),
    kernel: values.kernel,
    json: values.json,
    docs: values.docs,
    report: values.report,
    list: values.list,
  }
}

function chosen({ patterns, scale }: Arguments): Work[] {
  const all = works(scaled(scale))
  return patterns.length === 0 ? all : all.filter((work) => patterns.some((pattern) => work.name.includes(pattern)))
}

const onNetkit = ({ place }: Work): boolean => place === 'netkit'

async function run(args: Arguments): Promise<Results> {
  let results: Results = args.json === undefined ? { format: 1, works: [] } : load(args.json)
  const keep = (fresh: readonly Result[]): void => {
    results = merge(results, fresh)
    // After each benchmark: a run that is broken off has not run for nothing.
    if (args.json !== undefined) save(args.json, results)
    for (const result of fresh) process.stdout.write(`${summary(result)}\n`)
  }
  compile(root, build)
  const todo = chosen(args)
  const inVm = todo.some(({ place }) => place === 'netkit') && !(await hasNetkit()) ? todo.filter(onNetkit) : []
  for (const work of todo.filter((one) => !inVm.includes(one))) {
    say(`${work.name}: ${work.title}`)
    keep([await measure(work, args)])
  }
  if (inVm.length > 0) {
    try {
      keep(await measureInVm(inVm, args))
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      say(error.message)
      const known = new Set(results.works.map(({ name }) => name))
      keep(inVm.filter(({ name }) => !known.has(name)).map((work) => unmeasured(work, args, error.message)))
    }
  }
  return results
}

async function main(): Promise<void> {
  const args = readArguments(process.argv.slice(2))
  if (args === undefined) {
    process.stdout.write(help)
    return
  }
  if (args.list) {
    for (const work of chosen(args)) process.stdout.write(`${work.name.padEnd(26)} ${work.title}\n`)
    return
  }
  const results = args.report && args.json !== undefined ? load(args.json) : await run(args)
  if (args.report) for (const result of results.works) process.stdout.write(`${summary(result)}\n`)
  if (args.docs) say(`Wrote ${writePage(results)}`)
}

await main()
