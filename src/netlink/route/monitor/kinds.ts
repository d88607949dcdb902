/**
 * What can be monitored: one row a kind of object.
 *
 * @module
 */
import type { Codec } from '../../../codec/index.ts'
import { type Address, addressType } from '../addresses.ts'
import type { Link } from '../link.ts'
import type { FdbEntry, Neighbour } from '../neighbours.ts'
import type { NexthopObject } from '../nexthop-objects.ts'
import type { Nsid } from '../nsids.ts'
import { ADDR, LINK, NEIGH, NEXTHOP, NSID, QDISC, ROUTE, RULE, TCLASS, TFILTER } from '../operations.ts'
import { type Route, routeFromWire, type TableRef } from '../routes.ts'
import type { Rtnl } from '../rtnl.ts'
import { type Rule, ruleType } from '../rules.ts'
import type { TcClass } from '../tc/classes.ts'
import { allClasses, allFilters, isFilter, isMade } from '../tc/everywhere.ts'
import { filterFromWire, type TcFilter } from '../tc/filters.ts'
import type { Qdisc } from '../tc/qdiscs.ts'
import { RTNLGRP } from './groups.ts'
import { LinkStore, settleLink } from './link-store.ts'
import { RouteStore } from './route-store.ts'
import { GroupedStore, KeyedStore, type Store } from './store.ts'
import { ClassStore, FilterStore, QdiscStore } from './tc-store.ts'

/** Kinds of object that can be monitored, with what an object of each is. */
export interface Monitored {
  /** Network devices. */
  link: Link
  /** Addresses of links. */
  address: Address
  /** Routes of IPv4 and IPv6, of every table. */
  route: Route
  /** Nexthop objects and groups of them. */
  nexthop: NexthopObject
  /** Rules of the routing policy. */
  rule: Rule
  /** Neighbours of IPv4 and IPv6, without those that need none (`noarp`), which come without a notification. */
  neighbour: Neighbour
  /** Entries of forwarding databases. */
  fdb: FdbEntry
  /** Numbers of other network namespaces. */
  nsid: Nsid
  /** Qdiscs, those too that the kernel made by itself. */
  qdisc: Qdisc
  /** Classes that were made, without the flows that some qdiscs show as classes. */
  class: TcClass
  /** Filters, at devices and in blocks. */
  filter: TcFilter
}

/** A kind of object that can be monitored. */
export type MonitorKind = keyof Monitored

/** How a kind of object is monitored. */
export interface Watched<Item> {
  /** `RTNLGRP_*` that tell of it. */
  readonly groups: readonly number[]
  /** Groups that are heard besides, for what its own are silent about. */
  readonly hints?: readonly number[] | undefined
  /** Types of messages about others, of this namespace, after which a list has to tell what became of these. */
  readonly doubtedBy?: readonly number[] | undefined
  /** `RTM_NEW*`; `RTM_DEL*` is the next number. */
  readonly type: number
  /** Reads a message. */
  readonly message: Codec<unknown, never>
  /**
   * The object that a message is about, `undefined` where it is none of the kind; or only its number, where the message says not enough of it and it
   * has to be asked for.
   */
  readonly settle: (wire: never, gone: boolean) => Item | number | undefined
  /** Asks for one object, for kinds whose messages may not say enough. */
  readonly ask?: ((rtnl: Rtnl, number: number, netnsid: number | undefined) => Item | undefined) | undefined
  /** All objects; `netnsid` where {@link everywhere}, `tables` of routes, all without. */
  readonly list: (
    rtnl: Rtnl,
    netnsid: number | undefined,
    tables: readonly (TableRef | undefined)[] | undefined,
  ) => Item[]
  /** Whether the kernel lists those of other namespaces by their number. */
  readonly everywhere: boolean
  readonly store: () => Store<Item>
}

const apart = (...names: string[]): ReadonlySet<string> => new Set(names)

const told = <Wire, Item>(of: (wire: Wire) => Item, ours: (item: Item) => boolean = () => true) => {
  return (wire: never): Item | undefined => {
    const item = of(wire)
    return ours(item) ? item : undefined
  }
}

const isNeighbour = ({ family, flags, state }: Neighbour): boolean =>
  (family === 'inet' || family === 'inet6') && state !== 'noarp' && !flags.includes('proxy')

const isFdbEntry = ({ family }: FdbEntry): boolean => family === 'bridge'

const isRoute = ({ family, flags }: Route): boolean =>
  (family === 'inet' || family === 'inet6') && !flags.includes('cloned')

const isRule = ({ family }: Rule): boolean => family === 'inet' || family === 'inet6'

