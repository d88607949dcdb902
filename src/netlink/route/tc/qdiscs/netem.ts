/**
 * netem: a worse network than there is.
 *
 * @module
 */
import {
  arrayOf,
  attrs,
  bool32,
  count64,
  type In,
  message,
  type Out,
  pad,
  s16,
  s32,
  s64,
  shaped,
  struct,
  u32,
  u64,
} from '../../../../codec/index.ts'
import { probability } from '../units.ts'

const wire = message(
  /** `struct tc_netem_qopt`. */
  struct({
    latencyTicks: u32,
    /** tc: `limit`. Packets that are under way; left out: 1000, as `tc` has it. */
    limit: u32,
    /** tc: `loss random`. */
    loss: probability,
    /** tc: `gap`. */
    gap: u32,
    /** tc: `duplicate`. */
    duplicate: probability,
    jitterTicks: u32,
  }),
  attrs({
    /** `TCA_NETEM_CORR`: how much the next depends on the last; tc: second numbers of `delay`, `loss`, `duplicate`. */
    corr: [1, struct({ delay: probability, loss: probability, duplicate: probability })],
    /** `TCA_NETEM_DELAY_DIST`; tc: `distribution`. Parts of the jitter times 8192. Write-only. */
    delayDist: [2, arrayOf(s16)],
    /** `TCA_NETEM_REORDER`; tc: `reorder`. */
    reorder: [3, struct({ probability, correlation: probability })],
    /** `TCA_NETEM_CORRUPT`; tc: `corrupt`. */
    corrupt: [4, struct({ probability, correlation: probability })],
    /** `TCA_NETEM_LOSS`: a model of loss in place of `loss`. */
    lossModel: [
      5,
      attrs({
        /** `NETEM_LOSS_GI`; tc: `loss state`. */
        gi: [1, struct({ p13: probability, p31: probability, p32: probability, p14: probability, p23: probability })],
        /** `NETEM_LOSS_GE`; tc: `loss gemodel`. */
        ge: [2, struct({ p: probability, r: probability, h: probability, k1: probability })],
      }),
    ],
    /** `TCA_NETEM_RATE`; tc: `rate`. The rate in bytes per second, up to 2³²−1; overheads and cells in bytes. */
    rate: [6, struct({ rate: u32, packetOverhead: s32, cellSize: u32, cellOverhead: s32 })],
    /** `TCA_NETEM_ECN`; tc: `ecn`. */
    ecn: [7, bool32],
    /** `TCA_NETEM_RATE64`: a higher rate, in bytes per second. */
    rate64: [8, count64],
    pad: [9, pad],
    /** `TCA_NETEM_LATENCY64`; tc: `delay`. ns, as bigint. */
    latency: [10, s64],
    /** `TCA_NETEM_JITTER64`; tc: the second time of `delay`. ns, as bigint. */
    jitter: [11, s64],
    /** `TCA_NETEM_SLOT`; tc: `slot`. Times in ns. */
    slot: [
      12,
      struct({ minDelay: s64, maxDelay: s64, maxPackets: s32, maxBytes: s32, distDelay: s64, distJitter: s64 }),
    ],
    /** `TCA_NETEM_SLOT_DIST`; tc: `slot distribution`. Write-only. */
    slotDist: [13, arrayOf(s16)],
    /** `TCA_NETEM_PRNG_SEED`; tc: `seed`. Requires Linux 6.6. */
    prngSeed: [14, u64],
  }),
)

type Told = Omit<Out<typeof wire>, 'latencyTicks' | 'jitterTicks'>
type Asked = Omit<In<typeof wire>, 'latencyTicks' | 'jitterTicks'>

/** A time that stands there in ticks of 64 ns only, as older programs say it. */
const inNs = (name: 'latency' | 'jitter', ticks: number, exact: bigint | undefined): Told | object =>
  exact === undefined && ticks !== 0 ? { [name]: BigInt(ticks) * 64n } : {}

/** `TCA_OPTIONS` of kind `netem`. Probabilities are numbers from 0 to 1. */
export const netem = shaped(wire, {
  read: ({ latencyTicks, jitterTicks, ...options }: Out<typeof wire>): Told => ({
    ...options,
    ...inNs('latency', latencyTicks, options.latency),
    ...inNs('jitter', jitterTicks, options.jitter),
  }),
  write: (options: Asked): In<typeof wire> => ({ limit: 1000, ...options }),
})
