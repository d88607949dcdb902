/**
 * vlan: puts on, takes off and changes VLAN tags.
 *
 * @module
 */
import { attrs, be16, mac, named, pad, s32, struct, u16, u8 } from '../../../../codec/index.ts'
import { ETHERTYPES } from '../../names.ts'
import { general, times } from './verdict.ts'

/** `TCA_ACT_OPTIONS` of kind `vlan`. */
export const vlan = attrs({
  /** `TCA_VLAN_TM`. Read-only. */
  tm: [1, times],
  /** `TCA_VLAN_PARMS`: `struct tc_vlan`. */
  parms: [
    2,
    struct({
      ...general,
      /** tc: `pop`, `push`, `modify`, `pop_eth`, `push_eth`. */
      vAction: named(s32, { pop: 1, push: 2, modify: 3, popEth: 4, pushEth: 5 }),
    }),
  ],
  /** `TCA_VLAN_PUSH_VLAN_ID`; tc: `id`. */
  pushVlanId: [3, u16],
  /** `TCA_VLAN_PUSH_VLAN_PROTOCOL`; tc: `protocol`. */
  pushVlanProtocol: [4, named(be16, ETHERTYPES)],
  pad: [5, pad],
  /** `TCA_VLAN_PUSH_VLAN_PRIORITY`; tc: `priority`. */
  pushVlanPriority: [6, u8],
  /** `TCA_VLAN_PUSH_ETH_DST`; tc: `dst_mac`. */
  pushEthDst: [7, mac],
  /** `TCA_VLAN_PUSH_ETH_SRC`; tc: `src_mac`. */
  pushEthSrc: [8, mac],
})
