/** Records that a BPF program wrote, read by us. */
import { type Contender, metrics, type Size, type Target, type Work } from '../work.ts'

const RING = 60 << 20
const HEADER = 8

function contender(name: string, program: Contender['program'], how: string, size: number, count: number): Contender {
  const before = program === 'go/bpf' ? ['events'] : []
  return { name, program, arguments: [...before, '@events', how, String(size), String(count), '9'] }
}

function ring(size: 16 | 64 | 256 | 1024, scale: Size): Work {
  const count = Math.min(scale(400_000), Math.floor(RING / (size + HEADER)))
  const target = (contender: string, over: string, ratio: number): Target => ({
    contender,
    metric: 'record',
    over,
    ratio,
  })
  return {
    name: `bpf/ring-${size}`,
    chapter: 'bpf',
    title: `Drain a ring buffer of ${size}-byte records`,
    place: 'machine',
    base: 'libbpf',
    metrics: [metrics.time('record', 'a record')],
    contenders: [
      contender('libbpf', 'c/events', 'ring', size, count),
      contender('C, bare loop', 'c/events', 'raw', size, count),
      contender('netkit, in place', 'ours/events', 'ring', size, count),
      contender('netkit, copies', 'ours/events', 'take', size, count),
      ...(size === 64 ? [contender('netkit, decoded objects', 'ours/events', 'decoded', size, count)] : []),
      contender('cilium/ebpf ReadInto', 'go/bpf', 'read-into', size, count),
      contender('cilium/ebpf Read', 'go/bpf', 'read', size, count),
    ],
    targets: [
      target('netkit, in place', 'libbpf', 2.4),
      target('netkit, in place', 'cilium/ebpf ReadInto', 1),
      target('netkit, copies', 'cilium/ebpf Read', 1),
      ...(size === 64
        ? [target('netkit, decoded objects', 'libbpf', 15), target('netkit, decoded objects', 'cilium/ebpf Read', 1)]
        : []),
    ],
    note: `${count} records wait in a ring of 64 MiB. “In place” visits them where the kernel put them; an object has the 12 fields of the record, u64 as bigint, text as string.`,
    guard: size === 64,
  }
}

export const ring16 = (size: Size): Work => ring(16, size)
export const ring64 = (size: Size): Work => ring(64, size)
export const ring256 = (size: Size): Work => ring(256, size)
export const ring1024 = (size: Size): Work => ring(1024, size)

/** The producer at full speed in another process, the consumer on its event loop. */
export const ringLive = (size: Size): Work => {
  const count = size(5_000_000)
  const one = (name: string, program: Contender['program']): Contender => {
    const { arguments: args, ...rest } = contender(name, program, 'live', 64, count)
    return { ...rest, arguments: [...args.slice(0, -1), '3'] }
  }
  return {
    name: 'bpf/ring-live',
    chapter: 'bpf',
    title: 'Read 64-byte records while another process produces at full speed',
    place: 'machine',
    base: 'libbpf',
    metrics: [metrics.time('record', 'a record')],
    contenders: [
      one('libbpf', 'c/events'),
      one('netkit, in place', 'ours/events'),
      one('cilium/ebpf ReadInto', 'go/bpf'),
    ],
    targets: [{ contender: 'netkit, in place', metric: 'record', over: 'libbpf', ratio: 0.71 }],
    note: `${count} records. A faster consumer is no better here: each time it runs the ring empty the kernel pays for a wake-up.`,
  }
}

/** The older way. */
export const perf = (size: Size): Work => {
  const count = Math.min(size(100_000), 100_000)
  return {
    name: 'bpf/perf',
    chapter: 'bpf',
    title: 'Drain a perf buffer of 64-byte records',
    place: 'machine',
    base: 'libbpf',
    metrics: [metrics.time('record', 'a record')],
    contenders: [
      contender('libbpf', 'c/events', 'perf', 64, count),
      contender('netkit, in place', 'ours/events', 'perf', 64, count),
      contender('cilium/ebpf ReadInto', 'go/bpf', 'perf', 64, count),
    ],
    targets: [{ contender: 'netkit, in place', metric: 'record', over: 'cilium/ebpf ReadInto', ratio: 1 }],
  }
}
