/**
 * `netkit object core`: would this object fit a kernel with these types? Asked of files alone.
 *
 * @module
 */
import { type Instruction } from '../../asm/index.ts'
import { type Btf, type BtfKind, CoreResolver, essentialName } from '../../btf/index.ts'
import { linkProgram, type ObjectSpec } from '../../elf/index.ts'
import { titledTable } from '../table.ts'
import { type AnswerRow, answers } from './relocations.ts'

/** A program and its relocations, those of the functions that it calls included. */
export interface CoreProgram {
  readonly name: string
  readonly section: string
  /** No relocation failed, and nothing is missing. Relocations that are poisoned only matter if they are reached. */
  readonly ok: boolean
  /** Functions and variables of the kernel that it needs and that the types do not have; weak ones are not needed. */
  readonly missing: readonly string[]
  readonly relocations: readonly AnswerRow[]
}

/** What `netkit object core --json` prints. */
export interface CoreReport {
  readonly file: string
  /** The files of the types. */
  readonly btf: string
  readonly modules: readonly string[]
  /** Every program is `ok`. */
  readonly ok: boolean
  readonly resolved: number
  readonly poisoned: number
  readonly failed: number
  readonly programs: readonly CoreProgram[]
}

/** The types that an object is held against, and the files that they are from. */
export interface CoreTarget {
  readonly btf: string
  readonly main: Btf
  readonly modules: readonly { readonly file: string; readonly types: Btf }[]
}

/** Resolves every relocation of every program against the types. */
export function coreReport(file: string, spec: ObjectSpec, { btf, main, modules }: CoreTarget): CoreReport {
  const others = modules.map(({ types }) => types)
  const targets = [main, ...others]
  const resolver = spec.btf && new CoreResolver(spec.btf, { main: [main], modules: () => others })
  const programs = Object.values(spec.programs).map((program) => {
    const linked = linkProgram(spec, program)
    const relocations = resolver ? answers(resolver, linked) : []
    const missing = missingOf(spec, linked, targets)
    return {
      name: program.name,
      section: program.section,
      ok: missing.length === 0 && relocations.every(({ status }) => status !== 'failed'),
      missing,
      relocations,
    }
  })
  const count = (wanted: AnswerRow['status']): number =>
    programs.reduce((sum, { relocations }) => sum + relocations.filter(({ status }) => status === wanted).length, 0)
  return {
    file,
    btf,
    modules: modules.map((module) => module.file),
    ok: programs.every(({ ok }) => ok),
    resolved: count('resolved'),
    poisoned: count('poisoned'),
    failed: count('failed'),
    programs,
  }
}

/** What kinds of extern are found by their types, and as what. */
const TYPED: Readonly<Record<string, BtfKind>> = { kfunc: 'func', 'typed-ksym': 'var' }

function missingOf(spec: ObjectSpec, instructions: readonly Instruction[], targets: readonly Btf[]): string[] {
  const names = new Set(instructions.flatMap(({ reference }) => (reference ? [reference.name] : [])))
  return Object.values(spec.externs)
    .filter(({ name, kind, weak }) => {
      const wanted = TYPED[kind]
      if (!names.has(name) || weak || !wanted) return false
      return targets.every((btf) => btf.findId(essentialName(name), wanted) === undefined)
    })
    .map(({ name }) => name)
}

/** The same for people. */
export function coreText(report: CoreReport): string {
  const { file, btf, resolved, poisoned, failed, programs } = report
  const counts = `${resolved} resolved, ${poisoned} poisoned, ${failed} failed`
  return [
    `${file} against ${btf}: ${counts}\n\n`,
    ...programs.map(({ name, section, missing, relocations }) => [
      missing.length > 0 ? `${name} (${section}) needs what is not there: ${missing.join(', ')}\n\n` : '',
      titledTable(
        `${name} (${section})`,
        ['insn', 'kind', 'access', 'status', 'was', 'is', 'where', 'why'],
        relocations.map((row) => [
          row.instruction,
          row.kind,
          row.access,
          row.status,
          row.original ?? '',
          row.value ?? '',
          row.source ? `${row.source.file}:${row.source.line}` : '',
          row.reason ?? '',
        ]),
      ),
    ]),
  ]
    .flat()
    .join('')
}
