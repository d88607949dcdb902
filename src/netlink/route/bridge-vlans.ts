/**
 * VLANs of bridges and their ports.
 *
 * @module
 */
import type { In, Out } from '../../codec/index.ts'
import type { BRIDGE_VLAN_FLAGS, bridgeVlanMessage } from './bridge-vlan-message.ts'
import { Objects, type ObjectType } from './objects.ts'
import { VLAN } from './operations.ts'
import type { LinkRef } from './refs.ts'
import type { Rtnl } from './rtnl.ts'

type Wire = Out<typeof bridgeVlanMessage>
type WireIn = In<typeof bridgeVlanMessage>
type Entry = NonNullable<Wire['entries']>[number]
type EntryIn = NonNullable<WireIn['entries']>[number]
type Global = NonNullable<Wire['globalOptions']>[number]
type GlobalIn = NonNullable<WireIn['globalOptions']>[number]

/** A flag of a VLAN: `pvid`, `untagged`; `brentry` of the bridge itself. */
export type BridgeVlanFlag = keyof typeof BRIDGE_VLAN_FLAGS

/** Which VLAN, or VLANs, of which link. */
interface Which {
  readonly vid: number
  /** The last of a range of VLANs. */
  readonly vidEnd?: number | undefined
}

/** A VLAN of a bridge or a port, or several that follow one another and are alike. */
export interface BridgeVlan extends Which, Omit<Entry, 'info' | 'range' | 'tunnelInfo' | 'unknown'> {
  /** The bridge or the port. */
  readonly dev: number
  readonly flags: NonNullable<Entry['info']>['flags']
  /** `BRIDGE_VLANDB_TINFO_ID`: the VNI that it is on a tunnel; of a range that of the first. */
  readonly tunnel?: number | undefined
}

/** A VLAN, or a range of them, to add, change or delete. */
export interface BridgeVlanSpec
  extends Which, Omit<EntryIn, 'info' | 'range' | 'tunnelInfo' | 'stats' | 'mcastNGroups' | 'unknown'> {
  /** The port; or the bridge itself, bridge: `self`. */
  readonly dev: LinkRef
  /** bridge: `pvid`, `untagged`. */
  readonly flags?: readonly BridgeVlanFlag[] | undefined
  /** The VNI that it is on a tunnel port; the VLANs of a range get those that follow. 0 takes it away. Requires `vlanTunnel` of the port. */
  readonly tunnel?: number | undefined
}

/** Which VLANs are listed. */
export interface BridgeVlanFilter {
  /** Of one bridge or port. The kernel filters. */
  readonly dev?: LinkRef | undefined
  /** Those that hold this number. */
  readonly vid?: number | undefined
  /** With counters. */
  readonly stats?: boolean | undefined
}

/** What a VLAN is told on a whole bridge. */
export interface BridgeVlanOptions extends Which, Omit<Global, 'vid' | 'range' | 'unknown'> {
  /** The bridge. */
  readonly dev: number
}

/** What to tell a VLAN on a whole bridge. */
export interface BridgeVlanOptionsSpec
  extends Which, Omit<GlobalIn, 'vid' | 'range' | 'mcastRouterPorts' | 'mcastQuerierState' | 'unknown'> {
  /** The bridge. */
  readonly dev: LinkRef
}

const ends = (vid: number, end: number | undefined): Which =>
  end === undefined || end === vid ? { vid } : { vid, vidEnd: end }

function each({ dev, entries = [] }: Wire): BridgeVlan[] {
  return entries.map(({ info, range, tunnelInfo, unknown: _unknown, ...rest }) => ({
    dev,
    ...ends(info?.vid ?? 0, range),
    flags: info?.flags ?? [],
    ...rest,
    ...(tunnelInfo?.id === undefined ? {} : { tunnel: tunnelInfo.id }),
  }))
}

