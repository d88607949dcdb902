/**
 * csum: checksums made anew, for packets that other actions changed.
 *
 * @module
 */
import { attrs, flags, pad, struct, u32 } from '../../../../codec/index.ts'
import { general, times } from './verdict.ts'

/** `TCA_ACT_OPTIONS` of kind `csum`. */
export const csum = attrs({
  /** `TCA_CSUM_PARMS`: `struct tc_csum`. */
  parms: [
    1,
    struct({
      ...general,
      /** `TCA_CSUM_UPDATE_FLAG_*`; tc: `ip4h`, `icmp`, `tcp`, … */
      updateFlags: flags(u32, { ip4h: 1, icmp: 2, igmp: 4, tcp: 8, udp: 16, udplite: 32, sctp: 64 }),
    }),
  ],
  /** `TCA_CSUM_TM`. Read-only. */
  tm: [2, times],
  pad: [3, pad],
})
