/**
 * Works that need a kernel with netkit, where the running one has none: all of them in one boot of the throwaway machine.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { type Result } from '../report/results.ts'
import { build, root } from '../set-up/cache.ts'
import { command } from '../set-up/programs.ts'
import { say, Unavailable } from '../set-up/shell.ts'
import { type Work } from '../work.ts'
import { type Options } from './interleave.ts'

const PREFIX = '{"results":'

/** Options of a run in the machine. */
export interface VmOptions extends Options {
  /** Of which minor its kernel is. */
  readonly kernel: string
}

/** Sets up here what will be run there: the guest sees this machine's files, and has no network. */
function setUp(works: readonly Work[]): void {
  for (const { program } of works.flatMap(({ contenders }) => contenders)) {
    try {
      command(program)
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error // The guest will say so.
    }
  }
}

/** Runs the works in the throwaway machine and gives their results. */
export async function measureInVm(works: readonly Work[], options: VmOptions): Promise<Result[]> {
  setUp(works)
  const names = works.map(({ name }) => name)
  const inside = [process.execPath, join(build, 'bench', 'inside.js'), String(options.rounds), String(options.scale)]
  say(`${names.join(', ')}: in a throwaway machine with Linux ${options.kernel}`)
  const settings = ['--kernel', options.kernel, '--timeout', '5000', '--memory', '4096']
  const child = spawn('npm', ['run', '-s', 'vm', '--', ...settings, '--', ...inside, ...names], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let answer: Result[] | undefined
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith(PREFIX)) answer = (JSON.parse(line) as { results: Result[] }).results
      else say(line)
    }
  })
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  if (answer) return answer
  throw new Unavailable(`the throwaway machine ended with ${code} and gave no results`)
}

/** What the run inside prints for the one outside. */
export function answer(results: readonly Result[]): string {
  return `${JSON.stringify({ results })}\n`
}
