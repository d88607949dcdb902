/**
 * What a benchmark is: a work, those who do it, what is measured, and who is 1.
 *
 * @module
 */

/** A program that can be set up: of which family, and its name there. */
export type Program =
  `c/${string}` | `go/${string}` | `python/${string}` | `node/${string}` | `ours/${string}` | 'ip' | 'bpftool'

/** The chapters of the report, in its order. */
export const chapters = {
  netlink: 'rtnetlink',
  bpf: 'Maps, variables and event streams',
  loading: 'BTF and objects',
  start: 'Process start and import',
  netkit: 'netkit pairs',
  traffic: 'Packets',
  loop: 'The event loop and memory',
} as const

export type Chapter = keyof typeof chapters

/** What a whole process cost, as its parent saw it. */
export interface Usage {
  /** Nanoseconds from fork to exit. */
  readonly wall: number
  /** Nanoseconds of both kinds of CPU time. */
  readonly cpu: number
  /** Bytes, at the peak. */
  readonly rss: number
}

/** One who does the work. */
export interface Contender {
  /** As the tables call it. */
  readonly name: string
  readonly program: Program
  /** `@NAME` stands for the path of the object `bench/bpf/NAME.bpf.o`, `@input` for that of the file with the text of `input`. */
  readonly arguments: readonly string[]
  readonly input?: () => string
  /** Options for Node. */
  readonly node?: readonly string[]
  /** At most so many rounds, for one that is slow by nature. */
  readonly rounds?: number
  /** Measurements made of what the whole process cost, for a program that prints none. */
  readonly values?: (usage: Usage) => Readonly<Record<string, number>>
}

/** Something measured; less is better, always. */
export interface Metric {
  readonly name: string
  readonly title: string
  readonly unit: 'time' | 'bytes' | 'count'
}

/** What we mean to reach: a metric of one contender over that of another, at most `ratio`; or by itself, at most `limit`. */
export type Target =
  | { readonly contender: string; readonly metric: string; readonly over: string; readonly ratio: number }
  | { readonly contender: string; readonly metric: string; readonly limit: number }

/**
 * Where it runs: on this machine as it is, in a network namespace, or in one on a kernel with netkit: a throwaway machine's where this one has none.
 */
export type Place = 'machine' | 'namespace' | 'netkit'

/** A step of the preparation: a program and its arguments. */
export type Step = readonly [program: Program, ...args: string[]]

/** One benchmark. */
export interface Work {
  readonly name: `${Chapter}/${string}`
  readonly chapter: Chapter
  /** What is done, in a line. */
  readonly title: string
  readonly place: Place
  /** Makes what the work needs, in its namespace. */
  readonly prepare?: readonly Step[]
  /** Takes apart what would be slow to lose with the namespace. */
  readonly undo?: readonly Step[]
  /** Whether each run gets a namespace of its own, because it changes it. */
  readonly fresh?: boolean
  /** The contender that is 1; none where there is nothing to compare. */
  readonly base?: string
  readonly metrics: readonly Metric[]
  readonly contenders: readonly Contender[]
  readonly targets?: readonly Target[]
  /** What a reader of the table has to know. */
  readonly note?: string
  /** Whether the developers' guard reruns it. */
  readonly guard?: boolean
  /** The most that one run may take, in seconds. */
  readonly patience?: number
}

/** Scales the number of things that a work is made of; never below ten. */
export type Size = (count: number) => number

/** Makes a {@link Size}. */
export function scaled(scale: number): Size {
  return (count) => Math.max(Math.min(10, count), Math.round(count * scale))
}

const memory: Metric = { name: 'peak', title: 'peak memory', unit: 'bytes' }

/** Metrics that many works share. */
export const metrics = {
  memory,
  time: (name: string, title: string): Metric => ({ name, title, unit: 'time' }),
  process: [
    { name: 'wall', title: 'whole process', unit: 'time' },
    { name: 'cpu', title: 'its CPU time', unit: 'time' },
    { name: 'rss', title: 'its peak memory', unit: 'bytes' },
  ],
} as const satisfies Record<string, Metric | readonly Metric[] | ((name: string, title: string) => Metric)>
