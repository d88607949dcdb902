/**
 * Every type of map that the kernel has, one row each: how it is made without an object file, what goes into it, and what the kernel answers to
 * each operation.
 */
import { BpfMap, KernelTypes, type MapOptions, type MapType, possibleCpus } from '../../../src/bpf/index.ts'
import type { Capability } from '../needs.ts'
import { type Place, type Places } from './maps-places.ts'

/** The operations of a map. Each has an answer for every type: `ok`, the name of an error, or `none` where there is no such batch. */
export const OPERATIONS = [
  'set',
  'get',
  'keys',
  'batches',
  'take',
  'delete',
  'setMany',
  'deleteMany',
  'drain',
  'mmap',
  'freeze',
] as const

/** An operation of a map. */
export type Operation = (typeof OPERATIONS)[number]

/** The answers that are not `ok`; of two, the kernel may give either: the later one is a newer kernel's. */
type Answers = Partial<Record<Operation, string | readonly [string, string]>>

const NO_MEMORY = { mmap: 'ENOTSUPP' } as const
const NO_BATCH = { batches: 'none', drain: 'none' } as const
const NO_TAKE = { take: 'ENOTSUPP' } as const
const NO_DELETE = { delete: 'EINVAL', deleteMany: 'EINVAL' } as const
const NOTHING = {
  ...NO_TAKE,
  ...NO_BATCH,
  set: 'ENOTSUPP',
  get: 'ENOTSUPP',
  keys: 'ENOTSUPP',
  delete: 'ENOTSUPP',
  setMany: 'ENOTSUPP',
  deleteMany: 'ENOTSUPP',
} as const
/** Arrays of descriptors. */
const ARRAY_OF = { ...NO_TAKE, ...NO_BATCH, ...NO_MEMORY } as const
/** Newer kernels want a socket that has memory. */
const UNBOUND = ['ok', 'ENOBUFS'] as const
const STORAGE = { ...NO_TAKE, ...NO_BATCH, keys: 'ENOTSUPP', mmap: 'EINVAL' } as const

/** One type of map. */
export interface MapRow {
  readonly type: Extract<MapType, string>
  readonly needs?: readonly Capability[]
  /** What is made, beside its type. */
  readonly options: (places: Places) => Partial<MapOptions>
  /** Two elements as the kernel takes them: a key and a value. */
  readonly elements: (places: Places) => readonly (readonly [key: Uint8Array, value: Uint8Array])[]
  /** What the kernel answers to an operation, where it is not `ok`. */
  readonly answers: Answers
  /** What is read is not what was written: an id for an object, a cookie for a socket. */
  readonly reads?: 'ids'
}

const u32 = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer)
const u64 = (...values: bigint[]): Uint8Array => new Uint8Array(BigUint64Array.from(values).buffer)
const bytes = (size: number, fill: number): Uint8Array => new Uint8Array(size).fill(fill)

/** A value for each CPU, 8 bytes each. */
const perCpu = (first: number): Uint8Array =>
  u64(...Array.from({ length: possibleCpus() }, (_, cpu) => BigInt(first + cpu)))

/** Keys 0 and 1, or what is put in their place, with two values. */
const numbered = (first: Uint8Array, second: Uint8Array) => () =>
  [
    [u32(0), first],
    [u32(1), second],
  ] as const

const table = () => ({ keySize: 4, valueSize: 8, maxEntries: 4 })
const plain = numbered(u64(11n), u64(22n))
const spread = numbered(perCpu(100), perCpu(200))
const sizes =
  (keySize: number, valueSize: number, maxEntries = 4) =>
  () => ({ keySize, valueSize, maxEntries })
const none = () => []

/** The same thing at two keys. */
const twice = (place: (places: Places) => Place) => (places: Places) => {
  const { fd } = place(places)
  return [
    [u32(0), u32(fd)],
    [u32(1), u32(fd)],
  ] as const
}

/** The two keys are descriptors of what the values belong to. */
const owned = (place: (places: Places) => Place) => (places: Places) => [[u32(place(places).fd), u64(7n)]] as const

