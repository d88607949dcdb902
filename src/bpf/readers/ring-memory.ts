/**
 * A BPF ring buffer as it is mapped into a process: the consumer's page, the producer's page, and the records, twice.
 *
 * @module
 */
import { Mapping, pageSize } from '../../sys/index.ts'

/** Each record begins with a length of 30 bits, two bits of state, and a word for the kernel's own use. */
export const HEADER = 8
/** `BPF_RINGBUF_BUSY_BIT`: reserved, not submitted yet. It is the sign of the word as a signed one. */
export const BUSY: number = 0x8000_0000 | 0
/** `BPF_RINGBUF_DISCARD_BIT`: the producer took it back. */
export const DISCARDED = 0x4000_0000
/** The bits of the length. */
export const LENGTH = 0x3fff_ffff

/** Where `overwrite_pos` is in the producer's page, in words: behind `producer_pos` and `pending_pos`. */
const OVERWRITTEN = 4

/**
 * Whether loads stay in order, so that a record may be read after a plain load of its header. Elsewhere than on x86-64 the header takes an
 * acquiring load, which costs some nanoseconds a record.
 */
export const ORDERED: boolean = process.arch === 'x64'

/** Which side of the ring this process is on: the kernel lets it write the page of that one alone. */
export type RingSide = 'consumer' | 'producer'

/**
 * The mapped ring. The records are mapped twice in a row, so that one that goes over the end is in one piece.
 *
 * Positions count bytes since the ring was made, in 64 bits. Their low halves do: no two of them are 2^32 apart, as a ring holds 2^31 at most.
 */
export class RingMemory {
  /** Bytes of the ring, a power of two. */
  readonly size: number
  readonly mask: number
  /** The words of the consumer's page, where its position is. */
  readonly consumer: Int32Array
  /** The words of the producer's page: its position, and how far an overwriting ring has overwritten itself. */
  readonly producer: Int32Array
  /** The words of the records. */
  readonly words: Int32Array
  readonly view: DataView
  readonly bytes: Uint8Array
  /** Whether it is unmapped. Set by {@link close} alone; a plain field, as it is looked at after each record. */
  closed = false
  /** Bytes that were read and whose room is not given back yet: see `walkRing`. */
  ahead = 0
  readonly #mine: BigInt64Array
  readonly #mappings: readonly Mapping[]

  /** @throws KernelError what `mmap(2)` refused. */
  constructor(fd: number, size: number, side: RingSide) {
    const page = pageSize()
    const consumer = new Mapping(fd, page, { write: side === 'consumer' })
    let rest: Mapping
    try {
      rest = new Mapping(fd, page + 2 * size, { offset: page, write: side === 'producer' })
    } catch (error) {
      consumer.close()
      throw error
    }
    this.size = size
    this.mask = size - 1
    this.consumer = new Int32Array(consumer.buffer, 0, 2)
    this.producer = new Int32Array(rest.buffer, 0, 6)
    this.words = new Int32Array(rest.buffer, page, (2 * size) / 4)
    this.view = new DataView(rest.buffer, page, 2 * size)
    this.bytes = new Uint8Array(rest.buffer, page, 2 * size)
    this.#mine = new BigInt64Array(side === 'consumer' ? consumer.buffer : rest.buffer, 0, 1)
    this.#mappings = [consumer, rest]
  }

  /** The consumer's position, its low half. */
  consumed(): number {
    return Atomics.load(this.consumer, 0)
  }

  /** The producer's position, its low half. What was written before it was moved there is read after this. */
  produced(): number {
    return Atomics.load(this.producer, 0)
  }

  /** In an overwriting ring, where the oldest record is that has not been overwritten. */
  overwritten(): number {
    return Atomics.load(this.producer, OVERWRITTEN)
  }

  /**
   * Moves the position of this process' own side. The other one sees all that was done before.
   *
   * One store of 32 bits, unless the low half has come round: then the halves must not be seen apart, and a BigInt is made, once in 4 GiB.
   */
  publish(from: number, to: number): void {
    const words = this.consumer.buffer === this.#mine.buffer ? this.consumer : this.producer
    if (to >>> 0 >= from >>> 0) {
      Atomics.store(words, 0, to)
    } else {
      const high = BigInt(words[1]!) + 1n
      Atomics.store(this.#mine, 0, (high << 32n) | BigInt(to >>> 0))
    }
  }

  /** Unmaps it, once all that was read is given back. A second call does nothing. */
  close(): void {
    if (this.closed) return
    const position = this.consumed()
    if (this.ahead > 0) this.publish(position, (position + this.ahead) | 0)
    this.closed = true
    for (const mapping of this.#mappings) mapping.close()
  }
}

/** How far the record reaches whose header says this length: positions are multiples of 8. */
export const spanOf = (length: number): number => (length + HEADER + 7) & ~7
