/** The kernel's own types, and objects. */
import { type Contender, type Metric, metrics, type Target, type Work } from '../work.ts'

/** What every load of a CO-RE object begins with. */
export const kernelBtf = (): Work => ({
  name: 'loading/btf',
  chapter: 'loading',
  title: "The kernel's BTF: make it usable, find a struct by name",
  place: 'machine',
  base: 'libbpf',
  metrics: [
    metrics.time('first-load', 'load, first in the process'),
    metrics.time('first-find', 'find, first in the process'),
    metrics.time('load', 'load, again'),
    metrics.time('find', 'find, again'),
    metrics.memory,
  ],
  contenders: [
    { name: 'libbpf', program: 'c/loading', arguments: ['btf', '9'] },
    { name: 'C, map and index', program: 'c/loading', arguments: ['index', '9'] },
    { name: 'netkit', program: 'ours/loading', arguments: ['btf', '9'] },
    { name: 'cilium/ebpf', program: 'go/bpf', arguments: ['btf', '9'] },
  ],
  targets: [
    { contender: 'netkit', metric: 'first-load', over: 'libbpf', ratio: 2 },
    { contender: 'netkit', metric: 'first-load', over: 'cilium/ebpf', ratio: 0.6 },
    { contender: 'netkit', metric: 'first-find', over: 'cilium/ebpf', ratio: 0.1 },
  ],
  note: 'Memory is that of the whole process, and Node’s own is 45 MiB of it. Once loaded, the types stay: “again” asks for what is there.',
})

type ObjectName = 'tiny' | 'medium' | 'large'

const described: Readonly<Record<ObjectName, string>> = {
  tiny: 'a tiny object (two programs)',
  medium: 'a medium object (six maps, globals, four programs, CO-RE)',
  large: 'a large object (thirty programs with CO-RE)',
}

function parse(object: ObjectName): Work {
  return {
    name: `loading/parse-${object}`,
    chapter: 'loading',
    title: `Parse ${described[object]}`,
    place: 'machine',
    base: 'libbpf',
    metrics: [metrics.time('parse', 'parse'), metrics.time('first', 'first in the process')],
    contenders: [
      { name: 'libbpf', program: 'c/loading', arguments: ['parse', `@${object}`, '51'] },
      { name: 'netkit', program: 'ours/loading', arguments: ['parse', `@${object}`, '51'] },
      { name: 'cilium/ebpf', program: 'go/bpf', arguments: ['parse', `@${object}`, '51'] },
    ],
    targets: [
      ...(object === 'large'
        ? [{ contender: 'netkit', metric: 'parse', over: 'libbpf', ratio: 4 } satisfies Target]
        : []),
      { contender: 'netkit', metric: 'parse', over: 'cilium/ebpf', ratio: 1 },
    ],
  }
}

const loadTargets: Readonly<Record<ObjectName, number>> = { tiny: 2, medium: 1, large: 1 }
const loadMetrics: readonly Metric[] = [
  metrics.time('load', 'open and load'),
  metrics.time('first', 'first in the process'),
  metrics.time('kernel', 'the part of it inside the kernel'),
]

function load(object: ObjectName): Work {
  const shared: Contender = {
    name: 'cilium/ebpf, shared BTF',
    program: 'go/bpf',
    arguments: ['load-shared', `@${object}`, '9'],
  }
  return {
    name: `loading/load-${object}`,
    chapter: 'loading',
    title: `Open and load ${described[object]}`,
    place: 'machine',
    base: 'libbpf',
    metrics: loadMetrics,
    contenders: [
      { name: 'libbpf', program: 'c/loading', arguments: ['load', `@${object}`, '9'] },
      { name: 'netkit', program: 'ours/loading', arguments: ['load', `@${object}`, '9'] },
      { name: 'cilium/ebpf', program: 'go/bpf', arguments: ['load', `@${object}`, '9'] },
      ...(object === 'tiny' ? [] : [shared]),
    ],
    targets: [
      { contender: 'netkit', metric: 'load', over: 'libbpf', ratio: loadTargets[object] },
      { contender: 'netkit', metric: 'load', over: 'cilium/ebpf', ratio: 1 },
      ...(object === 'tiny'
        ? []
        : [{ contender: 'netkit', metric: 'load', over: shared.name, ratio: 1 } satisfies Target]),
    ],
    note: 'The time in the kernel is measured inside libbpf; nobody can have less.',
    guard: object === 'medium',
  }
}

export const parseTiny = (): Work => parse('tiny')
export const parseMedium = (): Work => parse('medium')
export const parseLarge = (): Work => parse('large')
export const loadTiny = (): Work => load('tiny')
export const loadMedium = (): Work => load('medium')
export const loadLarge = (): Work => load('large')
