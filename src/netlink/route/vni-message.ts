/**
 * VNIs that a VXLAN tunnel lets in, as they are on the wire: `struct tunnel_msg` and `VXLAN_VNIFILTER_*`.
 *
 * @module
 */
import { attrs, flags, ipv4, ipv6, many, message, pad, struct, u16, u32, u64, u8 } from '../../codec/index.ts'
import { family } from './names.ts'
import { linkIndex } from './refs.ts'

/** `struct tunnel_msg` with `VXLAN_VNIFILTER_*`. */
export const vniMessage = message(
  struct({
    /** `bridge`. */
    family,
    /** `TUNNEL_MSG_FLAG_*`: whether counters are asked for. */
    flags: flags(u8, { stats: 1 }),
    reserved2: u16,
    dev: linkIndex,
  }),
  attrs({
    /** `VXLAN_VNIFILTER_ENTRY`. */
    entries: [
      1,
      many(
        attrs({
          /** `VXLAN_VNIFILTER_ENTRY_START`. */
          start: [1, u32],
          /** `VXLAN_VNIFILTER_ENTRY_END`: the last of a range. */
          end: [2, u32],
          /** `VXLAN_VNIFILTER_ENTRY_GROUP`; bridge: `group`, `remote`. */
          group: [3, ipv4],
          /** `VXLAN_VNIFILTER_ENTRY_GROUP6`; bridge: `group`, `remote`. */
          group6: [4, ipv6],
          /** `VXLAN_VNIFILTER_ENTRY_STATS`. Read-only. */
          stats: [
            5,
            attrs({
              rxBytes: [1, u64],
              rxPkts: [2, u64],
              rxDrops: [3, u64],
              rxErrors: [4, u64],
              txBytes: [5, u64],
              txPkts: [6, u64],
              txDrops: [7, u64],
              txErrors: [8, u64],
              pad: [9, pad],
            }),
          ],
        }),
      ),
    ],
  }),
)
