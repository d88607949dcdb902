import { errnoName, errnoOf } from '../sys/index.ts'
import { NoAnswerError, type NetlinkError } from './error.ts'
import type { Exchange } from './exchange.ts'
import { explain, type Asked } from './explain.ts'
import type { NetlinkSocket } from './socket.ts'

const EINTR = -errnoOf('EINTR')
const EAGAIN = -errnoOf('EAGAIN')

/** Receives until the exchange is over. */
export function converse(socket: NetlinkSocket, exchange: Exchange, asked: Asked, timeout: number): void {
  while (!exchange.done) receiveOne(socket, exchange, asked, timeout)
}

/**
 * Receives one datagram that belongs to the exchange. Signals and strangers do not prolong the wait: what is dropped does not start it anew.
 * @throws {NoAnswerError} Nothing came in time, or what came is cut, damaged or incomplete.
 */
export function receiveOne(socket: NetlinkSocket, exchange: Exchange, asked: Asked, timeout: number): void {
  let deadline = 0
  for (;;) {
    const length = socket.receive()
    if (length >= 0) {
      if (socket.truncated(length)) throw noAnswer(asked, 'EMSGSIZE', `the answer of ${length} bytes was cut`)
      const ours = exchange.feed(socket.source, length, socket.sender)
      if (exchange.malformed) throw noAnswer(asked, 'EBADMSG', 'the answer has a message of impossible length')
      if (exchange.overrun) throw noAnswer(asked, 'ENOBUFS', 'the kernel lost a part of the answer')
      if (ours) return
    } else if (length === EAGAIN) {
      throw noAnswer(asked, 'ETIMEDOUT', `no answer within ${timeout} ms`)
    } else if (length !== EINTR) {
      throw noAnswer(asked, errnoName(length), undefined)
    }
    const now = performance.now()
    if (deadline === 0) deadline = now + timeout
    else if (timeout > 0 && now > deadline) throw noAnswer(asked, 'ETIMEDOUT', `no answer within ${timeout} ms`)
  }
}

/** The error of a `send` that failed: nothing reached the kernel. */
export function sendError(errno: number, asked: Asked): NetlinkError {
  return explain({ errno, extack: undefined }, asked)
}

function noAnswer({ operation, options }: Asked, code: string, detail: string | undefined): NoAnswerError {
  return new NoAnswerError({ code, operation: operation.name, attempted: options.attempted, detail })
}
