/** The kinds of link, one row each: what each needs, goes onto, and tells about itself. */
import { mkdtempSync, readFileSync, rmdirSync } from 'node:fs'
import { expect } from 'vitest'
import {
  type AttachType,
  BpfMap,
  CgroupLink,
  Collection,
  EventLink,
  IterLink,
  KernelTypes,
  KprobeLink,
  KprobeMultiLink,
  type Link,
  NetfilterLink,
  NetkitLink,
  NetnsLink,
  PerfEventLink,
  Program,
  type ProgramTypes,
  RawTracepointLink,
  SockmapLink,
  TcxLink,
  TracepointLink,
  TracingLink,
  TracingMultiLink,
  UprobeLink,
  UprobeMultiLink,
  XdpLink,
} from '../../../../src/bpf/index.ts'
import { NetNs } from '../../../../src/netns/index.ts'
import { Lab, run } from '../../lab.ts'
import { type Capability } from '../../needs.ts'
import { load, returning } from '../programs.ts'

const object = (name: string): URL => new URL(`../../../../bpf/tests/${name}.bpf.o`, import.meta.url)

/** One program of an object, which outlives the rest of it. */
function takeProgram<P extends ProgramTypes, N extends keyof P & string>(
  collection: Collection<P>,
  name: N,
): Program<P[N]> {
  using _ = collection
  return Program.fromFd(collection.programs[name].fd.dup()) as unknown as Program<P[N]>
}

/** Where links go: a namespace with a veth and, where there are such, a netkit pair; a cgroup; a map of sockets. */
export class Place implements Disposable {
  readonly lab = Lab.create('links')
  readonly ns = NetNs.open(this.lab.name)
  readonly cgroup: string | undefined
  readonly kernel = new KernelTypes()
  #target: Program<'sched_cls'> | undefined

  constructor() {
    this.lab.ip('link add veth0 type veth peer name veth1')
    this.cgroup = CGROUPS && mkdtempSync(`${CGROUPS}/netkit-test-`)
  }

  /** A program with a function that can be replaced. */
  get target(): Program<'sched_cls'> {
    return (this.#target ??= takeProgram(
      Collection.load(object('targets'), { programs: { target: 'sched_cls' } }),
      'target',
    ))
  }

  index(name: string): number {
    return Number(this.lab.link(name)!['ifindex'])
  }

  [Symbol.dispose](): void {
    this.kernel.close()
    this.#target?.close()
    this.ns.close()
    this.lab.remove()
    if (this.cgroup) rmdirSync(this.cgroup)
  }
}

/** Where version 2 of cgroups is mounted. */
const CGROUPS = run(['sh', '-c', 'awk \'$3 == "cgroup2" { print $2; exit }\' /proc/mounts']).stdout.trim() || undefined

/** The C library of this process. */
const LIBC = /\S+\/libc\.so\.6$/m.exec(readFileSync('/proc/self/maps', 'utf8'))?.[0] ?? ''

/** One kind of link. */
export interface LinkRow {
  readonly needs: readonly Capability[]
  /** A program for it; called twice, where the kind can be updated. */
  readonly program: (place: Place) => Program
  readonly attach: (program: Program, place: Place) => Link
  /** The fields of its info, beside those that all have. */
  readonly info: (place: Place) => Record<string, unknown>
  readonly kind: typeof Link & { kind?: string }
}

const as = <T>(program: Program): T => program as T
const tracing = (place: Place, name: string, kind: 'typedef' | 'func', attachType: AttachType): Program =>
  Program.load({ type: 'tracing', instructions: returning(0), license: 'GPL', attachType, target: { btfId: place.kernel.find(name, kind)!.id } }) // prettier-ignore

