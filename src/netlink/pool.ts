import { Writer } from '../codec/index.ts'
import { ClosedError } from '../sys/index.ts'
import { NetlinkSocket, type SocketOptions } from './socket.ts'

/** A socket with the buffer that its requests are written into. One conversation at a time. */
export interface Channel {
  readonly socket: NetlinkSocket
  readonly writer: Writer
}

/** A network namespace, as far as opening a socket in it needs one. */
export interface Enterable {
  /** Calls the function with this thread in the namespace, and returns what it returned. */
  run<T>(work: () => T): T
}

/** Idle sockets kept for the next conversation; one that breaks a dump off costs 30 µs to replace. */
const SPARE = 2

/**
 * The sockets of one handle. The kernel runs one dump per socket (a second gets `EBUSY`), so each conversation borrows a socket for itself:
 * a request inside a loop over a dump simply takes another one.
 */
export class Pool {
  readonly #options: SocketOptions
  readonly #netns: Enterable | undefined
  readonly #idle: Channel[] = []
  #closed = false

  constructor(options: SocketOptions, netns: Enterable | undefined) {
    this.#options = options
    this.#netns = netns
  }

  /** Borrows a channel. */
  borrow(): Channel {
    if (this.#closed) throw new ClosedError('the netlink handle')
    const channel = this.#idle.pop()
    if (channel !== undefined) return channel
    const open = (): NetlinkSocket => new NetlinkSocket(this.#options)
    return { socket: this.#netns === undefined ? open() : this.#netns.run(open), writer: new Writer() }
  }

  /** Takes a channel back: for reuse if its conversation is over, else to close it, as late answers would confuse the next one. */
  giveBack(channel: Channel, over: boolean): void {
    if (over && !this.#closed && this.#idle.length < SPARE) this.#idle.push(channel)
    else channel.socket.close()
  }

  /** Closes what is idle now, and the rest as it comes back. */
  close(): void {
    this.#closed = true
    for (const { socket } of this.#idle.splice(0)) socket.close()
  }
}
