/**
 * Multicast groups of rtnetlink.
 *
 * @module
 */

/** Groups by name (`RTNLGRP_*`), for {@link NetlinkSocket.join}. */
export const RTNLGRP = {
  link: 1,
  notify: 2,
  neigh: 3,
  tc: 4,
  ipv4Ifaddr: 5,
  ipv4Mroute: 6,
  ipv4Route: 7,
  ipv4Rule: 8,
  ipv6Ifaddr: 9,
  ipv6Mroute: 10,
  ipv6Route: 11,
  ipv6Ifinfo: 12,
  ipv6Prefix: 18,
  ipv6Rule: 19,
  ndUseropt: 20,
  ipv4Netconf: 24,
  ipv6Netconf: 25,
  mdb: 26,
  mplsRoute: 27,
  nsid: 28,
  mplsNetconf: 29,
  ipv4MrouteR: 30,
  ipv6MrouteR: 31,
  nexthop: 32,
  brvlan: 33,
  mctpIfaddr: 34,
  tunnel: 35,
  stats: 36,
} as const
