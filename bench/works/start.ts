/** What a short program costs from its start to its end. */
import { type Contender, metrics, type Work } from '../work.ts'

/** A tool that loads, attaches and ends. */
export const startToAttached = (): Work => {
  const args = ['@tiny', 'tcx', 'v0a']
  return {
    name: 'start/tcx',
    chapter: 'start',
    title: 'Start a process, load two programs, attach both by TCX, end',
    place: 'namespace',
    prepare: [['c/change', 'fill-links', '1']],
    undo: [['c/change', 'empty-links']],
    base: 'libbpf',
    metrics: [...metrics.process, metrics.time('attached', 'inside the process, until attached')],
    contenders: [
      { name: 'libbpf', program: 'c/attach', arguments: args },
      { name: 'netkit', program: 'ours/attach', arguments: args },
      { name: 'netkit, compile cache', program: 'ours/attach-cached', arguments: args },
      { name: 'cilium/ebpf', program: 'go/attach', arguments: args },
    ],
    targets: [{ contender: 'netkit', metric: 'wall', over: 'libbpf', ratio: 3.3 }],
    note: 'About 50 ms of it are grace periods that the kernel waits for in attaching and detaching, whoever asks. Node’s own start is most of the rest.',
  }
}

const entry = (name: string, subpath: string): Contender => ({
  name,
  program: 'ours/import',
  arguments: [subpath],
})

/** What `import` costs, entry by entry. */
export const imports = (): Work => ({
  name: 'start/import',
  chapter: 'start',
  title: 'Import the package, or a part of it',
  place: 'machine',
  base: 'Node alone',
  metrics: [metrics.process[0], metrics.time('import', 'the import alone'), metrics.process[2]],
  contenders: [
    entry('Node alone', 'nothing'),
    entry('netkit', '.'),
    entry('netkit/netlink', 'netlink'),
    entry('netkit/bpf', 'bpf'),
    entry('netkit/elf', 'elf'),
    entry('netkit/btf', 'btf'),
    entry('netkit/asm', 'asm'),
    entry('netkit/codec', 'codec'),
  ],
  targets: [{ contender: 'netkit', metric: 'import', limit: 60e6 }],
  note: 'The goal is 60 ms for the whole package beyond Node’s own start, and less for its parts.',
})
