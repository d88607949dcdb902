/**
 * fq: a queue for each flow, paced as its sender asks.
 *
 * @module
 */
import { array, attrs, bool, bool32, s32, s64, struct, u32, u64 } from '../../../../codec/index.ts'
import { prio } from './prio.ts'

/** `TCA_OPTIONS` of kind `fq`. */
export const fq = attrs({
  /** `TCA_FQ_PLIMIT`; tc: `limit`. Packets. */
  plimit: [1, u32],
  /** `TCA_FQ_FLOW_PLIMIT`; tc: `flow_limit`. Packets. */
  flowPlimit: [2, u32],
  /** `TCA_FQ_QUANTUM`; tc: `quantum`. Bytes a flow sends in its turn. */
  quantum: [3, u32],
  /** `TCA_FQ_INITIAL_QUANTUM`; tc: `initial_quantum`. Bytes a new flow sends in its first turn. */
  initialQuantum: [4, u32],
  /** `TCA_FQ_RATE_ENABLE`; tc: `pacing`. */
  rateEnable: [5, bool32],
  /** `TCA_FQ_FLOW_DEFAULT_RATE`. Without effect. */
  flowDefaultRate: [6, u32],
  /** `TCA_FQ_FLOW_MAX_RATE`; tc: `maxrate`. Bytes per second; all ones is no limit. */
  flowMaxRate: [7, u32],
  /** `TCA_FQ_BUCKETS_LOG`; tc: `buckets`, as log₂. */
  bucketsLog: [8, u32],
  /** `TCA_FQ_FLOW_REFILL_DELAY`; tc: `refill_delay`. µs. */
  flowRefillDelay: [9, u32],
  /** `TCA_FQ_ORPHAN_MASK`; tc: `orphan_mask`. */
  orphanMask: [10, u32],
  /** `TCA_FQ_LOW_RATE_THRESHOLD`; tc: `low_rate_threshold`. Bytes per second. */
  lowRateThreshold: [11, u32],
  /** `TCA_FQ_CE_THRESHOLD`; tc: `ce_threshold`. µs; all ones is never. */
  ceThreshold: [12, u32],
  /** `TCA_FQ_TIMER_SLACK`; tc: `timer_slack`. ns. */
  timerSlack: [13, u32],
  /** `TCA_FQ_HORIZON`; tc: `horizon`. µs. */
  horizon: [14, u32],
  /** `TCA_FQ_HORIZON_DROP`; tc: `horizon_drop`, `horizon_cap`. */
  horizonDrop: [15, bool],
  /** `TCA_FQ_PRIOMAP`; tc: `priomap`. Three bands. Requires Linux 6.7. */
  priomap: [16, prio],
  /** `TCA_FQ_WEIGHTS`; tc: `weights`. Bytes for each band. Requires Linux 6.7. */
  weights: [17, array(s32, 3)],
  /** `TCA_FQ_OFFLOAD_HORIZON`; tc: `offload_horizon`. µs. Requires Linux 6.13. */
  offloadHorizon: [18, u32],
})

/** `TCA_XSTATS` of kind `fq`: `struct tc_fq_qd_stats`. */
export const fqStats = struct(
  {
    gcFlows: u64,
    highprioPackets: u64,
    tcpRetrans: u64,
    throttled: u64,
    flowsPlimit: u64,
    pktsTooLong: u64,
    allocationErrors: u64,
    timeNextDelayedFlow: s64,
    flows: u32,
    inactiveFlows: u32,
    throttledFlows: u32,
    unthrottleLatencyNs: u32,
  },
  {
    ceMark: u64,
    horizonDrops: u64,
    horizonCaps: u64,
    /** Requires Linux 6.7. */
    fastpathPackets: u64,
    bandDrops: array(u64, 3),
    bandPktCount: array(u32, 3),
  },
)
