/**
 * gact: nothing but a verdict, always or now and then.
 *
 * @module
 */
import { attrs, named, pad, struct, u16 } from '../../../../codec/index.ts'
import { general, times, verdict } from './verdict.ts'

/** `TCA_ACT_OPTIONS` of kind `gact`. */
export const gact = attrs({
  /** `TCA_GACT_TM`. Read-only. */
  tm: [1, times],
  /** `TCA_GACT_PARMS`: `struct tc_gact`. */
  parms: [2, struct(general)],
  /** `TCA_GACT_PROB`: `struct tc_gact_p`; tc: `random TYPE ACTION VAL`. One packet of so many gets the other verdict. */
  prob: [3, struct({ ptype: named(u16, { none: 0, netrand: 1, determ: 2 }), pval: u16, paction: verdict })],
  pad: [4, pad],
})
