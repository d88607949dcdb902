/**
 * Words for numbers that more than one object of rtnetlink has, spelled as `ip` prints them.
 *
 * @module
 */
import { bytes, byFamily, type Codec, ipv4, ipv6, named, type Named, u32, u8 } from '../../codec/index.ts'

/** Address families (`AF_*`) that rtnetlink speaks of. */
export const FAMILIES = {
  unspec: 0,
  inet: 2,
  bridge: 7,
  inet6: 10,
  mpls: 28,
  /** `RTNL_FAMILY_IPMR`: IPv4 multicast routes. */
  ipmr: 128,
  /** `RTNL_FAMILY_IP6MR`: IPv6 multicast routes. */
  ip6mr: 129,
} as const

/** An address family: its word, or a number without one. */
export const family: Named<typeof FAMILIES> = named(u8, FAMILIES)

/** How far an address or a route reaches (`RT_SCOPE_*`). */
export const SCOPES = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const

/** A scope. */
export const scope: Named<typeof SCOPES> = named(u8, SCOPES)

/** Who installed a route, a rule or a nexthop (`RTPROT_*`, `/etc/iproute2/rt_protos`). */
export const PROTOCOLS = {
  unspec: 0,
  redirect: 1,
  kernel: 2,
  boot: 3,
  static: 4,
  gated: 8,
  ra: 9,
  mrt: 10,
  zebra: 11,
  bird: 12,
  dnrouted: 13,
  xorp: 14,
  ntk: 15,
  dhcp: 16,
  mrouted: 17,
  keepalived: 18,
  babel: 42,
  ovn: 84,
  openr: 99,
  bgp: 186,
  isis: 187,
  ospf: 188,
  rip: 189,
  eigrp: 192,
} as const

/** An origin. */
export const protocol: Named<typeof PROTOCOLS> = named(u8, PROTOCOLS)

/** Routing tables that have a name (`RT_TABLE_*`); the others are numbers up to 2³²−1. */
export const TABLES = { default: 253, main: 254, local: 255 } as const

/** A routing table. */
export const table: Named<typeof TABLES> = named(u32, TABLES)

/** An address of the message's family: IPv4 or IPv6 in the form that `ip` prints, bytes for any other. */
export const address: Codec<string | Uint8Array, string | Uint8Array> = byFamily({ 2: ipv4, 10: ipv6 }, bytes)

/** What kind of hardware a link is, or seems to be (`ARPHRD_*`). */
export const LINK_TYPES = {
  netrom: 0,
  ether: 1,
  eui64: 27,
  infiniband: 32,
  slip: 256,
  can: 280,
  mctp: 290,
  ppp: 512,
  rawip: 519,
  ipip: 768,
  tunnel6: 769,
  loopback: 772,
  fddi: 774,
  sit: 776,
  gre: 778,
  'ieee802.11': 801,
  'ieee802.11/prism': 802,
  'ieee802.11/radiotap': 803,
  'ieee802.15.4': 804,
  phonet: 820,
  caif: 822,
  gre6: 823,
  netlink: 824,
  '6lowpan': 825,
  vsockmon: 826,
  none: 65534,
  void: 65535,
} as const

/** `ethertype` words that `ip` has, for fields that hold an Ethernet protocol. */
export const ETHERTYPES = {
  ip: 0x0800,
  arp: 0x0806,
  '802.1q': 0x8100,
  ipv6: 0x86dd,
  mpls_uc: 0x8847,
  mpls_mc: 0x8848,
  '802.1ad': 0x88a8,
} as const
