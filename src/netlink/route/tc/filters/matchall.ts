/**
 * matchall: every packet.
 *
 * @module
 */
import { attrs, pad, struct, u64 } from '../../../../codec/index.ts'
import { actions } from '../actions/index.ts'
import { handle } from '../handles.ts'
import { classifierFlags } from './classifier.ts'

/** `TCA_OPTIONS` of kind `matchall`. */
export const matchall = attrs({
  /** `TCA_MATCHALL_CLASSID`; tc: `classid`. */
  classid: [1, handle],
  /** `TCA_MATCHALL_ACT`; tc: `action`. */
  actions: [2, actions],
  /** `TCA_MATCHALL_FLAGS`. */
  flags: [3, classifierFlags],
  /** `TCA_MATCHALL_PCNT`: how many packets it matched. Read-only. */
  pcnt: [4, struct({ rhit: u64 })],
  pad: [5, pad],
})
