import { channel as diagnosticsChannel } from 'node:diagnostics_channel'
import { DecodeError } from '../codec/index.ts'
import { errnoOf } from '../sys/index.ts'
import { type BatchResult, runBatch, type BatchOptions } from './batch.ts'
import { NETLINK_ROUTE, NLM_F_DUMP } from './constants.ts'
import { converse, receiveOne, sendError } from './converse.ts'
import { DumpInterruptedError, NetlinkError, NoAnswerError, type Warning } from './error.ts'
import { Exchange } from './exchange.ts'
import { explain, toWarning, type Asked } from './explain.ts'
import { type Operation, type Request, type RequestOptions, writeRequest } from './operation.ts'
import { Pool, type Channel, type Enterable } from './pool.ts'
import type { SocketOptions } from './socket.ts'

/** How a {@link Netlink} handle is opened. */
export interface NetlinkOptions extends Partial<SocketOptions> {
  /** The network namespace to speak to; left out, that of the calling thread. */
  readonly netns?: Enterable | undefined
}

/** How a request ended. */
export interface Outcome<O> {
  /** What the kernel answered with besides the acknowledgement. */
  readonly replies: readonly O[]
  /** What it remarked all the same. */
  readonly warning: Warning | undefined
}

/** How a dump is made. */
export interface DumpOptions<O> extends RequestOptions {
  /** How often an inconsistent dump is tried in all (10). Streamed dumps are tried once. */
  readonly attempts?: number | undefined
  /** Error codes that only say that there is nothing: `['ENOENT']` for the routes of a table that does not exist. */
  readonly emptyOn?: readonly string[] | undefined
  /** Sorts out what the kernel's own filter lets pass; not asked when the kernel says that it filtered (`NLM_F_DUMP_FILTERED`). */
  readonly where?: ((object: O) => boolean) | undefined
}

interface Conversation<O> {
  readonly channel: Channel
  readonly exchange: Exchange
  readonly asked: Asked
  readonly replies: O[]
}

/** Every finished conversation, for `diagnostics_channel`: `{ operation, body, error }`. */
const finished = diagnosticsChannel('netkit:netlink:request')

/**
 * A handle for one netlink protocol in one network namespace.
 *
 * Requests are synchronous, because the kernel is: it does the work inside `send`, and the answer is there when that returns. What makes the
 * kernel wait (deleting a device takes 10–20 ms) has an `…Async` twin that waits on a thread of the pool.
 *
 * The handle keeps its namespace alive until {@link Netlink.close}. Requires Linux 4.20.
 *
 * ```ts
 * using nl = new Netlink()
 * for (const link of nl.dump(getLink, {})) console.log(link.name)
 * ```
 */
export class Netlink implements Disposable {
  readonly #pool: Pool
  readonly #timeout: number

  constructor({ netns, protocol = NETLINK_ROUTE, timeout = 5000, receiveBuffer }: NetlinkOptions = {}) {
    this.#pool = new Pool({ protocol, timeout, receiveBuffer }, netns)
    this.#timeout = timeout
  }

  /**
   * Makes a request and waits for its acknowledgement.
   * @throws {NetlinkError} The kernel refuses.
   * @throws {NoAnswerError} The answer was lost: whether the kernel did it is unknown.
   * @throws {TypeError | RangeError} The body cannot be written; the message names the path.
   */
  request<I, O>(operation: Operation<I, O>, body: I, options: RequestOptions = {}): Outcome<O> {
    const talk = this.#begin(operation, body, options, options.flags ?? 0)
    return this.#finish(talk, this.#send(talk))
  }

