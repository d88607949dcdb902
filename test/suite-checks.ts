/** The steps that need no kernel: types, lint, format, unit tests, the package. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install } from './host/packages.ts'
import { type Ended, execute, tail } from './suite-process.ts'
import { failureWords, parseReport, resultOf, vitestArguments } from './suite-vitest.ts'
import { oneTest, type Result, skippedStep } from './suite.ts'

/** The project's folder. */
export const root = join(import.meta.dirname, '..')

const bin = (name: string): string => join(root, 'node_modules/.bin', name)

/** A command that is one test: it passes when the command does. */
export interface Check {
  readonly name: string
  readonly command: readonly [string, ...string[]]
}

/** One test each. */
export const checks: readonly Check[] = [
  { name: 'types', command: [bin('tsc'), '-p', 'tsconfig.json'] },
  { name: 'lint', command: [bin('oxlint')] },
  { name: 'import laws', command: [bin('tsx'), 'test/imports.ts'] },
  { name: 'format', command: [bin('prettier'), '--check', '--log-level', 'warn', '.'] },
  { name: 'docs', command: [bin('typedoc'), '--emit', 'none', '--logLevel', 'Warn'] },
]

/** Runs a command that is one test. */
export async function runCheck({ name, command: [file, ...args] }: Check): Promise<Result> {
  const { code, timedOut, output, seconds } = await execute(file, args, { timeout: 300, env: { NO_COLOR: '1' } })
  const failure = timedOut ? `time limit of 300 s\n${tail(output)}` : output
  return oneTest(name, code === 0 ? undefined : failure, seconds)
}

/** Runs a project of vitest's on this machine. */
export async function runVitest(
  name: string,
  project: string,
  filters: readonly string[],
  { timeout, env = {}, onOutput }: { timeout: number; env?: Record<string, string>; onOutput?: (text: string) => void },
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'netkit-test-'))
  try {
    const report = join(folder, 'report.json')
    const args = vitestArguments({ project }, report, filters)
    const plain = { NO_COLOR: '1', ...env }
    const { code, timedOut, output, seconds } = await execute(process.execPath, args, { timeout, env: plain, onOutput })
    if (timedOut) return oneTest(name, `time limit of ${timeout} s; its last words:\n${tail(output)}`, seconds)
    return judged(name, read(report), output, code === 0, { seconds })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined // vitest did not come to its report
  }
}

/** A run of vitest's as a result: what its report says, and what only its exit code and its words tell. */
export function judged(
  name: string,
  report: string | undefined,
  words: string,
  exitedWell: boolean,
  more: Pick<Result, 'note' | 'seconds'>,
  folder = root,
): Result {
  if (report === undefined) {
    if (exitedWell)
      return {
        name,
        passed: 0,
        failed: 0,
        skipped: [{ reason: 'no test file matches', count: 1 }],
        failures: [],
        ...more,
      }
    return { ...oneTest(name, `vitest left no report; its last words:\n${tail(words)}`, more.seconds ?? 0), ...more }
  }
  const result = resultOf(name, parseReport(report, folder), words, more)
  // an error between the tests fails the run without failing a test
  return exitedWell || result.failed > 0 ? result : { ...result, failed: 1, failures: [failureWords(words)] }
}

/** Compiles the programs for BPF again: the committed objects must be what their sources make. */
export async function runObjects(): Promise<Result> {
  const name = 'BPF objects'
  const compile = (): Promise<Ended> => execute(bin('tsx'), ['bpf/build.ts', '--check'], { timeout: 600 })
  let ended = await compile()
  const missing = /apt-get install (.*)/.exec(ended.output)?.[1]
  if (ended.code !== 0 && missing !== undefined) {
    const reason = await install(missing.trim().split(/\s+/))
    if (reason !== undefined) return skippedStep(name, reason)
    ended = await compile()
  }
  return oneTest(name, ended.code === 0 ? undefined : ended.output, ended.seconds)
}

/** Packs the library and uses it as a stranger would; a test for each thing that must work. */
export async function runPackage(): Promise<Result> {
  const name = 'package'
  const { code, timedOut, output, seconds } = await execute(bin('tsx'), ['test/package/check.ts'], { timeout: 600 })
  if (timedOut) return oneTest(name, `time limit of 600 s; its last words:\n${tail(output)}`, seconds)
  const passed = output.match(/^ok {3}/gm)?.length ?? 0
  const failed = output.match(/^FAIL /gm)?.length ?? 0
  const broken = code !== 0 && failed === 0 ? 1 : 0
  const failures = code === 0 ? [] : [output.replaceAll(/^ok {3}.*\n/gm, '')]
  return { name, passed, failed: failed + broken, skipped: [], failures, seconds }
}
