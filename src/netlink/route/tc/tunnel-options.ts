/**
 * What tunnels have in their headers besides, as filters match it and actions set it.
 *
 * @module
 */
import { attrs, be16, be32, bytes, many, u32, u8 } from '../../../codec/index.ts'

/** Options by the kind of tunnel: the first rows of `TCA_FLOWER_KEY_ENC_OPTS_*` and of `TCA_TUNNEL_KEY_ENC_OPTS_*`. */
export const tunnelOptions = {
  /** tc: `geneve_opts`. One element an option. */
  geneve: [1, many(attrs({ class: [1, be16], type: [2, u8], data: [3, bytes] }))],
  /** tc: `vxlan_opts`. */
  vxlan: [2, attrs({ gbp: [1, u32] })],
  /** tc: `erspan_opts`. */
  erspan: [3, attrs({ ver: [1, u8], index: [2, be32], dir: [3, u8], hwid: [4, u8] })],
} as const
