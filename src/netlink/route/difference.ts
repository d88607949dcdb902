/**
 * How an object is from how it should be, or from how it was: member by member.
 *
 * @module
 */
import { type Apart, same } from './monitor/same.ts'

/** One member of an object that differs. */
export interface Difference {
  /** Its path: `mtu`, `linkinfo.data.mode`. */
  readonly field: string
  /** What it was; `undefined` where it was not there. */
  readonly before: unknown
  /** What it is, or should be. */
  readonly after: unknown
}

type Bag = { readonly [name: string]: unknown }

const NOTHING: Apart = new Set()

function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

/** What the kernel often says by leaving it out. */
function isZero(value: unknown): boolean {
  return !value || (isList(value) && value.length === 0)
}

/** Of flags only those that are said are meant: the kernel has its own among them. */
function holdsFlags(wanted: readonly unknown[], found: unknown): boolean {
  return isList(found) && wanted.every((flag) => found.includes(flag))
}

function meets(name: string, said: unknown, wanted: unknown, found: unknown, taken: Apart): boolean {
  if (found === undefined) return isZero(wanted)
  if (isList(wanted) && isList(found)) {
    if (name === 'flags') return holdsFlags(wanted, found)
    if (!wanted.some(isBag)) return same(wanted, found, NOTHING)
    const each = said as readonly unknown[]
    return wanted.length === found.length && wanted.every((one, i) => unmet(each[i], one, found[i], taken).length === 0)
  }
  return same(wanted, found, NOTHING)
}

/**
 * What of a specification an object does not meet. `said` has the members that count, `wanted` their values in the form in which the kernel tells them;
 * those in `taken` the kernel takes and does not tell, so they cannot be compared.
 */
export function unmet(said: unknown, wanted: unknown, found: unknown, taken: Apart, path = ''): Difference[] {
  const differences: Difference[] = []
  for (const [name, asked] of Object.entries(said as Bag)) {
    if (asked === undefined || taken.has(name)) continue
    const [want, have] = [(wanted as Bag)[name], (found as Bag | undefined)?.[name]]
    const field = join(path, name)
    if (isBag(asked) && isBag(want)) differences.push(...unmet(asked, want, have, taken, field))
    else if (!meets(name, asked, want, have, taken)) differences.push({ field, before: have, after: want })
  }
  return differences
}

/** In what an object differs from what it was; members in `apart` do not count. */
export function differences(before: unknown, after: unknown, apart: Apart, path = ''): Difference[] {
  if (same(before, after, apart)) return []
  if (!isBag(before) || !isBag(after)) return [{ field: path, before, after }]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
    apart.has(name) ? [] : differences(before[name], after[name], apart, join(path, name)),
  )
}

/** The member at a path. */
export function memberAt(object: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (isBag(at) ? at[name] : undefined), object)
}

/** Members that say how their sibling is written: where the sibling is said, they have to be. */
const KIND_OF: Readonly<Record<string, string>> = { data: 'kind', slaveData: 'slaveKind', encap: 'encapType' }

/** A specification cut down to the members at these paths, with what says how they are written; their values may be others. */
export function only<T extends object>(
  said: T,
  paths: readonly string[],
  valueAt: (path: string) => unknown = (path) => memberAt(said, path),
): Partial<T> {
  const cut: Record<string, unknown> = {}
  for (const path of paths) {
    let from: unknown = said
    let to = cut
    const names = path.split('.')
    for (const [i, name] of names.entries()) {
      const kind = KIND_OF[name]
      if (kind !== undefined && (from as Bag)[kind] !== undefined) to[kind] = (from as Bag)[kind]
      from = (from as Bag)[name]
      if (i === names.length - 1) to[name] = valueAt(path)
      else to = (to[name] ??= {}) as Record<string, unknown>
    }
  }
  return cut as Partial<T>
}

/** The paths of all that is said. */
export function leavesOf(said: object, path = ''): string[] {
  return Object.entries(said).flatMap(([name, value]) => {
    if (value === undefined) return []
    return isBag(value) ? leavesOf(value, join(path, name)) : [join(path, name)]
  })
}

/** What `ensure` found and did. */
export interface Ensured<Item> {
  /** Whether the object was made, changed, or as it should be already. */
  readonly outcome: 'created' | 'changed' | 'unchanged'
  /** The object as it is now. */
  readonly object: Item
  /** What is other than it was, where it was changed. */
  readonly changes: readonly Difference[]
  /**
   * What the kernel did not take over though it agreed: it rounded it, or a change does not reach it. `before` is what it is, `after` what was asked for.
   */
  readonly unmet: readonly Difference[]
}
