/**
 * Our tables beside the headers: ids that differ, constants that are not there, constants that no row has.
 */
import type { Headers } from './headers.ts'
import type { WrittenTable } from './rows.ts'

/** Something that is not alike. */
export interface Difference {
  readonly at: string
  /** What it is about: a constant, or a row that names none. */
  readonly subject: string
  readonly what: string
}

/** What the headers and our tables say differently. */
export interface Compared {
  readonly differences: readonly Difference[]
  /** Constants of our tables that the headers are too old for. */
  readonly newer: readonly Difference[]
  /** Rows whose number the headers confirm. */
  readonly confirmed: number
}

/** Names that number nothing: the zero of an enum, and its end. */
const FRAME = /_(UNSPEC|PAD|MAX|LAST|SIZE)$|^__|_UNSPEC$/

/** Compares the tables with the headers. */
export function compare(tables: readonly WrittenTable[], headers: Headers): Compared {
  const differences: Difference[] = []
  const newer: Difference[] = []
  let confirmed = 0
  const owner = new Map(headers.enums.flatMap((one) => one.names.map((name) => [name, one] as const)))
  const rows = tables.flatMap((table) => table.rows)
  const known = new Set(rows.flatMap(({ constant }) => constant ?? []))
  const touched = new Map<(typeof headers.enums)[number], string>()
  for (const { at, name, id, constant } of rows) {
    if (constant === undefined) continue
    const value = headers.values.get(constant)
    if (value === undefined) newer.push({ at, subject: constant, what: `not in the headers (row ${name}, ${id})` })
    else if (value !== id) differences.push({ at, subject: constant, what: `is ${value}, row ${name} says ${id}` })
    else confirmed++
    const its = owner.get(constant)
    if (its !== undefined && !touched.has(its)) touched.set(its, at)
  }
  for (const [one, at] of touched) {
    for (const name of one.names) {
      if (FRAME.test(name) || known.has(name) || covered(tables, known, one.names, name, headers)) continue
      differences.push({ at, subject: name, what: `no row has it (${one.file}, ${headers.values.get(name)})` })
    }
  }
  return { differences, newer, confirmed }
}

/** Whether a table that has others of an enum has a row of that number, whose comment names no constant. */
function covered(
  tables: readonly WrittenTable[],
  known: ReadonlySet<string>,
  names: readonly string[],
  name: string,
  headers: Headers,
): boolean {
  const of = new Set(names.filter((one) => known.has(one)))
  return tables.some(
    ({ rows }) =>
      rows.some(({ constant }) => constant !== undefined && of.has(constant)) &&
      rows.some(({ id, constant }) => constant === undefined && id === headers.values.get(name)),
  )
}
