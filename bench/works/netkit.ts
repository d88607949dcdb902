/** netkit pairs, where the kernel has them. */
import { type Contender, metrics, type Size, type Work } from '../work.ts'

function pairs(name: 'netkit/pair' | 'netkit/pairs', count: number): Work {
  const one = (contender: string, program: Contender['program']): Contender => ({
    name: contender,
    program,
    arguments: ['@netkit', String(count)],
    ...(count === 1 ? {} : { rounds: 2 }),
  })
  return {
    name,
    chapter: 'netkit',
    title:
      count === 1
        ? 'One netkit pair: created, two programs attached, queried, detached, deleted'
        : `${count} netkit pairs, one after another: what each step costs when all is warm`,
    place: 'netkit',
    base: 'C',
    metrics: [
      metrics.time('create', 'create'),
      metrics.time('attach', 'attach both'),
      metrics.time('query', 'query both sides'),
      metrics.time('detach', 'detach both'),
      metrics.time('delete', 'delete'),
      metrics.time('load', 'load the object, first in the process'),
      ...metrics.process,
    ],
    contenders: [one('C', 'c/pair'), one('netkit', 'ours/pair'), one('vishvananda and cilium/ebpf', 'go/pair')],
    targets: [{ contender: 'netkit', metric: 'wall', over: 'vishvananda and cilium/ebpf', ratio: 3.3 }],
    note: 'Attaching, detaching and deleting are grace periods of the kernel’s, in every language.',
    patience: 600,
  }
}

export const onePair = (): Work => pairs('netkit/pair', 1)
export const manyPairs = (size: Size): Work => pairs('netkit/pairs', size(1000))

/** From a process's start until both sides have their program. */
export const startToNetkit = (): Work => {
  const one = (name: string, program: Contender['program']): Contender => ({
    name,
    program,
    arguments: ['@netkit', 'netkit', 'n0a'],
  })
  return {
    name: 'start/netkit',
    chapter: 'start',
    title: 'Start a process, load two programs, attach both to a netkit pair, end',
    place: 'netkit',
    prepare: [['ours/make-pair', 'n0a', 'n0b']],
    base: 'libbpf',
    metrics: [...metrics.process, metrics.time('attached', 'inside the process, until attached')],
    contenders: [
      one('libbpf', 'c/attach'),
      one('netkit', 'ours/attach'),
      one('netkit, compile cache', 'ours/attach-cached'),
      one('cilium/ebpf', 'go/attach'),
    ],
    targets: [{ contender: 'netkit', metric: 'wall', over: 'libbpf', ratio: 3.3 }],
    patience: 600,
  }
}

/** Why there is netkit at all. */
export const traffic = (size: Size): Work => {
  const count = String(size(50_000))
  const through = (name: string, kind: string): Contender => ({
    name,
    program: 'ours/traffic',
    arguments: [kind, count, '@netkit', '@tiny'],
  })
  return {
    name: 'traffic/links',
    chapter: 'traffic',
    title: 'From a container to its host',
    place: 'netkit',
    fresh: true,
    base: 'veth',
    metrics: [
      metrics.time('packet', 'a 64-byte datagram'),
      metrics.time('kibibyte', 'a KiB of a TCP stream'),
      metrics.time('round', 'a round trip'),
    ],
    contenders: [
      through('veth', 'veth'),
      through('veth with tcx programs', 'veth-tcx'),
      through('netkit', 'netkit'),
      through('netkit with programs', 'netkit-program'),
    ],
    note: `The kernel’s work, not ours: ${count} datagrams and KiB, and a tenth of that of round trips. In an emulated machine only the ratios mean something.`,
    patience: 600,
  }
}
