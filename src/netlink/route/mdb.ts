/**
 * Multicast databases: which ports of a bridge, or far ends of a VXLAN tunnel, want which groups.
 *
 * @module
 */
import type { In, Out } from '../../codec/index.ts'
import type { mdbMessage, mdbRequest } from './mdb-message.ts'
import { Objects, type ObjectType } from './objects.ts'
import { MDB } from './operations.ts'
import type { LinkRef } from './refs.ts'
import type { Rtnl } from './rtnl.ts'

/** What is listed; what is asked for reads back as such too. */
type Wire = Out<typeof mdbMessage> & Partial<Pick<Out<typeof mdbRequest>, 'entry' | 'attributes'>>
type WireIn = In<typeof mdbRequest>
type Listed = NonNullable<NonNullable<NonNullable<Out<typeof mdbMessage>['mdb']>['groups']>[number]['entries']>[number]
type Extra = NonNullable<WireIn['attributes']>

/** A source of a group. */
export interface MdbSource {
  readonly address: string
  /** 1/100 s until it is forgotten. */
  readonly timer?: number | undefined
}

/** An entry of a multicast database: a port that wants a group. */
export interface MdbEntry extends Omit<Listed, 'sourceList' | 'unknown'> {
  /** The bridge or the tunnel. */
  readonly dev: number
  /** The sources that are wanted, or not, as `filterMode` says. */
  readonly sourceList?: readonly MdbSource[] | undefined
}

/** An entry to add, replace or delete. */
export interface MdbSpec extends Omit<Extra, 'sourceList' | 'stateMask' | 'unknown'> {
  /** The bridge or the tunnel. */
  readonly dev: LinkRef
  /** The port; left out, the bridge or the tunnel itself. */
  readonly port?: LinkRef | undefined
  /** The group: an IPv4, an IPv6 or a hardware address. */
  readonly group: string
  /** bridge: `vid`. */
  readonly vid?: number | undefined
  /** Left out: `temp` on a bridge for as long as its timer says; a hardware address and a tunnel want `permanent`. */
  readonly state?: 'temp' | 'permanent' | undefined
  /** The sources that are wanted, or not, as `filterMode` says. */
  readonly sourceList?: readonly string[] | undefined
}

/** Which entries are listed. */
export interface MdbFilter {
  /** Of one bridge or tunnel. */
  readonly dev?: LinkRef | undefined
  readonly group?: string | undefined
  readonly vid?: number | undefined
}

/** What tells an entry from others, for {@link Mdb.get}. */
export type MdbKey = Pick<MdbSpec, 'dev' | 'group' | 'vid' | 'source' | 'srcVni'>

/** A port of a bridge that leads to a multicast router. */
export interface MdbRouter {
  /** The bridge. */
  readonly dev: number
  readonly port: number
  readonly type?: string | number | undefined
  /** 1/100 s until it is forgotten. */
  readonly timer?: number | undefined
  readonly vid?: number | undefined
}

function item(dev: number, { sourceList, unknown: _unknown, ...rest }: Listed): MdbEntry {
  const { entries } = sourceList ?? {}
  if (entries === undefined) return { dev, ...rest }
  return { dev, ...rest, sourceList: entries.map(({ address = '', ...more }) => ({ address, ...more })) }
}

function each({ dev, mdb, entry, attributes }: Wire): MdbEntry[] {
  if (entry !== undefined) return [item(dev, { ...entry, ...attributes } as Listed)]
  return (mdb?.groups ?? []).flatMap(({ entries = [] }) => entries.map((one) => item(dev, one)))
}

function toWire({ dev, port, group, vid, state, sourceList, ...extra }: MdbSpec, forDelete: boolean): WireIn {
  const sources =
    sourceList === undefined ? {} : { sourceList: { entries: sourceList.map((address) => ({ address })) } }
  const attributes: Extra = { ...extra, ...(forDelete ? {} : sources) }
  const said = Object.values(attributes).some((value) => value !== undefined)
  return {
    family: 'bridge',
    dev,
    entry: { port: port ?? dev, group, vid, state: forDelete ? undefined : state },
    attributes: said ? attributes : undefined,
  }
}

