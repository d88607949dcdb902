/**
 * mirred: the packet, or a copy of it, to another device.
 *
 * @module
 */
import { attrs, named, pad, s32, struct, u32 } from '../../../../codec/index.ts'
import { linkIndex } from '../../refs.ts'
import { general, times } from './verdict.ts'

/** `TCA_ACT_OPTIONS` of kind `mirred`. */
export const mirred = attrs({
  /** `TCA_MIRRED_TM`. Read-only. */
  tm: [1, times],
  /** `TCA_MIRRED_PARMS`: `struct tc_mirred`. Redirecting wants the verdict `stolen`, mirroring `pipe`. */
  parms: [
    2,
    struct({
      ...general,
      /** tc: `egress redirect`, … */
      eaction: named(s32, { egressRedirect: 1, egressMirror: 2, ingressRedirect: 3, ingressMirror: 4 }),
      /** tc: `dev`. */
      ifindex: linkIndex,
    }),
  ],
  pad: [3, pad],
  /** `TCA_MIRRED_BLOCKID`; tc: `blockid`. To the devices of a block. Requires Linux 6.8. */
  blockid: [4, u32],
})
