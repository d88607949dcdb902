/** What a step of the test run leaves, and how it is told. */

/** Tests that did not run, for one reason. */
export interface Skipped {
  readonly reason: string
  readonly count: number
}

/** How a step went. */
export interface Result {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly skipped: readonly Skipped[]
  /** What a person needs to see of the failures, whole. */
  readonly failures: readonly string[]
  /** More about the step, such as how long a machine took to boot. */
  readonly note?: string | undefined
  readonly seconds?: number | undefined
}

/** The sum of many steps. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const skippedIn = (result: Result): number => result.skipped.reduce((sum, { count }) => sum + count, 0)

/** Adds up steps. */
export function tally(results: readonly Result[]): Tally {
  const sum = (of: (result: Result) => number): number => results.reduce((total, result) => total + of(result), 0)
  return { passed: sum((r) => r.passed), failed: sum((r) => r.failed), skipped: sum(skippedIn) }
}

/** The last line of a test run. */
export function lastLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

/** A step that could not run at all counts as one skipped test. */
export function skippedStep(name: string, reason: string): Result {
  return { name, passed: 0, failed: 0, skipped: [{ reason, count: 1 }], failures: [] }
}

/** A step that is one test. */
export function oneTest(name: string, failure: string | undefined, seconds: number): Result {
  const failed = failure === undefined ? 0 : 1
  return { name, passed: 1 - failed, failed, skipped: [], failures: failed ? [failure ?? ''] : [], seconds }
}

/** A step in a line, its failures and what it skipped below. */
export function render(result: Result): string {
  const { passed, failed, seconds, note } = result
  const skipped = skippedIn(result)
  const mark = failed > 0 ? 'FAIL' : passed > 0 ? 'ok' : 'skip'
  const counts = [`${passed} passed`, failed > 0 ? `${failed} failed` : '', skipped > 0 ? `${skipped} skipped` : '']
  const said = counts.filter((part) => part !== '').join(', ')
  const took = seconds === undefined ? '' : `${seconds.toFixed(1)} s`
  const head = [mark.padEnd(4), result.name.padEnd(24), said.padEnd(36), took.padStart(8), note ?? '']
    .join(' ')
    .trimEnd()
  const reasons = result.skipped.map(({ reason, count }) => `     skipped ${count}: ${reason}`)
  return [head, ...result.failures.map(indented), ...reasons].join('\n')
}

const indented = (text: string): string => text.trimEnd().replaceAll(/^/gm, '     ')

/** Puts reasons together, the most frequent first. */
export function byReason(reasons: Iterable<string>): Skipped[] {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count)
}
