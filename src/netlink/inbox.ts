/**
 * The receiving end of multicast groups: many datagrams by one system call, until there are none.
 *
 * @module
 */
import { littleEndian, Source } from '../codec/index.ts'
import { errnoOf, KernelError, NR, Pinned, putAddress, syscall } from '../sys/index.ts'
import { NLMSG_HDRLEN, NLMSG_MIN_TYPE, NLMSG_OVERRUN } from './constants.ts'

const MSG_TRUNC = 0x20
const MSG_DONTWAIT = 0x40
const SOL_NETLINK = 270
const NETLINK_LISTEN_ALL_NSID = 8

const EAGAIN = -errnoOf('EAGAIN')
const EINTR = -errnoOf('EINTR')
const ENOBUFS = -errnoOf('ENOBUFS')

/** Datagrams by one call: beyond this the call itself costs nothing any more. */
const SLOTS = 32
/** Room for a datagram. A notification is one message without virtual functions; one that is longer counts as lost. */
const ROOM = 1 << 15
/** `struct mmsghdr` of a 64-bit kernel: `struct msghdr`, then the length that was received. */
const MMSGHDR = 64
const IOVEC = 16
const SOCKADDR_NL = 12
const NAME = 16
/** `CMSG_SPACE(sizeof(int))`. */
const CONTROL = 24

/** Takes one notification; the bytes are there for the length of the call. `nsid` is that of another namespace, if it comes from there. */
export type Notice = (source: Source, start: number, end: number, type: number, flags: number, nsid: number) => void

/** What a look into the socket gave: messages, nothing, or that the kernel lost some. */
export type Found = 'some' | 'none' | 'lost'

/** Where `nsid` says that a message is of the socket's own namespace. */
export const HERE = -1

/** The memory of one call, for all monitors of the thread: what is received is decoded before the next call. */
class Batch {
  readonly source: Source
  readonly headers = new Pinned(SLOTS * MMSGHDR)
  readonly #parts = new Pinned(SLOTS * (IOVEC + NAME + CONTROL))
  readonly #names = SLOTS * IOVEC
  readonly #controls = SLOTS * (IOVEC + NAME)
  #dirty = SLOTS

  constructor() {
    const data = new Pinned(SLOTS * ROOM)
    this.source = new Source(data.bytes)
    const { view } = this.#parts
    for (let slot = 0; slot < SLOTS; slot++) {
      const header = slot * MMSGHDR
      const part = slot * IOVEC
      putAddress(view, part, data.address + slot * ROOM)
      putAddress(view, part + 8, ROOM)
      putAddress(this.headers.view, header, this.#parts.address + this.#names + slot * NAME)
      putAddress(this.headers.view, header + 16, this.#parts.address + part)
      putAddress(this.headers.view, header + 24, 1)
      putAddress(this.headers.view, header + 32, this.#parts.address + this.#controls + slot * CONTROL)
    }
  }

  /** Receives into the slots: how many, or the negative error number. */
  receive(fd: number): number {
    const { view, address } = this.headers
    for (let slot = 0; slot < this.#dirty; slot++) {
      const at = slot * MMSGHDR
      view.setUint32(at + 8, SOCKADDR_NL, littleEndian)
      view.setUint32(at + 40, CONTROL, littleEndian)
    }
    const count = syscall(NR.recvmmsg, fd, address, SLOTS, MSG_DONTWAIT, 0)
    this.#dirty = count < 0 ? SLOTS : count
    return count
  }

  length(slot: number): number {
    return this.headers.view.getUint32(slot * MMSGHDR + 56, littleEndian)
  }

  cut(slot: number): boolean {
    return (this.headers.view.getUint32(slot * MMSGHDR + 48, littleEndian) & MSG_TRUNC) !== 0
  }

  /** Port of the sender: the kernel is 0. */
  sender(slot: number): number {
    return this.#parts.view.getUint32(this.#names + slot * NAME + 4, littleEndian)
  }

  /** The namespace that it comes from, where that is not the socket's own. */
  nsid(slot: number): number {
    if (this.headers.view.getUint32(slot * MMSGHDR + 40, littleEndian) < 20) return HERE
    const at = this.#controls + slot * CONTROL
    const { view } = this.#parts
    const ours =
      view.getUint32(at + 8, littleEndian) === SOL_NETLINK &&
      view.getUint32(at + 12, littleEndian) === NETLINK_LISTEN_ALL_NSID
    return ours ? view.getInt32(at + 16, littleEndian) : HERE
  }
}

let batch: Batch | undefined

/** Receives one batch of notifications and hands out each message. */
export function receiveBatch(fd: number, take: Notice): Found {
  batch ??= new Batch()
  const count = batch.receive(fd)
  if (count === EAGAIN) return 'none'
  if (count === EINTR) return 'some'
  if (count === ENOBUFS) return 'lost'
  if (count < 0) throw new KernelError({ errno: count, syscall: 'recvmmsg', attempted: 'receive notifications' })
  let whole = true
  for (let slot = 0; slot < count; slot++) {
    if (batch.sender(slot) !== 0) continue // only the kernel is port 0: anybody may write to a netlink port
    whole = !batch.cut(slot) && messages(batch.source, slot * ROOM, batch.length(slot), batch.nsid(slot), take) && whole
  }
  return whole ? 'some' : 'lost'
}

/** Throws away all that is queued: what the kernel lost is found by looking, and so is this. */
export function discardAll(fd: number): void {
  for (;;) {
    const found = receiveBatch(fd, () => {})
    if (found === 'none') return
  }
}

/** Whether all messages of a datagram were whole. */
function messages(source: Source, from: number, length: number, nsid: number, take: Notice): boolean {
  const { view } = source
  for (let at = from; at + NLMSG_HDRLEN <= from + length;) {
    const size = view.getUint32(at, littleEndian)
    if (size < NLMSG_HDRLEN || at + size > from + length) return false
    const type = view.getUint16(at + 4, littleEndian)
    if (type >= NLMSG_MIN_TYPE) {
      take(source, at + NLMSG_HDRLEN, at + size, type, view.getUint16(at + 6, littleEndian), nsid)
    } else if (type === NLMSG_OVERRUN) {
      return false
    }
    at += (size + 3) & ~3
  }
  return true
}
