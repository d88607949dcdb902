/**
 * Notifications of a family, as they come.
 *
 * @module
 */
import { EventStream, Readiness } from '../../sys/index.ts'
import { NETLINK_GENERIC } from '../constants.ts'
import { receiveBatch } from '../inbox.ts'
import type { Enterable } from '../pool.ts'
import { NetlinkSocket } from '../socket.ts'
import { genlHeader } from './codecs.ts'
import type { EventOf, FamilySpec } from './spec.ts'

/** How notifications are listened to. */
export interface EventOptions {
  /** Ends it; whoever iterates gets the reason as an error. */
  readonly signal?: AbortSignal | undefined
  /** Room for notifications that nobody has read yet, in bytes (4 MiB). */
  readonly receiveBuffer?: number | undefined
}

/** Notifications were lost: they came faster than they were read. Whoever keeps state lists anew. */
export interface Lost {
  readonly type: 'lost'
}

/** Notifications that are handed out before the event loop gets a turn. */
const BUDGET = 1024

/**
 * What a family tells. It takes notifications from the kernel when it is asked for the next one. Leaving the loop closes it; one that is not iterated is
 * to be closed. Notifications that the family's table does not know are left out.
 */
export class FamilyEvents<S extends FamilySpec>
  implements AsyncIterableIterator<EventOf<S> | Lost, undefined, undefined>, Disposable, AsyncDisposable
{
  readonly #socket: NetlinkSocket
  readonly #readiness: Readiness
  /** Absent while it is being opened. */
  readonly #stream: EventStream<EventOf<S> | Lost> | undefined
  readonly #signal: AbortSignal | undefined
  readonly #byCommand = new Map<number, readonly [type: string, read: (typeof genlHeader)['read']]>()
  readonly #id: number
  #closed = false
  readonly #queue: (EventOf<S> | Lost)[] = []

  /** @internal */
  constructor(spec: S, id: number, groups: readonly number[], home: Enterable, options: EventOptions) {
    const { signal, receiveBuffer } = options
    signal?.throwIfAborted()
    this.#id = id
    this.#signal = signal
    for (const [type, { cmd, message }] of Object.entries(spec.events ?? {})) {
      this.#byCommand.set(cmd, [type, (source, start, end) => message.read(source, start, end) as never])
    }
    this.#socket = home.run(() => new NetlinkSocket({ protocol: NETLINK_GENERIC, timeout: 0, receiveBuffer }))
    this.#readiness = new Readiness(() => [this.#socket.fd])
    try {
      for (const group of groups) this.#socket.join(group)
    } catch (error) {
      this.close()
      throw error
    }
    this.#stream = new EventStream({ pull: () => this.#pull(), readiness: this.#readiness, signal, budget: BUDGET })
    signal?.addEventListener('abort', this.#abort)
  }

  readonly #abort = (): void => this.close()

  #pull(): EventOf<S> | Lost | undefined {
    try {
      return this.#take()
    } catch (error) {
      // later: who waits is told the error first
      queueMicrotask(() => this.close())
      throw error
    }
  }

  #take(): EventOf<S> | Lost | undefined {
    if (this.#closed) return undefined
    for (;;) {
      const event = this.#queue.shift()
      if (event !== undefined) return event
      const found = receiveBatch(this.#socket.fd, (source, start, end, type) => {
        if (type !== this.#id) return
        const known = this.#byCommand.get(source.bytes[start]!)
        const object = known?.[1](source, start + genlHeader.size, end)
        if (object !== undefined) this.#queue.push({ type: known![0], object } as unknown as EventOf<S>)
      })
      if (found === 'lost') this.#queue.push({ type: 'lost' })
      if (found === 'none') return undefined
    }
  }

  /** The next notification. */
  next(): Promise<IteratorResult<EventOf<S> | Lost, undefined>> {
    return this.#stream!.next()
  }

  /** Closes it. */
  return(): Promise<IteratorResult<EventOf<S> | Lost, undefined>> {
    this.close()
    return Promise.resolve({ value: undefined, done: true })
  }

  /** What comes, one after another. */
  [Symbol.asyncIterator](): this {
    return this
  }

  /** Lets the process end though somebody waits. */
  unref(): this {
    this.#readiness.unref()
    return this
  }

  /** Keeps the process running while somebody waits, as it does unless told otherwise. */
  ref(): this {
    this.#readiness.ref()
    return this
  }

  /** Ends it: whoever waits is told that there is no more. A second call does nothing. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#signal?.removeEventListener('abort', this.#abort)
    this.#readiness.close()
    this.#socket.close()
    void this.#stream?.return()
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** Closes it without holding up the event loop. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }
}
