/**
 * tunnel_key: where a tunnel device that is told by the packet sends it, or that the packet came by one no longer.
 *
 * @module
 */
import { attrs, be16, be32, bool, flag, ipv4, ipv6, named, pad, s32, struct, u8 } from '../../../../codec/index.ts'
import { tunnelOptions } from '../tunnel-options.ts'
import { general, times } from './verdict.ts'

/** `TCA_ACT_OPTIONS` of kind `tunnel_key`. */
export const tunnelKey = attrs({
  /** `TCA_TUNNEL_KEY_TM`. Read-only. */
  tm: [1, times],
  /** `TCA_TUNNEL_KEY_PARMS`: `struct tc_tunnel_key`; tc: `set`, `unset`. */
  parms: [2, struct({ ...general, tAction: named(s32, { set: 1, release: 2 }) })],
  /** `TCA_TUNNEL_KEY_ENC_IPV4_SRC`; tc: `src_ip`. */
  encIpv4Src: [3, ipv4],
  /** `TCA_TUNNEL_KEY_ENC_IPV4_DST`; tc: `dst_ip`. */
  encIpv4Dst: [4, ipv4],
  /** `TCA_TUNNEL_KEY_ENC_IPV6_SRC`; tc: `src_ip`. */
  encIpv6Src: [5, ipv6],
  /** `TCA_TUNNEL_KEY_ENC_IPV6_DST`; tc: `dst_ip`. */
  encIpv6Dst: [6, ipv6],
  /** `TCA_TUNNEL_KEY_ENC_KEY_ID`; tc: `id`. */
  encKeyId: [7, be32],
  pad: [8, pad],
  /** `TCA_TUNNEL_KEY_ENC_DST_PORT`; tc: `dst_port`. */
  encDstPort: [9, be16],
  /** `TCA_TUNNEL_KEY_NO_CSUM`; tc: `nocsum`. */
  noCsum: [10, bool],
  /** `TCA_TUNNEL_KEY_ENC_OPTS`. */
  encOpts: [11, attrs(tunnelOptions)],
  /** `TCA_TUNNEL_KEY_ENC_TOS`; tc: `tos`. */
  encTos: [12, u8],
  /** `TCA_TUNNEL_KEY_ENC_TTL`; tc: `ttl`. */
  encTtl: [13, u8],
  /** `TCA_TUNNEL_KEY_NO_FRAG`; tc: `nofrag`. Requires Linux 6.3. */
  noFrag: [14, flag],
})
