/**
 * Routes: the verbs that all objects have, and the question where a packet would go.
 *
 * @module
 */
import { Objects } from './objects.ts'
import { ROUTE } from './operations.ts'
import {
  queryToWire,
  type Route,
  type RouteFilter,
  routeFromWire,
  type RouteQuery,
  type RouteSpec,
  routeType,
} from './routes.ts'
import type { RouteRequest } from './request.ts'
import type { Rtnl } from './rtnl.ts'

type Wire = Parameters<typeof routeFromWire>[0]
type WireIn = ReturnType<typeof queryToWire>

/**
 * The routes of one network namespace.
 *
 * The key of `replace` is, for IPv4, the table, the prefix, `tos` and `metric`; for IPv6 the table, the prefix and `metric`. Of IPv6 multipath
 * routes the kernel replaces the whole route, too, and `append` adds a next hop to it.
 */
export class Routes extends Objects<Wire, WireIn, Route, RouteSpec, RouteFilter> {
  readonly #rtnl: Rtnl

  constructor(rtnl: Rtnl) {
    super(rtnl, routeType)
    this.#rtnl = rtnl
  }

  /** Adds a route behind those of the same prefix and metric; to an IPv6 route it adds a next hop. */
  append(spec: RouteSpec): void {
    this.#rtnl.make<WireIn, Wire>(this.request('append', spec) as RouteRequest<WireIn, Wire>)
  }

  /**
   * Where a packet to an address would go; ip: `route get`.
   *
   * @throws NetlinkError ENETUNREACH, EHOSTUNREACH or EACCES when no route leads there, or one that forbids it.
   */
  get(dst: string, query: RouteQuery = {}): Route {
    const found = this.#rtnl.ask(ROUTE.get, queryToWire(dst, query), {
      attempted: `get the route to ${dst}`,
      hint: ({ code }) => (code === 'ENETUNREACH' ? 'no route leads there' : undefined),
    })
    return routeFromWire(found)
  }
}
