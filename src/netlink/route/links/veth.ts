/**
 * veth: a virtual Ethernet cable.
 *
 * Without `peer` nothing but queue counts of the outer link is taken over to the other end, which gets the name `veth0`, `veth1`, …
 *
 * @module
 */
import { attrs } from '../../../codec/index.ts'
import { peerLink } from '../peer.ts'

/** `IFLA_INFO_DATA` of kind `veth`. */
export const veth = attrs({
  /** `VETH_INFO_PEER`; ip: `peer`. The other end, a link with attributes of its own. Only for a creation; never given back. */
  peer: [1, peerLink],
})

/** `IFLA_INFO_DATA` of kind `vxcan`, a virtual CAN cable: the same shape. */
export const vxcan = attrs({
  /** `VXCAN_INFO_PEER`; ip: `peer`. */
  peer: [1, peerLink],
})
