/**
 * Waiting for descriptors on the event loop, told once for each wake-up of the kernel.
 *
 * libuv's own polling is level-triggered: as long as a ring holds records that nobody wants yet, or a producer has reserved one without
 * submitting it, it would call back in every turn of the loop. An epoll set in between, edge-triggered, is itself readable only after a
 * wake-up. So whoever waits looks at the ring first, each time. And an error on a descriptor (a socket that lost messages) is a wake-up like
 * any other, where libuv would stop polling.
 *
 * @module
 */
import { syscall } from './door.ts'
import { check, KernelError } from './errors.ts'
import { Fd } from './fd.ts'
import { arena, release, take } from './memory.ts'
import { NR } from './numbers.ts'
import { FdWatcher } from './watcher.ts'

const EPOLL_CLOEXEC = 0o2000000
const EPOLL_CTL_ADD = 1
const EPOLLET = 0x8000_0000

/** What a descriptor is waited for. */
export const WAIT_FOR = { readable: 0x1, writable: 0x4 } as const

/** `struct epoll_event` is packed on x86-64 and nowhere else. */
const EVENT_SIZE = process.arch === 'x64' ? 12 : 16
/** Wake-ups taken by one call; further ones make the set readable again. */
const AT_ONCE = 16

/** Somebody who waits. */
export interface Waiter {
  /** A descriptor was woken: look again. */
  wake(): void
  /** It will not be woken any more: closed, or broken with an error. */
  ended(error?: Error): void
}

/** Wakes those who wait for any of some descriptors. Keeps the process running while somebody waits, and only then; never after {@link unref}. */
export class Readiness {
  readonly #descriptors: () => readonly number[]
  readonly #events: number
  readonly #waiters = new Set<Waiter>()
  #set: Fd | undefined
  #watcher: FdWatcher | undefined
  #closed = false
  #holding = true

  /** `descriptors` is asked when somebody waits for the first time; they stay open as long as this does. */
  constructor(descriptors: () => readonly number[], waitFor: keyof typeof WAIT_FOR = 'readable') {
    this.#descriptors = descriptors
    this.#events = WAIT_FOR[waitFor]
  }

  /** Wakes this one from now on. */
  join(waiter: Waiter): void {
    if (this.#closed) return waiter.ended()
    this.#waiters.add(waiter)
    this.#watcher ??= this.#open()
    if (this.#holding) this.#watcher.ref()
    else this.#watcher.unref()
  }

  /** Keeps the process running while somebody waits, as it does unless told otherwise. */
  ref(): void {
    this.#holding = true
    if (this.#waiters.size > 0) this.#watcher?.ref()
  }

  /** Lets the process end though somebody waits. */
  unref(): void {
    this.#holding = false
    this.#watcher?.unref()
  }

  /** Wakes it no more. */
  leave(waiter: Waiter): void {
    if (this.#waiters.delete(waiter) && this.#waiters.size === 0) this.#watcher?.unref()
  }

  /** Stops; those who wait are told. A second call does nothing. */
  close(): void {
    this.#end()
  }

  #end(error?: Error): void {
    this.#closed = true
    this.#watcher?.close()
    this.#set?.close()
    const waiters = [...this.#waiters]
    this.#waiters.clear()
    for (const waiter of waiters) waiter.ended(error)
  }

  #open(): FdWatcher {
    const set = Fd.own(check(syscall(NR.epoll_create1, EPOLL_CLOEXEC), 'epoll_create1'), 'the epoll set')
    const at = take(EVENT_SIZE)
    try {
      arena.view.setUint32(at, this.#events + EPOLLET, true)
      for (const fd of this.#descriptors()) {
        check(syscall(NR.epoll_ctl, set.number, EPOLL_CTL_ADD, fd, arena.address + at), 'epoll_ctl')
      }
    } catch (error) {
      set.close()
      throw error
    } finally {
      release(at)
    }
    this.#set = set
    // A perf event tells of its wake-up once, and what comes before libuv has put the set into its own is told to nobody: libuv does so in
    // the next turn of the loop, and the turn after that is when all look again.
    setImmediate(() => setImmediate(() => this.#wakeAll()))
    return new FdWatcher(set.number, (status) => this.#woken(status))
  }

  #woken(status: number): void {
    if (status < 0) return this.#end(new KernelError({ errno: status, syscall: 'uv_poll' }))
    const at = take(EVENT_SIZE * AT_ONCE)
    // Taking the wake-ups is what makes the set unreadable again; which descriptors they are of does not matter.
    syscall(NR.epoll_pwait, this.#set!.number, arena.address + at, AT_ONCE, 0, 0, 0)
    release(at)
    this.#wakeAll()
  }

  #wakeAll(): void {
    // A list of its own: whoever finds nothing joins again.
    const waiters = [...this.#waiters]
    for (const waiter of waiters) waiter.wake()
  }
}
