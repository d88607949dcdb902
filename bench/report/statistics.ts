/**
 * Numbers about runs. Absolute figures of a shared machine drift by half; ratios taken within a round hold.
 *
 * @module
 */
import { type Target } from '../work.ts'
import { type Result, type Run } from './results.ts'

/** Of some samples. */
export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
  readonly count: number
}

/** The middle one; of an even number the upper of the two, so that it is a value that was measured. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** Minimum, median, maximum. */
export function spread(samples: readonly number[]): Spread | undefined {
  if (samples.length === 0) return undefined
  return {
    min: Math.min(...samples),
    median: median(samples),
    max: Math.max(...samples),
    count: samples.length,
  }
}

function of(result: Result, contender: string): Run[] {
  return result.runs.filter((run) => run.contender === contender)
}

/** The samples of a metric of a contender. */
export function samples(result: Result, contender: string, metric: string): number[] {
  return of(result, contender)
    .map((run) => run.values[metric])
    .filter((value) => value !== undefined)
}

/** A contender's metric over the base's in the same round, for each round that has both. */
export function ratios(result: Result, contender: string, metric: string, base: string | undefined): number[] {
  if (base === undefined) return []
  const bases = new Map(of(result, base).map((run) => [run.round, run.values[metric]]))
  return of(result, contender).flatMap((run) => {
    const value = run.values[metric]
    const one = bases.get(run.round)
    return value === undefined || !one ? [] : [value / one]
  })
}

/** What the rest of the machine did during a work, in cores. */
export function foreignLoad(result: Result): Spread | undefined {
  return spread(result.runs.map((run) => run.foreign).filter((value) => value !== undefined))
}

/** How a target fares. */
export interface Verdict {
  readonly target: Target
  /** The median of the ratios, or of the measurements where the target is a limit; none where it was not measured. */
  readonly reached: number | undefined
  readonly met: boolean
}

/** Holds a target against what was measured. */
export function judge(result: Result, target: Target): Verdict {
  const { contender, metric } = target
  const figures =
    'limit' in target ? samples(result, contender, metric) : ratios(result, contender, metric, target.over)
  if (figures.length === 0) return { target, reached: undefined, met: false }
  const reached = median(figures)
  return { target, reached, met: reached <= ('limit' in target ? target.limit : target.ratio) }
}
