/**
 * A work's results as rows: for the terminal, and for the page.
 *
 * @module
 */
import { type Metric, type Target } from '../work.ts'
import { type Result } from './results.ts'
import { judge, median, ratios, samples, spread, type Verdict } from './statistics.ts'
import { quantity, significant } from './units.ts'

const HEAD = ['', 'min', 'median', 'max', 'ratio', 'target'] as const

/** A target in words: `≤ 1.4`, `≤ 1 of vishvananda`, `≤ 2 ms`. */
export function targetInWords(result: Result, target: Target, unit: Metric['unit']): string {
  if ('limit' in target) return `≤ ${quantity(target.limit, unit)}`
  return `≤ ${target.ratio}${target.over === result.base ? '' : ` of ${target.over}`}`
}

/** What was reached, in words. */
export function reachedInWords({ target, reached }: Verdict, unit: Metric['unit']): string {
  if (reached === undefined) return ''
  return 'limit' in target ? quantity(reached, unit) : significant(reached)
}

/** Whether the targets of a contender's metric were met: what stands in the last column. */
function verdicts(result: Result, { name, unit }: Metric, contender: string): string {
  return result.targets
    .filter((target) => target.metric === name && target.contender === contender)
    .map((target) => {
      const verdict = judge(result, target)
      const words = targetInWords(result, target, unit)
      if (verdict.reached === undefined) return `${words}: not measured`
      return `${words}: ${verdict.met ? 'met' : 'missed'} (${reachedInWords(verdict, unit)})`
    })
    .join('; ')
}

/** The rows of one metric: a head, and one for each contender that was measured. */
export function rows(result: Result, metric: Metric): string[][] {
  const body = result.contenders.flatMap((contender) => {
    const figures = spread(samples(result, contender, metric.name))
    if (!figures) return []
    const ratio = ratios(result, contender, metric.name, result.base)
    return [
      [
        contender,
        ...[figures.min, figures.median, figures.max].map((value) => quantity(value, metric.unit)),
        contender === result.base ? '1' : ratio.length > 0 ? significant(median(ratio)) : '',
        verdicts(result, metric, contender),
      ],
    ]
  })
  return body.length === 0 ? [] : [[metric.title, ...HEAD.slice(1)], ...body]
}

/** A table in Markdown; the column of targets only where there is one. */
export function markdown(table: readonly string[][]): string {
  const wide = table.slice(1).some((row) => row.at(-1) !== '')
  const lines = table.map((row) => `| ${(wide ? row : row.slice(0, -1)).join(' | ')} |`)
  const align = `|---|${'--:|'.repeat(4)}${wide ? '---|' : ''}`
  return [lines[0], align, ...lines.slice(1)].join('\n')
}

/** A table for a terminal. */
export function plain(table: readonly string[][]): string {
  const widths = HEAD.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  return table
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || column === 5 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
