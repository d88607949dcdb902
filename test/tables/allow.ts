/**
 * What may differ between our tables and the kernel's, and why.
 */

/** Constants, by a pattern, and the reason. */
const REASONS: readonly (readonly [constants: RegExp, reason: string])[] = [
  [/^(IFLA_COST|IFLA_PRIORITY|RTA_PROTOINFO|RTA_SESSION|RTA_MP_ALGO|FRA_UNUSED\d)$/, 'nobody has used it for decades'],
  [/^(IFLA_INET6_MCAST|IFLA_INET_CONF_.*)$/, 'the kernel never sends it'],
  [/^IFLA_IF_NETNSID$/, 'the old name of IFLA_TARGET_NETNSID'],
  [/^IFLA_DSA_MASTER$/, 'the old name of IFLA_DSA_CONDUIT'],
  [/^NETNSA_NONE$/, 'the zero of the enum'],
  [/^ILA_ATTR_(IDENTIFIER|LOCATOR_MATCH|IFINDEX|DIR)$/, 'of the generic netlink family ila, not of its encapsulation'],
  [/^ETHTOOL_A_STATS_GRP_HIST_/, 'rows of the nest of a histogram, which are a table of their own'],
]

/** Why a constant may be otherwise in our tables, if it may. */
export function allowed(subject: string): string | undefined {
  return REASONS.find(([constants]) => constants.test(subject))?.[1]
}
