import { type Codec, type In, littleEndian, type Out, type Writer } from '../codec/index.ts'
import { NLM_F_ACK, NLM_F_REQUEST, NLMSG_HDRLEN } from './constants.ts'
import type { Refusal } from './error.ts'

/**
 * One thing that can be asked of the kernel, as data: its number, and how the question and the answer are written.
 *
 * ```ts
 * const getLink: Operation<LinkInput, Link> = { name: 'RTM_GETLINK', type: 18, request: link, reply: link }
 * ```
 */
export interface Operation<I = never, O = unknown> {
  /** The kernel's name, for errors: `RTM_NEWLINK`. */
  readonly name: string
  /** `nlmsg_type`. */
  readonly type: number
  /** How the body of the request is written. */
  readonly request: Codec<unknown, I>
  /** How the body of an answer is read, where there are any. */
  readonly reply?: Codec<O, never> | undefined
  /** `nlmsg_type` of the answers that count; others are skipped. Left out: all count. */
  readonly replyType?: number | undefined
  /** Whether an answer comes only with `NLM_F_ECHO`, as for everything that makes or removes: a batch then needs less room for answers. */
  readonly echo?: boolean | undefined
}

/** What an operation wants as its body. */
export type Body<P> = P extends { readonly request: infer C } ? In<C> : never

/** What an operation answers with. */
export type Answer<P> = P extends { readonly reply: infer C } ? Out<C> : never

/** How a request is made. */
export interface RequestOptions {
  /** Bits of `NLM_F_*` besides `NLM_F_REQUEST` and `NLM_F_ACK`. */
  readonly flags?: number | undefined
  /** What is attempted, for the error message: `create netkit "nk0"`. */
  readonly attempted?: string | undefined
  /** Says the remedy of a refusal whose cause is known; `undefined` leaves it to the general hints. */
  readonly hint?: ((refusal: Refusal) => string | undefined) | undefined
}

/** One request of a batch: made by {@link request}, which sees to it that the body fits the operation. */
export interface Request extends RequestOptions {
  readonly operation: Operation
  readonly body: unknown
}

/** Makes one request of a batch: `nl.batch(names.map((name) => request(deleteLink, { name })))`. */
export function request<I>(operation: Operation<I>, body: I, options: RequestOptions = {}): Request {
  return { ...options, operation: operation as Operation, body }
}

/** Appends one request with its header. */
export function writeRequest<I>(
  writer: Writer,
  operation: Operation<I>,
  body: I,
  flags: number,
  sequence: number,
  acknowledge = true,
): void {
  const start = writer.reserve(NLMSG_HDRLEN)
  operation.request.write(writer, body)
  const { view } = writer
  view.setUint32(start, writer.length - start, littleEndian)
  view.setUint16(start + 4, operation.type, littleEndian)
  view.setUint16(start + 6, NLM_F_REQUEST | (acknowledge ? NLM_F_ACK : 0) | flags, littleEndian)
  view.setUint32(start + 8, sequence, littleEndian)
  // nlmsg_pid stays 0: the kernel knows who sent it
  writer.pad(4)
}
