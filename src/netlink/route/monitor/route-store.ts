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
import { GroupedStore, type Sink } from './store.ts'

/** Ages; and what `flags` has comes and goes with carriers, so a deletion need not have it. */
const AGES = ['cacheinfo', 'expires', 'mfcStats'] as const
const APART: ReadonlySet<string> = new Set(AGES)
const IDENTITY: ReadonlySet<string> = new Set([...AGES, 'flags', 'pref'])

/** Whether IPv6 takes it for a hop of one route with all its like: it has a gateway of its own and nobody advertised it. */
function isHop({ gateway, multipath, nhid, protocol }: Route): boolean {
  return (gateway !== undefined || multipath !== undefined) && nhid === undefined && protocol !== 'ra'
}

function keyOf(route: Route): string {
  const { family, table, dst, src, tos, metric } = route
  const shape = family === 'inet6' && isHop(route) ? '=' : ''
  return `${family}${shape} ${table} ${dst} ${src ?? ''} ${tos} ${metric ?? 0}`
}

/** The routes of one network namespace. */
export class RouteStore extends GroupedStore<Route> {
  constructor() {
    super(keyOf, IDENTITY, APART)
  }

  protected override join(group: Route[], route: Route, flags: number, sink: Sink<Route>): void {
    // the whole route, as it now is
    if (route.family === 'inet6' && isHop(route)) return this.update(group, 0, route, sink)
    const at = this.find(group, route)
    if ((flags & NLM_F_REPLACE) !== 0) return this.#replace(group, at, route, sink)
    if (at >= 0) return this.update(group, at, route, sink)
    if ((flags & NLM_F_APPEND) !== 0 || route.family === 'inet6') group.push(route)
    else group.unshift(route)
    sink({ type: 'added', object: route })
  }

  #replace(group: Route[], at: number, route: Route, sink: Sink<Route>): void {
    if (at === 0) return this.update(group, 0, route, sink)
    const [previous] = group
    if (at < 0) {
      group[0] = route
      sink({ type: 'changed', object: route, previous: previous! })
      return
    }
    // it was known from a later list: what it replaced is gone
    group.splice(at, 1)
    group[0] = route
    sink({ type: 'removed', object: previous! })
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
