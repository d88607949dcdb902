/**
 * `netkit object`: BPF object files.
 *
 * @module
 */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { type Command, type Terminal, UsageError } from '../command.ts'
import { coreReport, coreText } from './core.ts'
import { readObjectAt, readTypesAt } from './files.ts'
import { inspect, inspectText } from './inspect.ts'

type Flags = NonNullable<ParseArgsConfig['options']>
type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>

/** The files and flags of a verb. */
function parse(args: readonly string[], flags: Flags): { files: string[]; values: Values } {
  try {
    const options: Flags = { json: { type: 'boolean' }, ...flags }
    const { positionals, values } = parseArgs({ args: [...args], options, allowPositionals: true })
    return { files: positionals, values }
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function only(files: readonly string[], verb: string): string {
  const [file] = files
  if (file === undefined || files.length > 1) throw new UsageError(`object ${verb} takes one file`)
  return file
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

type Verb = (args: readonly string[], terminal: Terminal) => number | Promise<number>

const VERBS: Readonly<Record<string, Verb>> = {
  inspect(args, terminal) {
    const { files, values } = parse(args, {})
    const file = only(files, 'inspect')
    const report = inspect(file, readObjectAt(file))
    terminal.out(values['json'] ? json(report) : inspectText(report))
    return 0
  },

  async load(args, terminal) {
    const { files, values } = parse(args, { autoload: { type: 'boolean' } })
    if (files.length === 0) throw new UsageError('object load takes files')
    const { loadReport, loadText } = await import('./load.ts')
    const { KernelTypes } = await import('../../bpf/index.ts')
    using kernel = new KernelTypes()
    const reports = files.map((file) => loadReport(file, { kernel, autoload: values['autoload'] === true }))
    terminal.out(values['json'] ? json(reports) : loadText(reports))
    return reports.every(({ ok }) => ok) ? 0 : 1
  },

  core(args, terminal) {
    const { files, values } = parse(args, { btf: { type: 'string' }, module: { type: 'string', multiple: true } })
    const file = only(files, 'core')
    const { btf, module } = values
    if (typeof btf !== 'string') throw new UsageError('object core needs --btf FILE')
    const main = readTypesAt(btf)
    const modules = [module ?? []]
      .flat()
      .map((path) => ({ file: String(path), types: readTypesAt(String(path), main) }))
    const report = coreReport(file, readObjectAt(file), { btf, main, modules })
    terminal.out(values['json'] ? json(report) : coreText(report))
    return report.ok ? 0 : 1
  },
}

/** `netkit object …` */
export const object: Command = {
  usage: [
    ['inspect FILE [--json]', 'programs, maps, variables, externs and CO-RE relocations of an object'],
    ['load FILE… [--json] [--autoload]', 'tries to load each program, attaching none; fails if one is refused'],
    ['core FILE --btf FILE [--module FILE…] [--json]', 'what CO-RE comes to in these types: no kernel, no root'],
  ],
  run([verb = '', ...args], terminal) {
    const run = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined
    if (!run) throw new UsageError(`no command object ${verb}: there are ${Object.keys(VERBS).join(', ')}`)
    return run(args, terminal)
  },
}
