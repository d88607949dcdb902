import { littleEndian } from '../codec/index.ts'
import { NLM_F_ACK, NLM_F_ECHO } from './constants.ts'
import { converse, sendError } from './converse.ts'
import { type NetlinkError, NoAnswerError, type Warning } from './error.ts'
import { Exchange, type Take } from './exchange.ts'
import { explain, toWarning, type Asked } from './explain.ts'
import { type Request, writeRequest } from './operation.ts'
import type { Channel, Pool } from './pool.ts'

/** How a batch is made. */
export interface BatchOptions {
  /**
   * Which requests are acknowledged. `'last'` (the default) asks only once per system call: what has not failed by then has succeeded. It is
   * half as expensive; the kernel's remarks on successful requests come only with `'each'`.
   */
  readonly acknowledge?: 'each' | 'last' | undefined
  /** Most requests in one system call (1000). The room for answers may set a lower bound. */
  readonly size?: number | undefined
}

/** How the requests of a batch ended, by their position. */
export class BatchResult {
  /** How many were answered. */
  answered = 0
  /** Those that the kernel refused. */
  readonly errors = new Map<number, NetlinkError>()
  /** What it remarked on others. */
  readonly warnings = new Map<number, Warning>()
  /** The objects that it sent (with `NLM_F_ECHO`, or for questions). */
  readonly replies = new Map<number, unknown[]>()
  /** Set when an answer was lost: what became of the requests from {@link BatchResult.answered} on is unknown, or they were never sent. */
  lost: NoAnswerError | undefined

  /** Whether every request succeeded. */
  get ok(): boolean {
    return this.errors.size === 0 && this.lost === undefined
  }

  /** Throws the error of the first request that failed, if one did. */
  throwIfFailed(): void {
    for (const error of this.errors.values()) throw error
    if (this.lost !== undefined) throw this.lost
  }
}

/** Bytes of receive buffer that an answer without an object takes, as the kernel accounts it: 832, and more for an error with its story. */
const ACK_ROOM = 1280
/** The same for an answer with an object. */
const OBJECT_ROOM = 8 * ACK_ROOM

/** Requests that go out with one system call. */
interface Load {
  /** Position of the first in the batch. */
  readonly from: number
  readonly requests: Request[]
  /** Where each begins in the writer. */
  readonly starts: number[]
  /** Receive buffer that their answers may take. */
  room: number
}

/**
 * Runs a batch: yields the channel whenever its writer is to be sent and expects the result of that, so that the caller decides how to wait.
 */
export function* runBatch(
  pool: Pool,
  requests: Iterable<Request>,
  timeout: number,
  options: BatchOptions,
): Generator<Channel, BatchResult, number> {
  const channel = pool.borrow()
  const result = new BatchResult()
  let over = true
  try {
    for (const load of loads(channel, requests, options.size ?? 1000)) {
      const each = options.acknowledge === 'each'
      const sequence = seal(channel, load, each)
      over = false
      const sent = yield channel
      settle(channel, load, sequence, sent, each, timeout, result)
      over = result.lost === undefined
      if (!over) break
    }
    return result
  } finally {
    pool.giveBack(channel, over)
  }
}

/** Fills the channel's writer again and again, each time with as many requests as one `send` and the room for their answers can take. */
function* loads(
  { socket, writer }: Channel,
  requests: Iterable<Request>,
  size: number,
): Generator<Load, void, undefined> {
  const empty = (from: number): Load => ({ from, requests: [], starts: [], room: 0 })
  let load = empty(0)
  const add = (request: Request): boolean => {
    const { operation, body, flags = 0 } = request
    const start = writer.length
    const answered = operation.reply !== undefined && (operation.echo !== true || (flags & NLM_F_ECHO) !== 0)
    const room = load.room + (answered ? OBJECT_ROOM : ACK_ROOM)
    writeRequest(writer, operation, body as never, flags, 0, false)
    const full = load.requests.length >= size || room > socket.receiveRoom || writer.length > socket.sendLimit
    if (full && load.requests.length > 0) {
      writer.length = start
      return false
    }
    load.requests.push(request)
    load.starts.push(start)
    load.room = room
    return true
  }
  writer.reset()
  for (const request of requests) {
    if (add(request)) continue
    yield load
    load = empty(load.from + load.requests.length)
    writer.reset()
    add(request)
  }
  if (load.requests.length > 0) yield load
}

/** Numbers the requests of a load and marks those that are to be acknowledged; gives the first number. */
function seal({ socket, writer: { view } }: Channel, { starts }: Load, each: boolean): number {
  const sequence = socket.sequence(starts.length)
  const last = starts.length - 1
  for (let i = 0; i <= last; i++) {
    const at = starts[i]!
    view.setUint32(at + 8, sequence + i, littleEndian)
    if (each || i === last) view.setUint16(at + 6, view.getUint16(at + 6, littleEndian) | NLM_F_ACK, littleEndian)
  }
  return sequence
}

/** Receives what the kernel says to a load, into the result. */
function settle(
  { socket }: Channel,
  { from, requests }: Load,
  sequence: number,
  sent: number,
  each: boolean,
  timeout: number,
  result: BatchResult,
): void {
  const asked = (index: number): Asked => {
    const { operation, body, ...options } = requests[index]!
    return { operation, body, options }
  }
  if (sent < 0) {
    // the kernel took none of them
    for (let i = 0; i < requests.length; i++) result.errors.set(from + i, sendError(sent, asked(i)))
    result.answered = from + requests.length
    return
  }
  const take: Take = (index, source, start, end, type) => {
    const { reply, replyType } = requests[index]!.operation
    if (reply === undefined || (replyType !== undefined && type !== replyType)) return
    const object = reply.read(source, start, end)
    const list = result.replies.get(from + index)
    if (list === undefined) result.replies.set(from + index, [object])
    else list.push(object)
  }
  const exchange = new Exchange({ port: socket.port, sequence, count: requests.length, lastOnly: !each, take })
  try {
    converse(socket, exchange, asked(requests.length - 1), timeout)
    result.answered = from + requests.length
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error
    result.lost = error
    result.answered = from
  }
  for (const [index, ack] of exchange.remarks ?? []) {
    if (ack.errno !== 0) result.errors.set(from + index, explain(ack, asked(index)))
    else result.warnings.set(from + index, toWarning(ack.extack!, asked(index)))
  }
}
