/**
 * The verbs of rtnetlink, once: every object (routes, addresses, …) says how it is written and read, and gets them.
 *
 * @module
 */
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../constants.ts'
import type { Refusal } from '../error.ts'
import type { Operation } from '../operation.ts'
import type { RouteRequest } from './request.ts'
import type { Rtnl } from './rtnl.ts'

/** What is asked of a dump: the body that makes the kernel filter, and the filter for what the kernel does not. */
export interface Selection<I, O> {
  readonly body: I
  readonly where?: ((object: O) => boolean) | undefined
  /** Error codes that only say that there is nothing. */
  readonly emptyOn?: readonly string[] | undefined
}

/** One object of rtnetlink, as data. */
export interface ObjectType<Wire, WireIn, Item, Spec, Filter> {
  /** What it is called in messages: `route`. */
  readonly noun: string
  /** `RTM_NEW*`. */
  readonly create: Operation<WireIn, Wire>
  /** `RTM_DEL*`. */
  readonly remove: Operation<WireIn, Wire>
  /** `RTM_GET*`. */
  readonly fetch: Operation<WireIn, Wire>
  /** A specification as it is written; `forDelete` when it only has to find the object. */
  readonly toWire: (spec: Spec, forDelete: boolean) => WireIn
  /** What was read, as the object that is given out. It may be the same, changed in place. */
  readonly fromWire: (wire: Wire) => Item
  /** How a list is asked for. */
  readonly select: (filter: Filter) => Selection<WireIn, Item>
  /** What a specification is called in messages. */
  readonly label: (spec: Spec) => string
  /** The remedy of a refusal. */
  readonly hint?: ((refusal: Refusal, verb: Verb, spec: Spec) => string | undefined) | undefined
}

/** What can be done to an object. */
export type Verb = 'add' | 'replace' | 'change' | 'append' | 'delete'

const FLAGS: Readonly<Record<Verb, number>> = {
  add: NLM_F_CREATE | NLM_F_EXCL,
  replace: NLM_F_CREATE | NLM_F_REPLACE,
  change: NLM_F_REPLACE,
  append: NLM_F_CREATE | NLM_F_APPEND,
  delete: 0,
}

/** The objects of one kind in one network namespace. */
export class Objects<Wire, WireIn, Item, Spec, Filter extends object> {
  readonly #rtnl: Rtnl
  readonly #type: ObjectType<Wire, WireIn, Item, Spec, Filter>

  constructor(rtnl: Rtnl, type: ObjectType<Wire, WireIn, Item, Spec, Filter>) {
    this.#rtnl = rtnl
    this.#type = type
  }

  /**
   * Lists the objects. What the kernel can filter by, it filters; the rest is sorted out here.
   *
   * @throws DumpInterruptedError when they change faster than they can be listed.
   */
  list(filter: Filter = {} as Filter): Item[] {
    const { fromWire, fetch, select } = this.#type
    const { body, where, emptyOn } = select(filter)
    const items = this.#rtnl.dumpAll(fetch, body, { attempted: `list ${this.#type.noun}s`, emptyOn }) as unknown[]
    for (let i = 0; i < items.length; i++) items[i] = fromWire(items[i] as Wire)
    return where === undefined ? (items as Item[]) : (items as Item[]).filter(where)
  }

  /**
   * Lists the objects one after another, in bounded memory. Leaving the loop early is safe.
   *
   * @throws DumpInterruptedError at the end: something changed meanwhile, so some may be missing or have come twice.
   */
  *stream(filter: Filter = {} as Filter): Generator<Item, void, undefined> {
    const { fromWire, fetch, select } = this.#type
    const { body, where, emptyOn } = select(filter)
    for (const wire of this.#rtnl.dumpEach(fetch, body, { attempted: `list ${this.#type.noun}s`, emptyOn })) {
      const item = fromWire(wire)
      if (where === undefined || where(item)) yield item
    }
  }

  /** Adds an object.  @throws NetlinkError EEXIST when it is there already. */
  add(spec: Spec): void {
    this.#rtnl.make(this.request('add', spec))
  }

  /** {@link Objects.add} that leaves the event loop free while the kernel works. */
  async addAsync(spec: Spec): Promise<void> {
    await this.#rtnl.makeAsync(this.request('add', spec))
  }

  /** Adds an object, or overwrites the one that has the same key. */
  replace(spec: Spec): void {
    this.#rtnl.make(this.request('replace', spec))
  }

  /** {@link Objects.replace} that leaves the event loop free while the kernel works. */
  async replaceAsync(spec: Spec): Promise<void> {
    await this.#rtnl.makeAsync(this.request('replace', spec))
  }

  /** Changes an object that is there.  @throws NetlinkError ENOENT when there is none of that key. */
  change(spec: Spec): void {
    this.#rtnl.make(this.request('change', spec))
  }

  /** Deletes an object; as much of it has to be said as tells it from others.  @throws NetlinkError when there is none. */
  delete(spec: Spec): void {
    this.#rtnl.make(this.request('delete', spec))
  }

  /** {@link Objects.delete} that leaves the event loop free while the kernel works. */
  async deleteAsync(spec: Spec): Promise<void> {
    await this.#rtnl.makeAsync(this.request('delete', spec))
  }

  /** The request for a verb, to be made later: `rtnl.batch([rtnl.routes.request('add', …), …])`. */
  request(verb: Verb, spec: Spec): RouteRequest<WireIn, Wire> {
    const { noun, create, remove, toWire, label, hint } = this.#type
    const forDelete = verb === 'delete'
    return this.#rtnl.plan(forDelete ? remove : create, toWire(spec, forDelete), {
      flags: FLAGS[verb],
      attempted: `${verb} ${noun} ${label(spec)}`,
      hint: hint && ((refusal) => hint(refusal, verb, spec)),
    })
  }
}
