/**
 * One request of rtnetlink, ready to be made now, later or in a batch.
 *
 * @module
 */
import type { Operation, Request, RequestOptions } from '../operation.ts'
import { type NetNsRef, type Resolver, resolveReferences } from './refs.ts'

/** What can find things in a network namespace: links by name, namespaces by whatever leads to them. */
export interface Finder {
  /** The index of a link.  @throws NetlinkError ENODEV. */
  indexOf(name: string): number
  /** Opens a namespace: its descriptor, and how to close it again. */
  openNetns(ref: Exclude<NetNsRef, number>): { readonly fd: number; close(): void }
}

/** A request of any kind that a batch takes: {@link RouteRequest}, whatever its body is. */
export interface Planned extends Request {
  /** Whether something is open for the request. */
  readonly holds: boolean
  /** Closes what was opened for it. */
  release(): void
}

/**
 * A request whose links may be named and whose namespaces may be objects.
 *
 * Names are looked up when the request is first looked at to be sent, not when it is made; what is opened for it is closed by {@link release}.
 */
export class RouteRequest<I = never, O = unknown> implements RequestOptions, Resolver {
  readonly operation: Operation<I, O>
  readonly flags: number | undefined
  readonly attempted: string | undefined
  readonly hint: RequestOptions['hint']
  readonly #finder: Finder
  readonly #asked: I
  #body: I | undefined
  #opened: { close(): void }[] | undefined

  constructor(finder: Finder, operation: Operation<I, O>, body: I, options: RequestOptions = {}) {
    this.#finder = finder
    this.operation = operation
    this.#asked = body
    this.flags = options.flags
    this.attempted = options.attempted
    this.hint = options.hint
  }

  /** The body as the wire wants it: every reference a number. */
  get body(): I {
    return (this.#body ??= resolveReferences(this.operation.request, this.#asked, this))
  }

  /** @internal */
  link(name: string): number {
    return this.#finder.indexOf(name)
  }

  /** @internal */
  netns(ref: Exclude<NetNsRef, number>): number {
    const opened = this.#finder.openNetns(ref)
    ;(this.#opened ??= []).push(opened)
    return opened.fd
  }

  /** Whether something is open for the request. */
  get holds(): boolean {
    return this.#opened !== undefined
  }

  /** Closes what was opened for the request; it can be made again after that, and looks everything up anew. */
  release(): void {
    for (const one of this.#opened ?? []) one.close()
    this.#opened = undefined
    this.#body = undefined
  }
}
