import { littleEndian, Source, type Writer } from '../codec/index.ts'
import {
  addressOf,
  arena,
  check,
  errnoOf,
  Fd,
  keepAlive,
  NR,
  Pinned,
  release,
  syscall,
  syscallAsync,
  take,
} from '../sys/index.ts'

const AF_NETLINK = 16
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0o2_000_000
const SOL_SOCKET = 1
const SO_SNDBUF = 7
const SO_RCVBUF = 8
const SO_RCVTIMEO = 20
const SO_RCVBUFFORCE = 33
const SOL_NETLINK = 270
const NETLINK_ADD_MEMBERSHIP = 1
const NETLINK_DROP_MEMBERSHIP = 2
const NETLINK_LISTEN_ALL_NSID = 8
const NETLINK_CAP_ACK = 10
const NETLINK_EXT_ACK = 11
const NETLINK_GET_STRICT_CHK = 12
const MSG_TRUNC = 0x20
const MSG_DONTWAIT = 0x40
const SOCKADDR_NL = 12

const EINTR = -errnoOf('EINTR')
const EPERM = -errnoOf('EPERM')

/**
 * Where datagrams are received: one for the thread, since whatever arrives is decoded to values before the next call. Larger than any answer
 * known (a link with 256 virtual functions passes 64 KiB); pages that nothing is received into cost no memory.
 */
let inbox = 1 << 20
let received: Pinned | undefined
let source: Source | undefined
/** The sender of the datagram, then the length of its address, for `recvfrom`. */
let sender: Pinned | undefined

function receiveBuffer(): Pinned {
  if (received === undefined || received.bytes.length < inbox) {
    received = new Pinned(inbox)
    source = new Source(received.bytes)
  }
  return received
}

/** How a {@link NetlinkSocket} is opened. */
export interface SocketOptions {
  /** `NETLINK_ROUTE`, `NETLINK_GENERIC`, … */
  readonly protocol: number
  /** Longest wait for one datagram, in milliseconds; 0 waits for ever. */
  readonly timeout?: number | undefined
  /** Size of the receive buffer in bytes, as far as the kernel allows (`SO_RCVBUFFORCE`, else `SO_RCVBUF`). */
  readonly receiveBuffer?: number | undefined
}

/**
 * A netlink socket: bound to a port that the kernel chose, with extended acknowledgements, capped acknowledgements and strict checking.
 *
 * It stays in the network namespace it was opened in, and keeps that namespace alive: whoever opens it closes it. Requires Linux 4.20.
 */
export class NetlinkSocket implements Disposable {
  /** Port id, as the kernel addresses its answers. */
  readonly port: number
  /** Longest request in bytes. */
  readonly sendLimit: number
  /** Room for answers in bytes, as the kernel accounts them (`SO_RCVBUF`). */
  readonly receiveRoom: number
  readonly #fd: Fd
  #sequence = 0
  #sent: Uint8Array | undefined
  #address = 0

