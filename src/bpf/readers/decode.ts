/**
 * What becomes of a record: a visit in place, or a value made from it.
 *
 * @module
 */

/**
 * Looks at a record where the kernel put it. The view and the bytes are those of the whole buffer: the record is the `length` bytes at
 * `offset`, and only until the visit returns; then the kernel may write there. `source` says where it comes from: the place of a ring in a
 * {@link RingGroup}, the CPU of a perf buffer, 0 for a ring alone.
 *
 * `false` ends the round; the record counts as read all the same.
 */
export type RecordVisitor = (
  view: DataView,
  offset: number,
  length: number,
  source: number,
  bytes: Uint8Array,
) => boolean | void

/**
 * Makes a value of a record, which ends before `end`. The codec of a BTF type is one. It never gives `undefined`, which means that there is no
 * record, and keeps nothing of the view.
 */
export interface RecordDecoder<out T> {
  /** Makes the value of the record from `offset` to `end`. `source` is as a {@link RecordVisitor} is told. */
  read(view: DataView, offset: number, end: number, source: number): T
}

/** V8 keeps typed arrays up to this size in its own heap: 50 ns each, where a buffer outside costs 400 and more. */
const SMALL = 64
/** Records above that, up to a quarter of it, are copied into a common block, as Node's `Buffer` does. */
const BLOCK = 16 * 1024

/** The decoder in the place of none: a copy of the record's bytes. Copies of some length share a block, so their `byteOffset` is not 0. */
export class CopyDecoder implements RecordDecoder<Uint8Array> {
  #view: DataView | undefined
  #bytes: Uint8Array = new Uint8Array(0)
  #block = new Uint8Array(0)
  #used = 0

  read(view: DataView, offset: number, end: number): Uint8Array {
    if (view !== this.#view) {
      this.#view = view
      this.#bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    }
    const length = end - offset
    if (length <= SMALL || length > BLOCK / 4) return this.#bytes.slice(offset, end)
    if (this.#used + length > this.#block.length) {
      this.#block = new Uint8Array(BLOCK)
      this.#used = 0
    }
    const at = this.#used
    this.#used = (at + length + 7) & ~7
    this.#block.set(this.#bytes.subarray(offset, end), at)
    return this.#block.subarray(at, at + length)
  }
}

/** How a stream of records is waited for. */
export interface StreamOptions {
  /** Ends the stream: what waits then, or asks next, fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}
