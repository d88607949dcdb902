/**
 * `netkit features`: what this kernel can do of `bpf(2)`, and what explains what it cannot.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { type Command, UsageError } from '../command.ts'
import { table, titledTable } from '../table.ts'
import { type FeaturesJson, type FeaturesReport, KINDS } from './report.ts'

const TITLES: Readonly<Record<(typeof KINDS)[number], string>> = {
  programTypes: 'Program types',
  mapTypes: 'Map types',
  attachTypes: 'Attach types',
  linkTypes: 'Link types',
}

const SUPPORTED = new Map<boolean | null, string>([
  [true, 'yes'],
  [false, 'no'],
  [null, '?'],
])

const rows = (features: FeaturesJson): string[][] =>
  Object.entries(features).map(([name, { supported, reason }]) => [name, SUPPORTED.get(supported) ?? '', reason ?? ''])

/** The report as tables. */
export function featuresText(report: FeaturesReport): string {
  const { kernel, lockdown, securityModules, unprivilegedBpfDisabled, kfuncs, helpers } = report
  const kinds = KINDS.map((kind) => titledTable(TITLES[kind], ['NAME', 'HAS', 'WHY NOT'], rows(report[kind])))
  const head = table(
    ['KERNEL', 'LOCKDOWN', 'SECURITY MODULES', 'UNPRIVILEGED BPF DISABLED'],
    [[kernel, lockdown ?? '-', securityModules.join(',') || '-', String(unprivilegedBpfDisabled ?? '-')]],
  )
  const called = Object.entries(helpers ?? {}).map(([type, names]) => [type, names.length, names.join(' ')])
  return `${head}\n${kinds.join('')}${titledTable('Helpers', ['PROGRAM TYPE', 'COUNT', 'HELPERS'], called)}${kfuncs.length} kernel functions are marked for programs to call\n`
}

function parse(args: readonly string[]): { json: boolean; helpers: boolean } {
  try {
    const options = { json: { type: 'boolean' }, helpers: { type: 'boolean' } } as const
    const { json = false, helpers = false } = parseArgs({ args: [...args], options }).values
    return { json, helpers }
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** `netkit features` */
export const features: Command = {
  usage: [['[--json] [--helpers]', 'what this kernel can do of bpf(2), and what explains what it cannot; needs root']],
  async run(args, terminal) {
    const { json, helpers } = parse(args)
    const { featuresReport } = await import('./report.ts')
    const report = featuresReport(helpers)
    terminal.out(json ? `${JSON.stringify(report, undefined, 2)}\n` : featuresText(report))
    return 0
  },
}