export const ROWS: readonly MapRow[] = [
  { type: 'hash', options: table, elements: plain, answers: NO_MEMORY },
  {
    type: 'array',
    options: table,
    elements: plain,
    answers: { ...NO_TAKE, ...NO_DELETE, drain: 'none', mmap: 'EINVAL' },
  },
  { type: 'prog_array', options: sizes(4, 4), elements: twice((p) => p.program), reads: 'ids', answers: ARRAY_OF },
  {
    type: 'perf_event_array',
    options: () => ({}),
    elements: (p) => [[u32(0), u32(p.event.fd)]],
    answers: { ...ARRAY_OF, get: 'ENOTSUPP' },
  },
  { type: 'percpu_hash', options: table, elements: spread, answers: NO_MEMORY },
  {
    type: 'percpu_array',
    options: table,
    elements: spread,
    answers: { ...NO_TAKE, ...NO_DELETE, ...NO_MEMORY, drain: 'none' },
  },
  {
    type: 'stack_trace',
    options: sizes(4, 8 * 16),
    elements: numbered(bytes(128, 1), bytes(128, 2)),
    answers: { ...NO_MEMORY, ...NO_BATCH, set: 'EINVAL', setMany: 'EINVAL', take: ['ENOTSUPP', 'ok'] },
  },
  {
    type: 'cgroup_array',

    options: sizes(4, 4),
    elements: twice((p) => p.cgroup),
    answers: { ...ARRAY_OF, get: 'ENOTSUPP' },
  },
  { type: 'lru_hash', options: table, elements: plain, answers: NO_MEMORY },
  { type: 'lru_percpu_hash', options: table, elements: spread, answers: NO_MEMORY },
  {
    type: 'lpm_trie',
    options: sizes(8, 8),
    elements: () => [
      [u32(8, 10), u64(1n)],
      [u32(32, 0x0101_000a), u64(2n)],
    ],
    answers: { ...NO_TAKE, ...NO_MEMORY, drain: 'none' },
  },
  {
    type: 'array_of_maps',
    options: ({ inner }) => ({ maxEntries: 4, inner }),
    elements: twice((p) => p.innerMap),
    reads: 'ids',
    answers: { ...NO_TAKE, ...NO_MEMORY, drain: 'none' },
  },
  {
    type: 'hash_of_maps',
    options: ({ inner }) => ({ keySize: 4, maxEntries: 4, inner }),
    elements: twice((p) => p.innerMap),
    reads: 'ids',
    answers: { ...NO_TAKE, ...NO_MEMORY },
  },
  { type: 'devmap', options: sizes(4, 4), elements: numbered(u32(1), u32(1)), answers: ARRAY_OF },
  {
    type: 'sockmap',
    options: sizes(4, 8),
    elements: (p) => [[u32(0), u64(BigInt(p.stream.fd))]],
    reads: 'ids',
    answers: ARRAY_OF,
  },
  { type: 'cpumap', options: sizes(4, 4, 1), elements: () => [[u32(0), u32(192)]], answers: ARRAY_OF },
  {
    type: 'xskmap',
    options: sizes(4, 4),
    elements: (p) => [[u32(0), u32(p.xdpSocket.fd)]],
    reads: 'ids',
    answers: { ...ARRAY_OF, get: 'EOPNOTSUPP', set: UNBOUND, setMany: UNBOUND },
  },
  {
    type: 'sockhash',
    options: sizes(4, 8),
    elements: (p) => [[u32(0), u64(BigInt(p.stream.fd))]],
    reads: 'ids',
    answers: ARRAY_OF,
  },
  {
    type: 'cgroup_storage',
    options: sizes(16, 8, 0),
    elements: () => [[bytes(16, 0), u64(1n)]],
    answers: { ...NO_TAKE, ...NO_BATCH, ...NO_DELETE, set: 'ENOENT', setMany: 'ENOENT', mmap: 'EINVAL' },
  },
  {
    type: 'reuseport_sockarray',
    options: sizes(4, 8),
    elements: (p) => [[u32(0), u64(BigInt(p.reuseport.fd))]],
    reads: 'ids',
    answers: ARRAY_OF,
  },
  {
    type: 'percpu_cgroup_storage',
    options: sizes(16, 8, 0),
    elements: () => [[bytes(16, 0), perCpu(1)]],
    answers: { ...NO_TAKE, ...NO_BATCH, ...NO_DELETE, set: 'ENOENT', setMany: 'ENOENT', mmap: 'EINVAL' },
  },
  {
    type: 'queue',
    options: sizes(0, 8),
    elements: () => [
      [bytes(0, 0), u64(1n)],
      [bytes(0, 0), u64(2n)],
    ],
    answers: { ...NO_BATCH, ...NO_DELETE, ...NO_MEMORY, keys: 'EINVAL' },
  },
  {
    type: 'stack',
    options: sizes(0, 8),
    elements: () => [
      [bytes(0, 0), u64(1n)],
      [bytes(0, 0), u64(2n)],
    ],
    answers: { ...NO_BATCH, ...NO_DELETE, ...NO_MEMORY, keys: 'EINVAL' },
  },
  { type: 'sk_storage', options: sizes(4, 8, 0), elements: owned((p) => p.stream), answers: STORAGE },
  { type: 'devmap_hash', options: sizes(4, 4), elements: numbered(u32(1), u32(1)), answers: ARRAY_OF },
  {
    type: 'struct_ops',
    needs: ['btf:bpf_struct_ops_tcp_congestion_ops'],
    options: structOps,
    elements: none,
    answers: { ...ARRAY_OF, freeze: 'ENOTSUPP' },
  },
  {
    type: 'ringbuf',
    options: () => ({ maxEntries: 65536 }),
    elements: () => [[bytes(0, 0), bytes(0, 0)]],
    answers: { ...NOTHING, mmap: 'EINVAL' },
  },
  { type: 'inode_storage', options: sizes(4, 8, 0), elements: owned((p) => p.file), answers: STORAGE },
  { type: 'task_storage', options: sizes(4, 8, 0), elements: owned((p) => p.process), answers: STORAGE },
  {
    type: 'bloom_filter',
    options: sizes(0, 8),
    elements: () => [[bytes(0, 0), u64(1n)]],
    answers: { ...ARRAY_OF, delete: 'EOPNOTSUPP', deleteMany: 'EOPNOTSUPP', keys: 'EOPNOTSUPP' },
  },
  {
    type: 'user_ringbuf',
    options: () => ({ maxEntries: 65536 }),
    elements: () => [[bytes(0, 0), bytes(0, 0)]],
    answers: { ...NOTHING, mmap: 'EINVAL' },
  },
  {
    type: 'cgrp_storage',

    options: sizes(4, 8, 0),
    elements: owned((p) => p.cgroup),
    answers: STORAGE,
  },
  {
    type: 'arena',
    options: () => ({ maxEntries: 4 }),
    elements: () => [[bytes(0, 0), bytes(0, 0)]],
    answers: {
      ...NOTHING,
      set: 'EOPNOTSUPP',
      get: 'EINVAL',
      keys: 'EOPNOTSUPP',
      delete: 'EOPNOTSUPP',
      setMany: 'EOPNOTSUPP',
      deleteMany: 'EOPNOTSUPP',
    },
  },
  {
    type: 'insn_array',
    needs: ['btf:BPF_MAP_TYPE_INSN_ARRAY'],
    options: () => ({ maxEntries: 2 }),
    elements: numbered(bytes(16, 0), bytes(16, 0)),
    answers: { ...NO_TAKE, ...NO_BATCH, ...NO_DELETE, ...NO_MEMORY },
  },
  { type: 'rhash', needs: ['btf:BPF_MAP_TYPE_RHASH'], options: table, elements: plain, answers: NO_MEMORY },
]

/** The only struct_ops that every kernel of the matrix has. */
function structOps(): Partial<MapOptions> {
  using kernel = new KernelTypes()
  const found = kernel.find('bpf_struct_ops_tcp_congestion_ops', 'struct')!
  return { keySize: 4, valueSize: kernel.vmlinux.sizeOf(found.id), maxEntries: 1, kernelValue: { typeId: found.id } }
}

/** Makes the map of a row, in bytes. */
export function make(
  { type, options }: MapRow,
  places: Places,
  name = `a_${type}`.slice(0, 15),
): BpfMap<Uint8Array, Uint8Array> {
  return (BpfMap.create({ type, name, ...options(places) } as MapOptions) as BpfMap).raw
}
