/**
 * Tunnels for IPsec: the kinds `vti`, `vti6` and `xfrm`.
 *
 * @module
 */
import { attrs, be32, flag, ipv4, ipv6, u32 } from '../../../codec/index.ts'
import { linkIndex } from '../refs.ts'

const common = {
  /** `IFLA_VTI_LINK`; ip: `dev`. */
  link: [1, linkIndex],
  /** `IFLA_VTI_IKEY`; ip: `ikey`. */
  ikey: [2, be32],
  /** `IFLA_VTI_OKEY`; ip: `okey`. */
  okey: [3, be32],
  /** `IFLA_VTI_FWMARK`; ip: `fwmark`. */
  fwmark: [6, u32],
} as const

/** `IFLA_INFO_DATA` of kind `vti`. */
export const vti = attrs({
  ...common,
  /** `IFLA_VTI_LOCAL`; ip: `local`. */
  local: [4, ipv4],
  /** `IFLA_VTI_REMOTE`; ip: `remote`. */
  remote: [5, ipv4],
})

/** `IFLA_INFO_DATA` of kind `vti6`. */
export const vti6 = attrs({
  ...common,
  /** `IFLA_VTI_LOCAL`; ip: `local`. */
  local: [4, ipv6],
  /** `IFLA_VTI_REMOTE`; ip: `remote`. */
  remote: [5, ipv6],
})

/** `IFLA_INFO_DATA` of kind `xfrm`. */
export const xfrm = attrs({
  /** `IFLA_XFRM_LINK`; ip: `dev`. */
  link: [1, linkIndex],
  /** `IFLA_XFRM_IF_ID`; ip: `if_id`. */
  ifId: [2, u32],
  /** `IFLA_XFRM_COLLECT_METADATA`; ip: `external`. Requires Linux 6.1. */
  collectMetadata: [3, flag],
})
