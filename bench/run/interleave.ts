/**
 * Runs a work's contenders in turn, A B C A B C …: whatever the machine does meanwhile, it does to all of them.
 *
 * @module
 */
import { type Absence, type Result, type Run } from '../report/results.ts'
import { judge } from '../report/statistics.ts'
import { type Command, command, type Library, ours } from '../set-up/programs.ts'
import { say, Unavailable } from '../set-up/shell.ts'
import { machine, versions } from '../set-up/versions.ts'
import { type Contender, type Step, type Work } from '../work.ts'
import { execute, expand, type Setting, writeInput } from './execute.ts'
import { Lab } from './lab.ts'
import { type Profile, profiled } from './profile.ts'

/** How works are run. */
export interface Options {
  readonly rounds: number
  readonly scale: number
  readonly nice: number
  /** Another library than this checkout's, by the name of a contender. */
  readonly libraries?: ReadonlyMap<string, Library>
}

const PATIENCE = 120

async function steps(list: readonly Step[], setting: Setting): Promise<void> {
  for (const [program, ...args] of list) {
    const { argv, env } = command(program)
    await execute({ argv: [...argv, ...args], env }, setting)
  }
}

/** Contenders that can be had, with their commands; the others go into `absences`. */
function ready(work: Work, options: Options, absences: Absence[]): Map<Contender, Command> {
  const commands = new Map<Contender, Command>()
  for (const contender of work.contenders) {
    try {
      const library = options.libraries?.get(contender.name) ?? ours
      const { argv, env } = command(contender.program, library, contender.node)
      commands.set(contender, { argv, env })
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      absences.push({ contender: contender.name, reason: error.message })
    }
  }
  return commands
}

async function once(work: Work, contender: Contender, { argv, env }: Command, setting: Setting, shared?: Lab) {
  using own = work.fresh ? await Lab.open() : undefined
  const inside = { ...setting, netns: (own ?? shared)?.path }
  if (own && work.prepare) await steps(work.prepare, inside)
  const input = contender.input ? writeInput(contender.input()) : ''
  const args = contender.arguments.map((argument) => expand(argument, input))
  return await execute({ argv: [...argv, ...args], env }, inside, contender.values)
}

/** The families of programs that a work's contenders are of: `c`, `go`, `python`, … */
export function families(work: Work): Set<string> {
  return new Set(['c', ...work.contenders.map(({ program }) => program.split('/')[0] ?? '')])
}

/** Runs one work. A contender that fails is left out from then on, and its reason is in the result. */
export async function measure(work: Work, options: Options): Promise<Result> {
  const absences: Absence[] = []
  const runs: Run[] = []
  const commands = ready(work, options, absences)
  const setting: Setting = { patience: work.patience ?? PATIENCE, nice: options.nice }
  using shared = work.place !== 'machine' && !work.fresh ? await Lab.open() : undefined
  const inside = { ...setting, netns: shared?.path }
  if (!work.fresh && work.prepare) await steps(work.prepare, inside)
  for (let round = 0; round < options.rounds; round++) {
    for (const [contender, how] of commands) {
      if (round >= (contender.rounds ?? Infinity)) continue
      try {
        const { values, curves, foreign } = await once(work, contender, how, setting, shared)
        runs.push({
          contender: contender.name,
          round,
          values,
          foreign,
          curves: Object.keys(curves).length > 0 ? curves : undefined,
        })
        say(`  ${round + 1}/${options.rounds} ${contender.name}`)
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error
        commands.delete(contender)
        absences.push({ contender: contender.name, reason: error.message })
        say(`  ${round + 1}/${options.rounds} ${contender.name}: ${error.message}`)
      }
    }
  }
  const result = resultOf(work, options, runs, absences)
  const profiles = await explain(work, result, inside, shared)
  if (!work.fresh && work.undo) await steps(work.undo, inside)
  return { ...result, profiles }
}

/** Profiles of our contenders that missed a target. */
async function explain(work: Work, result: Result, setting: Setting, shared?: Lab): Promise<Profile[]> {
  const missed = new Set(
    result.targets
      .map((target) => judge(result, target))
      .filter(({ reached, met }) => reached !== undefined && !met)
      .map(({ target }) => target.contender),
  )
  const profiles: Profile[] = []
  for (const contender of work.contenders) {
    if (!missed.has(contender.name) || !contender.program.startsWith('ours/')) continue
    try {
      const profile = await profiled(contender.name, (node) => {
        const how = command(contender.program, ours, [...(contender.node ?? []), ...node])
        return once(work, contender, how, setting, shared)
      })
      profiles.push(profile)
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      say(`  no profile of ${contender.name}: ${error.message}`)
    }
  }
  return profiles
}

/** The result of a work of which nothing could be measured. */
export function unmeasured(work: Work, options: Options, reason: string): Result {
  const absences = work.contenders.map(({ name }) => ({ contender: name, reason }))
  return resultOf(work, options, [], absences)
}

function resultOf(work: Work, { scale }: Options, runs: readonly Run[], absences: readonly Absence[]): Result {
  const { name, chapter, title, note, base, metrics, targets = [] } = work
  return {
    name,
    chapter,
    title,
    note,
    base,
    metrics,
    targets,
    runs,
    absences,
    contenders: work.contenders.map((contender) => contender.name),
    when: new Date().toISOString(),
    machine: machine(),
    versions: versions(families(work)),
    scale,
  }
}
