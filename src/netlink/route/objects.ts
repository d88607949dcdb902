/**
 * The verbs of rtnetlink, once: every object (routes, addresses, …) says how it is written and read, and gets them.
 *
 * @module
 */
import { decode, encode } from '../../codec/index.ts'
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../constants.ts'
import type { Refusal } from '../error.ts'
import type { Operation } from '../operation.ts'
import { differences, type Ensured, unmet } from './difference.ts'
import type { RouteRequest } from './request.ts'
import type { Rtnl } from './rtnl.ts'

/** What is asked of a dump: the body that makes the kernel filter, and the filter for what the kernel does not. */
export interface Selection<I, O> {
  readonly body: I
  /** What the kernel does not filter by. */
  readonly where?: ((object: O) => boolean) | undefined
  /** Error codes that only say that there is nothing. */
  readonly emptyOn?: readonly string[] | undefined
}

/** How the object that has the key of a specification is found. */
export interface Key<Item, Filter> {
  /** What to list. */
  readonly filter: Filter
  /** Whether one of the list has the key. */
  readonly is: (item: Item) => boolean
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
  /** Where one message holds several objects: all of them, in place of {@link fromWire}. */
  readonly each?: ((wire: Wire) => Item[]) | undefined
  /** How a list is asked for. */
  readonly select: (filter: Filter) => Selection<WireIn, Item>
  /** What a specification is called in messages. */
  readonly label: (spec: Spec) => string
  /** What tells an object from others: the key of `replace` and of `ensure`. `wanted` is the specification in the form of an object. */
  readonly key: (wanted: Item, spec: Spec) => Key<Item, Filter>
  /** A listed object as the specification that makes it again: without what the kernel only tells. */
  readonly again: (item: Item) => Spec
  /** Members that count for {@link Objects.ensure} also where a specification leaves them to their default. */
  readonly always?: readonly string[] | undefined
  /** Members that the kernel takes and does not tell, or tells otherwise. */
  readonly taken?: ReadonlySet<string> | undefined
  /** Members that change by themselves. */
  readonly restless?: ReadonlySet<string> | undefined
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

const NONE: ReadonlySet<string> = new Set()

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
    const { fromWire, each, fetch, select } = this.#type
    const { body, where, emptyOn } = select(filter)
    let items = this.#rtnl.dumpAll(fetch, body, { attempted: `list ${this.#type.noun}s`, emptyOn }) as unknown[]
    if (each !== undefined) items = (items as Wire[]).flatMap(each)
    else for (let i = 0; i < items.length; i++) items[i] = fromWire(items[i] as Wire)
    return where === undefined ? (items as Item[]) : (items as Item[]).filter(where)
  }

  /**
   * Lists the objects one after another, in bounded memory. Leaving the loop early is safe.
   *
   * @throws DumpInterruptedError at the end: something changed meanwhile, so some may be missing or have come twice.
   */
  *stream(filter: Filter = {} as Filter): Generator<Item, void, undefined> {
    const { fromWire, each, fetch, select } = this.#type
    const { body, where, emptyOn } = select(filter)
    for (const wire of this.#rtnl.dumpEach(fetch, body, { attempted: `list ${this.#type.noun}s`, emptyOn })) {
      for (const item of each?.(wire) ?? [fromWire(wire)]) if (where === undefined || where(item)) yield item
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

  /** The object that has the key of a specification, or `undefined` when there is none. */
  find(spec: Spec): Item | undefined {
    return this.#having(this.#wanted(spec), spec)[0]
  }

  /**
   * Makes an object what a specification says: adds it, changes the one that has the same key, or leaves it alone where it is so already. Members that
   * are not said do not count; a change makes them what `replace` makes them, and is told in `changes`.
   */
  ensure(spec: Spec): Ensured<Item> {
    const run = this.#ensuring(spec)
    let step = run.next()
    for (; step.done !== true; step = run.next()) this.#rtnl.make(step.value)
    return step.value
  }

  /** {@link Objects.ensure} that leaves the event loop free while the kernel works. */
  async ensureAsync(spec: Spec): Promise<Ensured<Item>> {
    const run = this.#ensuring(spec)
    let step = run.next()
    for (; step.done !== true; step = run.next()) await this.#rtnl.makeAsync(step.value)
    return step.value
  }

  *#ensuring(spec: Spec): Generator<RouteRequest<WireIn, Wire>, Ensured<Item>, void> {
    const { always = [], taken = NONE, restless = NONE } = this.#type
    const wanted = this.#wanted(spec)
    const said = { ...Object.fromEntries(always.map((name) => [name, true])), ...spec }
    const lacks = (item: Item) => unmet(said, wanted, item, taken)
    const there = this.#having(wanted, spec)
    const fit = there.find((item) => lacks(item).length === 0)
    if (fit !== undefined) return { outcome: 'unchanged', object: fit, changes: [], unmet: [] }
    const [before] = there
    yield this.request(before === undefined ? 'add' : 'replace', spec)
    const now = this.#having(wanted, spec)
    const object = now.find((item) => lacks(item).length === 0) ?? now[0] ?? wanted
    const changes = before === undefined ? [] : differences(before, object, restless)
    const outcome = before === undefined ? 'created' : changes.length > 0 ? 'changed' : 'unchanged'
    return { outcome, object, changes, unmet: lacks(object) }
  }

  /** A specification as the kernel would tell the object: written and read back. */
  #wanted(spec: Spec): Item {
    const { create, fromWire } = this.#type
    const bytes = encode(create.request, this.request('replace', spec).body)
    return fromWire(decode(create.reply!, bytes))
  }

  #having(wanted: Item, spec: Spec): Item[] {
    const { filter, is } = this.#type.key(wanted, spec)
    return this.list(filter).filter(is)
  }

  /** A listed object as the specification that makes it again: `there.routes.add(there.routes.specOf(route))`. */
  specOf(item: Item): Spec {
    return this.#type.again(item)
  }

  /** What a specification is called in messages: `route 10.0.0.0/8`. */
  nameOf(spec: Spec): string {
    return `${this.#type.noun} ${this.#type.label(spec)}`
  }

  /** The request for a verb, to be made later: `rtnl.batch([rtnl.routes.request('add', …), …])`. */
  request(verb: Verb, spec: Spec): RouteRequest<WireIn, Wire> {
    const { create, remove, toWire, hint } = this.#type
    const forDelete = verb === 'delete'
    return this.#rtnl.plan(forDelete ? remove : create, toWire(spec, forDelete), {
      flags: FLAGS[verb],
      attempted: `${verb} ${this.nameOf(spec)}`,
      hint: hint && ((refusal) => hint(refusal, verb, spec)),
    })
  }
}
