/**
 * Several ring buffers as one source.
 *
 * @module
 */
import { type RecordVisitor } from './decode.ts'
import { EventReader, type Walked } from './reader.ts'
import { type RingReader } from './ring-reader.ts'

/** A record of one of several rings. */
export interface GroupRecord<out T> {
  /** The ring that it was read from. */
  readonly reader: RingReader<T>
  readonly value: T
}

/**
 * Reads several rings as one: a stream waits for all of them, and takes from each in turn, so that a busy one does not hide the others. A
 * visit is told the place of the ring in {@link readers} as its `source`. Records of one ring keep their order; between rings there is none.
 */
export class RingGroup<T = Uint8Array> extends EventReader<GroupRecord<T>> {
  /** The rings, in the order in which they were given. */
  readonly readers: readonly RingReader<T>[]
  protected override readonly title = 'the group of rings'
  #next = 0

  /** Takes over the readers: closing the group closes them. */
  constructor(readers: readonly RingReader<T>[]) {
    super()
    this.readers = [...readers]
  }

  /** Bytes that are there in all of them. */
  get availableBytes(): number {
    return this.readers.reduce((sum, reader) => sum + reader.availableBytes, 0)
  }

  protected override walk(visit: RecordVisitor, limit: number, walked: Walked): number {
    const { length } = this.readers
    let count = 0
    for (let turn = 0; turn < length && count < limit && !walked.stopped && !this.closed; turn++) {
      const source = this.#next
      this.#next = (source + 1) % length
      count += this.readers[source]!.walkFrom(visit, limit - count, source, walked)
    }
    return count
  }

  protected override decode(view: DataView, offset: number, length: number, source: number): GroupRecord<T> {
    const reader = this.readers[source]!
    return { reader, value: reader.decode(view, offset, length, source) }
  }

  protected override descriptors(): readonly number[] {
    return this.readers.flatMap((reader) => reader.descriptors())
  }

  protected override release(): void {
    for (const reader of this.readers) reader.close()
  }
}
