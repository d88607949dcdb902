/**
 * ct: connection tracking of the packet, with marks, labels and address translation.
 *
 * @module
 */
import {
  attrs,
  be16,
  fixedBytes,
  flags,
  ipv4,
  ipv6,
  pad,
  string,
  struct,
  u16,
  u32,
  u8,
} from '../../../../codec/index.ts'
import { general, times } from './verdict.ts'

/** `TCA_ACT_OPTIONS` of kind `ct`. */
export const ct = attrs({
  /** `TCA_CT_PARMS`: `struct tc_ct`. */
  parms: [1, struct(general)],
  /** `TCA_CT_TM`. Read-only. */
  tm: [2, times],
  /** `TCA_CT_ACTION`; tc: `commit`, `force`, `clear`, `nat`, `nat src`, `nat dst`. */
  action: [3, flags(u16, { commit: 1, force: 2, clear: 4, nat: 8, natSrc: 16, natDst: 32 })],
  /** `TCA_CT_ZONE`; tc: `zone`. */
  zone: [4, u16],
  /** `TCA_CT_MARK`; tc: `mark`. */
  mark: [5, u32],
  /** `TCA_CT_MARK_MASK`. */
  markMask: [6, u32],
  /** `TCA_CT_LABELS`; tc: `label`. */
  labels: [7, fixedBytes(16)],
  /** `TCA_CT_LABELS_MASK`. */
  labelsMask: [8, fixedBytes(16)],
  /** `TCA_CT_NAT_IPV4_MIN`; tc: `addr`. */
  natIpv4Min: [9, ipv4],
  /** `TCA_CT_NAT_IPV4_MAX`. */
  natIpv4Max: [10, ipv4],
  /** `TCA_CT_NAT_IPV6_MIN`; tc: `addr`. */
  natIpv6Min: [11, ipv6],
  /** `TCA_CT_NAT_IPV6_MAX`. */
  natIpv6Max: [12, ipv6],
  /** `TCA_CT_NAT_PORT_MIN`; tc: `port`. */
  natPortMin: [13, be16],
  /** `TCA_CT_NAT_PORT_MAX`. */
  natPortMax: [14, be16],
  pad: [15, pad],
  /** `TCA_CT_HELPER_NAME`; tc: `helper`. Requires Linux 6.2. */
  helperName: [16, string],
  /** `TCA_CT_HELPER_FAMILY`: `AF_INET` is 2, `AF_INET6` is 10. Requires Linux 6.2. */
  helperFamily: [17, u8],
  /** `TCA_CT_HELPER_PROTO`. Requires Linux 6.2. */
  helperProto: [18, u8],
})
