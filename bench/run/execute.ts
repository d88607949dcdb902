/**
 * Runs one program once and reads what it measured.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bench, cache } from '../set-up/cache.ts'
import { type Command, command } from '../set-up/programs.ts'
import { Unavailable, which } from '../set-up/shell.ts'
import { type Usage } from '../work.ts'
import { busy, foreign } from './load.ts'

/** A curve that a program measured: x and y of each point. */
export type Curve = readonly (readonly [x: number, y: number])[]

/** What one run gave. */
export interface Outcome {
  readonly values: Record<string, number>
  readonly curves: Record<string, Curve>
  /** Cores that others used meanwhile. */
  readonly foreign?: number | undefined
}

/** How a run is made. */
export interface Setting {
  /** The network namespace's path. */
  readonly netns?: string | undefined
  /** Seconds. */
  readonly patience: number
  /** How much more than others it is to be let run: 0 to -20. */
  readonly nice: number
}

const UNSUPPORTED = 3

/** Puts the paths of objects and of the input in the place of what stands for them. */
export function expand(argument: string, input: string): string {
  if (argument === '@input') return input
  return argument.startsWith('@') ? join(bench, 'bpf', `${argument.slice(1)}.bpf.o`) : argument
}

/** What a failed program said: the line that names an error, or the last one. */
function gist(complaint: string): string {
  const all = complaint.trim().split('\n')
  return (all.find((line) => /^\w*Error\b|^Uncaught|^panic:/.test(line)) ?? all.at(-1) ?? '').trim()
}

/** The helper that tells what a process cost; without a C compiler there is none. */
function helper(): string | undefined {
  try {
    return command('c/spawn').argv[0]
  } catch (error) {
    if (error instanceof Unavailable) return undefined
    throw error
  }
}

function wrapped(argv: readonly string[], setting: Setting, usage: string): readonly string[] {
  const spawner = helper()
  if (spawner !== undefined) return [spawner, usage, String(setting.nice), setting.netns ?? '-', ...argv]
  return setting.netns === undefined ? argv : [which('nsenter') ?? 'nsenter', `--net=${setting.netns}`, ...argv]
}

function lines(output: string, values: Record<string, number>, curves: Record<string, Curve>): void {
  for (const line of output.split('\n')) {
    if (!line.startsWith('{"metric"')) continue
    const said = JSON.parse(line) as { metric: string; value?: number; points?: Curve }
    if (said.value !== undefined) values[said.metric] = said.value
    if (said.points !== undefined) curves[said.metric] = said.points
  }
}

/**
 * Runs a program once.
 *
 * @throws Unavailable when it ends otherwise than well, with the end of what it said.
 */
export async function execute(
  { argv, env }: Command,
  setting: Setting,
  values?: (usage: Usage) => Readonly<Record<string, number>>,
): Promise<Outcome> {
  const usagePath = join(cache.scratch(), `usage-${process.pid}`)
  rmSync(usagePath, { force: true })
  const [file = '', ...rest] = wrapped(argv, setting, usagePath)
  const before = busy()
  const own = process.cpuUsage()
  const start = process.hrtime.bigint()
  // A program that prints no measurements prints its own output, megabytes of it: nobody reads that.
  const child = spawn(file, rest, {
    env: { ...process.env, ...env },
    stdio: ['ignore', values ? 'ignore' : 'pipe', 'pipe'],
  })
  let output = ''
  let complaint = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)))
  const timer = setTimeout(() => child.kill('SIGKILL'), setting.patience * 1000)
  const ended = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  clearTimeout(timer)
  const wall = Number(process.hrtime.bigint() - start)
  if (ended.code === UNSUPPORTED) throw new Unavailable(complaint.trim() || 'it has no such operation')
  if (ended.signal !== null) throw new Unavailable(`not done after ${setting.patience} s`)
  if (ended.code !== 0) throw new Unavailable(`exit code ${ended.code}: ${gist(complaint)}`)
  const usage = existsSync(usagePath) ? (JSON.parse(readFileSync(usagePath, 'utf8')) as Usage) : undefined
  const outcome: Outcome = { values: usage ? { ...usage } : { wall }, curves: {} }
  lines(output, outcome.values, outcome.curves)
  if (values && usage) Object.assign(outcome.values, values(usage))
  const used = process.cpuUsage(own)
  return { ...outcome, foreign: usage && foreign(before, wall, usage.cpu + (used.user + used.system) * 1000) }
}

/** Writes a contender's input where `@input` will point. */
export function writeInput(text: string): string {
  const path = join(cache.scratch(), `input-${process.pid}`)
  writeFileSync(path, text)
  return path
}
