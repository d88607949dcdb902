/**
 * What a monitor knows of one kind of object, and what it learns from a message or a list.
 *
 * @module
 */
import { same, type Apart } from './same.ts'

/** Is told what became of objects, in order. */
export interface Sink<Item> {
  readonly added: (object: Item) => void
  readonly changed: (object: Item, previous: Item) => void
  readonly removed: (object: Item) => void
}

/**
 * The objects of one kind. Messages may be older than the list that it was last held against: applied again in their order, they lead to the
 * same end.
 */
export interface Store<Item> {
  /** An object was made or changed; `flags` are the message's. Whether that says all, or a list has to tell the rest. */
  put(item: Item, flags: number, sink: Sink<Item>): boolean
  /** An object is gone. Whether that says all. */
  drop(item: Item, sink: Sink<Item>): boolean
  /** Makes it what a list says. */
  reconcile(list: readonly Item[], sink: Sink<Item>): void
  /** Whether there is an object of that number, where a number tells them apart. */
  has(number: number): boolean
  /** All that there are. */
  values(): Iterable<Item>
}

/** Objects that a key tells from one another. */
export class KeyedStore<Item extends object> implements Store<Item> {
  readonly #items = new Map<string | number, Item>()
  readonly #key: (item: Item) => string | number
  readonly #apart: Apart
  readonly #aging: Apart

  /** `apart` names the members whose change is none: counters; `aging` those too that change by themselves, between two lists. */
  constructor(key: (item: Item) => string | number, apart: Apart, aging: Apart = apart) {
    this.#key = key
    this.#apart = apart
    this.#aging = aging
  }

  put(item: Item, _flags: number, sink: Sink<Item>): boolean {
    this.#set(item, sink, this.#apart)
    return true
  }

  #set(item: Item, sink: Sink<Item>, apart: Apart): void {
    const key = this.#key(item)
    const previous = this.#items.get(key)
    this.#items.set(key, item)
    if (previous === undefined) sink.added(item)
    else if (!this.alike(previous, item, apart)) sink.changed(item, previous)
  }

  /** Whether two states of one object are the same. */
  protected alike(a: Item, b: Item, apart: Apart): boolean {
    return same(a, b, apart)
  }

  drop(item: Item, sink: Sink<Item>): boolean {
    const key = this.#key(item)
    const known = this.#items.get(key)
    if (known === undefined) return true
    this.#items.delete(key)
    sink.removed(known)
    return true
  }

  reconcile(list: readonly Item[], sink: Sink<Item>): void {
    const there = new Set<string | number>()
    for (const item of list) there.add(this.#key(item))
    for (const [key, item] of this.#items) {
      if (there.has(key)) continue
      this.#items.delete(key)
      sink.removed(item)
    }
    for (const item of list) this.#set(item, sink, this.#aging)
  }

  has(number: number): boolean {
    return this.#items.has(number)
  }

  values(): Iterable<Item> {
    return this.#items.values()
  }
}

/**
 * Objects that only their whole content tells from one another, in groups that a key makes: two rules may be alike in all but one member.
 */
export class GroupedStore<Item extends object> implements Store<Item> {
  #groups = new Map<string, Item[]>()
  readonly #key: (item: Item) => string
  readonly #apart: Apart

  /** `apart` names the members that neither tell one object from another nor count as a change. */
  constructor(key: (item: Item) => string, apart: Apart) {
    this.#key = key
    this.#apart = apart
  }

  put(item: Item, _flags: number, sink: Sink<Item>): boolean {
    const key = this.#key(item)
    const group = this.#groups.get(key)
    const at = group === undefined ? -1 : this.#find(group, item)
    if (at >= 0) {
      group![at] = item
      return true
    }
    if (group === undefined) this.#groups.set(key, [item])
    else group.push(item)
    sink.added(item)
    return true
  }

  drop(item: Item, sink: Sink<Item>): boolean {
    const key = this.#key(item)
    const group = this.#groups.get(key)
    if (group === undefined) return true
    const at = this.#find(group, item)
    if (at < 0) return false
    const [known] = group.splice(at, 1)
    if (group.length === 0) this.#groups.delete(key)
    sink.removed(known!)
    return true
  }

  reconcile(list: readonly Item[], sink: Sink<Item>): void {
    const before = this.#groups
    this.#groups = new Map()
    const fresh: Item[] = []
    for (const item of list) {
      const key = this.#key(item)
      const old = before.get(key)
      const at = old === undefined ? -1 : this.#find(old, item)
      if (at < 0) fresh.push(item)
      else old!.splice(at, 1)
      const group = this.#groups.get(key)
      if (group === undefined) this.#groups.set(key, [item])
      else group.push(item)
    }
    for (const group of before.values()) for (const gone of group) sink.removed(gone)
    for (const item of fresh) sink.added(item)
  }

  #find(group: readonly Item[], item: Item): number {
    return group.findIndex((one) => same(one, item, this.#apart))
  }

  has(): boolean {
    return false
  }

  *values(): Iterable<Item> {
    for (const group of this.#groups.values()) yield* group
  }
}
