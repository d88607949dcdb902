/**
 * The verbs of a transaction: each with the way back.
 *
 * @module
 */
import { type Ensured, leavesOf, memberAt, only } from './difference.ts'
import type { EnsuredLinkSpec } from './ensure-link.ts'
import type { Link } from './link.ts'
import type { LinkFlag, LinkSpec } from './link-spec.ts'
import type { NexthopObject, Nexthops, NexthopSpec } from './nexthop-objects.ts'
import type { LinkRef } from './refs.ts'
import type { Routes } from './route-verbs.ts'
import type { Route, RouteSpec } from './routes.ts'
import type { Rtnl } from './rtnl.ts'

/** Does one step and says how it is undone. */
export type Step = <R>(name: string, act: () => R, undo: (result: R) => void) => R

/** What of the objects of one kind the steps need: all {@link Rtnl} members of the sort have it. */
export interface Undoable<Item, Spec> {
  /** Adds an object. */
  add(spec: Spec): unknown
  /** Adds an object, or overwrites the one of its key. */
  replace(spec: Spec): void
  /** Changes an object that is there. */
  change(spec: Spec): void
  /** Deletes an object. */
  delete(spec: Spec): void
  /** Makes an object what is said. */
  ensure(spec: Spec): Ensured<Item>
  /** The object of that key, if there is one. */
  find(spec: Spec): Item | undefined
  /** The specification that makes an object again. */
  specOf(item: Item): Spec
  /** What a specification is called in messages. */
  nameOf(spec: Spec): string
}

/** The verbs of one kind of object, each with its way back. */
export class ObjectSteps<Item, Spec> {
  readonly #objects: Undoable<Item, Spec>
  readonly #step: Step

  /** @internal */
  constructor(objects: Undoable<Item, Spec>, step: Step) {
    this.#objects = objects
    this.#step = step
  }

  /** Adds an object; undone by deleting it. */
  add(spec: Spec): void {
    const objects = this.#objects
    this.#do(
      'add',
      spec,
      () => objects.add(spec),
      () => objects.delete(spec),
    )
  }

  /** Adds or overwrites an object; undone by what had its key before, or by deleting it. */
  replace(spec: Spec): void {
    const before = this.#objects.find(spec)
    this.#do(
      'replace',
      spec,
      () => this.#objects.replace(spec),
      () => this.#restore(before, spec),
    )
  }

  /** Changes an object that is there; undone by what it was. */
  change(spec: Spec): void {
    const before = this.#objects.find(spec)
    this.#do(
      'change',
      spec,
      () => this.#objects.change(spec),
      () => this.#restore(before, spec),
    )
  }

  /** Makes an object what is said; undone by what it was, or by deleting it. */
  ensure(spec: Spec): Ensured<Item> {
    const before = this.#objects.find(spec)
    return this.#do(
      'ensure',
      spec,
      () => this.#objects.ensure(spec),
      ({ outcome }) => {
        if (outcome !== 'unchanged') this.#restore(before, spec)
      },
    )
  }

  /** Deletes an object; undone by adding it again. */
  delete(spec: Spec): void {
    const before = this.#objects.find(spec)
    this.#do(
      'delete',
      spec,
      () => this.#objects.delete(spec),
      () => {
        // Not by `add`: of some a shadow stays for a while.
        if (before !== undefined) this.#objects.replace(this.#objects.specOf(before))
      },
    )
  }

  #restore(before: Item | undefined, spec: Spec): void {
    if (before === undefined) this.#objects.delete(spec)
    else this.#objects.replace(this.#objects.specOf(before))
  }

  #do<R>(verb: string, spec: Spec, act: () => R, undo: (result: R) => void): R {
    return this.#step(`${verb} ${this.#objects.nameOf(spec)}`, act, undo)
  }
}

/** The verbs of links, each with its way back. */
export class LinkSteps {
  readonly #rtnl: Rtnl
  readonly #step: Step
  readonly #last: (act: () => void) => void

  /** @internal */
  constructor(rtnl: Rtnl, step: Step, last: (act: () => void) => void) {
    this.#rtnl = rtnl
    this.#step = step
    this.#last = last
  }

