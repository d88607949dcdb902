/**
 * The results of a run as data: all that the tables and plots are made of, and nothing that they could be made of but this.
 *
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type Curve } from '../run/execute.ts'
import { type Profile } from '../run/profile.ts'
import { type Machine } from '../set-up/versions.ts'
import { type Chapter, type Metric, type Target } from '../work.ts'

/** One run of one contender. */
export interface Run {
  readonly contender: string
  readonly round: number
  readonly values: Readonly<Record<string, number>>
  readonly curves?: Readonly<Record<string, Curve>> | undefined
  /** Cores that others used meanwhile. */
  readonly foreign?: number | undefined
}

/** A contender that was not measured. */
export interface Absence {
  readonly contender: string
  readonly reason: string
}

/** What one work gave. */
export interface Result {
  readonly name: string
  readonly chapter: Chapter
  readonly title: string
  readonly note?: string | undefined
  readonly base?: string | undefined
  readonly metrics: readonly Metric[]
  readonly contenders: readonly string[]
  readonly targets: readonly Target[]
  readonly runs: readonly Run[]
  readonly absences: readonly Absence[]
  /** Where our time goes where a target was missed. */
  readonly profiles?: readonly Profile[] | undefined
  readonly when: string
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  /** What part of the full number of things it worked on. */
  readonly scale: number
}

/** A file of results: one for each work, the newest. */
export interface Results {
  readonly format: 1
  readonly works: readonly Result[]
}

/** Reads a file of results; an absent one is empty. */
export function load(path: string): Results {
  if (!existsSync(path)) return { format: 1, works: [] }
  const results = JSON.parse(readFileSync(path, 'utf8')) as Results
  if (results.format !== 1) throw new Error(`${path} is not a file of results that this version reads`)
  return results
}

/** Puts results in the place of older ones of the same works. */
export function merge(old: Results, fresh: readonly Result[]): Results {
  const works = new Map(old.works.map((work) => [work.name, work]))
  for (const work of fresh) works.set(work.name, work)
  return { format: 1, works: [...works.values()] }
}

/** Writes a file of results. */
export function save(path: string, results: Results): void {
  writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`)
}
