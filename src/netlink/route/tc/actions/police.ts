/**
 * police: one verdict for what keeps to a rate, another for what exceeds it.
 *
 * @module
 */
import { attrs, count64, type In, type Out, pad, s32, shaped, struct, u32 } from '../../../../codec/index.ts'
import { type Measure, measureOf, ratespec, rateTable, rateToWire } from '../rate.ts'
import { bytesIn, ticksOf } from '../units.ts'
import { times, verdict, type VERDICTS } from './verdict.ts'

type Verdict = keyof typeof VERDICTS | number

const wire = attrs({
  /** `TCA_POLICE_TBF`: `struct tc_police`. */
  tbf: [
    1,
    struct({
      index: u32,
      action: verdict,
      limit: u32,
      burst: u32,
      mtu: u32,
      rate: ratespec,
      peakrate: ratespec,
      refcnt: s32,
      bindcnt: s32,
      capab: u32,
    }),
  ],
  /** `TCA_POLICE_RATE`. */
  rateTable: [2, rateTable],
  /** `TCA_POLICE_PEAKRATE`. */
  peakrateTable: [3, rateTable],
  /** `TCA_POLICE_AVRATE`. */
  avrate: [4, u32],
  /** `TCA_POLICE_RESULT`. */
  result: [5, verdict],
  /** `TCA_POLICE_TM`. */
  tm: [6, times],
  pad: [7, pad],
  /** `TCA_POLICE_RATE64`. */
  rate64: [8, count64],
  /** `TCA_POLICE_PEAKRATE64`. */
  peakrate64: [9, count64],
  /** `TCA_POLICE_PKTRATE64`. */
  pktrate: [10, count64],
  /** `TCA_POLICE_PKTBURST64`: in ticks, as other bursts. */
  pktburst: [11, count64],
})

/** What a police action is told. */
export interface PoliceOptions extends Measure {
  /** tc: `index`. */
  readonly index?: number | undefined
  /** tc: `rate`. Bytes per second. */
  readonly rate?: number | undefined
  /** tc: `burst`. Bytes that may come at once. */
  readonly burst?: number | undefined
  /** tc: `peakrate`. Bytes per second of the burst itself. */
  readonly peakrate?: number | undefined
  /** tc: `mtu`. Bytes of the longest packet; longer ones exceed. */
  readonly mtu?: number | undefined
  /** tc: `avrate`. Bytes per second, for the estimator. */
  readonly avrate?: number | undefined
  /** tc: `pkts_rate`. Packets per second, in place of `rate`. */
  readonly pktrate?: number | undefined
  /** tc: `pkts_burst`. Packets. */
  readonly pktburst?: number | undefined
  /** tc: `conform-exceed`. The verdict on what exceeds; left out: `reclassify`, as `tc` has it. */
  readonly action?: Verdict | undefined
  /** `TCA_POLICE_RESULT`; tc: `conform-exceed …/RESULT`. The verdict on what keeps to it; left out: `pass`. */
  readonly result?: Verdict | undefined
}

/** What a police action tells. */
export interface Police extends Measure {
  index: number
  rate: number
  /** As it follows from the time that the kernel keeps. */
  burst: number
  peakrate?: number
  mtu: number
  avrate?: number
  pktrate?: number
  pktburst?: number
  action: Verdict
  result?: Verdict
  refcnt: number
  bindcnt: number
  tm?: Out<typeof times>
}

/** `TCA_ACT_OPTIONS` of kind `police`. */
export const police = shaped(wire, {
  read({ tbf, rate64, peakrate64, pktrate, pktburst, avrate, result, tm }: Out<typeof wire>): Police {
    const rate = rate64 ?? tbf?.rate.rate ?? 0
    const peakrate = peakrate64 ?? tbf?.peakrate.rate ?? 0
    return {
      index: tbf?.index ?? 0,
      rate,
      burst: bytesIn(tbf?.burst ?? 0, rate),
      ...(peakrate === 0 ? {} : { peakrate }),
      mtu: tbf?.mtu ?? 0,
      action: tbf?.action ?? 'continue',
      refcnt: tbf?.refcnt ?? 0,
      bindcnt: tbf?.bindcnt ?? 0,
      ...(tbf === undefined ? {} : measureOf(tbf.rate)),
      ...(pktrate === undefined ? {} : { pktrate, pktburst: bytesIn(pktburst ?? 0, pktrate) }),
      ...(avrate === undefined ? {} : { avrate }),
      ...(result === undefined ? {} : { result }),
      ...(tm === undefined ? {} : { tm }),
    }
  },
  write(options: PoliceOptions): In<typeof wire> {
    const { index, rate = 0, burst = 0, peakrate = 0, mtu = 0, pktrate, action = 'reclassify' } = options
    const slow = rate === 0 ? undefined : rateToWire(rate, options, mtu || undefined)
    const fast = peakrate === 0 ? undefined : rateToWire(peakrate, options, mtu || undefined)
    return {
      tbf: {
        index,
        action,
        burst: ticksOf(burst, rate),
        mtu,
        rate: slow?.spec,
        peakrate: fast?.spec,
      },
      rateTable: slow?.table,
      rate64: slow?.wide,
      pktrate,
      pktburst: pktrate === undefined ? undefined : ticksOf(options.pktburst ?? 0, pktrate),
      peakrateTable: fast?.table,
      peakrate64: fast?.wide,
      avrate: options.avrate,
      result: options.result,
    }
  },
})
