/**
 * The types of map, one row each: what is particular to their keys and values.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { type MAP_TYPES, type MapType } from '../names.ts'

/** What is particular to a map type; a row says only what differs from a plain hash. */
export interface MapKind {
  /** Each CPU has its own value. */
  readonly perCpu?: true
  /** It has no keys: values are pushed and popped. */
  readonly keyless?: true
  /** Values are set as descriptors of such objects, and read as their ids. */
  readonly holds?: 'program' | 'map'
  /** Keys are 32-bit numbers: an index, or a descriptor. */
  readonly index?: true
  /** The size of a key, unless the caller says another. */
  readonly keySize?: number
  /** The size of a value, unless the caller says another. */
  readonly valueSize?: number
  /** One entry a CPU, unless the caller says how many. */
  readonly entryPerCpu?: true
  /** The kernel takes no types for it. */
  readonly typeless?: true
  /** Values are not read from outside, or in a way of their own. */
  readonly opaque?: true
  /** Keys are descriptors of what each value belongs to, and the kernel wants types for both. */
  readonly storage?: true
  /** `BPF_F_*` flags that the kernel insists on. */
  readonly flags?: number
}

const BPF_F_NO_PREALLOC = 1 << 0
const BPF_F_MMAPABLE = 1 << 10

const index = { index: true, keySize: 4 } as const
const descriptors = { ...index, valueSize: 4, typeless: true } as const
const perCpu = { perCpu: true } as const
const keyless = { keyless: true, keySize: 0 } as const
const storage = { index: true, keySize: 4, storage: true, flags: BPF_F_NO_PREALLOC } as const
const opaque = { keySize: 0, valueSize: 0, opaque: true, typeless: true } as const

const KINDS = {
  unspec: {},
  hash: {},
  array: index,
  prog_array: { ...descriptors, holds: 'program' },
  perf_event_array: { ...descriptors, entryPerCpu: true },
  percpu_hash: perCpu,
  percpu_array: { ...index, ...perCpu },
  stack_trace: { ...index, typeless: true },
  cgroup_array: descriptors,
  lru_hash: {},
  lru_percpu_hash: perCpu,
  lpm_trie: { flags: BPF_F_NO_PREALLOC },
  array_of_maps: { ...descriptors, holds: 'map' },
  hash_of_maps: { valueSize: 4, holds: 'map', typeless: true },
  devmap: descriptors,
  sockmap: descriptors,
  cpumap: descriptors,
  xskmap: descriptors,
  sockhash: { valueSize: 4, typeless: true },
  cgroup_storage: {},
  reuseport_sockarray: { ...index, valueSize: 8 },
  percpu_cgroup_storage: perCpu,
  queue: keyless,
  stack: keyless,
  sk_storage: storage,
  devmap_hash: descriptors,
  struct_ops: index,
  ringbuf: opaque,
  inode_storage: storage,
  task_storage: storage,
  bloom_filter: keyless,
  user_ringbuf: opaque,
  cgrp_storage: storage,
  arena: { ...opaque, flags: BPF_F_MMAPABLE },
  insn_array: { ...index, valueSize: 16 },
  rhash: { flags: BPF_F_NO_PREALLOC },
} as const satisfies Record<keyof typeof MAP_TYPES, MapKind>

/** The row of a map type; a type without a name here is treated as a plain hash. */
export const kindOfMap = (type: MapType): MapKind => (typeof type === 'number' ? {} : KINDS[type])

type With<P> = { [T in keyof typeof KINDS]: (typeof KINDS)[T] extends P ? T : never }[keyof typeof KINDS]

/** The map types that have a value for each CPU. */
export type PerCpuMapType = With<{ readonly perCpu: true }>
/** The map types whose keys are 32-bit numbers. */
export type IndexMapType = With<{ readonly index: true }>
/** The map types whose values belong to sockets, inodes, tasks or cgroups, which are named by a descriptor. */
export type StorageMapType = With<{ readonly storage: true }>
/** The map types whose values are programs or maps. */
export type HolderMapType = With<{ readonly holds: string }>

let cpus: number | undefined

/** How many CPUs the kernel can have (`possible`), which is how many values a per-CPU map keeps for a key. */
export function possibleCpus(): number {
  // Ranges and single numbers, `0-3,5`: the kernel counts up to the highest, holes and all.
  cpus ??= Number(/(\d+)\s*$/.exec(readFileSync('/sys/devices/system/cpu/possible', 'utf8'))?.[1] ?? 0) + 1
  return cpus
}
