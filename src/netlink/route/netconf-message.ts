/**
 * What a link, or all of them, are told about forwarding, as it is on the wire: `struct netconfmsg` and `NETCONFA_*`.
 *
 * @module
 */
import { attrs, message, named, s32, struct } from '../../codec/index.ts'
import { family } from './names.ts'

/** `struct netconfmsg` with `NETCONFA_*`. */
export const netconfMessage = message(
  struct({ family }),
  attrs({
    /** `NETCONFA_IFINDEX`: a link, all of them, or what new ones get. */
    dev: [1, named(s32, { all: -1, default: -2 })],
    /** `NETCONFA_FORWARDING`; ip: `forwarding`. */
    forwarding: [2, s32],
    /** `NETCONFA_RP_FILTER`; ip: `rp_filter`. 0 off, 1 strict, 2 loose. */
    rpFilter: [3, s32],
    /** `NETCONFA_MC_FORWARDING`; ip: `mc_forwarding`. */
    mcForwarding: [4, s32],
    /** `NETCONFA_PROXY_NEIGH`; ip: `proxy_neigh`. */
    proxyNeigh: [5, s32],
    /** `NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN`; ip: `ignore_routes_with_linkdown`. */
    ignoreRoutesWithLinkdown: [6, s32],
    /** `NETCONFA_INPUT`; ip: `input`. MPLS. */
    input: [7, s32],
    /** `NETCONFA_BC_FORWARDING`; ip: `bc_forwarding`. */
    bcForwarding: [8, s32],
    /** `NETCONFA_FORCE_FORWARDING`; ip: `force_forwarding`. IPv6. Requires Linux 6.17. */
    forceForwarding: [9, s32],
  }),
)
