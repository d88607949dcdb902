/**
 * A route as it is on the wire: `struct rtmsg` and `RTA_*`.
 *
 * @module
 */
import {
  attrs,
  be16,
  be32,
  bool,
  byFamily,
  bytes,
  flags,
  message,
  named,
  pad,
  s32,
  string,
  struct,
  u32,
  u8,
} from '../../codec/index.ts'
import { encap, encapType } from './encap.ts'
import { labelStack } from './labels.ts'
import { address, family, protocol, scope, table } from './names.ts'
import { multipath, NEXTHOP_FLAGS, via } from './nexthops.ts'
import { linkIndex } from './refs.ts'

/** What a route does with a packet (`RTN_*`); ip: the word before the prefix. */
export const ROUTE_TYPES = {
  unspec: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
  xresolve: 11,
} as const

/** `RTA_METRICS`: what connections over a route are told. */
export const metrics = attrs({
  /** `RTAX_LOCK`; ip: `mtu lock`, …: the metrics (bit 1 << RTAX_*) that the kernel may not change. */
  lock: [
    1,
    flags(u32, {
      mtu: 1 << 2,
      window: 1 << 3,
      rtt: 1 << 4,
      rttvar: 1 << 5,
      ssthresh: 1 << 6,
      cwnd: 1 << 7,
      advmss: 1 << 8,
      reordering: 1 << 9,
      hoplimit: 1 << 10,
      initcwnd: 1 << 11,
      features: 1 << 12,
      rtoMin: 1 << 13,
      initrwnd: 1 << 14,
    }),
  ],
  /** `RTAX_MTU`; ip: `mtu`. */
  mtu: [2, u32],
  /** `RTAX_WINDOW`; ip: `window`. */
  window: [3, u32],
  /** `RTAX_RTT`; ip: `rtt`. In eighths of a millisecond. */
  rtt: [4, u32],
  /** `RTAX_RTTVAR`; ip: `rttvar`. In quarters of a millisecond. */
  rttvar: [5, u32],
  /** `RTAX_SSTHRESH`; ip: `ssthresh`. */
  ssthresh: [6, u32],
  /** `RTAX_CWND`; ip: `cwnd`. */
  cwnd: [7, u32],
  /** `RTAX_ADVMSS`; ip: `advmss`. */
  advmss: [8, u32],
  /** `RTAX_REORDERING`; ip: `reordering`. */
  reordering: [9, u32],
  /** `RTAX_HOPLIMIT`; ip: `hoplimit`. */
  hoplimit: [10, u32],
  /** `RTAX_INITCWND`; ip: `initcwnd`. */
  initcwnd: [11, u32],
  /** `RTAX_FEATURES`; ip: `features`. */
  features: [12, flags(u32, { ecn: 1, tcpUsecTs: 16 })],
  /** `RTAX_RTO_MIN`; ip: `rto_min`. Milliseconds. */
  rtoMin: [13, u32],
  /** `RTAX_INITRWND`; ip: `initrwnd`. */
  initrwnd: [14, u32],
  /** `RTAX_QUICKACK`; ip: `quickack`. */
  quickack: [15, u32],
  /** `RTAX_CC_ALGO`; ip: `congctl`. */
  congctl: [16, string],
  /** `RTAX_FASTOPEN_NO_COOKIE`; ip: `fastopen_no_cookie`. */
  fastopenNoCookie: [17, u32],
})

/** Flags of a route: those of its next hop (`RTNH_F_*`), and its own (`RTM_F_*`). */
export const ROUTE_FLAGS = {
  ...NEXTHOP_FLAGS,
  notify: 0x100,
  cloned: 0x200,
  equalize: 0x400,
  prefix: 0x800,
  lookupTable: 0x1000,
  fibMatch: 0x2000,
  rtOffload: 0x4000,
  rtTrap: 0x8000,
  rtOffloadFailed: 0x2000_0000,
} as const

/** `struct rtmsg` with `RTA_*`, as one flat object. */
export const routeMessage = message(
  struct({
    /** `rtm_family`. */
    family,
    /** `rtm_dst_len`. */
    dstLen: u8,
    /** `rtm_src_len`. */
    srcLen: u8,
    /** `rtm_tos`; ip: `tos`. */
    tos: u8,
    /** `rtm_table`: the table if it is below 256; `RTA_TABLE` says it always. */
    shortTable: u8,
    /** `rtm_protocol`; ip: `proto`. */
    protocol,
    /** `rtm_scope`; ip: `scope`. */
    scope,
    /** `rtm_type`. */
    type: named(u8, ROUTE_TYPES),
    /** `rtm_flags`. */
    flags: flags(u32, ROUTE_FLAGS),
  }),
  attrs({
    /** `RTA_DST`. */
    dst: [1, byFamily({ 28: labelStack }, address)],
    /** `RTA_SRC`; ip: `from`. */
    src: [2, address],
    /** `RTA_IIF`; ip: `iif`. */
    iif: [3, linkIndex],
    /** `RTA_OIF`; ip: `dev`. */
    dev: [4, linkIndex],
    /** `RTA_GATEWAY`; ip: `via`. */
    gateway: [5, address],
    /** `RTA_PRIORITY`; ip: `metric`. */
    metric: [6, u32],
    /** `RTA_PREFSRC`; ip: `src`. */
    prefsrc: [7, address],
    /** `RTA_METRICS`; ip: `mtu`, `advmss`, … */
    metrics: [8, metrics],
    /** `RTA_MULTIPATH`; ip: `nexthop`. */
    multipath: [9, multipath],
    /** `RTA_FLOW`; ip: `realms`. */
    flow: [11, u32],
    /** `RTA_CACHEINFO`. Read-only. */
    cacheinfo: [
      12,
      struct({ clntref: u32, lastuse: u32, expires: s32, error: s32, used: u32 }, { id: u32, ts: u32, tsage: u32 }),
    ],
    /** `RTA_TABLE`; ip: `table`. */
    table: [15, table],
    /** `RTA_MARK`; ip: `mark`. */
    mark: [16, u32],
    /** `RTA_MFC_STATS`: `struct rta_mfc_stats`. Read-only. */
    mfcStats: [17, bytes],
    /** `RTA_VIA`; ip: `via inet6 …`. A gateway of another family. */
    via: [18, via],
    /** `RTA_NEWDST`; ip: `as`. */
    newdst: [19, byFamily({ 28: labelStack }, bytes)],
    /** `RTA_PREF`; ip: `pref`. IPv6 router preference. */
    pref: [20, named(u8, { medium: 0, high: 1, low: 3 })],
    // `RTA_ENCAP_TYPE`
    encapType: [21, encapType],
    /** `RTA_ENCAP`; ip: `encap`. */
    encap: [22, encap],
    /** `RTA_EXPIRES`; ip: `expires`. Seconds. IPv6. */
    expires: [23, u32],
    pad: [24, pad],
    /** `RTA_UID`; ip: `uid`. */
    uid: [25, u32],
    /** `RTA_TTL_PROPAGATE`; ip: `ttl-propagate`. MPLS. */
    ttlPropagate: [26, bool],
    /** `RTA_IP_PROTO`; ip: `ipproto`. */
    ipproto: [27, u8],
    /** `RTA_SPORT`; ip: `sport`. */
    sport: [28, be16],
    /** `RTA_DPORT`; ip: `dport`. */
    dport: [29, be16],
    /** `RTA_NH_ID`; ip: `nhid`. A nexthop object. */
    nhid: [30, u32],
    /** `RTA_FLOWLABEL`; ip: `flowlabel`. Requires Linux 6.14. */
    flowlabel: [31, be32],
  }),
)
