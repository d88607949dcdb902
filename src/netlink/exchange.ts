import { littleEndian, type Source } from '../codec/index.ts'
import {
  NLM_F_DUMP_FILTERED,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_HDRLEN,
  NLMSG_MIN_TYPE,
  NLMSG_OVERRUN,
} from './constants.ts'
import { readAck, type Ack } from './extack.ts'

/** Takes one message of an answer; the bytes are only there for the length of the call. */
export type Take = (index: number, source: Source, start: number, end: number, type: number) => void

/** What an {@link Exchange} waits for. */
export interface Expectation {
  /** Port id of the socket: the kernel addresses its answers to it. */
  readonly port: number
  /** Sequence number of the first request. */
  readonly sequence: number
  /** How many requests were sent, with consecutive numbers. */
  readonly count: number
  /** Whether only the last request asked for an acknowledgement: what did not fail by then has succeeded. */
  readonly lastOnly?: boolean | undefined
  readonly take: Take
}

/**
 * One conversation with the kernel, without any input or output: datagrams go in, answers come out. Covers a request, a dump and a batch
 * alike: `count` requests, each of which ends with an acknowledgement, an error or the end of its dump.
 *
 * Whatever does not belong to it is dropped: what another process sent, notifications, late answers to earlier requests.
 */
export class Exchange {
  /** How each request ended that failed or was commented on, by its index; absent when all was well. */
  remarks: Map<number, Ack> | undefined
  /** The kernel flagged the dump as inconsistent. */
  interrupted = false
  /** The kernel says that it filtered the dump. */
  filtered = false
  /** The kernel says that it lost messages (`NLMSG_OVERRUN`). */
  overrun = false
  /** A message was cut short, and what followed it is lost. */
  malformed = false
  readonly #port: number
  readonly #first: number
  readonly #count: number
  readonly #take: Take
  readonly #lastOnly: boolean
  readonly #ended: Uint8Array | undefined
  #left: number

  constructor({ port, sequence, count, lastOnly = false, take }: Expectation) {
    this.#port = port
    this.#first = sequence
    this.#count = count
    this.#take = take
    this.#lastOnly = lastOnly
    this.#ended = count > 1 ? new Uint8Array(count) : undefined
    this.#left = count
  }

  /** Whether every request has been answered. */
  get done(): boolean {
    return this.#left === 0
  }

  /** Takes in one datagram of `length` bytes that came from port `sender`; says whether it held anything of this conversation. */
  feed(source: Source, length: number, sender: number): boolean {
    if (sender !== 0) return false // only the kernel is port 0: anybody may write to a netlink port
    const { view } = source
    let ours = false
    for (let at = 0; at + NLMSG_HDRLEN <= length;) {
      const size = view.getUint32(at, littleEndian)
      if (size < NLMSG_HDRLEN || at + size > length) {
        this.malformed = true
        break
      }
      const index = (view.getUint32(at + 8, littleEndian) - this.#first) >>> 0
      if (index < this.#count && view.getUint32(at + 12, littleEndian) === this.#port) {
        ours = true
        this.#message(index, source, at, at + size)
      }
      at += (size + 3) & ~3
    }
    return ours
  }

  #message(index: number, source: Source, start: number, end: number): void {
    const type = source.view.getUint16(start + 4, littleEndian)
    const flags = source.view.getUint16(start + 6, littleEndian)
    if (type >= NLMSG_MIN_TYPE) {
      if ((flags & (NLM_F_DUMP_INTR | NLM_F_DUMP_FILTERED)) !== 0) this.#dumpFlags(flags)
      this.#take(index, source, start + NLMSG_HDRLEN, end, type)
    } else if (type === NLMSG_ERROR || type === NLMSG_DONE) {
      if (type === NLMSG_DONE) this.#dumpFlags(flags)
      this.#end(index, readAck(source, start, end, type, flags))
    } else if (type === NLMSG_OVERRUN) {
      this.overrun = true
    }
  }

  #dumpFlags(flags: number): void {
    if ((flags & NLM_F_DUMP_INTR) !== 0) this.interrupted = true
    if ((flags & NLM_F_DUMP_FILTERED) !== 0) this.filtered = true
  }

  #end(index: number, ack: Ack): void {
    if (this.#left === 0 || this.#ended?.[index] === 1) return
    if (this.#ended !== undefined) this.#ended[index] = 1
    if (ack.errno !== 0 || ack.extack?.message !== undefined) (this.remarks ??= new Map()).set(index, ack)
    if (!this.#lastOnly) this.#left--
    else if (index === this.#count - 1) this.#left = 0
  }
}
