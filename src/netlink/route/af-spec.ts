/**
 * What a link is told for one address family: `IFLA_AF_SPEC`.
 *
 * @module
 */
import { arrayOf, attrs, ipv6, named, numbered, s32, struct, u32, u64, u8 } from '../../codec/index.ts'

/** `IPV4_DEVCONF_*`: the values of `/proc/sys/net/ipv4/conf/LINK/`, under the names that they have there. */
const IPV4_DEVCONF = {
  forwarding: 1,
  mcForwarding: 2,
  proxyArp: 3,
  acceptRedirects: 4,
  secureRedirects: 5,
  sendRedirects: 6,
  sharedMedia: 7,
  rpFilter: 8,
  acceptSourceRoute: 9,
  bootpRelay: 10,
  logMartians: 11,
  tag: 12,
  arpfilter: 13,
  mediumId: 14,
  noxfrm: 15,
  nopolicy: 16,
  forceIgmpVersion: 17,
  arpAnnounce: 18,
  arpIgnore: 19,
  promoteSecondaries: 20,
  arpAccept: 21,
  arpNotify: 22,
  acceptLocal: 23,
  srcVmark: 24,
  proxyArpPvlan: 25,
  routeLocalnet: 26,
  igmpv2UnsolicitedReportInterval: 27,
  igmpv3UnsolicitedReportInterval: 28,
  ignoreRoutesWithLinkdown: 29,
  dropUnicastInL2Multicast: 30,
  dropGratuitousArp: 31,
  bcForwarding: 32,
  arpEvictNocarrier: 33,
} as const

/** `DEVCONF_*`: the values of `/proc/sys/net/ipv6/conf/LINK/`. */
const IPV6_DEVCONF = {
  forwarding: 0,
  hoplimit: 1,
  mtu6: 2,
  acceptRa: 3,
  acceptRedirects: 4,
  autoconf: 5,
  dadTransmits: 6,
  rtrSolicits: 7,
  rtrSolicitInterval: 8,
  rtrSolicitDelay: 9,
  useTempaddr: 10,
  tempValidLft: 11,
  tempPreferedLft: 12,
  regenMaxRetry: 13,
  maxDesyncFactor: 14,
  maxAddresses: 15,
  forceMldVersion: 16,
  acceptRaDefrtr: 17,
  acceptRaPinfo: 18,
  acceptRaRtrPref: 19,
  rtrProbeInterval: 20,
  acceptRaRtInfoMaxPlen: 21,
  proxyNdp: 22,
  optimisticDad: 23,
  acceptSourceRoute: 24,
  mcForwarding: 25,
  disableIpv6: 26,
  acceptDad: 27,
  forceTllao: 28,
  ndiscNotify: 29,
  mldv1UnsolicitedReportInterval: 30,
  mldv2UnsolicitedReportInterval: 31,
  suppressFragNdisc: 32,
  acceptRaFromLocal: 33,
  useOptimistic: 34,
  acceptRaMtu: 35,
  stableSecret: 36,
  useOifAddrsOnly: 37,
  acceptRaMinHopLimit: 38,
  ignoreRoutesWithLinkdown: 39,
  dropUnicastInL2Multicast: 40,
  dropUnsolicitedNa: 41,
  keepAddrOnDown: 42,
  rtrSolicitMaxInterval: 43,
  seg6Enabled: 44,
  seg6RequireHmac: 45,
  enhancedDad: 46,
  addrGenMode: 47,
  disablePolicy: 48,
  acceptRaRtInfoMinPlen: 49,
  ndiscTclass: 50,
  rplSegEnabled: 51,
  raDefrtrMetric: 52,
  ioam6Enabled: 53,
  ioam6Id: 54,
  ioam6IdWide: 55,
  ndiscEvictNocarrier: 56,
  acceptUntrackedNa: 57,
  acceptRaMinLft: 58,
  forceForwarding: 59,
} as const

/** How IPv6 addresses of a link are made (`IN6_ADDR_GEN_MODE_*`); ip: `addrgenmode`. */
export const ADDR_GEN_MODES = { eui64: 0, none: 1, stable_secret: 2, random: 3 } as const

/** `AF_INET` in `IFLA_AF_SPEC`. */
const inet = attrs({
  /** `IFLA_INET_CONF`: read as all that there are, written as those that are given. */
  conf: [1, numbered(s32, IPV4_DEVCONF)],
})

/** `AF_INET6` in `IFLA_AF_SPEC`. */
const inet6 = attrs({
  /** `IFLA_INET6_FLAGS`: `IF_READY` and others of the kernel. Read-only. */
  flags: [1, u32],
  /** `IFLA_INET6_CONF`. Read-only; written through `/proc/sys/net/ipv6/conf`. */
  conf: [2, numbered(s32, IPV6_DEVCONF, { first: 0 })],
  /** `IFLA_INET6_STATS`: counters by the numbers of `IPSTATS_MIB_*`, the count of them first. Read-only. */
  stats: [3, arrayOf(u64)],
  /** `IFLA_INET6_CACHEINFO`. Read-only. */
  cacheinfo: [5, struct({ maxReasmLen: u32, tstamp: u32, reachableTime: u32, retransTime: u32 })],
  /** `IFLA_INET6_ICMP6STATS`: counters by the numbers of `ICMP6_MIB_*`, the count of them first. Read-only. */
  icmp6stats: [6, arrayOf(u64)],
  /** `IFLA_INET6_TOKEN`; ip: `token`. The host part of autoconfigured addresses. */
  token: [7, ipv6],
  /** `IFLA_INET6_ADDR_GEN_MODE`; ip: `addrgenmode`. Not in the message that creates a link: the kernel answers EAFNOSUPPORT. */
  addrGenMode: [8, named(u8, ADDR_GEN_MODES)],
  /** `IFLA_INET6_RA_MTU`. Read-only. Requires Linux 5.15. */
  raMtu: [9, u32],
})

/** `AF_MCTP` in `IFLA_AF_SPEC`. */
const mctp = attrs({
  /** `IFLA_MCTP_NET`. */
  net: [1, u32],
  /** `IFLA_MCTP_PHYS_BINDING`. Read-only. */
  physBinding: [2, u8],
})

/** `IFLA_AF_SPEC`: one nest an address family. */
export const afSpec = attrs({ inet: [2, inet], inet6: [10, inet6], mctp: [45, mctp] })
