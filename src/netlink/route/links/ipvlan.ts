/**
 * ipvlan and ipvtap: links with addresses of their own and the hardware address of another link, the outer `link`.
 *
 * @module
 */
import { attrs, flags, named, u16 } from '../../../codec/index.ts'

/** `IFLA_INFO_DATA` of the kinds `ipvlan` and `ipvtap`. */
export const ipvlan = attrs({
  /** `IFLA_IPVLAN_MODE`; ip: `mode`. */
  mode: [1, named(u16, { l2: 0, l3: 1, l3s: 2 })],
  /** `IFLA_IPVLAN_FLAGS`; ip: `private`, `vepa`; none is `bridge`. */
  flags: [2, flags(u16, { private: 1, vepa: 2 })],
})
