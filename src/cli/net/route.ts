/**
 * Routes and nexthop objects as `ip -details -json` has them.
 *
 * @module
 */
import type { NexthopObject, Route } from '../../netlink/index.ts'
import type { LinkNames } from './names.ts'
import { cell, type Json, pick, plain, snake } from './plain.ts'

interface Hop {
  readonly gateway?: string | Uint8Array | undefined
  readonly via?: string | undefined
  readonly dev?: number | undefined
}

/** Where a hop leads: a gateway, one of another family, a link. */
function hopFields({ gateway, via, dev }: Hop, names: LinkNames): Json {
  return {
    ...(gateway === undefined ? {} : { gateway: plain(gateway) }),
    ...(via === undefined ? {} : { via: { family: via.includes(':') ? 'inet6' : 'inet', host: via } }),
    ...(dev === undefined ? {} : { dev: names.name(dev) }),
  }
}

/** Flags that `ip` prints, in its words. */
function flagWords(flags: readonly (string | number)[]): string[] {
  return flags.filter((flag) => flag !== 'cloned').map((flag) => (typeof flag === 'string' ? snake(flag) : `${flag}`))
}

function encapFields({ encapType, encap }: { readonly encapType?: unknown; readonly encap?: unknown }): Json {
  if (encapType === undefined || encapType === 'none') return {}
  return { encap: encapType, ...(plain(encap ?? {}) as Json) }
}

/** A route; `nexthops` are the nexthop objects, by number, of which the one that it names is shown. */
export function routeJson(route: Route, names: LinkNames, nexthops?: ReadonlyMap<number, NexthopObject>): Json {
  const { type, dst, src, tos, table, protocol, scope, prefsrc, metric, flags, metrics, multipath, nhid } = route
  const { lock: _lock, ...values } = metrics ?? {}
  const object = nhid === undefined ? undefined : nexthops?.get(nhid)
  return {
    type: String(type),
    dst,
    ...(src === undefined ? {} : { from: src }),
    ...(tos === 0 ? {} : { tos: `0x${tos.toString(16)}` }),
    ...encapFields(route),
    ...(nhid === undefined ? {} : { nhid }),
    ...(object === undefined ? {} : { nh_info: nexthopJson(object, names) }),
    ...hopFields(route as Hop, names),
    table: String(table ?? 'main'),
    protocol: String(protocol),
    scope: String(scope),
    ...(prefsrc === undefined ? {} : { prefsrc: plain(prefsrc) }),
    ...(metric === undefined ? {} : { metric }),
    flags: flagWords(flags),
    ...(metrics === undefined ? {} : { metrics: [plain(values)] }),
    ...pick(route, { iif: 'iif', mark: 'mark', uid: 'uid', pref: 'pref' }),
    ...expiry(route),
    ...(multipath === undefined
      ? {}
      : {
          nexthops: multipath.map((hop) => ({
            ...encapFields(hop),
            ...hopFields(hop as Hop, names),
            weight: hop.weight,
            flags: flagWords(hop.flags),
          })),
        }),
  }
}

/** Seconds until an IPv6 route goes, which the kernel tells in clock ticks of 1/100 s. */
function expiry({ cacheinfo }: Route): Json {
  return cacheinfo === undefined || cacheinfo.expires === 0 ? {} : { expires: Math.trunc(cacheinfo.expires / 100) }
}

/** A route as a row of a table. */
export function routeRow(route: Route, names: LinkNames): readonly (string | number)[] {
  const { type, dst, multipath, table, protocol, metric, nhid } = route
  const hops = (multipath ?? [route]) as readonly Hop[]
  const via = hops.map((hop) => cell(hop.via ?? plain(hop.gateway))).filter((one) => one !== '')
  const devs = hops.map(({ dev }) => (dev === undefined ? '' : names.name(dev)))
  return [
    type === 'unicast' ? dst : `${type} ${dst}`,
    nhid === undefined ? via.join(', ') : `nexthop ${nhid}`,
    [...new Set(devs)].join(', '),
    String(table ?? 'main'),
    String(protocol),
    metric ?? '',
  ]
}

/** Headings of {@link routeRow}. */
export const ROUTE_HEADINGS = ['DESTINATION', 'VIA', 'LINK', 'TABLE', 'PROTOCOL', 'METRIC'] as const

/** A nexthop object. */
export function nexthopJson(nexthop: NexthopObject, names: LinkNames): Json {
  const { id, group, groupType, resGroup, blackhole, scope, protocol, flags, fdb } = nexthop
  return {
    id,
    ...(group === undefined
      ? {}
      : {
          group: group.map((member) => ({ id: member.id, ...(member.weight === 1 ? {} : { weight: member.weight }) })),
        }),
    ...(groupType === 'resilient' ? { type: 'resilient' } : {}),
    ...(resGroup === undefined ? {} : { resilient_args: plain(resGroup) }),
    ...encapFields(nexthop),
    ...hopFields(nexthop as Hop, names),
    scope: String(scope),
    ...(blackhole === true ? { blackhole: null } : {}),
    protocol: String(protocol),
    flags: flagWords(flags),
    ...(fdb === true ? { fdb: null } : {}),
  }
}

/** A nexthop object as a row of a table. */
export function nexthopRow(nexthop: NexthopObject, names: LinkNames): readonly (string | number)[] {
  const { id = 0, group, gateway, dev, blackhole, protocol } = nexthop
  const where = group?.map((member) => `${member.id}×${member.weight}`).join(' ') ?? (blackhole ? 'blackhole' : gateway)
  return [id, String(where ?? ''), dev === undefined ? '' : names.name(dev), String(protocol)]
}

/** Headings of {@link nexthopRow}. */
export const NEXTHOP_HEADINGS = ['ID', 'VIA', 'LINK', 'PROTOCOL'] as const
