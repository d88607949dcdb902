/**
 * fq_codel: a queue for each flow, kept short by CoDel.
 *
 * @module
 */
import { attrs, bool32, struct, u32, u8 } from '../../../../codec/index.ts'

/** `TCA_OPTIONS` of kind `fq_codel`. */
export const fqCodel = attrs({
  /** `TCA_FQ_CODEL_TARGET`; tc: `target`. The delay that is aimed at, in µs. */
  target: [1, u32],
  /** `TCA_FQ_CODEL_LIMIT`; tc: `limit`. Packets. */
  limit: [2, u32],
  /** `TCA_FQ_CODEL_INTERVAL`; tc: `interval`. µs. */
  interval: [3, u32],
  /** `TCA_FQ_CODEL_ECN`; tc: `ecn`. Marks in place of dropping. */
  ecn: [4, bool32],
  /** `TCA_FQ_CODEL_FLOWS`; tc: `flows`. Fixed at creation. */
  flows: [5, u32],
  /** `TCA_FQ_CODEL_QUANTUM`; tc: `quantum`. Bytes a flow sends in its turn. */
  quantum: [6, u32],
  /** `TCA_FQ_CODEL_CE_THRESHOLD`; tc: `ce_threshold`. µs. */
  ceThreshold: [7, u32],
  /** `TCA_FQ_CODEL_DROP_BATCH_SIZE`; tc: `drop_batch`. Packets. */
  dropBatchSize: [8, u32],
  /** `TCA_FQ_CODEL_MEMORY_LIMIT`; tc: `memory_limit`. Bytes. */
  memoryLimit: [9, u32],
  /** `TCA_FQ_CODEL_CE_THRESHOLD_SELECTOR`; tc: `ce_threshold_selector V/M`. */
  ceThresholdSelector: [10, u8],
  /** `TCA_FQ_CODEL_CE_THRESHOLD_MASK`. */
  ceThresholdMask: [11, u8],
})

/** `TCA_XSTATS` of kind `fq_codel`: `struct tc_fq_codel_xstats` of a qdisc. */
export const fqCodelStats = struct(
  {
    /** 0: of the qdisc. */
    type: u32,
    maxpacket: u32,
    dropOverlimit: u32,
    ecnMark: u32,
    newFlowCount: u32,
    newFlowsLen: u32,
    oldFlowsLen: u32,
  },
  { ceMark: u32, memoryUsage: u32, dropOvermemory: u32 },
)
