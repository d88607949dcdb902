/**
 * Neighbours, and the forwarding databases of bridges and tunnels.
 *
 * @module
 */
import { familyOf, type In, type Out } from '../../codec/index.ts'
import { type NEIGHBOUR_STATES, type neighbourMessage } from './neighbour-message.ts'
import type { ObjectType } from './objects.ts'
import { NEIGH } from './operations.ts'
import type { LinkRef } from './refs.ts'

type Wire = Out<typeof neighbourMessage>
type WireIn = In<typeof neighbourMessage>

/** What is known of a neighbour; ip: `nud`. */
export type NeighbourState = keyof typeof NEIGHBOUR_STATES

/** A neighbour as the kernel tells it: the attributes that are there, under our names. */
export interface Neighbour extends Wire {}

/** An entry of a forwarding database as the kernel tells it. `dst` is the far end of a tunnel, `lladdr` the address that is behind it. */
export interface FdbEntry extends Wire {}

type Common = Omit<
  WireIn,
  'family' | 'type' | 'cacheinfo' | 'probes' | 'linkNetnsid' | 'dev' | 'dst' | 'lladdr' | 'state'
>

/** A neighbour to add, change or delete. */
export type NeighbourSpec = Common & {
  /** The link that it is reached by. */
  readonly dev: LinkRef
  /** Its address. */
  readonly dst: string
  /** Its hardware address; not for a `proxy` entry. */
  readonly lladdr?: string | undefined
  /** ip: `nud`. Left out: `permanent`. */
  readonly state?: NeighbourState | number | undefined
}

/** An entry of a forwarding database to add, change or delete. */
export type FdbSpec = Common & {
  /** The port of the bridge, or the tunnel. */
  readonly dev: LinkRef
  /** The hardware address. */
  readonly lladdr: string
  /** The far end, for a tunnel. */
  readonly dst?: string | undefined
  /** Left out: `permanent`, what bridge calls `local`; `noarp` is `static`, `reachable` is `dynamic`. */
  readonly state?: NeighbourState | number | undefined
}

/** Which neighbours are listed. */
export interface NeighbourFilter {
  /** Of one link. The kernel filters. */
  readonly dev?: LinkRef | undefined
  /** Of the ports of a master. The kernel filters. */
  readonly master?: LinkRef | undefined
  /** The kernel filters. */
  readonly family?: 'inet' | 'inet6' | undefined
  /** Addresses that are answered for, in place of neighbours; ip: `proxy`. The kernel filters. */
  readonly proxy?: boolean | undefined
  /** One of these states. */
  readonly state?: NeighbourState | readonly NeighbourState[] | undefined
  readonly dst?: string | undefined
}

/** Which entries of forwarding databases are listed. */
export interface FdbFilter {
  /** Of one link. The kernel filters. */
  readonly dev?: LinkRef | undefined
  /** Of a bridge. The kernel filters. */
  readonly master?: LinkRef | undefined
  readonly lladdr?: string | undefined
  readonly vlan?: number | undefined
}

/** What the kernel only tells. */
const TOLD: ReadonlySet<string> = new Set(['family', 'type', 'cacheinfo', 'probes', 'linkNetnsid', 'unknown'])
const RESTLESS: ReadonlySet<string> = new Set(['cacheinfo', 'probes'])

function settable(item: Wire): Partial<Wire> {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !TOLD.has(name)))
}

/** Neighbours, for the verbs. The key of `replace` is the link and the address. */
export const neighbourType: ObjectType<Wire, WireIn, Neighbour, NeighbourSpec, NeighbourFilter> = {
  noun: 'neighbour',
  create: NEIGH.new,
  remove: NEIGH.del,
  fetch: NEIGH.get,
  toWire: (spec, forDelete) => ({
    ...spec,
    family: familyOf(spec.dst),
    state: spec.state ?? (forDelete ? 0 : 'permanent'),
  }),
  fromWire: (wire) => wire,
  select({ dev, master, family, proxy, state, dst }) {
    const states =
      state === undefined || Array.isArray(state)
        ? (state as readonly NeighbourState[] | undefined)
        : [state as NeighbourState]
    return {
      // As attributes: in the header of a strict dump only the family and the proxy flag may be set.
      body: {
        family: family ?? (dst === undefined ? 'unspec' : familyOf(dst)),
        via: dev,
        master,
        flags: proxy ? ['proxy'] : 0,
      },
      where:
        states !== undefined || dst !== undefined
          ? (item) =>
              (states === undefined || states.includes(item.state as NeighbourState)) &&
              (dst === undefined || item.dst === dst)
          : undefined,
    }
  },
  key: ({ dev, dst, family, flags }) => ({
    filter: { dev, dst: dst as string, family: family as 'inet' | 'inet6', proxy: flags.includes('proxy') },
    is: (item) => item.dev === dev,
  }),
  again: (item) => settable(item) as NeighbourSpec,
  always: ['state'],
  taken: new Set(['dev', 'dst']),
  restless: RESTLESS,
  label: ({ dst, dev }) => `${dst} dev ${dev}`,
  hint(refusal, verb) {
    if (refusal.code === 'EEXIST') return 'the neighbour is there already: use replace'
    if (refusal.code === 'ENOENT' && verb !== 'add') return 'there is no such neighbour on that link'
    return undefined
  },
}

/** Entries of forwarding databases, for the verbs. The key of `replace` is the link, the hardware address and the VLAN. */
export const fdbType: ObjectType<Wire, WireIn, FdbEntry, FdbSpec, FdbFilter> = {
  noun: 'fdb entry',
  create: NEIGH.new,
  remove: NEIGH.del,
  fetch: NEIGH.get,
  toWire: (spec, forDelete) => ({
    ...spec,
    family: 'bridge',
    state: spec.state ?? (forDelete ? 0 : 'permanent'),
    flags: spec.flags ?? ['self'],
  }),
  fromWire: (wire) => wire,
  select: ({ dev, master, lladdr, vlan }) => ({
    body: { family: 'bridge', dev: dev ?? 0, master },
    where:
      lladdr !== undefined || vlan !== undefined
        ? (item) =>
            (lladdr === undefined || item.lladdr === lladdr.toLowerCase()) && (vlan === undefined || item.vlan === vlan)
        : undefined,
  }),
  key: ({ dev, lladdr, vlan, vni, dst, flags }) => ({
    filter: { dev, lladdr: lladdr as string },
    is: (item) =>
      item.vlan === vlan &&
      item.flags.includes('self') === flags.includes('self') &&
      (vni === undefined || item.vni === vni) &&
      (dst === undefined || item.dst === dst),
  }),
  // Which table an entry is in, the port's own or that of its bridge, is a flag when it is added, and an attribute when it is told.
  again: (item) => {
    const { master, flags, ...rest } = settable(item) as FdbSpec & Wire
    return { ...rest, flags: master === undefined ? flags : [...flags, 'master'] }
  },
  always: ['state'],
  taken: new Set(['dev', 'flags', 'dst']),
  restless: RESTLESS,
  label: ({ lladdr, dev }) => `${lladdr} dev ${dev}`,
  hint(refusal) {
    if (refusal.code === 'EEXIST') return 'the entry is there already: use replace'
    if (refusal.code === 'EOPNOTSUPP') return 'a port of a bridge wants the flag master, a tunnel the flag self'
    return undefined
  },
}
