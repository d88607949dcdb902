/**
 * Walking through perf buffers.
 *
 * @module
 */
import { type RecordVisitor } from './decode.ts'
import { type PerfBuffer } from './perf-event.ts'
import { type Walked } from './reader.ts'

const PERF_RECORD_LOST = 2
const PERF_RECORD_SAMPLE = 9
/** `struct perf_event_header`: u32 type, u16 misc, u16 size. */
const HEADER = 8
/** Behind the header of a sample: u32 size, then the bytes. */
const RAW = HEADER + 4
/** Behind the header of a loss: u64 id, u64 count. */
const LOST_COUNT = HEADER + 8
/** The largest record: its size has 16 bits. */
const LARGEST = 0x1_0000

/** What both kinds of buffer are walked by. */
export interface PerfWalk {
  readonly buffer: PerfBuffer
  /** Records that losses told of so far. */
  readonly lost: bigint
  walk(visit: RecordVisitor, limit: number, walked: Walked): number
}

/** Gives the record in the view to the visit: 1 when it was one for it, 0 when not. The source of a loss is the complement of its CPU. */
class RecordGiver {
  lost = 0n

  give(view: DataView, at: number, bytes: Uint8Array, cpu: number, visit: RecordVisitor, walked: Walked): number {
    const type = view.getUint32(at, true)
    if (type === PERF_RECORD_SAMPLE) {
      const length = view.getUint32(at + HEADER, true)
      if (visit(view, at + RAW, length, cpu, bytes) === false) walked.stopped = true
      return 1
    }
    if (type !== PERF_RECORD_LOST) return 0
    this.lost += view.getBigUint64(at + LOST_COUNT, true)
    if (!walked.values) return 0
    if (visit(view, at + LOST_COUNT, 8, ~cpu, bytes) === false) walked.stopped = true
    return 1
  }
}

/** A buffer whose records stay until they are read. */
export class ForwardWalk extends RecordGiver implements PerfWalk {
  readonly buffer: PerfBuffer
  /** A record that goes over the end of the buffer is put together here. */
  readonly #whole = new Uint8Array(LARGEST)
  readonly #wholeView = new DataView(this.#whole.buffer)

  constructor(buffer: PerfBuffer) {
    super()
    this.buffer = buffer
  }

  walk(visit: RecordVisitor, limit: number, walked: Walked): number {
    const { buffer } = this
    const { view, bytes, size, cpu } = buffer
    const mask = size - 1
    const head = buffer.head()
    const first = buffer.tail()
    let tail = first
    let count = 0
    try {
      while (tail !== head && count < limit && !walked.stopped && !buffer.closed) {
        const at = tail & mask
        const length = view.getUint16(at + 6, true)
        tail = (tail + length) | 0
        if (at + length <= size) {
          count += this.give(view, at, bytes, cpu, visit, walked)
        } else {
          this.#whole.set(bytes.subarray(at))
          this.#whole.set(bytes.subarray(0, at + length - size), size - at)
          count += this.give(this.#wholeView, 0, this.#whole, cpu, visit, walked)
        }
      }
    } finally {
      if (tail !== first) {
        walked.moved = true
        if (!buffer.closed) buffer.publish(first, tail)
      }
    }
    return count
  }
}

/**
 * A buffer that overwrites its oldest records. The kernel writes it backwards, so what stands at its head is the newest record. All that is
 * new is copied while the output is paused, and given out from the copy, oldest first.
 */
export class OverwritableWalk extends RecordGiver implements PerfWalk {
  readonly buffer: PerfBuffer
  readonly #copy: Uint8Array
  readonly #view: DataView
  /** Where in the copy the records begin that are not given out yet; the last is the oldest. */
  readonly #offsets: number[] = []
  #seen = 0

  constructor(buffer: PerfBuffer) {
    super()
    this.buffer = buffer
    this.#copy = new Uint8Array(buffer.size)
    this.#view = new DataView(this.#copy.buffer)
  }

  walk(visit: RecordVisitor, limit: number, walked: Walked): number {
    if (this.#offsets.length === 0) this.#snapshot()
    let count = 0
    while (count < limit && !walked.stopped && !this.buffer.closed) {
      const at = this.#offsets.pop()
      if (at === undefined) break
      walked.moved = true
      count += this.give(this.#view, at, this.#copy, this.buffer.cpu, visit, walked)
    }
    return count
  }

  #snapshot(): void {
    const { buffer } = this
    if (buffer.head() === this.#seen) return
    const { size, bytes } = buffer
    buffer.pauseOutput(true)
    const head = buffer.head()
    const start = head & (size - 1)
    this.#copy.set(bytes.subarray(start))
    this.#copy.set(bytes.subarray(0, start), size - start)
    buffer.pauseOutput(false)
    // What is older was seen before, or the oldest record has lost its end, or nothing was written there yet.
    const end = Math.min((this.#seen - head) >>> 0, size)
    for (let at = 0; at + HEADER <= end;) {
      const length = this.#view.getUint16(at + 6, true)
      if (length === 0 || at + length > end) break
      this.#offsets.push(at)
      at += length
    }
    this.#seen = head
  }
}
