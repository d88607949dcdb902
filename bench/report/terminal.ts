/**
 * A work's results for a terminal.
 *
 * @module
 */
import { type Result } from './results.ts'
import { foreignLoad } from './statistics.ts'
import { plain, rows } from './table.ts'
import { significant } from './units.ts'

/** What the rest of the machine did, in words. */
export function loadInWords(result: Result): string {
  const load = foreignLoad(result)
  if (!load) return 'Other load: the runs were too short to tell.'
  return `Other load: ${significant(load.median)} of ${result.machine.cores} cores, at most ${significant(load.max)}.`
}

/** A work's results. */
export function summary(result: Result): string {
  const tables = result.metrics.map((metric) => rows(result, metric)).filter((table) => table.length > 0)
  return [
    '',
    `${result.name}: ${result.title}`,
    ...tables.map(plain),
    ...result.absences.map(({ contender, reason }) => `not measured: ${contender}: ${reason}`),
    loadInWords(result),
    '',
  ].join('\n')
}