  /** Makes a link; undone by deleting it. */
  add(spec: LinkSpec): Link {
    const { links } = this.#rtnl
    const { netns } = spec
    return this.#step(
      `create ${nameOf(spec)}`,
      () => links.add(spec),
      ({ index }) => {
        if (netns === undefined) links.delete(index)
        else this.#rtnl.elsewhere(netns, (there) => there.links.delete(index))
      },
    )
  }

  /** Changes a link; undone by what it was. A link is not moved in a transaction: the way back leads through another namespace. */
  change(ref: LinkRef, spec: Omit<LinkSpec, 'index' | 'netns' | 'netnsPid'>): void {
    const { links } = this.#rtnl
    const before = links.get(ref)
    this.#step(
      `change link ${ref}`,
      () => links.change(ref, spec),
      () => links.change(before.index, former(spec, before)),
    )
  }

  /** Makes a link what is said; undone by what it was, or by deleting it. */
  ensure(spec: EnsuredLinkSpec): Ensured<Link> {
    const { links } = this.#rtnl
    const before = links.find(spec.name)
    return this.#step(
      `ensure ${nameOf(spec)}`,
      () => links.ensure(spec),
      ({ outcome, object }) => {
        if (before === undefined) links.delete(object.index)
        else if (outcome === 'changed') links.change(object.index, former(spec, before))
      },
    )
  }

  /** Deletes a link when all else has been done: what is deleted cannot be made again as it was. */
  delete(ref: LinkRef): void {
    const { links } = this.#rtnl
    const { index } = links.get(ref)
    this.#last(() =>
      this.#step(
        `delete link ${ref}`,
        () => links.delete(index),
        () => {},
      ),
    )
  }
}

function nameOf({ name, linkinfo }: Pick<LinkSpec, 'name' | 'linkinfo'>): string {
  return [linkinfo?.kind ?? 'link', name === undefined ? '' : JSON.stringify(name)].join(' ').trimEnd()
}

/** Said by the absence of the attribute. */
const ABSENT: Readonly<Record<string, unknown>> = { master: 0, alias: '', link: 0, protoDown: false }

/** What a link was, of all that a change says. */
function former({ up, flags, ...rest }: Partial<LinkSpec>, before: Link): Partial<LinkSpec> {
  const was = (flag: string): boolean => before.flags.includes(flag as LinkFlag)
  const valueAt = (path: string): unknown => memberAt(before, path) ?? ABSENT[path]
  const paths = leavesOf(rest).filter((path) => valueAt(path) !== undefined)
  return {
    ...only(rest, paths, valueAt),
    ...(up === undefined ? {} : { up: was('up') }),
    ...(flags === undefined ? {} : { flags: Object.fromEntries(Object.keys(flags).map((flag) => [flag, was(flag)])) }),
  }
}

/** The verbs of nexthop objects, each with its way back. */
export class NexthopSteps extends ObjectSteps<NexthopObject, NexthopSpec> {
  readonly #nexthops: Nexthops
  readonly #step: Step

  /** @internal */
  constructor(nexthops: Nexthops, step: Step) {
    super(nexthops, step)
    this.#nexthops = nexthops
    this.#step = step
  }

  /** Adds a nexthop object and gives it as it became; undone by deleting it. */
  override add(spec: NexthopSpec): NexthopObject {
    const nexthops = this.#nexthops
    return this.#step(
      `add ${nexthops.nameOf(spec)}`,
      () => nexthops.add(spec),
      ({ id }) => nexthops.delete({ id }),
    )
  }
}

/** The verbs of routes, each with its way back. */
export class RouteSteps extends ObjectSteps<Route, RouteSpec> {
  readonly #routes: Routes
  readonly #step: Step

  /** @internal */
  constructor(routes: Routes, step: Step) {
    super(routes, step)
    this.#routes = routes
    this.#step = step
  }

  /** Adds a route behind those of the same prefix and metric; undone by deleting it. */
  append(spec: RouteSpec): void {
    const routes = this.#routes
    this.#step(
      `append ${routes.nameOf(spec)}`,
      () => routes.append(spec),
      () => routes.delete(spec),
    )
  }
}
