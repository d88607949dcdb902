import type { Named } from './scan.ts'
import type { StringTable } from './strings.ts'

/** The names to search, beside the types that bear them. */
export interface Names extends Named {
  /** The id of the type of place 0. */
  readonly firstId: number
  readonly strings: StringTable
}

const SEED = 0x811c9dc5
const PRIME = 0x01000193
const UNDERSCORE = 0x5f

/** The essential length of a name of `length` characters: all before the last separator. */
function essential(length: number, code: (i: number) => number | undefined): number {
  for (let i = length - 5; i >= 0; i--)
    if (
      code(i) !== UNDERSCORE &&
      code(i + 1) === UNDERSCORE &&
      code(i + 2) === UNDERSCORE &&
      code(i + 3) === UNDERSCORE &&
      code(i + 4) !== UNDERSCORE
    )
      return i + 1
  return length
}

/**
 * The name without its flavour: `task_struct___v2` is a flavour of `task_struct`. The separator is exactly three
 * underscores with something else on both sides; the last one counts.
 */
export function essentialName(name: string): string {
  return name.slice(
    0,
    essential(name.length, (i) => name.charCodeAt(i)),
  )
}

/** Longer names are told apart by comparing them: hashing overlapping ones whole could take for ever. */
const MAX_HASHED = 512

const encoder = new TextEncoder()

/** Looks at each name, in the mean, before all are hashed, which takes as long as some fifty searches in a process that just started. */
const PATIENCE = 24

/**
 * Types by name: the first searches look at every name; then a chained hash table is made over the names without their flavours, so that one
 * table serves both the exact search and CO-RE's, which must see `foo___new` when it looks for `foo`.
 */
export class NameIndex {
  readonly #names: Names
  /** Names that were looked at, and bytes that were compared. */
  #work = 0
  #table: HashTable | undefined

  constructor(names: Names) {
    this.#names = names
  }

  /** The types of exactly this name, in the order of ids. */
  *exact(name: string): Generator<number, void> {
    const wanted = encoder.encode(name)
    const hashed = essential(Math.min(wanted.length, MAX_HASHED), (i) => wanted[i])
    for (const { id, rest } of this.#chain(wanted, hashed)) if (rest === 0) yield id
  }

  /** The types of this name in any flavour, in the order of ids. The name has no flavour itself. */
  *flavours(name: string): Generator<number, void> {
    const wanted = encoder.encode(name)
    for (const { id, bytes, start, rest } of this.#chain(wanted, Math.min(wanted.length, MAX_HASHED)))
      if (essential(wanted.length + rest, (at) => bytes[start + at]) === wanted.length) yield id
  }

  /** The types whose name starts with `wanted`, all or at least those that share the chain of its first `hashed` bytes. */
  *#chain(wanted: Uint8Array, hashed: number): Generator<Candidate, void> {
    if (wanted.length === 0) return
    const { places, firstId, offsets, strings } = this.#names
    if (this.#work > PATIENCE * offsets.length) this.#table ??= hashTable(this.#names)
    const table = this.#table
    this.#work += offsets.length
    let i = table ? (table.heads[hashOf(wanted, 0, hashed) & table.mask] ?? -1) : nextFrom(this.#names, 0, wanted)
    while (i >= 0) {
      const offset = offsets[i] ?? 0
      const { bytes, first } = strings.owner(offset)
      const start = offset - first
      let same = 0
      while (same < wanted.length && bytes[start + same] === wanted[same]) same++
      this.#work += same
      if (same === wanted.length)
        yield { id: firstId + (places[i] ?? 0), bytes, start, rest: bytes.indexOf(0, start + same) - start - same }
      i = table ? (table.next[i] ?? -1) : nextFrom(this.#names, i + 1, wanted)
    }
  }
}

/** The place of the next name that has the first two bytes of `wanted`; -1 where there is none. */
function nextFrom({ offsets, strings }: Names, place: number, wanted: Uint8Array): number {
  const [one, two = 0] = wanted
  const single = wanted.length === 1
  for (let i = place; i < offsets.length; i++) {
    const offset = offsets[i] ?? 0
    const { bytes, first } = offset >= strings.first ? strings : strings.owner(offset)
    const at = offset - first
    if (bytes[at] === one && (single || bytes[at + 1] === two)) return i
  }
  return -1
}

/** Chains of names: each starts with one of `heads` and goes on by `next`, in the order of ids. */
interface HashTable {
  readonly heads: Int32Array
  readonly next: Int32Array
  readonly mask: number
}

/** Hashes all names: ten milliseconds and more for a kernel's. */
function hashTable({ offsets, strings }: Names): HashTable {
  let slots = 16
  while (slots < offsets.length) slots *= 2
  const heads = new Int32Array(slots).fill(-1)
  const next = new Int32Array(offsets.length)
  // From the last to the first, so that each chain runs in the order of ids.
  for (let i = offsets.length - 1; i >= 0; i--) {
    const offset = offsets[i] ?? 0
    const { bytes, first } = offset >= strings.first ? strings : strings.owner(offset)
    const slot = hashName(bytes, offset - first) & (slots - 1)
    next[i] = heads[slot] ?? -1
    heads[slot] = i
  }
  return { heads, next, mask: slots - 1 }
}

/** A name that starts as wanted. */
interface Candidate {
  readonly id: number
  readonly bytes: Uint8Array
  readonly start: number
  /** How many bytes follow what was wanted. */
  readonly rest: number
}

/** FNV-1a of a range of bytes. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = SEED
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), PRIME)
  return hash
}

/** The hash of the name that starts here without its flavour. Being a function it is compiled after the first few names. */
function hashName(bytes: Uint8Array, start: number): number {
  const limit = start + MAX_HASHED
  let hash = SEED
  let at = start
  let last = 0
  let separated = false
  for (let byte = bytes[at] ?? 0; byte !== 0 && at < limit; byte = bytes[++at] ?? 0) {
    hash = Math.imul(hash ^ byte, PRIME)
    last = (last << 8) | byte
    if ((last & 0xffffff) === 0x5f5f5f) separated = true
  }
  return separated ? hashOf(bytes, start, start + essential(at - start, (i) => bytes[start + i])) : hash
}