function toWire({ dev, vid, vidEnd, flags, tunnel, ...options }: BridgeVlanSpec, forDelete: boolean): WireIn {
  const info = { vid, flags: flags ?? [] }
  if (forDelete) return { family: 'bridge', dev, entries: [{ info, range: vidEnd }] }
  const tunnelInfo =
    tunnel === undefined
      ? undefined
      : tunnel === 0
        ? ({ cmd: 'delete' } as const)
        : ({ id: tunnel, cmd: 'set' } as const)
  return { family: 'bridge', dev, entries: [{ info, range: vidEnd, ...options, tunnelInfo }] }
}

const holds = ({ vid, vidEnd = vid }: Which, one: number): boolean => vid <= one && one <= vidEnd

const vlanType: ObjectType<Wire, WireIn, BridgeVlan, BridgeVlanSpec, BridgeVlanFilter> = {
  noun: 'bridge VLAN',
  create: VLAN.new,
  remove: VLAN.del,
  // What a list is asked for is written by a table of its own.
  fetch: VLAN.get as unknown as typeof VLAN.new,
  toWire,
  fromWire: (wire) => each(wire)[0]!,
  each,
  select: ({ dev, vid, stats }) => ({
    body: { family: 'bridge', dev, dumpFlags: stats ? ['stats'] : undefined } as WireIn,
    where: vid === undefined ? undefined : (item) => holds(item, vid),
  }),
  // The kernel lists those that are alike as one range.
  key: ({ dev, vid }) => ({ filter: { dev }, is: (item) => holds(item, vid) }),
  again: ({ stats: _stats, mcastNGroups: _groups, flags, ...rest }) => ({
    ...rest,
    flags: flags.filter((flag): flag is BridgeVlanFlag => flag === 'pvid' || flag === 'untagged'),
  }),
  taken: new Set(['dev', 'vid', 'vidEnd']),
  restless: new Set(['stats', 'mcastNGroups']),
  label: ({ dev, vid, vidEnd }) => `${vidEnd === undefined ? vid : `${vid}-${vidEnd}`} dev ${dev}`,
  hint(refusal, verb) {
    if (refusal.code === 'ENOENT' && verb !== 'add') return 'there is no such VLAN on that link'
    if (refusal.code === 'EOPNOTSUPP') return 'the link is neither a bridge nor a port of one'
    return undefined
  },
}

/**
 * VLANs of the bridges of one network namespace, and of their ports. The key is the link and the number.
 *
 * The kernel takes one that is there already without a word: `add` and `replace` are the same here. Requires Linux 5.6, and `vlanFiltering` of the bridge for
 * them to have an effect.
 */
export class BridgeVlans extends Objects<Wire, WireIn, BridgeVlan, BridgeVlanSpec, BridgeVlanFilter> {
  readonly #rtnl: Rtnl

  constructor(rtnl: Rtnl) {
    super(rtnl, vlanType)
    this.#rtnl = rtnl
  }

  /** Changes options of VLANs that are there: what is not said stays, `flags` too.  @throws NetlinkError ENOENT when one is not there. */
  override change(spec: Omit<BridgeVlanSpec, 'flags'>): void {
    super.change({ ...spec, flags: ['onlyOpts'] })
  }

  /** What VLANs are told on a whole bridge, of one bridge or of all. Requires Linux 5.15. */
  options(dev?: LinkRef): BridgeVlanOptions[] {
    const body = { family: 'bridge', dev, dumpFlags: ['global'] } as const
    return this.#rtnl
      .dumpAll(VLAN.get, body, { attempted: 'list bridge VLAN options' })
      .flatMap(({ dev: bridge, globalOptions = [] }) =>
        globalOptions.map(({ vid = 0, range, unknown: _unknown, ...rest }) => ({
          dev: bridge,
          ...ends(vid, range),
          ...rest,
        })),
      )
  }

  /** Tells VLANs something on a whole bridge; bridge: `vlan global set`. Requires Linux 5.15. */
  setOptions({ dev, vid, vidEnd, ...options }: BridgeVlanOptionsSpec): void {
    const body = { family: 'bridge', dev, globalOptions: [{ vid, range: vidEnd, ...options }] } as const
    this.#rtnl.make(
      this.#rtnl.plan<WireIn, Wire>(VLAN.new, body, { attempted: `set options of bridge VLAN ${vid} dev ${dev}` }),
    )
  }
}
