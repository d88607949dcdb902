/**
 * What all readers of records have in common.
 *
 * @module
 */
import { ClosedError, EventStream, Readiness } from '../../sys/index.ts'
import { type RecordVisitor, type StreamOptions } from './decode.ts'
import { ReaderBusyError } from './errors.ts'

/** How many records one call may take. */
export interface LimitOptions {
  /** At most so many; all that are there unless said. */
  readonly limit?: number | undefined
}

/** What a walk through a buffer left to say, beside the number of records. One object a reader: a walk allocates nothing. */
export interface Walked {
  /** Whether it got on, if only past a record that was discarded: then the kernel has to be asked again before waiting. */
  moved: boolean
  /** Whether a visit ended it. */
  stopped: boolean
  /** Whether values are made of the records: then losses that the kernel tells of in between are among them. */
  values: boolean
  /** Whether the reader comes back in the next turn of the event loop, so that the kernel need not wake it. */
  linger: boolean
}

/** Records given out before the event loop gets a turn. */
const RECORDS_A_TURN = 512
/** Records in a batch, unless the caller says how many. */
const BATCH = 1024

/**
 * Records that programs send, read in four ways:
 *
 * - {@link drain} visits those that are there where they are: no copy, no garbage;
 * - {@link read} and {@link take} make a value of each that is there;
 * - {@link records} and {@link batches} give values as they come, by `for await`;
 * - {@link consume} visits them as they come.
 *
 * Each record is given out once, to whoever asks first. What nobody asks for stays in the kernel's buffer, and when that is full the kernel
 * refuses more: that is all the back-pressure there is. The owner closes the reader; streams end then, and anything else throws ClosedError.
 */
export abstract class EventReader<T> implements AsyncIterable<T>, Disposable {
  /** What errors call it. */
  protected abstract readonly title: string
  readonly #readiness = new Readiness(() => this.descriptors())
  readonly #walked: Walked = { moved: false, stopped: false, values: false, linger: false }
  #walking = false
  #closed = false
  #value: T | undefined
  #late: { readonly error: unknown } | undefined
  readonly #keep: RecordVisitor = (view, offset, length, source) => {
    this.#value = this.decode(view, offset, length, source)
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#closed
  }

  /** The descriptors that become readable with a record. */
  protected abstract descriptors(): readonly number[]
  /** Visits what is there; ends when a visit closes the reader. */
  protected abstract walk(visit: RecordVisitor, limit: number, walked: Walked): number
  /** Makes the value of a record. */
  protected abstract decode(view: DataView, offset: number, length: number, source: number): T
  /** Gives back memory and descriptors. */
  protected abstract release(): void

  /**
   * Visits the records that are there when it is called, in order, and gives their number. What comes meanwhile is for the next call. When a
   * visit throws, its record counts as read.
   *
   * @throws ClosedError, and ReaderBusyError when called by a visit.
   */
  drain(visit: RecordVisitor, options?: LimitOptions): number {
    return this.#walk(visit, options?.limit ?? Infinity)
  }

  /**
   * The next record, undefined when there is none now.
   *
   * @throws ClosedError, and what the decoder throws; the record counts as read then.
   */
  read(): T | undefined {
    this.#throwLate()
    this.#value = undefined
    while (this.#walk(this.#keep, 1, true) === 0 && this.#walked.moved) {
      // Only discarded records so far.
    }
    return this.#value
  }

  /**
   * The records that are there, at most `limit`. Where the decoder throws it gives those before, and throws when it is called next.
   *
   * @throws ClosedError, and what the decoder throws.
   */
  take(options?: LimitOptions): T[] {
    return this.#take(options?.limit ?? Infinity, false)
  }

  #take(limit: number, linger: boolean): T[] {
    this.#throwLate()
    const values: T[] = []
    const visit: RecordVisitor = (view, offset, length, source) => {
      try {
        values.push(this.decode(view, offset, length, source))
        return true
      } catch (error) {
        if (values.length === 0) throw error
        this.#late = { error }
        return false
      }
    }
    while (this.#walk(visit, limit, true, linger) === 0 && this.#walked.moved) {
      // Only discarded records so far.
    }
    return values
  }

  /**
   * The records as they come. `break` ends the stream and leaves what is not read in the buffer; `close()` ends it too.
   *
   * @throws ClosedError
   */
  records(options?: StreamOptions): AsyncIterableIterator<T, undefined, undefined> {
    return this.#stream(() => this.read(), RECORDS_A_TURN, options)
  }

  /**
   * The records as they come, as many at a time as are there: what costs the least where a promise for each record is too much.
   *
   * @throws ClosedError
   */
  batches(options?: StreamOptions & LimitOptions): AsyncIterableIterator<T[], undefined, undefined> {
    const limit = options?.limit ?? BATCH
    const pull = (): T[] | undefined => {
      const batch = this.#take(limit, true)
      return batch.length === 0 ? undefined : batch
    }
    return this.#stream(pull, 1, options)
  }

  /**
   * Visits the records as they come, until the signal aborts, a visit gives `false` or throws, or the reader is closed. The event loop gets
   * a turn after each round.
   *
   * @throws the signal's reason, what a visit throws, ClosedError.
   */
  async consume(visit: RecordVisitor, options?: StreamOptions): Promise<void> {
    const pull = (): true | undefined => {
      this.#walk(visit, Infinity, false, true)
      return this.#walked.moved || undefined
    }
    // A round that a visit ended or closed has moved: it comes out here, before the reader is asked again.
    for await (const _ of this.#stream(pull, 1, options)) if (this.#walked.stopped || this.#closed) return
  }

  /** {@link records} without a signal. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined, undefined> {
    return this.records()
  }

  /** Ends all streams and gives back memory and descriptors. A second call does nothing. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#readiness.close()
    this.release()
  }

  /** {@link close} at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close()
  }

  #stream<V>(pull: () => V | undefined, budget: number, options: StreamOptions | undefined): EventStream<V> {
    this.#open()
    return new EventStream({
      pull: () => (this.#closed ? undefined : pull()),
      readiness: this.#readiness,
      signal: options?.signal,
      budget,
    })
  }

  #throwLate(): void {
    if (!this.#late) return
    const { error } = this.#late
    this.#late = undefined
    throw error
  }

  #walk(visit: RecordVisitor, limit: number, values = false, linger = false): number {
    this.#open()
    if (this.#walking) throw new ReaderBusyError(this.title)
    this.#walking = true
    this.#walked.moved = false
    this.#walked.stopped = false
    this.#walked.values = values
    this.#walked.linger = linger
    try {
      return this.walk(visit, limit, this.#walked)
    } finally {
      this.#walking = false
    }
  }

  #open(): void {
    if (this.#closed) throw new ClosedError(this.title)
  }
}