  /**
   * Opens a socket in the network namespace of the calling thread.
   * @throws {KernelError} The kernel refuses, or is older than 4.20.
   */
  constructor({ protocol, timeout = 5000, receiveBuffer: size = 4 << 20 }: SocketOptions) {
    this.#fd = Fd.own(check(syscall(NR.socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol), 'socket(AF_NETLINK)'))
    try {
      for (const [option, name] of [
        [NETLINK_EXT_ACK, 'NETLINK_EXT_ACK'],
        [NETLINK_CAP_ACK, 'NETLINK_CAP_ACK'],
        [NETLINK_GET_STRICT_CHK, 'NETLINK_GET_STRICT_CHK'],
      ] as const) {
        check(this.#set(SOL_NETLINK, option, 1), `setsockopt(${name})`, () => ({ hint: 'it requires Linux 4.20' }))
      }
      // only root passes rmem_max; a smaller buffer means smaller batches, nothing worse
      if (this.#set(SOL_SOCKET, SO_RCVBUFFORCE, size) === EPERM) this.#set(SOL_SOCKET, SO_RCVBUF, size)
      if (timeout > 0) check(this.#setTimeout(timeout), 'setsockopt(SO_RCVTIMEO)')
      this.port = this.#bind()
      this.sendLimit = this.#get(SO_SNDBUF) - 32
      this.receiveRoom = this.#get(SO_RCVBUF)
    } catch (error) {
      this.#fd.close()
      throw error
    }
  }

  /** The descriptor, for whoever waits for it to become readable. */
  get fd(): number {
    return this.#fd.number
  }

  /** The bytes that {@link NetlinkSocket.receive} filled. They are overwritten by the next call, of any socket. */
  get source(): Source {
    if (source === undefined) receiveBuffer()
    return source!
  }

  /** Port id of whoever sent the last datagram; the kernel is 0. */
  get sender(): number {
    return sender === undefined ? 0 : sender.view.getUint32(4, littleEndian)
  }

  /** Sets aside `count` sequence numbers and returns the first. 0 is never among them: it marks notifications. */
  sequence(count: number): number {
    if (this.#sequence + count > 0xffff_ffff) this.#sequence = 0
    const first = this.#sequence + 1
    this.#sequence += count
    return first
  }

  /** Sends what the writer holds: the number of bytes, or the negative error number. The kernel has acted on it when this returns. */
  send(writer: Writer): number {
    const { bytes } = writer
    if (bytes !== this.#sent) {
      this.#sent = bytes
      this.#address = addressOf(bytes)
    }
    for (;;) {
      const result = syscall(NR.sendto, this.#fd.number, this.#address, writer.length, 0, 0, 0)
      if (result !== EINTR) return result
    }
  }

  /** The same on a thread of the pool. The writer is not to be touched until it is done. */
  async sendAsync(writer: Writer): Promise<number> {
    const { bytes } = writer
    for (;;) {
      const result = await syscallAsync(NR.sendto, this.#fd.number, addressOf(bytes), writer.length, 0, 0, 0)
      keepAlive(bytes)
      if (result !== EINTR) return result
    }
  }

  /**
   * Receives one datagram into {@link NetlinkSocket.source}: its real length, or the negative error number. A length beyond the buffer says
   * that the rest is lost; the buffer has then been enlarged for the next one.
   */
  receive(wait = true): number {
    const buffer = receiveBuffer()
    sender ??= new Pinned(16)
    sender.view.setUint32(12, SOCKADDR_NL, littleEndian)
    const flags = wait ? MSG_TRUNC : MSG_TRUNC | MSG_DONTWAIT
    const { address } = sender
    return syscall(NR.recvfrom, this.#fd.number, buffer.address, buffer.bytes.length, flags, address, address + 12)
  }

  /** Whether a datagram of that length was cut; if so, makes room for its like. */
  truncated(length: number): boolean {
    if (length <= receiveBuffer().bytes.length) return false
    while (inbox < length) inbox *= 2
    return true
  }

  /** Joins a multicast group by its number (`RTNLGRP_*`). */
  join(group: number): void {
    check(
      this.#set(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group),
      'setsockopt(NETLINK_ADD_MEMBERSHIP)',
      `join group ${group}`,
    )
  }

  /** Leaves a multicast group. */
  leave(group: number): void {
    check(
      this.#set(SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, group),
      'setsockopt(NETLINK_DROP_MEMBERSHIP)',
      `leave group ${group}`,
    )
  }

  /** Hears the groups in all network namespaces that this one has a number for. Needs CAP_NET_BROADCAST. */
  listenAllNsids(): void {
    check(this.#set(SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 1), 'setsockopt(NETLINK_LISTEN_ALL_NSID)', () => ({
      hint: 'it needs CAP_NET_BROADCAST',
    }))
  }

  /** Closes the socket. A second call does nothing. */
  close(): void {
    this.#fd.close()
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close()
  }

  #bind(): number {
    const at = take(SOCKADDR_NL + 4)
    try {
      const address = arena.address + at
      arena.view.setUint16(at, AF_NETLINK, littleEndian)
      check(syscall(NR.bind, this.#fd.number, address, SOCKADDR_NL), 'bind(AF_NETLINK)')
      arena.view.setUint32(at + SOCKADDR_NL, SOCKADDR_NL, littleEndian)
      check(syscall(NR.getsockname, this.#fd.number, address, address + SOCKADDR_NL), 'getsockname')
      return arena.view.getUint32(at + 4, littleEndian)
    } finally {
      release(at)
    }
  }

  #set(level: number, option: number, value: number): number {
    const at = take(4)
    arena.view.setUint32(at, value, littleEndian)
    const result = syscall(NR.setsockopt, this.#fd.number, level, option, arena.address + at, 4)
    release(at)
    return result
  }

  /** `struct timeval`: two longs. */
  #setTimeout(milliseconds: number): number {
    const at = take(16)
    arena.view.setBigInt64(at, BigInt(Math.floor(milliseconds / 1000)), littleEndian)
    arena.view.setBigInt64(at + 8, BigInt(Math.round((milliseconds % 1000) * 1000)), littleEndian)
    const result = syscall(NR.setsockopt, this.#fd.number, SOL_SOCKET, SO_RCVTIMEO, arena.address + at, 16)
    release(at)
    return result
  }

  #get(option: number): number {
    const at = take(8)
    try {
      arena.view.setUint32(at + 4, 4, littleEndian)
      const address = arena.address + at
      check(syscall(NR.getsockopt, this.#fd.number, SOL_SOCKET, option, address, address + 4), 'getsockopt')
      return arena.view.getInt32(at, littleEndian)
    } finally {
      release(at)
    }
  }
}
