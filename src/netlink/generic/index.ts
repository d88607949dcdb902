/**
 * Generic netlink: families by their tables.
 *
 * @module
 */
export { flags64, genlMessage, mapOf, type GenlMessage } from './codecs.ts'
export { FamilyEvents, type EventOptions, type Lost } from './events.ts'
export { bitNames, ethtool } from './families/ethtool.ts'
export { netdev } from './families/netdev.ts'
export { joinParts, wireguard, wireguardDevice, type WireguardDevice } from './families/wireguard.ts'
export { Family, type FamilyInfo } from './family.ts'
export { Genl, type FamilyPolicy, type GenlOptions } from './genl.ts'
export { GENL_ID_CTRL, nlctrl } from './nlctrl.ts'
export {
  defineFamily,
  type CommandOf,
  type CommandSpec,
  type EventOf,
  type EventSpec,
  type FamilySpec,
  type ReplyOf,
  type RequestOf,
} from './spec.ts'
