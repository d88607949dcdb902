/** Every kind of link, one row each: made, told about, pinned, opened again, given another program, taken off, closed. */
import { mkdtempSync, readFileSync, rmdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  attachSocketFilter,
  BpfMap,
  CgroupLink,
  detachSocketFilter,
  type ProgramType,
  EventLink,
  IterLink,
  KernelTypes,
  KprobeLink,
  KprobeMultiLink,
  Link,
  linkFromFd,
  linkFromId,
  loadPinnedLink,
  NetfilterLink,
  NetkitLink,
  NetnsLink,
  PerfEventLink,
  Program,
  RawTracepointLink,
  SockmapLink,
  TcxLink,
  TracepointLink,
  TracingLink,
  UpdatableLink,
  UprobeLink,
  UprobeMultiLink,
  WrongKindError,
  XdpLink,
} from '../../../src/bpf/index.ts'
import { NetNs } from '../../../src/netns/index.ts'
import { ClosedError, errnoName, Fd, NR, openDescriptors, Pinned, syscall } from '../../../src/sys/index.ts'
import { script } from '../../bundle/script.ts'
import { Lab, run } from '../lab.ts'
import { type Capability, needs } from '../needs.ts'
import { Bpffs, load, outcome, returning } from './programs.ts'

/** Where links go: a namespace with a veth and, where there are such, a netkit pair; a cgroup; a map of sockets. */
class Place implements Disposable {
  readonly lab = Lab.create('links')
  readonly ns = NetNs.open(this.lab.name)
  readonly cgroup: string | undefined
  readonly kernel = new KernelTypes()

  constructor() {
    this.lab.ip('link add veth0 type veth peer name veth1')
    this.cgroup = CGROUPS && mkdtempSync(`${CGROUPS}/netkit-test-`)
  }

  index(name: string): number {
    return Number(this.lab.link(name)!['ifindex'])
  }

  [Symbol.dispose](): void {
    this.kernel.close()
    this.ns.close()
    this.lab.remove()
    if (this.cgroup) rmdirSync(this.cgroup)
  }
}

/** Where version 2 of cgroups is mounted. */
const CGROUPS = run(['sh', '-c', 'awk \'$3 == "cgroup2" { print $2; exit }\' /proc/mounts']).stdout.trim() || undefined

/** The C library of this process. */
const LIBC = /\S+\/libc\.so\.6$/m.exec(readFileSync('/proc/self/maps', 'utf8'))?.[0] ?? ''

interface Row {
  readonly needs: readonly Capability[]
  /** A program for it; called twice, where the kind can be updated. */
  readonly program: (place: Place) => Program
  readonly attach: (program: Program, place: Place) => Link
  /** The fields of its info, beside those that all have. */
  readonly info: (place: Place) => Record<string, unknown>
  readonly kind: typeof Link & { kind?: string }
}

const as = <T>(program: Program): T => program as T
const tracing = (place: Place, name: string, kind: 'typedef' | 'func', attachType: 'trace_raw_tp' | 'trace_iter' | 'trace_fentry'): Program =>
  Program.load({ type: 'tracing', instructions: returning(0), license: 'GPL', attachType, target: { btfId: place.kernel.find(name, kind)!.id } }) // prettier-ignore

const ROWS: Readonly<Record<string, Row>> = {
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
}

