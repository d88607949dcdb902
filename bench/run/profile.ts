/**
 * Where our time goes in a work whose target was missed: what the docs owe a reader then.
 *
 * @module
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cache } from '../set-up/cache.ts'

/** A part of a profile. */
export interface Share {
  readonly what: string
  /** Of the whole, 0 to 1. */
  readonly share: number
}

/** Where one run's time went. */
export interface Profile {
  readonly contender: string
  readonly shares: readonly Share[]
}

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const MOST = 9

/** What a work that is timed inside its process does not see. */
export const NODE = 'Node: start and modules'

type Frame = CpuProfile['nodes'][number]['callFrame']

/** What a frame is to a reader: the kernel, the collector, Node, or a function of ours. */
function name({ functionName, url }: Frame): string {
  if (functionName === 'rawSyscall') return 'system calls'
  if (functionName === '(garbage collector)') return 'garbage collection'
  if (functionName === '(idle)') return 'waiting'
  if (/\/modules\/|^node:internal|^node:(fs|path|url)/.test(url)) return NODE
  const ours = /.*\/((?:src|bench)\/.+)\.js$/.exec(url)?.[1]
  if (ours === undefined) return functionName.startsWith('(') && url === '' ? NODE : 'generated code'
  return `${functionName === '' ? 'a function' : functionName} in ${ours}.ts`
}

/** Adds up a profile by what its frames are. */
function sum({ nodes, samples, timeDeltas }: CpuProfile): Share[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, name(callFrame)]))
  const shares = new Map<string, number>()
  for (const [i, id] of samples.entries()) {
    const what = names.get(id) ?? ''
    shares.set(what, (shares.get(what) ?? 0) + (timeDeltas[i] ?? 0))
  }
  const whole = timeDeltas.reduce((all, one) => all + one, 0)
  return [...shares]
    .map(([what, time]) => ({ what, share: time / whole }))
    .toSorted((a, b) => b.share - a.share)
    .slice(0, MOST)
}

/** Gives the Node options that record a profile to the work, and reads it. */
export async function profiled(
  contender: string,
  work: (node: readonly string[]) => Promise<unknown>,
): Promise<Profile> {
  const folder = mkdtempSync(join(cache.scratch(), 'profile-'))
  try {
    await work(['--cpu-prof', `--cpu-prof-dir=${folder}`])
    const file = readdirSync(folder)[0]
    if (file === undefined) return { contender, shares: [] }
    return { contender, shares: sum(JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
