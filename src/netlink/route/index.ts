/**
 * rtnetlink: what `ip` and `bridge` configure.
 *
 * @module
 */
import { Rtnl } from './rtnl.ts'

export type { Address, AddressFilter, AddressFlag, AddressSpec } from './addresses.ts'
export { ADDRESS_FLAGS, addressMessage } from './address-message.ts'
export { type LinkKind, kinds as linkKinds, slaveKinds } from './links/index.ts'
export { type Link, LINK_FLAGS, linkMessage, type LinkWire, type PeerLink, type PeerLinkInput } from './link.ts'
export {
  type BridgeVlan,
  type BridgeVlanFilter,
  type BridgeVlanFlag,
  type BridgeVlanOptions,
  type BridgeVlanOptionsSpec,
  BridgeVlans,
  type BridgeVlanSpec,
} from './bridge-vlans.ts'
export { BRIDGE_VLAN_FLAGS, bridgeVlanMessage, bridgeVlanQuery } from './bridge-vlan-message.ts'
export type { Difference, Ensured } from './difference.ts'
export type { EnsuredLinkSpec } from './ensure-link.ts'
export type { LinkDetails, LinkFilter, LinkFlag, LinkSpec } from './link-spec.ts'
export { Links } from './links.ts'
export { Mdb, type MdbEntry, type MdbFilter, type MdbKey, type MdbRouter, type MdbSource, type MdbSpec } from './mdb.ts'
export { mdbMessage, mdbRequest } from './mdb-message.ts'
export * from './monitor/index.ts'
export { type Netconf, type NetconfFamily, Netconfs } from './netconf.ts'
export { netconfMessage } from './netconf-message.ts'
export { ETHERTYPES, FAMILIES, LINK_TYPES, PROTOCOLS, SCOPES, TABLES } from './names.ts'
export type {
  FdbEntry,
  FdbFilter,
  FdbSpec,
  Neighbour,
  NeighbourFilter,
  NeighbourSpec,
  NeighbourState,
} from './neighbours.ts'
export { NEIGHBOUR_STATES, neighbourMessage } from './neighbour-message.ts'
export type { Nexthop, NexthopInput } from './nexthops.ts'
export {
  type GroupMember,
  type GroupMemberInput,
  type NexthopBucket,
  type NexthopFilter,
  type NexthopObject,
  Nexthops,
  type NexthopSpec,
} from './nexthop-objects.ts'
export { nexthopMessage } from './nexthop-message.ts'
export { type Nsid, Nsids } from './nsids.ts'
export { nsidMessage } from './nsid-message.ts'
export { type Key, Objects, type ObjectType, type Selection, type Verb } from './objects.ts'
export * as operations from './operations.ts'
export type { LinkRef, NetNsRef } from './refs.ts'
export { type Planned, RouteRequest } from './request.ts'
export { metrics, ROUTE_FLAGS, ROUTE_TYPES, routeMessage } from './route-message.ts'
export { Routes } from './route-verbs.ts'
export type { Route, RouteFilter, RouteFlag, RouteQuery, RouteSpec, TableRef } from './routes.ts'
export { Rtnl, type RtnlOptions } from './rtnl.ts'
export { RULE_ACTIONS, ruleMessage } from './rule-message.ts'
export type { Rule, RuleFilter, RuleSpec } from './rules.ts'
export { LinkCounters, type Statistics, type StatsGroup } from './statistics.ts'
export { STATS_GROUPS, statsMessage, statsRequest } from './stats-message.ts'
export { type Vni, type VniFilter, Vnis, type VniSpec } from './vnis.ts'
export { vniMessage } from './vni-message.ts'
export { Transaction, TransactionError, type UndoFailure } from './transaction.ts'
export { LinkSteps, NexthopSteps, ObjectSteps, RouteSteps, type Step, type Undoable } from './transaction-steps.ts'
export { type LinkStats, stats64 } from './stats.ts'
export * from './tc/index.ts'

/** The handle of the network namespace that the process runs in. It opens its sockets when it is first used, and keeps them. */
export const rtnl: Rtnl = Rtnl.open()
