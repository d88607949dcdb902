/**
 * Walking through a ring buffer whose records stay until they are read.
 *
 * @module
 */
import { type RecordVisitor } from './decode.ts'
import { type Walked } from './reader.ts'
import { DISCARDED, HEADER, LENGTH, ORDERED, type RingMemory } from './ring-memory.ts'

/**
 * Visits the records of a ring up to the producer's position, or to one that is not submitted yet, and gives their number.
 *
 * The hot path of the library: the producer's position is asked once, all else is in locals, and a header costs a plain load. The consumer's
 * position is published at the end, and in between whenever a quarter of the ring has become free.
 *
 * The kernel wakes the reader with each record that it writes just where the reader stands, which costs the producer more than the record.
 * A walk that lingers therefore publishes all but its last record; only when the next one finds nothing new does it publish the rest. So a
 * reader that keeps up with a fast producer is not woken by it, and one without work waits as ever.
 */
export function walkRing(
  ring: RingMemory,
  visit: RecordVisitor,
  limit: number,
  source: number,
  walked: Walked,
): number {
  const { words, view, bytes, mask } = ring
  // Locals: in a module that a loader has turned into CommonJS (tsx, vitest) each mention of an import is a call, 10 ns a piece.
  const headerSize = HEADER
  const lengthBits = LENGTH
  const discarded = DISCARDED
  const ordered = ORDERED
  const quarter = ring.size >>> 2
  const most = Math.min(limit, 0x7fff_ffff) | 0
  const end = ring.produced()
  let published = ring.consumed()
  let position = (published + ring.ahead) | 0
  let last = position
  const start = position
  let count = 0
  try {
    rounds: while (position !== end && count < most) {
      if (position !== start) {
        ring.publish(published, position)
        published = position
      }
      const stop = (end - position) >>> 0 > quarter ? (position + quarter) | 0 : end
      while (((stop - position) | 0) > 0 && count < most) {
        const at = position & mask
        const header = ordered ? words[at >>> 2]! : Atomics.load(words, at >>> 2)
        if (header < 0) break rounds
        const length = header & lengthBits
        last = position
        position = (position + ((length + headerSize + 7) & ~7)) | 0
        if (header >= discarded) continue
        count++
        if (visit(view, at + headerSize, length, source, bytes) === false) {
          walked.stopped = true
          break rounds
        }
        if (ring.closed) break rounds
      }
    }
  } finally {
    const lingers = walked.linger && !walked.stopped && position !== start
    const target = lingers ? last : position
    walked.moved ||= position !== start || target !== published
    if (!ring.closed) {
      if (target !== published) ring.publish(published, target)
      ring.ahead = (position - target) | 0
    }
  }
  return count
}
