/**
 * tbf: no more than a rate, and a burst.
 *
 * @module
 */
import { attrs, count64, type In, type Out, pad, shaped, struct, u32 } from '../../../../codec/index.ts'
import { type Measure, measureOf, ratespec, rateTable, rateToWire } from '../rate.ts'
import { bytesIn, ticksOf } from '../units.ts'

const wire = attrs({
  /** `TCA_TBF_PARMS`: `struct tc_tbf_qopt`. */
  parms: [1, struct({ rate: ratespec, peakrate: ratespec, limit: u32, buffer: u32, mtu: u32 })],
  /** `TCA_TBF_RTAB`. */
  rtab: [2, rateTable],
  /** `TCA_TBF_PTAB`. */
  ptab: [3, rateTable],
  /** `TCA_TBF_RATE64`. */
  rate64: [4, count64],
  /** `TCA_TBF_PRATE64`. */
  prate64: [5, count64],
  /** `TCA_TBF_BURST`. */
  burst: [6, u32],
  /** `TCA_TBF_PBURST`. */
  pburst: [7, u32],
  pad: [8, pad],
})

/** What a tbf is told. */
export interface TbfOptions extends Measure {
  /** tc: `rate`. Bytes per second. */
  readonly rate: number
  /** tc: `burst`. Bytes that may go out at once. */
  readonly burst: number
  /** tc: `limit`. Bytes that may wait. This or {@link latency}. */
  readonly limit?: number | undefined
  /** tc: `latency`. The longest time that a packet waits, in µs: the limit follows from it. Never read. */
  readonly latency?: number | undefined
  /** tc: `peakrate`. Bytes per second of the burst itself. */
  readonly peakrate?: number | undefined
  /** tc: `mtu`. Bytes that may go out at once at the peak rate. */
  readonly mtu?: number | undefined
}

/** What a tbf tells. */
export interface Tbf extends Measure {
  rate: number
  /** As it follows from the time that the kernel keeps: it may be a few bytes off what was asked for. */
  burst: number
  limit: number
  peakrate?: number
  mtu?: number
}

/** Bytes that wait no longer than `latency` µs. */
function limitOf({ rate, burst, latency = 0, peakrate, mtu = 0 }: TbfOptions): number {
  const atRate = (rate * latency) / 1e6 + burst
  return Math.floor(peakrate === undefined ? atRate : Math.min(atRate, (peakrate * latency) / 1e6 + mtu))
}

/** `TCA_OPTIONS` of kind `tbf`. The kernel wants rates with tables of times, and keeps bursts as the time they take: both are worked out here. */
export const tbf = shaped(wire, {
  read({ parms, rate64, prate64, burst, pburst }: Out<typeof wire>): Tbf {
    if (parms === undefined) return { rate: 0, burst: 0, limit: 0 }
    const rate = rate64 ?? parms.rate.rate
    const peakrate = prate64 ?? parms.peakrate.rate
    return {
      rate,
      burst: burst ?? bytesIn(parms.buffer, rate),
      limit: parms.limit,
      ...(peakrate === 0 ? {} : { peakrate, mtu: pburst ?? bytesIn(parms.mtu, peakrate) }),
      ...measureOf(parms.rate),
    }
  },
  write(options: TbfOptions): In<typeof wire> {
    const { rate, burst, peakrate = 0, mtu = 0, limit = limitOf(options) } = options
    const slow = rateToWire(rate, options, mtu || undefined)
    const fast = peakrate === 0 ? undefined : rateToWire(peakrate, options, mtu || undefined)
    return {
      parms: {
        rate: slow.spec,
        peakrate: fast?.spec,
        limit,
        buffer: ticksOf(burst, rate),
        mtu: ticksOf(mtu, peakrate),
      },
      burst,
      rate64: slow.wide,
      rtab: slow.table,
      ...(fast === undefined ? {} : { prate64: fast.wide, pburst: mtu, ptab: fast.table }),
    }
  },
})
