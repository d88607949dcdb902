/**
 * Routes.
 *
 * @module
 */
import { AF_INET, type In, type Out, parseCidr } from '../../codec/index.ts'
import type { PROTOCOLS, SCOPES, TABLES } from './names.ts'
import type { ObjectType } from './objects.ts'
import { ROUTE } from './operations.ts'
import type { LinkRef } from './refs.ts'
import type { ROUTE_FLAGS, ROUTE_TYPES, routeMessage } from './route-message.ts'

type Wire = Out<typeof routeMessage>
type WireIn = In<typeof routeMessage>

/** A routing table: a name or a number up to 2³²−1. */
export type TableRef = keyof typeof TABLES | number

/** A flag of a route. */
export type RouteFlag = keyof typeof ROUTE_FLAGS

/**
 * A route as the kernel tells it: the attributes that are there, under our names, and the prefix as `ip` prints it.
 *
 * `dst` is `default`, a prefix, or an address alone for a route to one host; `src` is absent for a route from everywhere.
 */
export interface Route extends Omit<Wire, 'dst' | 'src' | 'dstLen' | 'srcLen' | 'shortTable'> {
  /** `RTA_DST` with `rtm_dst_len`: `default`, `10.0.0.0/8`, `10.0.0.1`; the label of an MPLS route. */
  dst: string
  /** `RTA_SRC` with `rtm_src_len`; ip: `from`. */
  src?: string | undefined
}

/** What {@link RouteSpec} takes over from the wire as it is. */
type Attributes = Omit<
  WireIn,
  'family' | 'dst' | 'src' | 'dstLen' | 'srcLen' | 'shortTable' | 'cacheinfo' | 'mfcStats' | 'table' | 'tos' | 'iif'
>

/**
 * A route to add, change or delete.
 *
 * What is left out is as `ip route` has it: table `main` (`local` for a local or broadcast route), protocol `boot`, type `unicast`, and the scope
 * that follows from the rest: `global` with a gateway, `link` without one, `host` for a local route.
 */
export type RouteSpec = Attributes & {
  /** `default`, a prefix, or an address for a route to one host. */
  readonly dst: string
  /** Only needed where nothing else tells it: a default route without a gateway. */
  readonly family?: 'inet' | 'inet6' | undefined
  /** ip: `from`. IPv6. */
  readonly src?: string | undefined
  /** ip: `tos`. */
  readonly tos?: number | undefined
  /** ip: `table`. */
  readonly table?: TableRef | undefined
}

/** Which routes are listed. */
export interface RouteFilter {
  /** The kernel filters. Left out: all families, those of multicast routing and MPLS too. */
  readonly family?: 'inet' | 'inet6' | 'mpls' | undefined
  /** The kernel filters, and looks at no other table. */
  readonly table?: TableRef | undefined
  /** Routes that leave through a link. The kernel filters. */
  readonly dev?: LinkRef | undefined
  /** The kernel filters. */
  readonly protocol?: keyof typeof PROTOCOLS | number | undefined
  /** The kernel filters. */
  readonly type?: keyof typeof ROUTE_TYPES | undefined
  readonly scope?: keyof typeof SCOPES | undefined
  /** Exactly this prefix. */
  readonly dst?: string | undefined
  readonly gateway?: string | undefined
  readonly metric?: number | undefined
  /** Cached exceptions (learned MTUs, redirects) in place of routes; ip: `cache`. */
  readonly cloned?: boolean | undefined
}

/** What a packet looks like whose route is asked for. */
export interface RouteQuery {
  /** ip: `from`. */
  readonly from?: string | undefined
  /** The link that it came in by, as if it were forwarded. */
  readonly iif?: LinkRef | undefined
  /** The link that it is to leave through; ip: `oif`. A VRF too. */
  readonly dev?: LinkRef | undefined
  readonly mark?: number | undefined
  readonly uid?: number | undefined
  readonly tos?: number | undefined
  /** The number of the transport protocol. */
  readonly ipproto?: number | undefined
  readonly sport?: number | undefined
  readonly dport?: number | undefined
  readonly flowlabel?: number | undefined
  /** The route in the table that matched, in place of the decision made from it; ip: `fibmatch`. */
  readonly fibMatch?: boolean | undefined
}

const HOST_BITS: Readonly<Record<string, number>> = { inet: 32, inet6: 128 }
const EVERYWHERE = 'default'