const mdbType: ObjectType<Wire, WireIn, MdbEntry, MdbSpec, MdbFilter> = {
  noun: 'mdb entry',
  create: MDB.new as unknown as ObjectType<Wire, WireIn, MdbEntry, MdbSpec, MdbFilter>['create'],
  remove: MDB.del as unknown as ObjectType<Wire, WireIn, MdbEntry, MdbSpec, MdbFilter>['create'],
  fetch: MDB.get,
  toWire,
  fromWire: (wire) => each(wire)[0]!,
  each,
  select: ({ dev, group, vid }) => ({
    body: { family: 'bridge' },
    where: (one) =>
      (dev === undefined || one.dev === dev) &&
      (group === undefined || one.group === group) &&
      (vid === undefined || one.vid === vid),
  }),
  key: ({ dev, port, group, vid, source, dst }) => ({
    filter: { dev, group, vid },
    is: (one) => one.port === port && one.source === source && (dst === undefined || one.dst === dst),
  }),
  again: ({ dev, port, group, vid, state, flags: _f, timer: _t, sourceList, ...rest }) => ({
    ...rest,
    dev,
    port,
    group,
    vid,
    state: state === 'temp' ? 'temp' : 'permanent',
    sourceList: sourceList?.map(({ address }) => address),
  }),
  taken: new Set(['dev', 'port', 'sourceList']),
  restless: new Set(['timer']),
  label: ({ dev, port, group }) => `${group} dev ${dev}${port === undefined ? '' : ` port ${port}`}`,
  hint(refusal, verb) {
    if (refusal.code === 'EEXIST') return 'the port has the group already: use replace'
    if (refusal.code === 'ENOENT' && verb === 'delete') return 'there is no such entry'
    return undefined
  },
}

/**
 * Multicast databases of the bridges and tunnels of one network namespace; bridge: `mdb`.
 *
 * The key of `replace` is the bridge, the port, the group, the VLAN and the source. Hardware addresses require Linux 5.10; `replace`, source lists and
 * `filterMode` 6.2; tunnels 6.4.
 */
export class Mdb extends Objects<Wire, WireIn, MdbEntry, MdbSpec, MdbFilter> {
  readonly #rtnl: Rtnl

  constructor(rtnl: Rtnl) {
    super(rtnl, mdbType)
    this.#rtnl = rtnl
  }

  override list(filter: MdbFilter = {}): MdbEntry[] {
    return super.list(this.#resolved(filter))
  }

  override *stream(filter: MdbFilter = {}): Generator<MdbEntry, void, undefined> {
    yield* super.stream(this.#resolved(filter))
  }

  /** The kernel does not filter by the bridge, so its number is needed here. */
  #resolved(filter: MdbFilter): MdbFilter {
    return filter.dev === undefined ? filter : { ...filter, dev: this.#rtnl.links.indexOf(filter.dev) }
  }

  /** The entries of one group, one a port.  @throws NetlinkError ENOENT when nobody wants it. Requires Linux 6.9. */
  get({ dev, group, vid, ...extra }: MdbKey): MdbEntry[] {
    const attributes = Object.values(extra).some((value) => value !== undefined) ? extra : undefined
    const body = { family: 'bridge', dev, entry: { group, vid }, attributes } as const
    return each(this.#rtnl.ask(MDB.get, body, { attempted: `get mdb entry ${group} dev ${dev}` }))
  }

  /** The ports that lead to multicast routers, of one bridge or of all; bridge: `mdb show router`. */
  routers(dev?: LinkRef): MdbRouter[] {
    const bridge = dev === undefined ? undefined : this.#rtnl.links.indexOf(dev)
    return this.#rtnl
      .dumpAll(MDB.get, { family: 'bridge' }, { attempted: 'list multicast routers' })
      .filter((one) => bridge === undefined || one.dev === bridge)
      .flatMap((one) => (one.router?.ports ?? []).map(({ unknown: _unknown, ...port }) => ({ dev: one.dev, ...port })))
  }
}
