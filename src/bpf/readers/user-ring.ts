/**
 * Ring buffers that a process writes and programs read (`BPF_MAP_TYPE_USER_RINGBUF`).
 *
 * @module
 */
import { ClosedError, EventStream, type Fd, Readiness } from '../../sys/index.ts'
import { type StreamOptions } from './decode.ts'
import { RingFullError } from './errors.ts'
import { type MapHandle, openBuffer } from './open.ts'
import { BUSY, DISCARDED, HEADER, LENGTH, RingMemory, spanOf } from './ring-memory.ts'

/**
 * Room in a user ring for one record, to be filled where it is. Programs do not see it, nor any record after it, until it is submitted or
 * discarded.
 */
export class UserRingRecord {
  /** A view of the whole ring: the record is the `length` bytes at `offset`. Not cleared: what stood there before may still. */
  readonly view: DataView
  readonly offset: number
  readonly length: number
  #settle: ((flag: number) => void) | undefined

  /** @internal */
  constructor(view: DataView, offset: number, length: number, settle: (flag: number) => void) {
    this.view = view
    this.offset = offset
    this.length = length
    this.#settle = settle
  }

  /** The record's bytes: a new view of them each time. Not to be used after {@link submit}. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.view.buffer, this.view.byteOffset + this.offset, this.length)
  }

  /**
   * Gives it to the program that drains the ring next.
   *
   * @throws ClosedError when it was submitted or discarded before, or the ring is closed.
   */
  submit(): void {
    this.#done(0)
  }

  /**
   * Takes it back: programs skip it.
   *
   * @throws ClosedError when it was submitted or discarded before, or the ring is closed.
   */
  discard(): void {
    this.#done(DISCARDED)
  }

  #done(flag: number): void {
    const settle = this.#settle
    if (!settle) throw new ClosedError('the record')
    this.#settle = undefined
    settle(flag)
  }
}

/**
 * Writes records for programs to take out with `bpf_user_ringbuf_drain`. Requires Linux 6.1.
 *
 * A ring has one writer: nothing keeps a second one, of another process or thread, from writing over the first. The owner closes it.
 */
export class UserRing implements Disposable {
  /** Bytes of the ring. A record takes its length and 8 more, rounded up to 8. */
  readonly size: number
  readonly #title: string
  readonly #fd: Fd
  readonly #ring: RingMemory
  readonly #readiness: Readiness

  private constructor(map: MapHandle) {
    const { fd, info, title } = openBuffer(map, 'user_ringbuf')
    try {
      this.#ring = new RingMemory(fd.number, info.maxEntries, 'producer')
    } catch (error) {
      fd.close()
      throw error
    }
    this.#fd = fd
    this.#title = `the writer of ${title}`
    this.#readiness = new Readiness(() => [fd.number], 'writable')
    this.size = info.maxEntries
  }

  /**
   * Opens a map for writing records. It has a descriptor of its own: closing the map does not end it. The caller closes it.
   *
   * @throws WrongKindError when it is no user ring buffer, KernelError when it cannot be mapped.
   */
  static open(map: MapHandle): UserRing {
    return new UserRing(map)
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#ring.closed
  }

  /** Bytes that programs have not taken out yet, with headers and padding. */
  get pendingBytes(): number {
    const ring = this.#open()
    return (ring.produced() - ring.consumed()) >>> 0
  }

  /**
   * Room for a record of `length` bytes.
   *
   * @throws RingFullError when programs have not made enough room yet, RangeError when the ring could never hold it, ClosedError.
   */
  reserve(length: number): UserRingRecord {
    const record = this.tryReserve(length)
    if (!record) throw new RingFullError(this.#title, length)
    return record
  }

  /**
   * {@link reserve}, with undefined in place of RingFullError.
   *
   * @throws RangeError when the ring could never hold it, ClosedError.
   */
  tryReserve(length: number): UserRingRecord | undefined {
    const ring = this.#open()
    const span = spanOf(length)
    if (!(Number.isInteger(length) && length >= 0 && length <= LENGTH && span <= ring.size)) {
      throw new RangeError(`${this.#title}: a ring of ${ring.size} bytes holds no record of ${length}`)
    }
    const position = ring.produced()
    if (span > ring.size - ((position - ring.consumed()) >>> 0)) return undefined
    const at = position & ring.mask
    ring.words[(at >>> 2) + 1] = 0
    ring.words[at >>> 2] = length | BUSY
    ring.publish(position, (position + span) | 0)
    // The kernel reads the header with acquire: the record is whole when the busy bit is gone.
    return new UserRingRecord(ring.view, at + HEADER, length, (flag) => {
      Atomics.store(this.#open().words, at >>> 2, length | flag)
    })
  }

  /**
   * {@link reserve}, once a program has made room; without a program that drains the ring it waits until the signal aborts.
   *
   * @throws the signal's reason, RangeError when the ring could never hold it, ClosedError when it is closed meanwhile.
   */
  async reserveAsync(length: number, options?: StreamOptions): Promise<UserRingRecord> {
    const pull = (): UserRingRecord | undefined => (this.closed ? undefined : this.tryReserve(length))
    const stream = new EventStream({ pull, readiness: this.#readiness, signal: options?.signal, budget: 1 })
    const { value } = await stream.next()
    await stream.return()
    return value ?? this.reserve(length)
  }

  /**
   * Writes a copy of the bytes as a record.
   *
   * @throws RingFullError, RangeError, ClosedError as {@link reserve} does.
   */
  write(bytes: Uint8Array): void {
    const record = this.reserve(bytes.length)
    this.#ring.bytes.set(bytes, record.offset)
    record.submit()
  }

  /** {@link write}, once a program has made room. */
  async writeAsync(bytes: Uint8Array, options?: StreamOptions): Promise<void> {
    const record = await this.reserveAsync(bytes.length, options)
    this.#ring.bytes.set(bytes, record.offset)
    record.submit()
  }

  /** Unmaps the ring and closes its descriptor; who waits for room is refused. A second call does nothing. */
  close(): void {
    if (this.closed) return
    this.#readiness.close()
    this.#ring.close()
    this.#fd.close()
  }

  /** {@link close} at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close()
  }

  #open(): RingMemory {
    if (this.closed) throw new ClosedError(this.#title)
    return this.#ring
  }
}
