/**
 * Every kind of link that has a table: one file a kind, and this register of them.
 *
 * @module
 */
import { bridgePort } from './bridge-port.ts'
import { bridge } from './bridge.ts'
import { netkit } from './netkit.ts'
import * as plain from './plain.ts'
import { veth, vxcan } from './veth.ts'
import { vlan } from './vlan.ts'

/** Tables of `IFLA_INFO_DATA` by `IFLA_INFO_KIND`. */
export const kinds = {
  bridge,
  dummy: plain.dummy,
  ifb: plain.ifb,
  netdevsim: plain.netdevsim,
  netkit,
  nlmon: plain.nlmon,
  openvswitch: plain.openvswitch,
  pfcp: plain.pfcp,
  team: plain.team,
  vcan: plain.vcan,
  veth,
  virt_wifi: plain.virtWifi,
  vlan,
  vxcan,
  wireguard: plain.wireguard,
} as const

/** Tables of `IFLA_INFO_SLAVE_DATA` by `IFLA_INFO_SLAVE_KIND`, the kind of the master. */
export const slaveKinds = { bridge: bridgePort } as const

/** A kind of link that has a table; any other can be named too, without options. */
export type LinkKind = keyof typeof kinds
