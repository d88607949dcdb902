/**
 * Rates: `struct tc_ratespec` and the table of times that goes with it.
 *
 * @module
 */
import { arrayOf, type In, named, type Out, s16, struct, u16, u32, u8 } from '../../../codec/index.ts'
import { ticksOf } from './units.ts'

/** What a packet's length is measured by on the link (`TC_LINKLAYER_*`). */
export const LINK_LAYERS = {
  /** An old `tc` made the table: the kernel guesses from it. */
  unaware: 0,
  ethernet: 1,
  /** Cells of 48 bytes that take 53 each; `tc` says `adsl`, too. */
  atm: 2,
} as const

/** `struct tc_ratespec`. */
export const ratespec = struct({
  /** log₂ of the step between two lengths of the table. */
  cellLog: u8,
  linklayer: named(u8, LINK_LAYERS),
  /** Bytes that each packet takes besides. */
  overhead: u16,
  cellAlign: s16,
  /** Bytes that the smallest packet takes. */
  mpu: u16,
  /** Bytes per second, at most 2³²−1: a higher rate stands in an attribute of 64 bits. */
  rate: u32,
})

/** `TC_RTAB_SIZE` bytes: how many ticks a packet takes, for 256 lengths. */
export const rateTable = arrayOf(u32)

/** How a packet's length is counted, the same for all rates of an object. */
export interface Measure {
  /** Bytes that the smallest packet takes; tc: `mpu`. */
  readonly mpu?: number | undefined
  /** Bytes that each packet takes besides; tc: `overhead`. */
  readonly overhead?: number | undefined
  /** tc: `linklayer`. Left out: `ethernet`. */
  readonly linklayer?: keyof typeof LINK_LAYERS | number | undefined
}

/** A rate as it goes to the kernel. */
export interface RateWire {
  readonly spec: In<typeof ratespec>
  /** The rate where the spec cannot hold it. */
  readonly wide: number | undefined
  readonly table: number[]
}

const LENGTHS = 256
const NARROW = 0xffff_ffff

/** The length that a packet has on the link. */
function onLink(size: number, { mpu = 0, linklayer }: Measure): number {
  const least = Math.max(size, mpu)
  return linklayer === 'atm' || linklayer === LINK_LAYERS.atm ? Math.ceil(least / 48) * 53 : least
}

/** The rate and its table, for packets of up to `mtu` bytes (2047). A rate of 0 is none. */
export function rateToWire(rate: number, measure: Measure, mtu: number = 2047): RateWire {
  let cellLog = 1
  while (mtu >> cellLog >= LENGTHS) cellLog++
  const { mpu = 0, overhead = 0, linklayer = 'ethernet' } = measure
  return {
    spec: { cellLog, linklayer, overhead, cellAlign: -1, mpu, rate: Math.min(rate, NARROW) },
    wide: rate > NARROW ? rate : undefined,
    table: Array.from({ length: LENGTHS }, (_, i) => ticksOf(onLink((i + 1) << cellLog, measure), rate)),
  }
}

/** The measure that a rate was given, without what is as if nothing had been said. */
export function measureOf({ mpu, overhead, linklayer }: Out<typeof ratespec>): {
  mpu?: number
  overhead?: number
  linklayer?: keyof typeof LINK_LAYERS | number
} {
  return {
    ...(mpu === 0 ? {} : { mpu }),
    ...(overhead === 0 ? {} : { overhead }),
    ...(linklayer === 'ethernet' || linklayer === 'unaware' ? {} : { linklayer }),
  }
}
