/**
 * Routes as a monitor knows them. What tells one route from another is the hardest question of rtnetlink:
 *
 * - IPv4 keeps routes of one prefix, `tos` and metric in a row; an `append` goes to its end, any other to its front, and a `replace` takes the
 *   place of the first. No message says which one that was.
 * - IPv6 makes one multipath route of all that have a gateway, and tells it whole when a hop is added, but only the hop when one is taken away.
 *   Those without a gateway stand in a row.
 * - IPv4 routes that go because their link, source address or nexthop object did go in silence: see the kinds for when a list is asked for.
 *
 * @module
 */
import { NLM_F_APPEND, NLM_F_REPLACE } from '../../constants.ts'
import type { Route } from '../routes.ts'
import { same } from './same.ts'
import type { Sink, Store } from './store.ts'

/** Ages; and what `flags` has comes and goes with carriers, so a deletion need not have it. */
const AGES = ['cacheinfo', 'expires', 'mfcStats'] as const
const APART: ReadonlySet<string> = new Set(AGES)
const IDENTITY: ReadonlySet<string> = new Set([...AGES, 'flags', 'pref'])

/** Whether IPv6 takes it for a hop of one route with all its like: it has a gateway of its own and nobody advertised it. */
function isHop({ family, gateway, multipath, nhid, protocol }: Route): boolean {
  return (
    family === 'inet6' && (gateway !== undefined || multipath !== undefined) && nhid === undefined && protocol !== 'ra'
  )
}

/** Whether two routes of one prefix stand in the same row. */
function sameRow(a: Route, b: Route): boolean {
  return (
    a.table === b.table &&
    a.family === b.family &&
    (a.metric ?? 0) === (b.metric ?? 0) &&
    a.tos === b.tos &&
    a.src === b.src &&
    isHop(a) === isHop(b)
  )
}

const isThat = (a: Route, b: Route): boolean => sameRow(a, b) && same(a, b, IDENTITY)

function update(routes: Route[], at: number, route: Route, sink: Sink<Route>): void {
  const previous = routes[at]!
  routes[at] = route
  if (!same(previous, route, APART)) sink.changed(route, previous)
}

/** A `replace`: the first of the row is gone, whether or not the new one was known from a later list. */
function replaceFirst(routes: Route[], first: number, at: number, route: Route, sink: Sink<Route>): void {
  if (at === first) return update(routes, first, route, sink)
  const previous = routes[first]!
  routes[first] = route
  if (at < 0) return sink.changed(route, previous)
  routes.splice(at, 1)
  sink.removed(previous)
}

/** The routes of one network namespace. */
export class RouteStore implements Store<Route> {
  /** By prefix: all of its rows, in which order between rows does not matter. Most prefixes have one route, and no list then. */
  #prefixes = new Map<string, Route | Route[]>()

  put(route: Route, flags: number, sink: Sink<Route>): boolean {
    const known = this.#prefixes.get(route.dst)
    if (known === undefined) {
      this.#prefixes.set(route.dst, route)
      sink.added(route)
      return true
    }
    const routes = this.#listOf(route.dst, known)
    const first = routes.findIndex((one) => sameRow(one, route))
    if (first >= 0) {
      this.#join(routes, first, route, flags, sink)
    } else {
      routes.push(route)
      sink.added(route)
    }
    return true
  }

  #join(routes: Route[], first: number, route: Route, flags: number, sink: Sink<Route>): void {
    // the whole route, as it now is
    if (isHop(route)) return update(routes, first, route, sink)
    const at = routes.findIndex((one) => isThat(one, route))
    if ((flags & NLM_F_REPLACE) !== 0) return replaceFirst(routes, first, at, route, sink)
    if (at >= 0) return update(routes, at, route, sink)
    if ((flags & NLM_F_APPEND) !== 0 || route.family === 'inet6') routes.push(route)
    else routes.splice(first, 0, route)
    sink.added(route)
  }

  drop(route: Route, sink: Sink<Route>): boolean {
    const known = this.#prefixes.get(route.dst)
    if (known === undefined) return true
    const routes = Array.isArray(known) ? known : [known]
    const at = routes.findIndex((one) => isThat(one, route))
    // one hop of several, or something that is not known: a list has to tell, unless nothing is like it
    if (at < 0) return !routes.some((one) => sameRow(one, route))
    sink.removed(routes[at]!)
    routes.splice(at, 1)
    if (routes.length === 0) this.#prefixes.delete(route.dst)
    return true
  }

  reconcile(list: readonly Route[], sink: Sink<Route>): void {
    const before = this.#prefixes
    this.#prefixes = new Map()
    const later: (() => void)[] = []
    for (const route of list) {
      const known = this.#prefixes.get(route.dst)
      if (known === undefined) this.#prefixes.set(route.dst, route)
      else this.#listOf(route.dst, known).push(route)
      const previous = takeOut(before, route)
      if (previous === undefined) later.push(() => sink.added(route))
      else if (!same(previous, route, APART)) later.push(() => sink.changed(route, previous))
    }
    for (const known of before.values()) for (const gone of [known].flat()) sink.removed(gone)
    for (const tell of later) tell()
  }

  #listOf(dst: string, known: Route | Route[]): Route[] {
    if (Array.isArray(known)) return known
    const routes = [known]
    this.#prefixes.set(dst, routes)
    return routes
  }

  has(): boolean {
    return false
  }

  *values(): Iterable<Route> {
    for (const known of this.#prefixes.values()) {
      if (Array.isArray(known)) yield* known
      else yield known
    }
  }

  /** Whether a route leaves through one of these links, has one of these source addresses, or (`byObject`) a nexthop object decides. */
  depends(devs: ReadonlySet<number>, sources: ReadonlySet<unknown>, byObject: boolean): boolean {
    for (const { dev, multipath, nhid, prefsrc } of this.values()) {
      if ((nhid !== undefined && byObject) || (prefsrc !== undefined && sources.has(prefsrc))) return true
      if (dev !== undefined && devs.has(dev)) return true
      if (multipath?.some((hop) => devs.has(hop.dev)) === true) return true
    }
    return false
  }
}

/** Takes the same route out of what was known. */
function takeOut(before: Map<string, Route | Route[]>, route: Route): Route | undefined {
  const known = before.get(route.dst)
  if (known === undefined) return undefined
  if (!Array.isArray(known)) {
    if (!isThat(known, route)) return undefined
    before.delete(route.dst)
    return known
  }
  const at = known.findIndex((one) => isThat(one, route))
  return at < 0 ? undefined : known.splice(at, 1)[0]
}
