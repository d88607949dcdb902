/**
 * skbedit: what the kernel knows of a packet besides its bytes.
 *
 * @module
 */
import { attrs, named, pad, struct, u16, u32, u64 } from '../../../../codec/index.ts'
import { handle } from '../handles.ts'
import { general, times } from './verdict.ts'

/** `TCA_ACT_OPTIONS` of kind `skbedit`. */
export const skbedit = attrs({
  /** `TCA_SKBEDIT_TM`. Read-only. */
  tm: [1, times],
  /** `TCA_SKBEDIT_PARMS`: `struct tc_skbedit`. */
  parms: [2, struct(general)],
  /** `TCA_SKBEDIT_PRIORITY`; tc: `priority`. A class, `1:10`, or a priority, `:6`. */
  priority: [3, handle],
  /** `TCA_SKBEDIT_QUEUE_MAPPING`; tc: `queue_mapping`. */
  queueMapping: [4, u16],
  /** `TCA_SKBEDIT_MARK`; tc: `mark`. */
  mark: [5, u32],
  pad: [6, pad],
  /** `TCA_SKBEDIT_PTYPE`; tc: `ptype`. */
  ptype: [7, named(u16, { host: 0, broadcast: 1, multicast: 2, otherhost: 3 })],
  /** `TCA_SKBEDIT_MASK`: bits of the mark that are set; tc: `mark M/MASK`. */
  mask: [8, u32],
  /** `TCA_SKBEDIT_FLAGS`: `SKBEDIT_F_*`; tc: `inheritdsfield` is 32, `skbhash` is 64. The others follow from what is there. */
  flags: [9, u64],
  /** `TCA_SKBEDIT_QUEUE_MAPPING_MAX`; tc: `skbhash queue_mapping LOW HIGH`. */
  queueMappingMax: [10, u16],
})
