/**
 * Following what happens to the objects of rtnetlink, with nothing lost.
 *
 * @module
 */
import { EventStream, Readiness } from '../../../sys/index.ts'
import { NetNs } from '../../../netns/netns.ts'
import { NETLINK_ROUTE } from '../../constants.ts'
import { DumpInterruptedError } from '../../error.ts'
import type { Enterable } from '../../pool.ts'
import { NetlinkSocket } from '../../socket.ts'
import type { TableRef } from '../routes.ts'
import type { Rtnl } from '../rtnl.ts'
import type { Change, Resync } from './change.ts'
import { attachFilter, tableFilter } from './filter.ts'
import { discardAll, receiveBatch } from '../../inbox.ts'
import { type Monitored, type MonitorKind, WATCHED } from './kinds.ts'
import { Mirror } from './mirror.ts'

/** How a monitor is opened. */
export interface MonitorOptions {
  /** Ends the monitor; whoever iterates gets the reason as an error. */
  readonly signal?: AbortSignal | undefined
  /** Whether what is there at the start comes first, each object as `added` (true). */
  readonly initial?: boolean | undefined
  /**
   * Room for notifications that nobody has read yet, in bytes as the kernel accounts them (8 MiB; `SO_RCVBUFFORCE`, without CAP_NET_ADMIN no more
   * than `net.core.rmem_max`). When it is full, notifications are lost, and all is listed anew.
   */
  readonly receiveBuffer?: number | undefined
  /** Shortest time from one such list to the next, in milliseconds (1000): where changes never cease to be too many, lists must not be all there is. */
  readonly resyncInterval?: number | undefined
  /** Routes of these tables only; the kernel keeps the others' out of the buffer. Left out: of all. */
  readonly tables?: readonly TableRef[] | undefined
  /**
   * Follows every namespace that the handle's own has a number for, too (`NETLINK_LISTEN_ALL_NSID`). Their links and addresses are listed like the
   * own ones; the other kinds cannot be from outside, so of them only what is told is known, and a resync forgets it. Needs CAP_NET_BROADCAST over
   * each.
   */
  readonly allNsids?: boolean | undefined
}

/** Changes that are handed out before the event loop gets a turn. */
const BUDGET = 1024
/** Batches read in a row that tell nothing new before the event loop gets a turn. */
const EMPTY_BATCHES = 64

/** What a monitor is made of. */
export interface MonitorSource<K extends MonitorKind> {
  readonly rtnl: Rtnl
  readonly home: Enterable
  /** None stands for all. */
  readonly kinds: readonly K[]
}

/** The kinds, each once.  @throws RangeError for one that there is not. */
function known<K extends MonitorKind>(kinds: readonly K[]): readonly K[] {
  const all = Object.keys(WATCHED) as K[]
  for (const kind of kinds) {
    if (!Object.hasOwn(WATCHED, kind)) throw new RangeError(`cannot monitor ${kind}: expected one of ${all.join(', ')}`)
  }
  return kinds.length === 0 ? all : [...new Set(kinds)]
}

/** The number that a namespace gives itself, if it does. */
function ownNumber({ rtnl, home }: { readonly rtnl: Rtnl; readonly home: Enterable }): number | undefined {
  using netns = home.run(() => NetNs.current())
  return rtnl.nsids.get(netns)
}

/**
 * Changes of the objects of some kinds, as they happen: what {@link Rtnl.monitor} gives.
 *
 * It subscribes first and lists then, so nothing falls between. It takes notifications from the kernel only when it is asked for the next change: what
 * piles up is bounded by the kernel's buffer, and a consumer too slow for that gets a `resync` and the differences. Every change is told against what
 * was known, so that `added` is of something new and `changed` of something that differs; {@link Monitor.objects} has it all.
 *
 * What the kernel changes without a word is seen with the object's next change: counters, lifetimes, the queueing discipline of a link.
 *
 * Leaving the loop closes it; one that is not iterated is to be closed. It keeps the process running while somebody waits for the next change.
 */
