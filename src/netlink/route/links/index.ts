/**
 * Every kind of link that has a table: one file a kind, and this register of them.
 *
 * @module
 */
import { bond, bondPort } from './bond.ts'
import { bridgePort } from './bridge-port.ts'
import { bridge } from './bridge.ts'
import { can } from './can.ts'
import { bareudp, geneve } from './geneve.ts'
import { gre, ip6gre } from './gre.ts'
import { hsr } from './hsr.ts'
import { ip6tnl, ipip, sit } from './iptunnel.ts'
import { ipvlan } from './ipvlan.ts'
import { macsec } from './macsec.ts'
import { macvlan } from './macvlan.ts'
import { netkit } from './netkit.ts'
import * as plain from './plain.ts'
import * as rare from './rare.ts'
import { tun } from './tun.ts'
import { veth, vxcan } from './veth.ts'
import { vlan } from './vlan.ts'
import { vrf, vrfPort } from './vrf.ts'
import { vti, vti6, xfrm } from './vti.ts'
import { vxlan } from './vxlan.ts'

/** Tables of `IFLA_INFO_DATA` by `IFLA_INFO_KIND`. */
export const kinds = {
  amt: rare.amt,
  bareudp,
  batadv: rare.batadv,
  bond,
  bridge,
  can,
  dsa: rare.dsa,
  dummy: plain.dummy,
  erspan: gre,
  geneve,
  gre,
  gretap: gre,
  gtp: rare.gtp,
  hsr,
  ifb: plain.ifb,
  ip6erspan: ip6gre,
  ip6gre,
  ip6gretap: ip6gre,
  ip6tnl,
  ipip,
  ipoib: rare.ipoib,
  ipvlan,
  ipvtap: ipvlan,
  macsec,
  macvlan,
  macvtap: macvlan,
  netdevsim: plain.netdevsim,
  netkit,
  nlmon: plain.nlmon,
  openvswitch: plain.openvswitch,
  ovpn: rare.ovpn,
  pfcp: plain.pfcp,
  rmnet: rare.rmnet,
  sit,
  team: plain.team,
  tun,
  vcan: plain.vcan,
  veth,
  virt_wifi: plain.virtWifi,
  vlan,
  vrf,
  vti,
  vti6,
  vxcan,
  vxlan,
  wireguard: plain.wireguard,
  wwan: rare.wwan,
  xfrm,
} as const

/** Tables of `IFLA_INFO_SLAVE_DATA` by `IFLA_INFO_SLAVE_KIND`, the kind of the master. */
export const slaveKinds = { bond: bondPort, bridge: bridgePort, vrf: vrfPort } as const

/** A kind of link that has a table; any other can be named too, without options. */
export type LinkKind = keyof typeof kinds