  /** {@link Netlink.request} that keeps the event loop free while the kernel works. */
  async requestAsync<I, O>(operation: Operation<I, O>, body: I, options: RequestOptions = {}): Promise<Outcome<O>> {
    const talk = this.#begin(operation, body, options, options.flags ?? 0)
    const { socket, writer } = talk.channel
    const sent = await socket.sendAsync(writer).catch((error: unknown) => this.#drop(talk, error))
    return this.#finish(talk, sent)
  }

  /**
   * Asks for one object.
   * @throws {NetlinkError} The kernel refuses; `ENODATA`: it agrees, but sends no object.
   * @throws {NoAnswerError} The answer was lost.
   */
  get<I, O>(operation: Operation<I, O>, body: I, options: RequestOptions = {}): O {
    let outcome: Outcome<O>
    try {
      outcome = this.request(operation, body, options)
    } catch (error) {
      // the buffer has been enlarged by now, and asking changes nothing
      if (!(error instanceof NoAnswerError) || error.code !== 'EMSGSIZE') throw error
      outcome = this.request(operation, body, options)
    }
    return only(outcome, operation, options)
  }

  /** Lists all objects; an inconsistent list is fetched again.
   * @throws {DumpInterruptedError} It was inconsistent each time; `partial` has the last one.
   * @throws {NetlinkError} The kernel refuses.
   * @throws {NoAnswerError} The answer was lost.
   */
  list<I, O>(operation: Operation<I, O>, body: I, options: DumpOptions<O> = {}): O[] {
    const { attempts = 10 } = options
    for (let attempt = 1; ; attempt++) {
      let talk: Conversation<O>
      try {
        talk = this.#begin(operation, body, options, NLM_F_DUMP | (options.flags ?? 0), options.where)
        this.#finish(talk, this.#send(talk))
      } catch (error) {
        if (!(error instanceof NetlinkError)) throw error
        if (options.emptyOn?.includes(error.code) === true) return []
        if (!RETRY.has(error.code) || attempt >= attempts) throw error
        continue
      }
      if (!talk.exchange.interrupted) return talk.replies
      if (attempt >= attempts) throw this.#interrupted(talk.asked, talk.replies, attempt)
    }
  }

  /**
   * Lists all objects one after another, in bounded memory. Leaving the loop early is safe.
   * @throws {DumpInterruptedError} At the end: the list was inconsistent.
   * @throws {NetlinkError} The kernel refuses, at the first step or at the end.
   * @throws {NoAnswerError} The answer was lost.
   */
  *dump<I, O>(operation: Operation<I, O>, body: I, options: DumpOptions<O> = {}): Generator<O, void, undefined> {
    const flags = NLM_F_DUMP | (options.flags ?? 0)
    const { channel, exchange, asked, replies } = this.#begin(operation, body, options, flags, options.where)
    const { socket } = channel
    try {
      const sent = socket.send(channel.writer)
      if (sent < 0) throw sendError(sent, asked)
      while (!exchange.done) {
        receiveOne(socket, exchange, asked, this.#timeout)
        yield* replies
        replies.length = 0
      }
    } finally {
      this.#pool.giveBack(channel, reusable(exchange))
    }
    const failure = this.#failure(exchange, asked)
    if (failure !== undefined && options.emptyOn?.includes(failure.code) !== true) throw failure
    if (exchange.interrupted) throw this.#interrupted(asked, [], 1)
  }

  /**
   * Makes many requests in few system calls. It is no transaction: each succeeds or fails by itself, and the result tells which did.
   * @throws {TypeError | RangeError} A body cannot be written; earlier requests may have been made.
   */
  batch(requests: Iterable<Request>, options: BatchOptions = {}): BatchResult {
    const run = runBatch(this.#pool, requests, this.#timeout, options)
    let step = run.next()
    while (step.done !== true) step = run.next(step.value.socket.send(step.value.writer))
    return step.value
  }

  /** {@link Netlink.batch} that keeps the event loop free while the kernel works. */
  async batchAsync(requests: Iterable<Request>, options: BatchOptions = {}): Promise<BatchResult> {
    const run = runBatch(this.#pool, requests, this.#timeout, options)
    let step = run.next()
    while (step.done !== true) step = run.next(await step.value.socket.sendAsync(step.value.writer))
    return step.value
  }

  /** Closes the handle's sockets. A second call does nothing; a request after it throws {@link ClosedError}. */
  close(): void {
    this.#pool.close()
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close()
  }

  #begin<I, O>(
    operation: Operation<I, O>,
    body: I,
    options: RequestOptions,
    flags: number,
    where?: (object: O) => boolean,
  ): Conversation<O> {
    const channel = this.#pool.borrow()
    const { socket, writer } = channel
    try {
      const sequence = socket.sequence(1)
      writeRequest(writer.reset(), operation, body, flags, sequence)
      const replies: O[] = []
      const exchange: Exchange = new Exchange({
        port: socket.port,
        sequence,
        count: 1,
        take: (_index, source, start, end, type) => {
          const { reply, replyType } = operation
          if (reply === undefined || (replyType !== undefined && type !== replyType)) return
          const object = reply.read(source, start, end)
          if (object === undefined) throw new DecodeError(`${operation.name}: ${end - start} bytes are no answer`)
          if (where === undefined || exchange.filtered || where(object)) replies.push(object)
        },
      })
      return { channel, exchange, asked: { operation: operation as Operation, body, options }, replies }
    } catch (error) {
      this.#pool.giveBack(channel, true) // nothing was sent
      throw error
    }
  }

  #send(talk: Conversation<unknown>): number {
    try {
      return talk.channel.socket.send(talk.channel.writer)
    } catch (error) {
      return this.#drop(talk, error)
    }
  }

  /** For a door that throws, as that of a test does: no socket may be left open. */
  #drop({ channel }: Conversation<unknown>, error: unknown): never {
    this.#pool.giveBack(channel, false)
    throw error
  }

  #finish<O>({ channel, exchange, asked, replies }: Conversation<O>, sent: number): Outcome<O> {
    try {
      if (sent < 0) throw sendError(sent, asked)
      converse(channel.socket, exchange, asked, this.#timeout)
    } finally {
      this.#pool.giveBack(channel, reusable(exchange))
    }
    const failure = this.#failure(exchange, asked)
    if (failure !== undefined) throw failure
    const said = exchange.remarks?.get(0)?.extack
    return { replies, warning: said === undefined ? undefined : toWarning(said, asked) }
  }

  #failure(exchange: Exchange, asked: Asked): NetlinkError | undefined {
    const ack = exchange.remarks?.get(0)
    const error = ack === undefined || ack.errno === 0 ? undefined : explain(ack, asked)
    if (finished.hasSubscribers) finished.publish({ operation: asked.operation.name, body: asked.body, error })
    return error
  }

  #interrupted<O>({ operation, options }: Asked, partial: readonly O[], attempts: number): DumpInterruptedError<O> {
    return new DumpInterruptedError({ operation: operation.name, attempted: options.attempted, partial, attempts })
  }
}

/** A socket whose dump broke down inside the kernel answers every other one with `EBUSY`, for ever: it is not used again. */
function reusable(exchange: Exchange): boolean {
  return exchange.done && exchange.remarks?.get(0)?.errno !== EBUSY
}

const EBUSY = -errnoOf('EBUSY')

/** What a fresh socket, or a larger buffer, may cure in a dump: asking again changes nothing. */
const RETRY: ReadonlySet<string> = new Set(['EBUSY', 'ENOBUFS', 'EMSGSIZE'])

function only<O>({ replies }: Outcome<O>, operation: Operation<never, O>, options: RequestOptions): O {
  if (replies.length > 0) return replies[0]!
  throw new NetlinkError({
    errno: errnoOf('ENODATA'),
    operation: operation.name,
    attempted: options.attempted,
    detail: 'the kernel agreed but sent no object',
  })
}
