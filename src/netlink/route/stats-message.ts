/**
 * Counters of links as they are on the wire: `struct if_stats_msg` and `IFLA_STATS_*`.
 *
 * @module
 */
import { array, attrs, bool, flags, many, message, pad, struct, u16, u32, u64, u8 } from '../../codec/index.ts'
import { BRIDGE_VLAN_FLAGS } from './bridge-vlan-message.ts'
import { family } from './names.ts'
import { linkIndex } from './refs.ts'
import { stats64 } from './stats.ts'

/** Both directions of one counter: received, sent. */
const both = array(u64, 2)

/** `struct br_mcast_stats`. */
const multicast = struct({
  igmpV1queries: both,
  igmpV2queries: both,
  igmpV3queries: both,
  igmpLeaves: both,
  igmpV1reports: both,
  igmpV2reports: both,
  igmpV3reports: both,
  igmpParseErrors: u64,
  mldV1queries: both,
  mldV2queries: both,
  mldLeaves: both,
  mldV1reports: both,
  mldV2reports: both,
  mldParseErrors: u64,
  mcastBytes: both,
  mcastPackets: both,
})

/** `LINK_XSTATS_TYPE_BRIDGE`: of a bridge, or of its port. */
const bridge = attrs({
  /** `BRIDGE_XSTATS_VLAN`: `struct bridge_vlan_xstats`, one a VLAN. */
  vlan: [
    1,
    many(
      struct({
        rxBytes: u64,
        rxPackets: u64,
        txBytes: u64,
        txPackets: u64,
        vid: u16,
        flags: flags(u16, BRIDGE_VLAN_FLAGS),
        reserved: u32,
      }),
    ),
  ],
  /** `BRIDGE_XSTATS_MCAST`: of IGMP and MLD, each counter received and sent. */
  mcast: [2, multicast],
  pad: [3, pad],
  /** `BRIDGE_XSTATS_STP`: of a port. */
  stp: [4, struct({ transitionBlk: u64, transitionFwd: u64, rxBpdu: u64, txBpdu: u64, rxTcn: u64, txTcn: u64 })],
})

/** `LINK_XSTATS_TYPE_BOND`. */
const bond = attrs({
  /** `BOND_XSTATS_3AD`. */
  '3ad': [
    1,
    attrs({
      lacpduRx: [0, u64],
      lacpduTx: [1, u64],
      lacpduUnknownRx: [2, u64],
      lacpduIllegalRx: [3, u64],
      markerRx: [4, u64],
      markerTx: [5, u64],
      markerRespRx: [6, u64],
      markerRespTx: [7, u64],
      markerUnknownRx: [8, u64],
      pad: [9, pad],
    }),
  ],
})

/** `LINK_XSTATS_TYPE_*`: by the kind of the link, or of its master. */
const xstats = attrs({ bridge: [1, bridge], bond: [2, bond] })

/** `struct rtnl_hw_stats64`. */
const hardware = struct({
  rxPackets: u64,
  txPackets: u64,
  rxBytes: u64,
  txBytes: u64,
  rxErrors: u64,
  txErrors: u64,
  rxDropped: u64,
  txDropped: u64,
  multicast: u64,
})

/** `IFLA_STATS_LINK_OFFLOAD_XSTATS`: of what the hardware forwards by itself. */
const offload = attrs({
  /** `IFLA_OFFLOAD_XSTATS_CPU_HIT`: what it did not. */
  cpuHit: [1, stats64],
  /** `IFLA_OFFLOAD_XSTATS_HW_S_INFO`: which counters it was asked for, and which it keeps; by the number of the group. */
  hwInfo: [2, attrs({ l3: [3, attrs({ request: [1, bool], used: [2, bool] })] })],
  /** `IFLA_OFFLOAD_XSTATS_L3_STATS`; ip: `l3_stats`. */
  l3: [3, hardware],
})

/** `struct mpls_link_stats`. */
const mpls = attrs({
  link: [
    1,
    struct({
      rxPackets: u64,
      txPackets: u64,
      rxBytes: u64,
      txBytes: u64,
      rxErrors: u64,
      txErrors: u64,
      rxDropped: u64,
      txDropped: u64,
      rxNoroute: u64,
    }),
  ],
})

/** Groups of counters, by the bit that asks for each: `IFLA_STATS_FILTER_BIT`. */
export const STATS_GROUPS = { link64: 1, linkXstats: 2, linkXstatsSlave: 4, linkOffloadXstats: 8, afSpec: 16 } as const

/** `struct if_stats_msg`. */
const header = struct({ family, pad1: u8, pad2: u16, dev: linkIndex, filter: flags(u32, STATS_GROUPS) })

/** `struct if_stats_msg` with `IFLA_STATS_*`. */
export const statsMessage = message(
  header,
  attrs({
    pad: [0, pad],
    /** `IFLA_STATS_LINK_64`. */
    link64: [1, stats64],
    /** `IFLA_STATS_LINK_XSTATS`: what the kind of the link counts. */
    linkXstats: [2, xstats],
    /** `IFLA_STATS_LINK_XSTATS_SLAVE`: what the kind of its master counts for it. */
    linkXstatsSlave: [3, xstats],
    /** `IFLA_STATS_LINK_OFFLOAD_XSTATS`. */
    linkOffloadXstats: [4, offload],
    /** `IFLA_STATS_AF_SPEC`: what address families count; of MPLS. */
    afSpec: [5, attrs({ mpls: [28, mpls] })],
  }),
)

/** `struct if_stats_msg` with `IFLA_STATS_GET_*` and `IFLA_STATS_SET_*`. */
export const statsRequest = message(
  header,
  attrs({
    /** `IFLA_STATS_GET_FILTERS`: which counters of a group are asked for; only those of hardware can be told apart. Requires Linux 5.18. */
    filters: [1, attrs({ linkOffloadXstats: [4, flags(u32, { cpuHit: 1, hwInfo: 2, l3: 4 })] })],
    /** `IFLA_STATS_SET_OFFLOAD_XSTATS_L3_STATS`. Requires Linux 5.18. */
    l3: [2, bool],
  }),
)
