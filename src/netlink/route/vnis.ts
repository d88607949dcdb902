/**
 * VNIs that a VXLAN tunnel with `vnifilter` lets in.
 *
 * @module
 */
import { familyOf, type In, type Out } from '../../codec/index.ts'
import { Objects, type ObjectType } from './objects.ts'
import { TUNNEL } from './operations.ts'
import type { LinkRef } from './refs.ts'
import type { Rtnl } from './rtnl.ts'
import type { vniMessage } from './vni-message.ts'

type Wire = Out<typeof vniMessage>
type WireIn = In<typeof vniMessage>
type Entry = NonNullable<Wire['entries']>[number]

/** A VNI of a tunnel, or several that follow one another and are alike. */
export interface Vni {
  /** The tunnel. */
  readonly dev: number
  readonly vni: number
  /** The last of a range. */
  readonly vniEnd?: number | undefined
  /** `VXLAN_VNIFILTER_ENTRY_GROUP*`: the multicast group, or the far end; bridge: `group`, `remote`. */
  readonly group?: string | undefined
  /** Counters, where they were asked for. */
  readonly stats?: Entry['stats'] | undefined
}

/** A VNI, or a range of them, to add or delete. */
export interface VniSpec {
  /** The tunnel. */
  readonly dev: LinkRef
  readonly vni: number
  /** The last of a range. */
  readonly vniEnd?: number | undefined
  /** The multicast group, or the far end. */
  readonly group?: string | undefined
}

/** Which VNIs are listed. */
export interface VniFilter {
  /** Of one tunnel. The kernel filters. */
  readonly dev?: LinkRef | undefined
  /** With counters. */
  readonly stats?: boolean | undefined
}

function each({ dev, entries = [] }: Wire): Vni[] {
  return entries.map(({ start = 0, end, group, group6, stats }) => {
    const far = group ?? group6
    return {
      dev,
      vni: start,
      ...(end === undefined || end === start ? {} : { vniEnd: end }),
      ...(far === undefined ? {} : { group: far }),
      ...(stats === undefined ? {} : { stats }),
    }
  })
}

const vniType: ObjectType<Wire, WireIn, Vni, VniSpec, VniFilter> = {
  noun: 'VNI',
  create: TUNNEL.new,
  remove: TUNNEL.del,
  fetch: TUNNEL.get,
  toWire({ dev, vni, vniEnd, group }) {
    const far = group === undefined ? {} : familyOf(group) === 2 ? { group } : { group6: group }
    return { family: 'bridge', dev, entries: [{ start: vni, end: vniEnd, ...far }] }
  },
  fromWire: (wire) => each(wire)[0]!,
  each,
  select: ({ dev, stats }) => ({ body: { family: 'bridge', dev, flags: stats ? ['stats'] : [] } }),
  // The kernel lists those that are alike as one range.
  key: ({ dev, vni }) => ({ filter: { dev }, is: (item) => item.vni <= vni && vni <= (item.vniEnd ?? item.vni) }),
  again: ({ stats: _stats, ...rest }) => rest,
  taken: new Set(['dev', 'vni', 'vniEnd']),
  restless: new Set(['stats']),
  label: ({ dev, vni, vniEnd }) => `${vniEnd === undefined ? vni : `${vni}-${vniEnd}`} dev ${dev}`,
  hint: ({ code, kernelMessage }) =>
    code === 'EOPNOTSUPP' || (code === 'EINVAL' && kernelMessage === undefined)
      ? 'the tunnel needs `collectMetadata` and `vnifilter`'
      : undefined,
}

/** VNIs of the VXLAN tunnels of one network namespace; bridge: `vni`. The key is the tunnel and the number. Requires Linux 5.18. */
export class Vnis extends Objects<Wire, WireIn, Vni, VniSpec, VniFilter> {
  constructor(rtnl: Rtnl) {
    super(rtnl, vniType)
  }
}
