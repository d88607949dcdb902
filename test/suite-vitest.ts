/** Vitest: how it is called, and what its report says. */
import { relative } from 'node:path'
import { type Lack } from './kernel/needs.ts'
import { byReason, type Result, type Skipped } from './suite.ts'

/** A test of a report that did not run. */
export interface SkippedTest {
  readonly name: string
  /** What the machine lacks, as `needs` found; empty where the test itself says skip. */
  readonly lacks: readonly Lack[]
}

/** What a report says. */
export interface Report {
  readonly passed: number
  readonly failed: number
  readonly skipped: readonly SkippedTest[]
  /** The names of the tests and files that failed. */
  readonly failures: readonly string[]
  /** Seconds that each file's tests took, the longest first. */
  readonly seconds: readonly (readonly [path: string, seconds: number])[]
}

interface JsonTest {
  readonly fullName: string
  readonly status: string
  readonly meta?: { readonly lacks?: readonly Lack[] }
}

interface JsonFile {
  readonly name: string
  readonly status: string
  readonly message: string
  readonly startTime: number
  readonly endTime: number
  readonly assertionResults: readonly JsonTest[]
}

/** The arguments of Node that run a project of vitest's, or what a bundle's own configuration names; its report goes to a file. */
export function vitestArguments(
  which: { project: string } | { bundle: string },
  report: string,
  filters: readonly string[],
): string[] {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--passWithNoTests']
  if ('bundle' in which) args.push('--root', which.bundle)
  else args.push('--project', which.project)
  // one process for the whole kernel suite: under emulation a process costs seconds, and each test has its own namespace
  if ('bundle' in which || which.project === 'kernel') args.push('--no-isolate', '--no-file-parallelism')
  return [...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters]
}

/** Reads the report that vitest's json reporter wrote. */
export function parseReport(json: string, root: string): Report {
  const { testResults } = JSON.parse(json) as { testResults: readonly JsonFile[] }
  let passed = 0
  const failures: string[] = []
  const skipped: SkippedTest[] = []
  for (const file of testResults) {
    const path = relative(root, file.name)
    let failedHere = 0
    for (const test of file.assertionResults) {
      const name = `${path} > ${test.fullName}`
      if (test.status === 'passed') passed++
      else if (test.status === 'failed') failedHere = failures.push(name)
      else skipped.push({ name, lacks: test.meta?.lacks ?? [] })
    }
    // a file that failed outside of its tests: it does not load, a hook threw, or it leaked
    if (file.status === 'failed' && failedHere === 0) failures.push(`${path}: ${file.message}`.trimEnd())
    else if (file.status === 'failed' && file.message !== '') failures.push(`${path}: ${file.message}`)
  }
  const took = testResults.map(
    ({ name, startTime, endTime }) => [relative(root, name), (endTime - startTime) / 1000] as const,
  )
  const seconds = took.toSorted(([, a], [, b]) => b - a)
  return { passed, failed: failures.length, skipped, failures, seconds }
}

const noReason = 'the test gives no reason'

/** Why a test was skipped, in a line. */
export function reasonOf({ lacks }: SkippedTest): string {
  return lacks.length === 0 ? noReason : lacks.map(({ capability, reason }) => `${capability}: ${reason}`).join('; ')
}

/** The reasons of a report's skipped tests. */
export function skippedOf(report: Report): Skipped[] {
  return byReason(report.skipped.map(reasonOf))
}

/**
 * The part of vitest's words that tells of failures. Its colours are left out by NO_COLOR; what it prints of tests that
 * passed comes first.
 */
export function failureWords(output: string): string {
  const start = output.search(/^.*⎯+ (Failed|Unhandled|Startup)/m)
  return (start < 0 ? output.split('\n').slice(-120).join('\n') : output.slice(start)).trimEnd()
}

/** A report as the result of a step; `words` is what vitest printed. */
export function resultOf(name: string, report: Report, words: string, more: Pick<Result, 'note' | 'seconds'>): Result {
  const { passed, failed } = report
  return {
    name,
    passed,
    failed,
    skipped: skippedOf(report),
    failures: failed > 0 ? [failureWords(words)] : [],
    ...more,
  }
}
