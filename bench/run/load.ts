/**
 * How busy the rest of the machine was: a benchmark on a shared machine is only as good as this number is small.
 *
 * @module
 */
import { readFileSync } from 'node:fs'

const TICK = 1e9 / 100

/** CPU time of the whole machine so far, in nanoseconds, without idling and waiting for disks. */
export function busy(): number {
  const first = readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = first.split(/\s+/).slice(1).map(Number)
  return (user + nice + system + irq + softirq + steal) * TICK
}

/** Cores that others used meanwhile; `undefined` for a time too short to tell (a tick is 10 ms). */
export function foreign(busyBefore: number, wall: number, own: number): number | undefined {
  if (wall < 2e8) return undefined
  return Math.max(0, (busy() - busyBefore - own) / wall)
}