/** The kinds, by name. */
export const WATCHED: { readonly [K in MonitorKind]: Watched<Monitored[K]> } = {
  link: {
    groups: [RTNLGRP.link],
    type: LINK.new.type,
    message: LINK.get.reply!,
    settle: settleLink,
    ask: (rtnl, index, netnsid) => rtnl.links.find(index, { netnsid }),
    list: (rtnl, netnsid) => rtnl.links.list({ netnsid }),
    everywhere: true,
    store: () => new LinkStore(),
  },
  address: {
    groups: [RTNLGRP.ipv4Ifaddr, RTNLGRP.ipv6Ifaddr],
    type: ADDR.new.type,
    message: ADDR.get.reply!,
    settle: told(addressType.fromWire),
    list: (rtnl, netnsid) => rtnl.addresses.list({ netnsid }),
    everywhere: true,
    store: () =>
      new KeyedStore<Address>(
        ({ dev, address, peer }) => `${dev} ${address} ${peer ?? ''}`,
        apart('netnsid'),
        apart('netnsid', 'validLft', 'preferredLft'),
      ),
  },
  route: {
    groups: [RTNLGRP.ipv4Route, RTNLGRP.ipv6Route],
    hints: [RTNLGRP.link, RTNLGRP.ipv4Ifaddr, RTNLGRP.nexthop],
    type: ROUTE.new.type,
    message: ROUTE.get.reply!,
    settle: told(routeFromWire, isRoute),
    list: (rtnl, _netnsid, tables = [undefined]) =>
      tables.flatMap((table) => [
        ...rtnl.routes.list({ family: 'inet', table }),
        ...rtnl.routes.list({ family: 'inet6', table }),
      ]),
    everywhere: false,
    store: () => new RouteStore(),
  },
  nexthop: {
    groups: [RTNLGRP.nexthop],
    type: NEXTHOP.new.type,
    message: NEXTHOP.get.reply!,
    settle: told((wire: NexthopObject) => wire),
    list: (rtnl) => rtnl.nexthops.list(),
    everywhere: false,
    // The flags say whether there is a carrier, and nobody is told when that changes.
    store: () =>
      new KeyedStore<NexthopObject>(({ id = 0 }) => id, apart('groupStats', 'unbalancedTime', 'opFlags', 'flags')),
  },
  rule: {
    groups: [RTNLGRP.ipv4Rule, RTNLGRP.ipv6Rule],
    type: RULE.new.type,
    message: RULE.get.reply!,
    settle: told(ruleType.fromWire, isRule),
    list: (rtnl) => rtnl.rules.list().filter(isRule),
    everywhere: false,
    // Whether its links exist and its target does comes and goes in silence, so it does not tell one rule from another.
    store: () =>
      new GroupedStore<Rule>(
        ({ family, priority, flags }) => `${family} ${priority ?? 0} ${flags.includes('invert')}`,
        apart('flags'),
      ),
  },
  neighbour: {
    groups: [RTNLGRP.neigh],
    type: NEIGH.new.type,
    message: NEIGH.get.reply!,
    settle: told((wire: Neighbour) => wire, isNeighbour),
    list: (rtnl) => rtnl.neighbours.list().filter(isNeighbour),
    everywhere: false,
    store: () => new KeyedStore<Neighbour>(({ dev, dst }) => `${dev} ${dst}`, apart('cacheinfo', 'probes')),
  },
  fdb: {
    groups: [RTNLGRP.neigh],
    type: NEIGH.new.type,
    message: NEIGH.get.reply!,
    settle: told((wire: FdbEntry) => wire, isFdbEntry),
    list: (rtnl) => rtnl.fdb.list().filter(isFdbEntry),
    everywhere: false,
    store: () =>
      new KeyedStore<FdbEntry>(
        ({ dev, lladdr, vlan, vni, dst, flags }) =>
          `${dev} ${lladdr} ${vlan ?? ''} ${vni ?? ''} ${dst ?? ''} ${flags.includes('self')}`,
        apart('cacheinfo', 'probes'),
      ),
  },
  nsid: {
    groups: [RTNLGRP.nsid],
    type: NSID.new.type,
    message: NSID.get.reply!,
    settle: told(
      ({ nsid = -1 }: { nsid?: number }): Nsid => ({ nsid }),
      ({ nsid }) => nsid >= 0,
    ),
    list: (rtnl) => rtnl.nsids.list().map(({ nsid }) => ({ nsid })),
    everywhere: false,
    store: () => new KeyedStore<Nsid>(({ nsid }) => nsid, apart()),
  },
  // What is below goes without a word with its device or its qdisc, and a device that comes up gets the qdisc that it has by itself.
  qdisc: {
    groups: [RTNLGRP.tc],
    hints: [RTNLGRP.link],
    doubtedBy: [LINK.new.type, LINK.del.type, QDISC.new.type, QDISC.del.type],
    type: QDISC.new.type,
    message: QDISC.get.reply!,
    settle: told((wire: Qdisc) => wire),
    list: (rtnl) => rtnl.qdiscs.list(),
    everywhere: false,
    store: () => new QdiscStore(),
  },
  class: {
    groups: [RTNLGRP.tc],
    hints: [RTNLGRP.link],
    doubtedBy: [LINK.del.type, QDISC.new.type, QDISC.del.type],
    type: TCLASS.new.type,
    message: TCLASS.get.reply!,
    settle: told((wire: TcClass) => wire, isMade),
    list: allClasses,
    everywhere: false,
    store: () => new ClassStore(),
  },
  filter: {
    groups: [RTNLGRP.tc],
    hints: [RTNLGRP.link],
    doubtedBy: [LINK.del.type, QDISC.new.type, QDISC.del.type, TCLASS.del.type],
    type: TFILTER.new.type,
    message: TFILTER.get.reply!,
    settle: told(filterFromWire, isFilter),
    list: allFilters,
    everywhere: false,
    store: () => new FilterStore(),
  },
}
