/** What the index reads names through. */
export interface NameSource {
  /** The number of types to index. */
  readonly length: number
  /** Where the name of the `i`th type starts in {@link nameBytes}; -1 for no name. */
  nameStart(i: number): number
  /** The strings that the name of the `i`th type is in. */
  nameBytes(i: number): Uint8Array
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

const encoder = new TextEncoder()

/**
 * Types by name: a chained hash table over the names without their flavours, so that one table serves both the exact
 * search and CO-RE's, which must see `foo___new` when it looks for `foo`.
 */
export class NameIndex {
  readonly #source: NameSource
  readonly #heads: Int32Array
  readonly #next: Int32Array
  readonly #mask: number

  /** Hashes all names: some milliseconds for a kernel's. */
  constructor(source: NameSource) {
    this.#source = source
    let slots = 16
    while (slots < source.length) slots *= 2
    this.#mask = slots - 1
    this.#heads = new Int32Array(slots).fill(-1)
    this.#next = new Int32Array(source.length)
    const heads = this.#heads
    // From the last to the first, so that each chain runs in the order of ids.
    for (let i = source.length - 1; i >= 0; i--) {
      let at = source.nameStart(i)
      if (at < 0) continue
      const bytes = source.nameBytes(i)
      let hash = SEED
      let unflavoured = SEED // the hash before the last separator
      let flavoured = false
      let before = SEED // the hash before the present run of underscores
      let run = 0
      for (const start = at; ; at++) {
        const byte = bytes[at] ?? 0
        if (byte === 0) break
        if (byte === UNDERSCORE) {
          if (run++ === 0) before = hash
        } else {
          if (run === 3 && at - start > 3) {
            unflavoured = before
            flavoured = true
          }
          run = 0
        }
        hash = Math.imul(hash ^ byte, PRIME)
      }
      const slot = (flavoured ? unflavoured : hash) & this.#mask
      this.#next[i] = heads[slot] ?? -1
      heads[slot] = i
    }
  }

  /** The types of exactly this name, in the order of ids. */
  *exact(name: string): Generator<number, void> {
    const wanted = encoder.encode(name)
    const hashed = essential(wanted.length, (i) => wanted[i])
    for (const i of this.#chain(wanted, hashed))
      if (this.#source.nameBytes(i)[this.#source.nameStart(i) + wanted.length] === 0) yield i
  }

  /** The types of this name in any flavour, in the order of ids. The name has no flavour itself. */
  *flavours(name: string): Generator<number, void> {
    const wanted = encoder.encode(name)
    for (const i of this.#chain(wanted, wanted.length)) {
      const bytes = this.#source.nameBytes(i)
      const start = this.#source.nameStart(i)
      let end = start + wanted.length
      while (end < bytes.length && bytes[end] !== 0) end++
      if (essential(end - start, (at) => bytes[start + at]) === wanted.length) yield i
    }
  }

  /** The types whose name starts with `wanted` and shares the chain of its first `hashed` bytes. */
  *#chain(wanted: Uint8Array, hashed: number): Generator<number, void> {
    if (wanted.length === 0) return
    let hash = SEED
    for (let at = 0; at < hashed; at++) hash = Math.imul(hash ^ (wanted[at] ?? 0), PRIME)
    let i = this.#heads[hash & this.#mask] ?? -1
    for (; i >= 0; i = this.#next[i] ?? -1) {
      const bytes = this.#source.nameBytes(i)
      const start = this.#source.nameStart(i)
      let same = 0
      while (same < wanted.length && bytes[start + same] === wanted[same]) same++
      if (same === wanted.length) yield i
    }
  }
}
