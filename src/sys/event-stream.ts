/**
 * Async iteration over what is taken from a buffer bit by bit.
 *
 * @module
 */
import type { Readiness, Waiter } from './readiness.ts'

interface Pending<V> {
  resolve(result: IteratorResult<V, undefined>): void
  reject(reason: unknown): void
}

/** What a stream is made of. */
export interface StreamSource<V> {
  /** Takes what is there; undefined when, looked at after the last read position was published, there is nothing. */
  readonly pull: () => V | undefined
  readonly readiness: Readiness
  readonly signal: AbortSignal | undefined
  /** How many values are given out before the event loop gets a turn. */
  readonly budget: number
}

/**
 * Values as they come. It takes each when it is asked for it, so that `break` leaves the rest in the kernel's buffer, whose size is the only
 * limit of what can pile up.
 */
export class EventStream<V> implements AsyncIterableIterator<V, undefined, undefined>, Waiter {
  readonly #source: StreamSource<V>
  readonly #pending: Pending<V>[] = []
  #left: number
  #done = false
  #failure: { readonly reason: unknown } | undefined
  #turning = false

  constructor(source: StreamSource<V>) {
    this.#source = source
    this.#left = source.budget
    const { signal } = source
    if (signal?.aborted) this.#fail(signal.reason)
    else signal?.addEventListener('abort', this.#abort)
  }

  readonly #abort = (): void => this.#fail(this.#source.signal?.reason)

  next(): Promise<IteratorResult<V, undefined>> {
    if (this.#failure) {
      const { reason } = this.#failure
      this.#failure = undefined
      return Promise.reject(reason)
    }
    if (this.#done) return Promise.resolve({ value: undefined, done: true })
    if (this.#pending.length === 0 && this.#left > 0) {
      try {
        const value = this.#source.pull()
        if (value !== undefined) {
          this.#left--
          return Promise.resolve({ value, done: false })
        }
      } catch (error) {
        this.#end()
        return Promise.reject(error)
      }
    }
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject })
      this.#wait()
    })
  }

  return(): Promise<IteratorResult<V, undefined>> {
    this.#end()
    return Promise.resolve({ value: undefined, done: true })
  }

  /** What comes, one after another. */
  [Symbol.asyncIterator](): this {
    return this
  }

  /** Closes it without holding up the event loop. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  /** Waits for the kernel; or, when it has given out enough, for the next turn of the event loop: a fast producer must not starve the rest. */
  #wait(): void {
    if (this.#left > 0) {
      this.#source.readiness.join(this)
    } else if (!this.#turning) {
      this.#turning = true
      setImmediate(() => {
        this.#turning = false
        this.wake()
      })
    }
  }

  /** @internal */
  wake(): void {
    this.#left = this.#source.budget
    while (this.#pending.length > 0 && this.#left > 0) {
      let value: V | undefined
      try {
        value = this.#source.pull()
      } catch (error) {
        return this.#fail(error)
      }
      if (value === undefined) break
      this.#left--
      this.#pending.shift()?.resolve({ value, done: false })
    }
    if (this.#pending.length > 0) this.#wait()
    else this.#source.readiness.leave(this)
  }

  /** @internal */
  ended(error?: Error): void {
    if (error) this.#fail(error)
    else this.#end()
  }

  /** The first who waits is told why, or the next who asks. */
  #fail(reason: unknown): void {
    if (this.#done) return
    const first = this.#pending.shift()
    if (first) first.reject(reason)
    else this.#failure = { reason }
    this.#end()
  }

  #end(): void {
    if (this.#done) return
    this.#done = true
    this.#source.signal?.removeEventListener('abort', this.#abort)
    this.#source.readiness.leave(this)
    for (const pending of this.#pending.splice(0)) pending.resolve({ value: undefined, done: true })
  }
}
