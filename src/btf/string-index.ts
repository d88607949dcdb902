import { hashOf } from './names.ts'
import type { StringTable } from './strings.ts'

const encoder = new TextEncoder()

/** The strings of a table by what they say, its base's left out: a chained hash table over their bytes, none of which is decoded. */
export class StringIndex {
  readonly #table: StringTable
  /** Where each string starts. */
  readonly #starts: Uint32Array
  readonly #heads: Int32Array
  readonly #next: Int32Array
  readonly #mask: number

  constructor(table: StringTable) {
    const starts = startsOf(table.bytes)
    let slots = 16
    while (slots < starts.length) slots *= 2
    const heads = new Int32Array(slots).fill(-1)
    const next = new Int32Array(starts.length)
    // From the last to the first, so that of two strings that are alike the first is found.
    let end = table.bytes.length
    for (let i = starts.length - 1; i >= 0; i--) {
      const start = starts[i] ?? 0
      const slot = hashOf(table.bytes, start, end - 1) & (slots - 1)
      next[i] = heads[slot] ?? -1
      heads[slot] = i
      end = start
    }
    this.#table = table
    this.#starts = starts
    this.#heads = heads
    this.#next = next
    this.#mask = slots - 1
  }

  /** The offset of the first string that is this text. */
  find(text: string): number | undefined {
    const { bytes, first } = this.#table
    const wanted = encoder.encode(text)
    for (let i = this.#heads[hashOf(wanted, 0, wanted.length) & this.#mask] ?? -1; i >= 0; i = this.#next[i] ?? -1) {
      const start = this.#starts[i] ?? 0
      let same = 0
      while (same < wanted.length && bytes[start + same] === wanted[same]) same++
      if (same === wanted.length && bytes[start + same] === 0) return first + start
    }
    return undefined
  }
}

/** Where strings start: at the beginning, and after each NUL but the last, which ends the table. */
function startsOf(bytes: Uint8Array): Uint32Array {
  let count = 0
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1)) count++
  const starts = new Uint32Array(count)
  for (let at = 0, i = 0; i < count; at = bytes.indexOf(0, at) + 1) starts[i++] = at
  return starts
}
