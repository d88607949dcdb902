/**
 * Walking through a ring buffer that overwrites its oldest records (`BPF_F_RB_OVERWRITE`).
 *
 * @module
 */
import { type RecordVisitor } from './decode.ts'
import { type Walked } from './reader.ts'
import { DISCARDED, HEADER, LENGTH, type RingMemory, spanOf } from './ring-memory.ts'

/**
 * Visits the records of an overwriting ring. The kernel may overwrite one while it is read, so each is copied first, and the copy only counts
 * when the record was still whole afterwards: a visit never sees half of one and half of another.
 */
export class OverwriteWalk {
  readonly #ring: RingMemory
  /** Grown to the largest record that was seen. */
  #copy = new Uint8Array(256)
  #view = new DataView(this.#copy.buffer)
  /** Bytes of records, headers and padding included, that were overwritten before they were read. */
  lost = 0n

  constructor(ring: RingMemory) {
    this.#ring = ring
  }

  /** As `walkRing`. */
  walk(visit: RecordVisitor, limit: number, source: number, walked: Walked): number {
    const ring = this.#ring
    const end = ring.produced()
    const first = ring.consumed()
    let position = this.#skip(first)
    let count = 0
    try {
      while (((end - position) | 0) > 0 && count < limit) {
        const header = this.#copyRecord(position)
        const oldest = this.#skip(position)
        if (oldest !== position) {
          position = oldest
          continue
        }
        if (header < 0) break
        const length = header & LENGTH
        position = (position + spanOf(length)) | 0
        if (header >= DISCARDED) continue
        count++
        if (visit(this.#view, 0, length, source, this.#copy) === false) {
          walked.stopped = true
          break
        }
        if (ring.closed) break
      }
    } finally {
      if (position !== first) {
        walked.moved = true
        if (!ring.closed) ring.publish(first, position)
      }
    }
    return count
  }

  /** The position, or that of the oldest record left when it has been overwritten. */
  #skip(position: number): number {
    const oldest = this.#ring.overwritten()
    const gone = (oldest - position) | 0
    if (gone <= 0) return position
    this.lost += BigInt(gone)
    return oldest
  }

  /** Copies a record and gives its header, which is anything when the record is being overwritten. */
  #copyRecord(position: number): number {
    const { words, bytes, mask, size } = this.#ring
    const at = position & mask
    const header = Atomics.load(words, at >>> 2)
    const length = header & LENGTH
    if (header < 0 || header >= DISCARDED || length > size) return header
    if (length > this.#copy.length) {
      this.#copy = new Uint8Array(2 ** Math.ceil(Math.log2(length)))
      this.#view = new DataView(this.#copy.buffer)
    }
    this.#copy.set(bytes.subarray(at + HEADER, at + HEADER + length))
    return header
  }
}
