/**
 * Classes of htb.
 *
 * @module
 */
import { type In, type Out, s32, shaped, struct, u32 } from '../../../../codec/index.ts'
import { htbWire } from '../htb-wire.ts'
import { type Measure, measureOf, rateToWire } from '../rate.ts'
import { bytesIn, ticksOf } from '../units.ts'

/** What a class of htb is told. */
export interface HtbClassOptions extends Measure {
  /** tc: `rate`. Bytes per second that it has for itself. */
  readonly rate: number
  /** tc: `ceil`. Bytes per second with what it borrows; left out: the rate. */
  readonly ceil?: number | undefined
  /** tc: `burst`. Bytes that may go out at once at the ceiling; left out: one `mtu`, as `tc` has it. */
  readonly burst?: number | undefined
  /** tc: `cburst`. Bytes that may go out at once at the speed of the link; left out: one `mtu`. */
  readonly cburst?: number | undefined
  /** tc: `prio`. The lower is served first with what others leave. 0 to 7. */
  readonly prio?: number | undefined
  /** tc: `quantum`. Bytes in its turn; left out: the kernel's, from the rate. */
  readonly quantum?: number | undefined
  /** tc: `mtu`. The longest packet, in bytes (1600). */
  readonly mtu?: number | undefined
}

/** What a class of htb tells. */
export interface HtbClass extends Measure {
  rate: number
  ceil: number
  /** As it follows from the time that the kernel keeps: it may be a few bytes off what was asked for. */
  burst: number
  /** The same for the ceiling. */
  cburst: number
  prio: number
  quantum: number
  /** How far above the leaves it is. */
  level: number
}

/** `tc` adds what goes out in one tick of a clock that no longer is the scheduler's. */
const CLOCK = 1e9

/** `TCA_OPTIONS` of kind `htb`, of a class. The kernel wants rates with tables of times, and keeps bursts as the time they take: both are worked out here. */
export const htbClass = shaped(htbWire, {
  read({ parms, rate64, ceil64 }: Out<typeof htbWire>): HtbClass {
    if (parms === undefined) return { rate: 0, ceil: 0, burst: 0, cburst: 0, prio: 0, quantum: 0, level: 0 }
    const rate = rate64 ?? parms.rate.rate
    const ceil = ceil64 ?? parms.ceil.rate
    return {
      rate,
      ceil,
      burst: bytesIn(parms.buffer, rate),
      cburst: bytesIn(parms.cbuffer, ceil),
      prio: parms.prio,
      quantum: parms.quantum,
      level: parms.level,
      ...measureOf(parms.rate),
    }
  },
  write(options: HtbClassOptions): In<typeof htbWire> {
    const { rate, ceil = rate, prio, quantum, mtu = 1600 } = options
    const { burst = Math.floor(rate / CLOCK) + mtu, cburst = Math.floor(ceil / CLOCK) + mtu } = options
    const own = rateToWire(rate, options, mtu)
    const most = rateToWire(ceil, options, mtu)
    return {
      rate64: own.wide,
      ceil64: most.wide,
      parms: {
        rate: own.spec,
        ceil: most.spec,
        buffer: ticksOf(burst, rate),
        cbuffer: ticksOf(cburst, ceil),
        quantum,
        prio,
      },
      rtab: own.table,
      ctab: most.table,
    }
  },
})

/** `TCA_XSTATS` of a class of htb: `struct tc_htb_xstats`. */
export const htbClassStats = struct({
  lends: u32,
  borrows: u32,
  giants: u32,
  /** What it may send before it has to borrow, in ticks of 64 ns. */
  tokens: s32,
  /** What it may send before it has to wait, in ticks of 64 ns. */
  ctokens: s32,
})
