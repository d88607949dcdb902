/**
 * Counters of qdiscs, classes and actions.
 *
 * @module
 */
import { attrs, bytes, type Out, pad, struct, u32, u64 } from '../../../codec/index.ts'

/** `struct gnet_stats_basic`. */
const basic = struct({ bytes: u64, packets: u32 })

/** `TCA_STATS2`, `TCA_ACT_STATS`. */
export const tcStats = attrs({
  /** `TCA_STATS_BASIC`: what was sent. `packets` wraps at 2³²; see {@link packets64}. */
  basic: [1, basic],
  /** `TCA_STATS_RATE_EST`: bytes and packets per second, where an estimator was asked for. */
  rateEst: [2, struct({ bps: u32, pps: u32 })],
  /** `TCA_STATS_QUEUE`: packets and bytes that wait, what was dropped, sent again, and had to wait. */
  queue: [3, struct({ qlen: u32, backlog: u32, drops: u32, requeues: u32, overlimits: u32 })],
  /** `TCA_STATS_APP`: what the kind counts; read as `xstats` of the object. */
  app: [4, bytes],
  /** `TCA_STATS_RATE_EST64`. */
  rateEst64: [5, struct({ bps: u64, pps: u64 })],
  pad: [6, pad],
  /** `TCA_STATS_BASIC_HW`: what hardware did of it. */
  basicHw: [7, basic],
  /** `TCA_STATS_PKT64`: packets, where they passed 2³². */
  packets64: [8, u64],
})

/** What a qdisc, a class or an action counted. */
export interface TcStats extends Out<typeof tcStats> {}
