/**
 * A link as it is on the wire: `struct ifinfomsg` and `IFLA_*`.
 *
 * @module
 */
import {
  attrs,
  bool,
  by,
  bytes,
  flags,
  type In,
  list,
  mac,
  message,
  named,
  type Out,
  pad,
  s32,
  string,
  struct,
  u16,
  u32,
  u64,
  u8,
  uint,
} from '../../codec/index.ts'
import { afSpec } from './af-spec.ts'
import { kinds, slaveKinds } from './links/index.ts'
import { family, LINK_TYPES } from './names.ts'
import { linkIs } from './peer.ts'
import { linkIndex, linkIndexS32, netnsFd } from './refs.ts'
import { stats64 } from './stats.ts'
import { vfInfo } from './vf.ts'

/** Flags of a link (`IFF_*`). */
export const LINK_FLAGS = {
  up: 1,
  broadcast: 2,
  debug: 4,
  loopback: 8,
  pointopoint: 0x10,
  notrailers: 0x20,
  running: 0x40,
  noarp: 0x80,
  promisc: 0x100,
  allmulti: 0x200,
  master: 0x400,
  slave: 0x800,
  multicast: 0x1000,
  portsel: 0x2000,
  automedia: 0x4000,
  dynamic: 0x8000,
  /** There is a carrier. */
  lowerUp: 0x1_0000,
  dormant: 0x2_0000,
  echo: 0x4_0000,
} as const

/** `IFLA_LINKINFO`: what kind a link is, and what that kind was told. */
export const linkinfo = attrs({
  /** `IFLA_INFO_KIND`; ip: `type`. */
  kind: [1, string],
  /** `IFLA_INFO_DATA`: read and written by the table of the kind. */
  data: [2, by('kind', kinds)],
  /** `IFLA_INFO_XSTATS`. Read-only. */
  xstats: [3, bytes],
  /** `IFLA_INFO_SLAVE_KIND`: the kind of the master. */
  slaveKind: [4, string],
  /** `IFLA_INFO_SLAVE_DATA`; ip: `type bridge_slave`, …: what the link was told as a port of its master. */
  slaveData: [5, by('slaveKind', slaveKinds)],
})

/** `IFLA_XDP`. */
const xdp = attrs({
  /** `IFLA_XDP_FD`; −1 detaches. */
  fd: [1, s32],
  /** `IFLA_XDP_ATTACHED`. Read-only. */
  attached: [2, named(u8, { none: 0, drv: 1, skb: 2, hw: 3, multi: 4 })],
  /** `IFLA_XDP_FLAGS`. */
  flags: [3, flags(u32, { updateIfNoexist: 1, skbMode: 2, drvMode: 4, hwMode: 8, replace: 16 })],
  /** `IFLA_XDP_PROG_ID`. Read-only. */
  progId: [4, u32],
  /** `IFLA_XDP_DRV_PROG_ID`. Read-only. */
  drvProgId: [5, u32],
  /** `IFLA_XDP_SKB_PROG_ID`. Read-only. */
  skbProgId: [6, u32],
  /** `IFLA_XDP_HW_PROG_ID`. Read-only. */
  hwProgId: [7, u32],
  /** `IFLA_XDP_EXPECTED_FD`: what has to be attached for a replacement. */
  expectedFd: [8, s32],
})

/** `struct ifinfomsg`. */
const header = struct({
  /** `ifi_family`: `unspec` for a link as such. */
  family,
  /** `ifi_type`: `ARPHRD_*`. */
  type: named(u16, LINK_TYPES),
  /** `ifi_index`. */
  index: linkIndexS32,
  /** `ifi_flags`: `IFF_*`. */
  flags: flags(u32, LINK_FLAGS),
  /** `ifi_change`: in a request the flags that are meant, in a notification those that changed. */
  change: u32,
})