export class Monitor<K extends MonitorKind = MonitorKind>
  implements AsyncIterableIterator<Change<K>, undefined, undefined>, Disposable, AsyncDisposable
{
  readonly #socket: NetlinkSocket
  readonly #readiness: Readiness
  /** Absent while it is being opened. */
  readonly #stream: EventStream<Change> | undefined
  readonly #mirror: Mirror
  readonly #interval: number
  readonly #signal: AbortSignal | undefined
  #queue: Change[] = []
  #head = 0
  /** Why everything is to be listed, if it is. */
  #lost: Resync['reason'] | undefined = 'start'
  #listed = -Infinity
  #timer: NodeJS.Timeout | undefined
  #closed = false

  /** @internal */
  static open<K extends MonitorKind>(source: MonitorSource<K>, options: MonitorOptions): Monitor<K> {
    return new Monitor(source, options)
  }

  private constructor(of: MonitorSource<K>, options: MonitorOptions) {
    const { rtnl, home } = of
    const { signal, initial = true, receiveBuffer = 8 << 20, resyncInterval = 1000, tables, allNsids = false } = options
    signal?.throwIfAborted()
    this.#signal = signal
    this.#interval = resyncInterval
    const kinds = known(of.kinds)
    const abroad = allNsids ? { own: ownNumber(of) } : undefined
    this.#mirror = new Mirror({ rtnl, kinds, tables, abroad }, (change) => this.#queue.push(change))
    this.#socket = home.run(() => new NetlinkSocket({ protocol: NETLINK_ROUTE, timeout: 0, receiveBuffer }))
    this.#readiness = new Readiness(() => [this.#socket.fd])
    try {
      if (allNsids) this.#socket.listenAllNsids()
      if (tables !== undefined) attachFilter(this.#socket.fd, tableFilter(tables))
      for (const group of this.#mirror.groups()) this.#socket.join(group)
      this.#recover()
    } catch (error) {
      this.close()
      throw error
    }
    if (!initial) this.#queue = []
    this.#stream = new EventStream({ pull: () => this.#pull(), readiness: this.#readiness, signal, budget: BUDGET })
    signal?.addEventListener('abort', this.#abort)
  }

  readonly #abort = (): void => this.close()

  /** Whether it has been closed. */
  get closed(): boolean {
    return this.#closed
  }

  /**
   * What is there of a kind, as far as notifications have been read: the state that the changes handed out lead to, and those that wait to be.
   * `nsid` names another namespace, with `allNsids`.
   */
  objects<N extends K>(kind: N, nsid?: number): Monitored[N][] {
    return this.#mirror.objects(kind, nsid)
  }

  /** The next change. */
  next(): Promise<IteratorResult<Change<K>, undefined>> {
    return this.#stream!.next() as Promise<IteratorResult<Change<K>, undefined>>
  }

  /** Closes it. */
  return(): Promise<IteratorResult<Change<K>, undefined>> {
    this.close()
    return Promise.resolve({ value: undefined, done: true })
  }

  /** What comes, one after another. */
  [Symbol.asyncIterator](): this {
    return this
  }

  /** Keeps the process running while somebody waits for a change, as it does unless told otherwise. */
  ref(): this {
    this.#readiness.ref()
    return this
  }

  /** Lets the process end though somebody waits. */
  unref(): this {
    this.#readiness.unref()
    return this
  }

  /** Ends it: whoever waits is told that there is no more. A second call does nothing. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this.#abort)
    this.#readiness.close()
    this.#socket.close()
    this.#queue = []
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

  #pull(): Change | undefined {
    if (this.#closed) return undefined
    try {
      for (let batches = 0; ; batches++) {
        const change = this.#shift()
        if (change !== undefined) return change
        if (batches >= EMPTY_BATCHES) {
          setImmediate(() => this.#stream?.wake())
          return undefined
        }
        if (!this.#read()) return this.#shift()
      }
    } catch (error) {
      // later: who waits is told the error first
      queueMicrotask(() => this.close())
      throw error
    }
  }

  #shift(): Change | undefined {
    const change = this.#queue[this.#head]
    if (change === undefined) {
      if (this.#head > 0) this.#queue = []
      this.#head = 0
      return undefined
    }
    this.#head++
    return change
  }

  /** Takes a batch of notifications in; false when there are no more. */
  #read(): boolean {
    const found = receiveBatch(this.#socket.fd, (source, start, end, type, flags, nsid) => {
      this.#mirror.take(source, start, end, type, flags, nsid)
    })
    if (found === 'some') return true
    if (found === 'lost') {
      // The kernel drops everything from now on until the queue is empty; only then does a list miss nothing.
      discardAll(this.#socket.fd)
      this.#lost = 'overflow'
      this.#recover()
      return true
    }
    // All that was told is known: what is still in doubt is looked at.
    if (this.#lost === undefined) this.#orLater(() => this.#mirror.lookAgain())
    return false
  }

  /** Lists all that was lost, now or when the time has come. */
  #recover(): void {
    if (this.#lost === undefined) return
    const wait = this.#listed + this.#interval - performance.now()
    if (wait > 0) return this.#later(wait)
    const reason = this.#lost
    if (reason !== 'start') this.#listed = performance.now()
    const before = this.#queue
    const differences: Change[] = (this.#queue = [])
    const done = this.#orLater(() => this.#mirror.lookAtAll())
    if (done) this.#lost = undefined
    this.#queue = before
    this.#queue.push({ type: 'resync', reason, changes: differences.length })
    for (const change of differences) this.#queue.push(change)
  }

  /** Does it, or tries again later when things change faster than they can be listed. */
  #orLater(work: () => void): boolean {
    try {
      work()
      return true
    } catch (error) {
      if (!(error instanceof DumpInterruptedError)) throw error
      this.#later(this.#interval)
      return false
    }
  }

  #later(wait: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      try {
        this.#recover()
      } catch (error) {
        this.#stream?.ended(error as Error)
        return this.close()
      }
      this.#stream?.wake()
    }, wait).unref()
  }
}
