/**
 * vlan: a tagged subset of another link's traffic. The lower link is the outer `link`.
 *
 * @module
 */
import { attrs, be16, list, maskedFlags, named, struct, u16, u32 } from '../../../codec/index.ts'

/** `struct ifla_vlan_qos_mapping`. */
const mapping = struct({ from: u32, to: u32 })

/** `IFLA_INFO_DATA` of kind `vlan`. */
export const vlan = attrs({
  /** `IFLA_VLAN_ID`; ip: `id`. 0 to 4094. Fixed at creation. */
  id: [1, u16],
  /** `IFLA_VLAN_FLAGS`; ip: `reorder_hdr`, `gvrp`, `loose_binding`, `mvrp`, `bridge_binding`. */
  flags: [2, maskedFlags(u32, { reorderHdr: 1, gvrp: 2, looseBinding: 4, mvrp: 8, bridgeBinding: 16 })],
  /** `IFLA_VLAN_EGRESS_QOS`; ip: `egress-qos-map`. From the packet's priority to the tag's. */
  egressQosMap: [3, list(mapping, { type: 1 })],
  /** `IFLA_VLAN_INGRESS_QOS`; ip: `ingress-qos-map`. From the tag's priority to the packet's. */
  ingressQosMap: [4, list(mapping, { type: 1 })],
  /** `IFLA_VLAN_PROTOCOL`; ip: `protocol`. Fixed at creation. */
  protocol: [5, named(be16, { '802.1q': 0x8100, '802.1ad': 0x88a8 })],
})
