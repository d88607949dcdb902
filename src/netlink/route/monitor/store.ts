/**
 * What a monitor knows of one kind of object, and what it learns from a message or a list.
 *
 * @module
 */
import { same, type Apart } from './same.ts'

/** What became of an object. */
export type Delta<Item> =
  | { readonly type: 'added'; readonly object: Item }
  | { readonly type: 'changed'; readonly object: Item; readonly previous: Item }
  | { readonly type: 'removed'; readonly object: Item }

/** Takes what became of objects, in order. */
export type Sink<Item> = (delta: Delta<Item>) => void

/**
 * The objects of one kind. Messages may be older than the list that it was last held against: applied again in their order, they lead to the
 * same end.
 */
export interface Store<Item> {
  /** An object was made or changed; `flags` are the message's. Whether that says all, or a list has to tell the rest. */
  put(item: Item, flags: number, sink: Sink<Item>): boolean
  /** An object is gone. Whether that says all. */
  drop(item: Item, sink: Sink<Item>): boolean
  /** Makes it what a list says, of the objects that `within` accepts. */
  reconcile(list: readonly Item[], sink: Sink<Item>, within?: (item: Item) => boolean): void
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
    if (previous === undefined) sink({ type: 'added', object: item })
    else if (!this.alike(previous, item, apart)) sink({ type: 'changed', object: item, previous })
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
    sink({ type: 'removed', object: known })
    return true
  }

  reconcile(list: readonly Item[], sink: Sink<Item>, within: (item: Item) => boolean = () => true): void {
    const there = new Set<string | number>()
    for (const item of list) there.add(this.#key(item))
    for (const [key, item] of this.#items) {
      if (there.has(key) || !within(item)) continue
      this.#items.delete(key)
      sink({ type: 'removed', object: item })
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
 * Objects that only their whole content tells from one another, in groups that a key makes, each in the kernel's order: two rules may be alike,
 * and routes of one prefix and metric differ in anything.
 */
export class GroupedStore<Item extends object> implements Store<Item> {
  protected readonly groups = new Map<string, Item[]>()
  readonly #key: (item: Item) => string
  readonly #identity: Apart
  readonly #apart: Apart

  /** `identity` names the members that do not tell one object from another; `apart`, a part of them, those whose change is none. */
  constructor(key: (item: Item) => string, identity: Apart, apart: Apart) {
    this.#key = key
    this.#identity = identity
    this.#apart = apart
  }

  put(item: Item, flags: number, sink: Sink<Item>): boolean {
    const key = this.#key(item)
    const group = this.groups.get(key)
    if (group === undefined) {
      this.groups.set(key, [item])
      sink({ type: 'added', object: item })
    } else {
      this.join(group, item, flags, sink)
    }
    return true
  }

  /** Where an object goes in a group that there is. */
  protected join(group: Item[], item: Item, _flags: number, sink: Sink<Item>): void {
    const at = this.find(group, item)
    if (at >= 0) return this.update(group, at, item, sink)
    group.push(item)
    sink({ type: 'added', object: item })
  }

  /** The place of the same object in its group, or −1. */
  protected find(group: readonly Item[], item: Item): number {
    return group.findIndex((one) => same(one, item, this.#identity))
  }

  protected update(group: Item[], at: number, item: Item, sink: Sink<Item>): void {
    const previous = group[at]!
    group[at] = item
    if (!same(previous, item, this.#apart)) sink({ type: 'changed', object: item, previous })
  }

  drop(item: Item, sink: Sink<Item>): boolean {
    const key = this.#key(item)
    const group = this.groups.get(key)
    if (group === undefined) return true
    const at = this.find(group, item)
    if (at < 0) return false
    const [known] = group.splice(at, 1)
    if (group.length === 0) this.groups.delete(key)
    sink({ type: 'removed', object: known! })
    return true
  }

  reconcile(list: readonly Item[], sink: Sink<Item>, within: (item: Item) => boolean = () => true): void {
    const before = new Map(this.groups)
    const kept = [...before].filter(([, group]) => !within(group[0]!))
    this.groups.clear()
    for (const [key, group] of kept) {
      this.groups.set(key, group)
      before.delete(key)
    }
    const later: Delta<Item>[] = []
    for (const item of list) {
      const key = this.#key(item)
      const old = before.get(key)
      const at = old === undefined ? -1 : this.find(old, item)
      const group = this.groups.get(key)
      if (group === undefined) this.groups.set(key, [item])
      else group.push(item)
      if (at < 0) {
        later.push({ type: 'added', object: item })
        continue
      }
      // taken out of the old group: what is left there in the end is gone
      const [previous] = old!.splice(at, 1)
      if (!same(previous, item, this.#apart)) later.push({ type: 'changed', object: item, previous: previous! })
    }
    for (const group of before.values()) for (const gone of group) sink({ type: 'removed', object: gone })
    for (const delta of later) sink(delta)
  }

  has(): boolean {
    return false
  }

  *values(): Iterable<Item> {
    for (const group of this.groups.values()) yield* group
  }
}