function prefixOf(text: string): ReturnType<typeof parseCidr> | undefined {
  return text === EVERYWHERE ? undefined : parseCidr(text)
}

function guessFamily(spec: RouteSpec): number | 'inet' | 'inet6' {
  if (spec.family !== undefined) return spec.family
  const hop = spec.multipath?.find(({ gateway }) => gateway !== undefined)?.gateway
  for (const one of [spec.gateway, spec.prefsrc, spec.src, hop]) {
    if (typeof one === 'string') return one.includes(':') ? 'inet6' : 'inet'
    if (one instanceof Uint8Array) return one.length === 16 ? 'inet6' : 'inet'
  }
  return 'inet'
}

function guessScope(spec: RouteSpec, forDelete: boolean): WireIn['scope'] {
  if (forDelete) return 'nowhere' // any
  switch (spec.type ?? 'unicast') {
    case 'local':
    case 'nat':
      return 'host'
    case 'unicast': {
      const reached = spec.gateway ?? spec.via ?? spec.multipath?.[0] ?? spec.nhid
      return reached === undefined && spec.dev !== undefined ? 'link' : 'global'
    }
    case 'broadcast':
    case 'multicast':
    case 'anycast':
      return 'link'
    default:
      return 'global'
  }
}

const OF_THE_HOST: ReadonlySet<unknown> = new Set(['local', 'broadcast', 'nat', 'anycast'])
const TABLE_NUMBERS: Readonly<Record<string, number>> = { default: 253, main: 254, local: 255 }

/** A table stands in the header where it fits there, in an attribute where not. */
function placeTable(table: TableRef, wire: Record<string, unknown>): void {
  const number = typeof table === 'number' ? table : TABLE_NUMBERS[table]
  if (number === undefined || number > 255) wire['table'] = table
  else wire['shortTable'] = number
}

/** What of a specification is not an attribute as it stands. */
const TRANSLATED: ReadonlySet<string> = new Set(['dst', 'src', 'table', 'family', 'type', 'protocol', 'scope'])

function toWire(spec: RouteSpec, forDelete: boolean): WireIn {
  const { type = 'unicast', table = OF_THE_HOST.has(type) ? 'local' : 'main' } = spec
  const prefix = prefixOf(spec.dst)
  const from = spec.src === undefined ? undefined : prefixOf(spec.src)
  const wire: Record<string, unknown> = {
    family: prefix?.family ?? guessFamily(spec),
    dst: prefix?.address,
    dstLen: prefix?.prefix ?? 0,
    // A deletion that names no type or protocol means any.
    type: forDelete && spec.type === undefined ? 'unspec' : type,
    protocol: spec.protocol ?? (forDelete ? 'unspec' : 'boot'),
    scope: spec.scope ?? guessScope(spec, forDelete),
  }
  placeTable(table, wire)
  if (from !== undefined) {
    wire['src'] = from.address
    wire['srcLen'] = from.prefix
  }
  // By hand: taking the rest of an object apart and spreading it costs more than the kernel takes for a route.
  for (const name in spec) if (!TRANSLATED.has(name)) wire[name] = spec[name as keyof RouteSpec]
  return wire as WireIn
}

function prefixText(address: unknown, length: number, bits: number | undefined): string {
  if (address === undefined) return length === 0 ? EVERYWHERE : `0/${length}`
  return length === bits ? (address as string) : `${address as string}/${length}`
}

/** In place: a table of a million routes is not built twice. */
function fromWire(wire: Wire): Route {
  const route = wire as Partial<Wire>
  const { dstLen, srcLen, shortTable } = wire
  const bits = HOST_BITS[wire.family]
  route.dst = Array.isArray(wire.dst) ? wire.dst.join('/') : prefixText(wire.dst, dstLen, bits)
  if (wire.src !== undefined) route.src = prefixText(wire.src, srcLen, bits)
  if (wire.table === undefined && shortTable !== 0) route.table = shortTable
  return route as unknown as Route
}

/** What of a route is set; the rest of its flags says how it fares. */
const SETTABLE: ReadonlySet<unknown> = new Set(['onlink', 'pervasive'])