describe.each(Object.entries(ROWS))('%s', (_, row) => {
  const lacking = needs(...row.needs)
  let place: Place
  let program: Program<ProgramType>
  beforeAll(() => {
    if (lacking.skip) return
    place = new Place()
    program = row.program(place)
  })
  afterAll(() => {
    program?.close()
    place?.[Symbol.dispose]()
  })

  test('is made, told about, opened again, given another program, and taken off', lacking, () => {
    const open = openDescriptors()
    using bpffs = new Bpffs()
    using link = row.attach(program, place)
    const info = link.info()
    expect(info).toMatchObject({ id: link.id, programId: program.id, ...row.info(place) })
    expect([...Link.ids()]).toContain(link.id)

    // By id, as the class of its kind; as another kind it is refused.
    using byId = linkFromId(link.id)
    expect(byId).toBeInstanceOf(row.kind)
    expect(byId.info()).toEqual(info)
    const { id } = link
    expect(() => (row.kind === (XdpLink as never) ? CgroupLink.fromId(id) : XdpLink.fromId(id))).toThrow(WrongKindError)
    expect(() => linkFromFd(program.fd.dup())).toThrow(WrongKindError)

    // Pinned it stays, though nobody holds it.
    link.pin(`${bpffs.path}/link`)
    link.close()
    byId.close()
    expect(() => link.info()).toThrow(ClosedError)
    using pinned = loadPinnedLink(`${bpffs.path}/link`)
    expect(pinned.info()).toEqual(info)
    expect(pinned.type).toBe(info.type)

    expect(updated(pinned, row, place, info.id)).toBe(true)
    expect(['ok', 'EOPNOTSUPP']).toContain(outcome(() => pinned.detach()))
    pinned.close()
    expect(openDescriptors()).toBe(open)
  })
})

/** Gives a link of a kind that can be updated another program; whether all went as it should. */
function updated(link: Link, row: Row, place: Place, id: number): boolean {
  if (!(link instanceof UpdatableLink)) return true
  using next = row.program(place)
  link.update(next)
  const info = link.info()
  return info.programId === next.id && info.id === id
}

test('an iterator gives what its program writes, each time anew', needs('btf'), () => {
  using place = new Place()
  using program = ROWS['iter']!.program(place)
  using link = IterLink.attach(as(program))
  // This program writes nothing: the run is what counts.
  expect(link.text()).toBe('')
  expect([...link.chunks()]).toEqual([])
})

test('attaching and closing in the background holds up nothing', { ...needs('tcx'), timeout: 240_000 }, () => {
  using lab = Lab.create()
  const source = fileURLToPath(new URL('attach-async.ts', import.meta.url))
  const { stdout } = lab.exec([process.execPath, ...script(source)])
  const { turns, refused, ...seen } = JSON.parse(stdout) as { turns: number; refused: string }
  expect(seen).toEqual({ attached: 4, detached: 3, left: 0, wrong: true, open: 0 })
  expect(turns).toBeGreaterThan(3)
  expect(refused).toMatch(/EEXIST .*held by link \d+/)
})

test('a thousand programs and links leave nothing open', needs('tcx'), () => {
  using lab = Lab.create()
  using ns = NetNs.open(lab.name)
  const open = openDescriptors()
  for (let round = 0; round < 1000; round++) load('sched_cls', 0).close()
  using program = load('sched_cls', 0, 'tcx_ingress')
  for (let round = 0; round < 20; round++) ns.run(() => TcxLink.attach(program, { ifindex: 1 })).close()
  for (let round = 0; round < 200; round++) outcome(() => TcxLink.attach(program, { ifindex: 0x7fff_ffff }))
  expect(openDescriptors()).toBe(open + 1)
})

test('a filter on a socket decides what it sees', needs(), () => {
  const AF_UNIX = 1
  const SOCK_DGRAM = 2
  const pair = new Pinned(8)
  expect(syscall(NR.socketpair, AF_UNIX, SOCK_DGRAM, 0, pair.address)).toBe(0)
  using from = Fd.own(pair.view.getInt32(0, true))
  using to = Fd.own(pair.view.getInt32(4, true))
  const MSG_DONTWAIT = 0x40
  const arrives = (): string => {
    expect(syscall(NR.sendto, from.number, pair.address, 4)).toBe(4)
    const result = syscall(NR.recvfrom, to.number, pair.address, 4, MSG_DONTWAIT)
    return result < 0 ? errnoName(result) : `${result} bytes`
  }
  using nothing = load('socket_filter', 0)
  attachSocketFilter(nothing, { fd: to })
  expect(arrives()).toBe('EAGAIN')
  detachSocketFilter({ fd: to })
  expect(arrives()).toBe('4 bytes')
  expect(outcome(() => detachSocketFilter({ fd: to }))).toBe('ENOENT')
})
