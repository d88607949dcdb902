/**
 * Attributes that qdiscs, classes and filters share (`TCA_*`), besides the kind and what it is told.
 *
 * @module
 */
import {
  arrayOf,
  attrs,
  flag,
  maskedFlags,
  named,
  pad,
  s16,
  s32,
  s8,
  string,
  struct,
  u16,
  u32,
  u8,
} from '../../../codec/index.ts'
import { LINK_LAYERS } from './rate.ts'
import { tcStats } from './stats.ts'

/** `struct tc_sizespec` with its table, a size for every step of length. */
const stab = attrs({
  base: [
    1,
    struct({
      cellLog: u8,
      sizeLog: u8,
      cellAlign: s16,
      overhead: s32,
      linklayer: named(u32, LINK_LAYERS),
      mpu: u32,
      mtu: u32,
      tsize: u32,
    }),
  ],
  data: [2, arrayOf(u16)],
})

/** Rows of every object. */
export const commonRows = {
  /** `TCA_STATS`: {@link stats2} of old, and not read. */
  stats: [3, pad],
  /** `TCA_RATE`; tc: `estimator`. The interval is 2ⁿ s with n from −2, the window 2ⁿ intervals. */
  rate: [5, struct({ interval: s8, ewmaLog: u8 })],
  /** `TCA_FCNT`. */
  fcnt: [6, u32],
  /** `TCA_STATS2`. Read-only. */
  stats2: [7, tcStats],
  /** `TCA_STAB`; tc: `stab`. */
  stab: [8, stab],
  pad: [9, pad],
  /** `TCA_DUMP_INVISIBLE`: asks for the qdiscs that the kernel made by itself too. */
  dumpInvisible: [10, flag],
  /** `TCA_CHAIN`; tc: `chain`. */
  chain: [11, u32],
  /** `TCA_HW_OFFLOAD`. Read-only. */
  hwOffload: [12, u8],
  /** `TCA_INGRESS_BLOCK`; tc: `ingress_block`. */
  ingressBlock: [13, u32],
  /** `TCA_EGRESS_BLOCK`; tc: `egress_block`. */
  egressBlock: [14, u32],
  /** `TCA_DUMP_FLAGS`: asks for short answers. */
  dumpFlags: [15, maskedFlags(u32, { terse: 1 })],
  /** `TCA_EXT_WARN_MSG`. Read-only. */
  extWarnMsg: [16, string],
} as const
