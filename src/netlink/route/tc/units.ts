/**
 * Units of the packet scheduler.
 *
 * @module
 */
import { type Codec, u32 } from '../../../codec/index.ts'

/** Ticks of the packet scheduler in a second: one is 64 ns (`PSCHED_SHIFT`), whatever the clock, as `/proc/net/psched` tells. */
const TICKS_PER_SECOND = 15_625_000
const MOST = 0xffff_ffff

/** The time, in ticks, that so many bytes (or packets) take at a rate in as many per second; never too short. */
export function ticksOf(bytes: number, rate: number): number {
  return rate === 0 ? 0 : Math.min(Math.ceil((bytes * TICKS_PER_SECOND) / rate), MOST)
}

/** How many bytes (or packets) go out in so many ticks at a rate in as many per second. */
export function bytesIn(ticks: number, rate: number): number {
  return Math.min(Math.floor((ticks * rate) / TICKS_PER_SECOND), MOST)
}

/** A probability: a number from 0 to 1 that the wire has as a part of 2³²−1. */
export const probability: Codec<number> = {
  kind: 'probability',
  size: 4,
  align: 4,
  nested: false,
  read(source, start, end) {
    const part = u32.read(source, start, end)
    return part === undefined ? undefined : part / MOST
  },
  write(writer, value) {
    if (typeof value !== 'number') writer.wrongType('a probability', value)
    if (!(value >= 0 && value <= 1)) writer.outOfRange('a probability from 0 to 1', value)
    u32.write(writer, Math.round(value * MOST))
  },
}
