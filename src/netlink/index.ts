/**
 * Netlink: requests, dumps and batches to the kernel, with its own words in every error.
 *
 * @module
 */
export * from './constants.ts'
export { BatchResult, type BatchOptions } from './batch.ts'
export {
  DumpInterruptedError,
  NetlinkError,
  NoAnswerError,
  type NetlinkErrorOptions,
  type Refusal,
  type Warning,
} from './error.ts'
export { Exchange, type Expectation, type Take } from './exchange.ts'
export { extack, policy, readAck, type Ack, type ExtAck, type Policy } from './extack.ts'
export { Netlink, type DumpOptions, type NetlinkOptions, type Outcome } from './netlink.ts'
export {
  request,
  writeRequest,
  type Answer,
  type Body,
  type Operation,
  type Request,
  type RequestOptions,
} from './operation.ts'
export type { Enterable } from './pool.ts'
export { NetlinkSocket, type SocketOptions } from './socket.ts'
export * from './generic/index.ts'
export * from './route/index.ts'
