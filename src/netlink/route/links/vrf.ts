/**
 * vrf: a routing domain.
 *
 * @module
 */
import { attrs, u32 } from '../../../codec/index.ts'

/** `IFLA_INFO_DATA` of kind `vrf`. */
export const vrf = attrs({
  /** `IFLA_VRF_TABLE`; ip: `table`. Fixed at creation. */
  table: [1, u32],
})

/** `IFLA_INFO_SLAVE_DATA` of a port of a vrf. */
export const vrfPort = attrs({
  /** `IFLA_VRF_PORT_TABLE`. Read-only. */
  table: [1, u32],
})
