/** Operations on the elements of maps. */
import { type Contender, metrics, type Size, type Work } from '../work.ts'

const element = [
  metrics.time('lookup', 'lookup'),
  metrics.time('update', 'update'),
  metrics.time('delete', 'delete'),
] as const

/** One element a call: what is left beside the system call. */
export const mapSingles = (size: Size): Work => {
  const count = String(size(500_000))
  const ours = (how: string): Pick<Contender, 'program' | 'arguments'> => ({
    program: 'ours/maps',
    arguments: [how, count],
  })
  return {
    name: 'bpf/map-single',
    chapter: 'bpf',
    title: `Elements of a hash map, one a call`,
    place: 'machine',
    base: 'libbpf',
    metrics: element,
    contenders: [
      { name: 'libbpf', program: 'c/maps', arguments: [count] },
      { name: 'netkit, bytes', ...ours('bytes') },
      { name: 'netkit, numbers', ...ours('numbers') },
      { name: 'netkit, by BTF', ...ours('btf') },
      { name: 'cilium/ebpf', program: 'go/bpf', arguments: ['maps', count] },
    ],
    targets: ['lookup', 'update', 'delete'].flatMap((metric) => [
      { contender: 'netkit, bytes', metric, over: 'libbpf', ratio: 1.2 },
      { contender: 'netkit, by BTF', metric, over: 'libbpf', ratio: 1.6 },
      { contender: 'netkit, bytes', metric, over: 'cilium/ebpf', ratio: 1 },
    ]),
    note: `u32 → u64, ${count} elements in 1,048,576 slots.`,
    guard: true,
  }
}

/** A thousand elements a call, and all of them. */
export const mapBatches = (size: Size): Work => {
  const count = String(size(500_000))
  return {
    name: 'bpf/map-batch',
    chapter: 'bpf',
    title: 'Elements of a hash map, 1024 a call, and all of them by the iterator',
    place: 'machine',
    base: 'libbpf',
    metrics: [
      metrics.time('batch-lookup', 'lookup'),
      metrics.time('batch-update', 'update'),
      metrics.time('batch-delete', 'delete'),
      metrics.time('iterate', 'iterate'),
    ],
    contenders: [
      { name: 'libbpf', program: 'c/maps', arguments: [count] },
      { name: 'netkit, packed bytes', program: 'ours/maps', arguments: ['packed', count] },
      { name: 'netkit', program: 'ours/maps', arguments: ['batches', count] },
      { name: 'cilium/ebpf', program: 'go/bpf', arguments: ['maps', count] },
    ],
    targets: ['batch-lookup', 'batch-update', 'batch-delete'].map((metric) => ({
      contender: 'netkit, packed bytes',
      metric,
      over: 'libbpf',
      ratio: 1.1,
    })),
    note: 'Without packed bytes numbers and bigints go in and out on our side, arrays of them on the others’. Our iterator reads in batches; libbpf and cilium/ebpf walk the keys.',
    guard: true,
  }
}

/** A value that programs and processes share. */
export const mappedValues = (): Work => ({
  name: 'bpf/mapped',
  chapter: 'bpf',
  title: 'Values of a mapped array',
  place: 'machine',
  base: 'C',
  metrics: [metrics.time('read', 'read'), metrics.time('write', 'write')],
  contenders: [
    { name: 'C', program: 'c/maps', arguments: ['1000'] },
    { name: 'netkit', program: 'ours/maps', arguments: ['mapped'] },
    { name: 'netkit, a variable', program: 'ours/maps', arguments: ['variable', '@events'] },
    { name: 'cilium/ebpf', program: 'go/bpf', arguments: ['maps', '1000'] },
  ],
  targets: [{ contender: 'netkit', metric: 'read', over: 'C', ratio: 2 }],
  note: 'u64, a million of them in turn, through a typed array of the map’s memory; a variable is one of them, by its name and type; cilium/ebpf copies the memory out and in.',
})