export const ROWS: Readonly<Record<string, LinkRow>> = {
  tcx: {
    needs: ['tcx'],
    program: () => load('sched_cls', 0, 'tcx_egress'),
    attach: (program, place) => place.ns.run(() => TcxLink.attach(as(program), { ifindex: 1 })),
    info: () => ({ ifindex: 1, attachType: 'tcx_egress' }),
    kind: TcxLink as never,
  },
  netkit: {
    needs: ['netkit'],
    program: () => load('sched_cls', 0, 'netkit_primary'),
    attach(program, { ns, lab }) {
      if (!lab.link('primary')) lab.ip('link add primary type netkit peer name peer')
      const ifindex = Number(lab.link('primary')!['ifindex'])
      return ns.run(() => NetkitLink.attach(as(program), { ifindex }))
    },
    info: (place) => ({ ifindex: place.index('primary'), attachType: 'netkit_primary' }),
    kind: NetkitLink as never,
  },
  xdp: {
    needs: ['kind:veth'],
    program: () => load('xdp', 2),
    attach: (program, place) => {
      const ifindex = place.index('veth0')
      return place.ns.run(() => XdpLink.attach(as(program), { ifindex, mode: 'generic' }))
    },
    info: (place) => ({ ifindex: place.index('veth0') }),
    kind: XdpLink as never,
  },
  cgroup: {
    needs: [],
    program: () => load('cgroup_skb', 1, 'cgroup_inet_egress'),
    attach: (program, place) => CgroupLink.attach(as(program), { cgroup: place.cgroup! }),
    info: () => ({ attachType: 'cgroup_inet_egress', cgroupId: expect.any(BigInt) as unknown }),
    kind: CgroupLink as never,
  },
  netns: {
    needs: [],
    program: () => load('sk_lookup', 1, 'sk_lookup'),
    attach: (program, { lab }) => NetnsLink.attach(as(program), { netns: lab.path }),
    info: () => ({ attachType: 'sk_lookup', netnsIno: expect.any(Number) as unknown }),
    kind: NetnsLink as never,
  },
  raw_tracepoint: {
    needs: ['tracepoints'],
    program: () => load('raw_tracepoint', 0),
    attach: (program) => RawTracepointLink.attach(as(program), { name: 'sys_enter' }),
    info: () => ({ name: 'sys_enter', cookie: 0n }),
    kind: RawTracepointLink as never,
  },
  'tracing: tp_btf': {
    needs: ['btf', 'tracepoints'],
    program: (place) => tracing(place, 'btf_trace_sys_enter', 'typedef', 'trace_raw_tp'),
    attach: (program) => RawTracepointLink.attach(as(program)),
    info: () => ({ name: 'sys_enter' }),
    kind: RawTracepointLink as never,
  },
  'tracing: fentry': {
    needs: ['btf', 'kprobes'],
    program: (place) => tracing(place, 'bpf_fentry_test1', 'func', 'trace_fentry'),
    attach: (program) => TracingLink.attach(as(program), { cookie: 77 }),
    info: () => ({ attachType: 'trace_fentry' }),
    kind: TracingLink as never,
  },
  'tracing: fexit': {
    needs: ['btf', 'kprobes'],
    program: (place) => tracing(place, 'bpf_fentry_test1', 'func', 'trace_fexit'),
    attach: (program) => TracingLink.attach(as(program)),
    info: () => ({ attachType: 'trace_fexit' }),
    kind: TracingLink as never,
  },
  'tracing: fmod_ret': {
    needs: ['btf', 'kprobes'],
    program: (place) => tracing(place, 'bpf_modify_return_test', 'func', 'modify_return'),
    attach: (program) => TracingLink.attach(as(program)),
    info: () => ({ attachType: 'modify_return' }),
    kind: TracingLink as never,
  },
  'tracing: fsession': {
    needs: ['btf:BPF_TRACE_FSESSION', 'kprobes'],
    program: (place) => tracing(place, 'bpf_fentry_test1', 'func', 'trace_fsession'),
    attach: (program) => TracingLink.attach(as(program), { cookie: 78 }),
    info: () => ({ attachType: 'trace_fsession' }),
    kind: TracingLink as never,
  },
  'tracing: lsm': {
    needs: ['btf:bpf_lsm_file_open', 'kprobes'],
    program: ({ kernel }) =>
      Program.load({
        type: 'lsm',
        instructions: returning(0),
        license: 'GPL',
        attachType: 'lsm_mac',
        target: { btfId: kernel.find('bpf_lsm_file_open', 'func')!.id },
      }),
    attach: (program) => TracingLink.attach(as(program)),
    info: () => ({ attachType: 'lsm_mac' }),
    kind: TracingLink as never,
  },
  'tracing: freplace': {
    needs: ['btf', 'kprobes'],
    program: ({ target }) =>
      takeProgram(Collection.load(object('attached'), { programs: { replacement: 'ext' }, targets: { replacement: target } }), 'replacement'), // prettier-ignore
    attach: (program) => TracingLink.attach(as(program)),
    info: ({ target }) => ({ targetObjectId: target.id }),
    kind: TracingLink as never,
  },
  tracing_multi: {
    needs: ['btf:bpf_tracing_multi_attach', 'kprobes'],
    program: () => load('tracing', 0, 'trace_fentry_multi'),
    attach: (program) =>
      TracingMultiLink.attach(as(program), { symbols: ['ksys_read', 'ksys_write'], cookies: [1, 2] }),
    info: () => ({ attachType: 'trace_fentry_multi', count: 2 }),
    kind: TracingMultiLink as never,
  },
  'tracing_multi: by pattern': {
    needs: ['btf:bpf_tracing_multi_attach', 'kprobes', 'tracefs'],
    program: () => load('tracing', 0, 'trace_fsession_multi'),
    attach: (program) => TracingMultiLink.attach(as(program), { pattern: 'bpf_fentry_test?' }),
    info: () => ({ attachType: 'trace_fsession_multi', count: expect.any(Number) as unknown }),
    kind: TracingMultiLink as never,
  },
  iter: {
    needs: ['btf'],
    program: (place) => tracing(place, 'bpf_iter_task', 'func', 'trace_iter'),
    attach: (program) => IterLink.attach(as(program)),
    info: () => ({ target: 'task' }),
    kind: IterLink as never,
  },
  'perf_event: counter': {
    needs: [],
    program: () => load('perf_event', 0),
    attach: (program) => PerfEventLink.attach(as(program), { type: 1, config: 0, frequency: 10, cookie: 5 }),
    info: () => ({ event: 'event', cookie: 5n }),
    kind: EventLink as never,
  },
  'perf_event: tracepoint': {
    needs: ['tracefs'],
    program: () => load('tracepoint', 0),
    attach: (program) => TracepointLink.attach(as(program), { name: 'syscalls/sys_enter_getpid', cookie: 6 }),
    info: () => ({ event: 'tracepoint', target: 'sys_enter_getpid', cookie: 6n }),
    kind: EventLink as never,
  },
  'perf_event: kprobe': {
    needs: ['kprobes'],
    program: () => load('kprobe', 0),
    attach: (program) => KprobeLink.attach(as(program), { symbol: 'ksys_read', return: true, cookie: 7 }),
    info: () => ({ event: 'kretprobe', target: 'ksys_read', cookie: 7n }),
    kind: EventLink as never,
  },
  'perf_event: uprobe': {
    needs: ['uprobes'],
    program: () => load('kprobe', 0),
    attach: (program) => UprobeLink.attach(as(program), { path: LIBC, symbol: 'getpid', cookie: 8 }),
    info: () => ({ event: 'uprobe', target: LIBC, cookie: 8n }),
    kind: EventLink as never,
  },
  kprobe_multi: {
    needs: ['kprobes', 'tracefs'],
    program: () => load('kprobe', 0, 'trace_kprobe_multi'),
    attach: (program) => KprobeMultiLink.attach(as(program), { symbols: ['ksys_read', 'ksys_write'], cookies: [1, 2] }),
    info: () => ({ count: 2, return: false }),
    kind: KprobeMultiLink as never,
  },
  uprobe_multi: {
    needs: ['btf:bpf_uprobe_multi_link'],
    program: () => load('kprobe', 0, 'trace_uprobe_multi'),
    attach: (program) => UprobeMultiLink.attach(as(program), { path: LIBC, pattern: 'getp?d', return: true }),
    info: () => ({ count: 1, return: true, path: LIBC }),
    kind: UprobeMultiLink as never,
  },
  netfilter: {
    needs: ['btf:bpf_nf_link'],
    program: () => load('netfilter', 1, 'netfilter'),
    attach: (program, { ns }) =>
      ns.run(() => NetfilterLink.attach(as(program), { family: 'ipv4', hook: 'input', priority: -5 })),
    info: () => ({ family: 'ipv4', hook: 'input', priority: -5, defrag: false }),
    kind: NetfilterLink as never,
  },
  sockmap: {
    needs: ['btf:sockmap_link'],
    program: () => load('sk_msg', 1, 'sk_msg_verdict'),
    attach: (program) => {
      using map = BpfMap.create({ type: 'sockmap', maxEntries: 1 })
      return SockmapLink.attach(as(program), { map })
    },
    info: () => ({ attachType: 'sk_msg_verdict', mapId: expect.any(Number) as unknown }),
    kind: SockmapLink as never,
  },
  'netns: flow dissector': {
    needs: [],
    program: () => load('flow_dissector', 0, 'flow_dissector'),
    attach: (program, { lab }) => NetnsLink.attach(as(program), { netns: lab.path }),
    info: () => ({ attachType: 'flow_dissector', netnsIno: expect.any(Number) as unknown }),
    kind: NetnsLink as never,
  },
  'cgroup: sockets': {
    needs: [],
    program: () => load('cgroup_sock_addr', 1, 'cgroup_inet4_connect'),
    attach: (program, place) => CgroupLink.attach(as(program), { cgroup: place.cgroup! }),
    info: () => ({ attachType: 'cgroup_inet4_connect', cgroupId: expect.any(BigInt) as unknown }),
    kind: CgroupLink as never,
  },
  'kprobe_multi: by pattern': {
    needs: ['kprobes', 'tracefs'],
    program: () => load('kprobe', 0, 'trace_kprobe_multi'),
    attach: (program) => KprobeMultiLink.attach(as(program), { pattern: 'bpf_fentry_test?', return: true }),
    info: () => ({ count: expect.any(Number) as unknown, return: true }),
    kind: KprobeMultiLink as never,
  },
  'kprobe_multi: session': {
    needs: ['btf:BPF_TRACE_KPROBE_SESSION', 'kprobes', 'tracefs'],
    program: () => load('kprobe', 0, 'trace_kprobe_session'),
    attach: (program) => KprobeMultiLink.attach(as(program), { symbols: ['ksys_read'] }),
    info: () => ({ count: 1, return: false }),
    kind: KprobeMultiLink as never,
  },
  'uprobe_multi: session': {
    needs: ['btf:BPF_TRACE_UPROBE_SESSION'],
    program: () => load('kprobe', 0, 'trace_uprobe_session'),
    attach: (program) => UprobeMultiLink.attach(as(program), { path: LIBC, symbols: ['getpid'], cookies: [3] }),
    info: () => ({ count: 1, path: LIBC }),
    kind: UprobeMultiLink as never,
  },
  'sockmap: received': {
    needs: ['btf:sockmap_link'],
    program: () => load('sk_skb', 1, 'sk_skb_verdict'),
    attach: (program) => {
      using map = BpfMap.create({ type: 'sockhash', keySize: 4, maxEntries: 1 })
      return SockmapLink.attach(as(program), { map })
    },
    info: () => ({ attachType: 'sk_skb_verdict', mapId: expect.any(Number) as unknown }),
    kind: SockmapLink as never,
  },
}
