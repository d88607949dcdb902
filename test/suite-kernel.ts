/** The kernel suite: on this machine's kernel, and in the machine on every kernel of the matrix. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install, missingPackages } from './host/packages.ts'
import { wrongSkips } from './matrix.ts'
import { judged, root, runVitest } from './suite-checks.ts'
import { tail } from './suite-process.ts'
import { parseReport, vitestArguments } from './suite-vitest.ts'
import { oneTest, type Result, skippedStep } from './suite.ts'
import { type Kernel } from './vm/kernels.ts'
import { BROKEN, runInVm, TIMED_OUT } from './vm/run.ts'
import { type Tools } from './vm/tools.ts'

/** Seconds for the suite on this machine, and for each machine. */
const nativeLimit = 15 * 60
const machineLimit = 30 * 60

/**
 * True when the kernel still answers about its links. One lock guards them all; after a bug in the kernel it may never be
 * free again, and every test would hang where nothing can kill it.
 */
export function rtnetlinkAnswers(): Promise<boolean> {
  const child = spawn('cat', ['/sys/class/net/lo/carrier'], { stdio: 'ignore', detached: true })
  child.unref()
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      resolve(false)
    }, 5000)
    const answer = (): void => {
      clearTimeout(timer)
      resolve(true)
    }
    child.once('exit', answer)
    child.once('error', answer) // no `cat`: nothing is known, so nothing is held against the kernel
  })
}

/** Runs the kernel suite on this machine, where that can be. */
export async function runNative(filters: readonly string[], onOutput: (text: string) => void): Promise<Result> {
  const name = 'kernel suite, native'
  if (process.getuid?.() !== 0) return skippedStep(name, 'not root: as root it runs on this kernel, too')
  if (!(await rtnetlinkAnswers())) {
    return skippedStep(
      name,
      "this kernel's rtnetlink is dead: its lock is held for ever (a kernel bug; only a reboot helps)",
    )
  }
  const missing = await install(missingPackages())
  if (missing !== undefined) return skippedStep(name, missing)
  return runVitest(name, 'kernel', filters, { timeout: nativeLimit, onOutput })
}

/** Runs the kernel suite in the machine on one kernel: as the JavaScript of a bundle, since a compiler is slow there. */
export async function runOnKernel(
  kernel: Kernel,
  tools: Tools,
  suite: string,
  filters: readonly string[],
  onOutput: (text: string) => void,
): Promise<Result> {
  const name = `kernel suite, ${kernel.name}`
  const folder = mkdtempSync(join(tmpdir(), 'netkit-test-'))
  try {
    const report = '.vitest-report.json'
    const tests = filters.map((filter) => filter.replace(/\.ts$/, ''))
    let words = ''
    const run = await runInVm(kernel, tools, {
      command: [process.execPath, ...vitestArguments({ bundle: suite }, join(root, report), tests)],
      cwd: root,
      timeout: machineLimit,
      env: { NO_COLOR: '1' },
      output: [report],
      outputTo: folder,
      onOutput: (chunk) => {
        const text = new TextDecoder().decode(chunk)
        words += text
        onOutput(text)
      },
    })
    const { seconds } = run
    const booted = run.boot === undefined ? '' : `, PID 1 after ${run.boot.toFixed(1)} s`
    const note = `${kernel.release}, ${run.accelerator}${booted}${run.complaint === undefined ? '' : '; the kernel complained'}`
    if (run.code === BROKEN || run.code === TIMED_OUT || run.trouble !== undefined) {
      const what = `${run.trouble ?? `exit ${run.code}`}\nthe last words of the suite:\n${tail(words)}`
      return { ...oneTest(name, what, seconds), note }
    }
    const written = readReport(join(folder, report))
    const result = judged(name, written, words, run.code === 0, { note, seconds }, suite)
    const told = written === undefined ? undefined : parseReport(written, suite)
    const wrong = told === undefined ? [] : wrongSkips(told.skipped, kernel.name)
    const slow = told?.seconds
      .slice(0, 3)
      .map(([path, s]) => `${path.replace(/^test\/kernel\//, '')} ${s.toFixed(0)} s`)
    const complaint = run.complaint === undefined ? [] : [`the kernel complained during the run:\n${run.complaint}`]
    return {
      ...result,
      failed: result.failed + wrong.length,
      failures: [...result.failures, ...wrong, ...complaint],
      note: `${note}; longest: ${slow?.join(', ') ?? 'nothing ran'}`,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readReport(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