const attributes = attrs({
  /** `IFLA_ADDRESS`; ip: `address`. The hardware address. */
  address: [1, mac],
  /** `IFLA_BROADCAST`; ip: `broadcast`. */
  broadcast: [2, mac],
  /** `IFLA_IFNAME`; ip: `name`. Up to 15 characters; `%d` is replaced by the first free number. */
  name: [3, string],
  /** `IFLA_MTU`; ip: `mtu`. */
  mtu: [4, u32],
  /** `IFLA_LINK`; ip: `link`. The lower link, or the other end of a pair; its index in the namespace that {@link linkNetnsid} names. */
  link: [5, linkIndex],
  /** `IFLA_QDISC`. Read-only. */
  qdisc: [6, string],
  /** `IFLA_STATS`: {@link stats64} cut to 32 bits, and not read. */
  stats: [7, pad],
  /** `IFLA_MASTER`; ip: `master`. 0 is none. */
  master: [10, linkIndex],
  /** `IFLA_WIRELESS`: an event of the old wireless extensions. */
  wireless: [11, bytes],
  /** `IFLA_PROTINFO`: what a family other than `unspec` has to say. */
  protinfo: [12, bytes],
  /** `IFLA_TXQLEN`; ip: `txqueuelen`. */
  txqlen: [13, u32],
  /** `IFLA_MAP`: addresses of old hardware, all zero where there are none. */
  map: [14, struct({ memStart: u64, memEnd: u64, baseAddr: u64, irq: u16, dma: u8, port: u8 })],
  /** `IFLA_WEIGHT`. */
  weight: [15, u32],
  /** `IFLA_OPERSTATE`; ip: `state`. */
  operstate: [16, named(u8, { unknown: 0, notpresent: 1, down: 2, lowerlayerdown: 3, testing: 4, dormant: 5, up: 6 })],
  /** `IFLA_LINKMODE`; ip: `mode`. */
  linkmode: [17, named(u8, { default: 0, dormant: 1, testing: 2 })],
  /** `IFLA_LINKINFO`; ip: `type`. */
  linkinfo: [18, linkinfo],
  /** `IFLA_NET_NS_PID`; ip: `netns PID`. Moves the link, or makes it, in the namespace of a process. */
  netnsPid: [19, u32],
  /** `IFLA_IFALIAS`; ip: `alias`. A description, up to 255 bytes. */
  alias: [20, string],
  /** `IFLA_NUM_VF`. Read-only. */
  numVf: [21, u32],
  /** `IFLA_VFINFO_LIST`; ip: `vf`. On request only. */
  vfinfoList: [22, list(vfInfo, { type: 1 })],
  /** `IFLA_STATS64`. Read-only. */
  stats64: [23, stats64],
  /** `IFLA_VF_PORTS`. */
  vfPorts: [24, bytes],
  /** `IFLA_PORT_SELF`. */
  portSelf: [25, bytes],
  /** `IFLA_AF_SPEC`: what the link is told for each address family. */
  afSpec: [26, afSpec],
  /** `IFLA_GROUP`; ip: `group`. */
  group: [27, u32],
  /** `IFLA_NET_NS_FD`; ip: `netns NAME`. Moves the link, or makes it, in another namespace. */
  netns: [28, netnsFd],
  /** `IFLA_EXT_MASK`: `RTEXT_FILTER_*`, what a request wants to see. */
  extMask: [
    29,
    flags(u32, {
      vf: 1,
      brvlan: 2,
      brvlanCompressed: 4,
      skipStats: 8,
      mrp: 16,
      cfmConfig: 32,
      cfmStatus: 64,
      mst: 128,
      nameOnly: 256,
    }),
  ],
  /** `IFLA_PROMISCUITY`: how many want all packets. Read-only. */
  promiscuity: [30, u32],
  /** `IFLA_NUM_TX_QUEUES`; ip: `numtxqueues`. Fixed at creation. */
  numTxQueues: [31, u32],
  /** `IFLA_NUM_RX_QUEUES`; ip: `numrxqueues`. Fixed at creation. */
  numRxQueues: [32, u32],
  /** `IFLA_CARRIER`; ip: `carrier`. */
  carrier: [33, bool],
  /** `IFLA_PHYS_PORT_ID`. Read-only. */
  physPortId: [34, bytes],
  /** `IFLA_CARRIER_CHANGES`. Read-only. */
  carrierChanges: [35, u32],
  /** `IFLA_PHYS_SWITCH_ID`. Read-only. */
  physSwitchId: [36, bytes],
  /**
   * `IFLA_LINK_NETNSID`; ip: `link-netnsid`. The namespace of {@link link}, by the number that the link's own namespace gives it; absent when it
   * is the same. Of a new link too it is a number of the namespace where that is made.
   */
  linkNetnsid: [37, s32],
  /** `IFLA_PHYS_PORT_NAME`. Read-only. */
  physPortName: [38, string],
  /** `IFLA_PROTO_DOWN`; ip: `protodown`. */
  protoDown: [39, bool],
  /** `IFLA_GSO_MAX_SEGS`; ip: `gso_max_segs`. */
  gsoMaxSegs: [40, u32],
  /** `IFLA_GSO_MAX_SIZE`; ip: `gso_max_size`. */
  gsoMaxSize: [41, u32],
  pad: [42, pad],
  /** `IFLA_XDP`; ip: `xdp`. */
  xdp: [43, xdp],
  /** `IFLA_EVENT`: why there is a notification. Read-only. */
  event: [
    44,
    named(u32, {
      none: 0,
      reboot: 1,
      features: 2,
      bondingFailover: 3,
      notifyPeers: 4,
      igmpResend: 5,
      bondingOptions: 6,
    }),
  ],
  /** `IFLA_NEW_NETNSID`: where a link went, in the notification that says it is gone. Read-only. */
  newNetnsid: [45, s32],
  /** `IFLA_TARGET_NETNSID`: asks about, or makes a link in, the namespace that this one gives that number. */
  targetNetnsid: [46, s32],
  /** `IFLA_CARRIER_UP_COUNT`. Read-only. */
  carrierUpCount: [47, u32],
  /** `IFLA_CARRIER_DOWN_COUNT`. Read-only. */
  carrierDownCount: [48, u32],
  /** `IFLA_NEW_IFINDEX`: the index that a link has where it goes. */
  newIfindex: [49, s32],
  /** `IFLA_MIN_MTU`. Read-only. */
  minMtu: [50, u32],
  /** `IFLA_MAX_MTU`. Read-only. */
  maxMtu: [51, u32],
  /** `IFLA_PROP_LIST` of `IFLA_ALT_IFNAME`; ip: `property add altname`. More names, up to 127 characters. */
  altnames: [52, list(string, { type: 53 })],
  /** `IFLA_ALT_IFNAME`: asks for a link by an alternative name, or by any. */
  altname: [53, string],
  /** `IFLA_PERM_ADDRESS`. Read-only. */
  permAddress: [54, mac],
  /** `IFLA_PROTO_DOWN_REASON`; ip: `protodown_reason`. */
  protoDownReason: [55, attrs({ mask: [1, u32], value: [2, u32] })],
  /** `IFLA_PARENT_DEV_NAME`. Read-only. */
  parentDevName: [56, string],
  /** `IFLA_PARENT_DEV_BUS_NAME`. Read-only. */
  parentDevBusName: [57, string],
  /** `IFLA_GRO_MAX_SIZE`; ip: `gro_max_size`. */
  groMaxSize: [58, u32],
  /** `IFLA_TSO_MAX_SIZE`. Read-only. */
  tsoMaxSize: [59, u32],
  /** `IFLA_TSO_MAX_SEGS`. Read-only. */
  tsoMaxSegs: [60, u32],
  /** `IFLA_ALLMULTI`: how many want all multicast packets. Read-only. */
  allmulti: [61, u32],
  /** `IFLA_DEVLINK_PORT`. Read-only. */
  devlinkPort: [62, attrs({ busName: [1, string], devName: [2, string], portIndex: [3, u32] })],
  /** `IFLA_GSO_IPV4_MAX_SIZE`; ip: `gso_ipv4_max_size`. Requires Linux 6.3. */
  gsoIpv4MaxSize: [63, u32],
  /** `IFLA_GRO_IPV4_MAX_SIZE`; ip: `gro_ipv4_max_size`. Requires Linux 6.3. */
  groIpv4MaxSize: [64, u32],
  /** `IFLA_DPLL_PIN`. Read-only. Requires Linux 6.7. */
  dpllPin: [65, attrs({ id: [1, u32] })],
  /** `IFLA_MAX_PACING_OFFLOAD_HORIZON`: ns. Read-only. Requires Linux 6.13. */
  maxPacingOffloadHorizon: [66, uint],
  /** `IFLA_NETNS_IMMUTABLE`: whether the link cannot go to another namespace. Read-only. Requires Linux 6.15. */
  netnsImmutable: [67, bool],
  /** `IFLA_HEADROOM`: bytes that the link wants before each packet. Read-only. Requires Linux 7.0. */
  headroom: [68, u16],
  /** `IFLA_TAILROOM`: bytes that the link wants behind each packet. Read-only. Requires Linux 7.0. */
  tailroom: [69, u16],
})

/** `struct ifinfomsg` with `IFLA_*`, as one flat object. */
export const linkMessage = message(header, attributes)

/** A link as the kernel tells it. */
export interface Link extends Out<typeof linkMessage> {}

/** A link as it is told to the kernel: what is left out is not sent. */
export type LinkWire = In<typeof linkMessage>

/** The other end of a pair, as far as the kernel gives it. */
export interface PeerLink extends Link {}

/** What is told of the other end of a pair. */
export interface PeerLinkInput extends LinkWire {}

linkIs(linkMessage)