function again(route: Route): RouteSpec {
  const { family, unknown: _unknown, cacheinfo, mfcStats: _stats, uid: _uid, mark: _mark, iif: _iif, ...rest } = route
  const { nhid, flags, multipath, gateway, via, dev, encap, encapType, ...common } = rest as typeof rest & WireIn
  const ofItself = { multipath: multipath?.map((hop) => ({ ...hop, flags: settable(hop.flags) })), gateway, via, dev }
  const expires =
    cacheinfo === undefined || cacheinfo.expires <= 0 ? {} : { expires: Math.ceil(cacheinfo.expires / 100) }
  return {
    ...common,
    ...expires,
    family: family as 'inet' | 'inet6',
    flags: settable(flags),
    // What a nexthop object says, the kernel tells as if the route said it.
    ...(nhid === undefined ? { ...ofItself, encapType, encap } : { nhid }),
  } as RouteSpec
}

function settable<F>(flags: readonly F[] | number | undefined): F[] {
  return Array.isArray(flags) ? (flags as F[]).filter((flag) => SETTABLE.has(flag)) : []
}

/** The metric that an IPv6 route has by itself (`IP6_RT_PRIO_USER`). */
const METRIC6 = 1024

const metricOf = ({ metric, family }: Route): number => metric ?? (family === 'inet6' ? METRIC6 : 0)

/** Routes, for the verbs. */
export const routeType: ObjectType<Wire, WireIn, Route, RouteSpec, RouteFilter> = {
  noun: 'route',
  create: ROUTE.new,
  remove: ROUTE.del,
  fetch: ROUTE.get,
  toWire,
  fromWire,
  select(filter) {
    const { family, table, dev, protocol, type, cloned, scope, dst, gateway, metric } = filter
    const local = scope !== undefined || dst !== undefined || gateway !== undefined || metric !== undefined
    const wanted = dst === undefined ? undefined : canonical(dst)
    return {
      body: {
        family: family ?? (dst === undefined || dst === EVERYWHERE ? 'unspec' : prefixOf(dst)!.family),
        dev,
        protocol: protocol ?? 0,
        type: type ?? 0,
        flags: cloned ? ['cloned'] : 0,
        ...(table === undefined ? {} : { table }),
      },
      where: local
        ? (route) =>
            (scope === undefined || route.scope === scope) &&
            (wanted === undefined || route.dst === wanted) &&
            (gateway === undefined || route.gateway === gateway) &&
            (metric === undefined || route.metric === metric)
        : undefined,
      // A table that does not exist has no routes.
      emptyOn: table === undefined ? undefined : ['ENOENT'],
    }
  },
  key: (wanted) => ({
    filter: { family: wanted.family as 'inet' | 'inet6', table: wanted.table as TableRef, dst: wanted.dst },
    is: (route) =>
      metricOf(route) === metricOf(wanted) &&
      route.src === wanted.src &&
      (route.family !== 'inet' || route.tos === wanted.tos),
  }),
  again,
  taken: new Set(['expires']),
  restless: new Set(['cacheinfo']),
  label: ({ dst, table }) => (table === undefined ? dst : `${dst} table ${table}`),
  hint(refusal, verb, spec) {
    if (refusal.code === 'EEXIST')
      return 'a route of that prefix and metric is there already: use replace, or another metric'
    if (refusal.code === 'ESRCH' && verb === 'delete') return 'there is no such route in that table'
    if (refusal.code === 'ENETUNREACH') return 'the gateway is in no network of a link: add one, or the flag onlink'
    if (refusal.code === 'ENETDOWN') return `the link ${spec.dev ?? ''} is down: set it up first`
    return undefined
  },
}

/** A prefix in the form that a listed route has it. */
function canonical(dst: string): string {
  const prefix = prefixOf(dst)
  if (prefix === undefined) return EVERYWHERE
  return prefix.prefix === (prefix.family === AF_INET ? 32 : 128)
    ? prefix.address
    : `${prefix.address}/${prefix.prefix}`
}

/** The request that asks for the route of a packet. */
export function queryToWire(dst: string, query: RouteQuery): WireIn {
  const to = parseCidr(dst)
  const { from, fibMatch, ...rest } = query
  const source = from === undefined ? undefined : parseCidr(from)
  return {
    ...rest,
    family: to.family,
    dst: to.address,
    dstLen: to.prefix,
    src: source?.address,
    srcLen: source?.prefix ?? 0,
    // Which table it was in is a question that IPv4 has to be asked; IPv6 says it, and refuses the flag.
    flags: [...(to.family === AF_INET ? (['lookupTable'] as const) : []), ...(fibMatch ? (['fibMatch'] as const) : [])],
  }
}

/** What was read, as a route. */
export const routeFromWire: (wire: Wire) => Route = fromWire
