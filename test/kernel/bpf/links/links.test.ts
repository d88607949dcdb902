/** Every kind of link, one row each; and what is particular to some. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { add, call, exit, jeq, label, ldx, mov, st } from '../../../../src/asm/index.ts'
import {
  attachProgram,
  attachReuseport,
  attachSocketFilter,
  attachUsdt,
  BpfMap,
  CgroupLink,
  Collection,
  detachProgram,
  detachSocketFilter,
  IterLink,
  KprobeLink,
  KprobeMultiLink,
  linkFromId,
  loadPinnedLink,
  NetfilterLink,
  NetkitLink,
  NetnsLink,
  PerfEventLink,
  Program,
  queryPrograms,
  RawTracepointLink,
  SockmapLink,
  StructOpsLink,
  TcxLink,
  TracepointLink,
  TracingLink,
  TracingMultiLink,
  unpin,
  UprobeLink,
  UprobeMultiLink,
  XdpLink,
} from '../../../../src/bpf/index.ts'
import { openFile } from '../../../../src/bpf/files.ts'
import { NetNs } from '../../../../src/netns/index.ts'
import { errnoName, Fd, NR, openDescriptors, Pinned, syscall } from '../../../../src/sys/index.ts'
import { script } from '../../../bundle/script.ts'
import { Lab, run } from '../../lab.ts'
import { needs } from '../../needs.ts'
import { Bpffs, load, outcome } from '../programs.ts'
import { KNOWN, testLink } from './conformance.ts'
import { Place, ROWS } from './rows.ts'

for (const [name, row] of Object.entries(ROWS)) testLink(name, row)

test('kinds have the names that bpftool has for them', needs('tcx'), () => {
  expect([...KNOWN].filter(([theirs, ours]) => theirs !== ours)).toEqual([])
})

/** Iterates over objects of a kind and writes `.` and the end of a line for each: the object is at an offset of the context, null at the end. */
function writer({ kernel }: Place, target: string, object: number): Program<'tracing'> {
  return Program.load({
    type: 'tracing',
    name: 'writer',
    license: 'GPL',
    attachType: 'trace_iter',
    target: { btfId: kernel.find(`bpf_iter_${target}`, 'func')!.id },
    instructions: [
      ldx('u64', 'r2', 'r1', object),
      jeq('r2', 0, 'end'),
      ldx('u64', 'r1', 'r1', 0), // struct bpf_iter_meta
      ldx('u64', 'r1', 'r1', 0), // struct seq_file
      st('u16', 'r10', -8, 0x0a2e),
      mov('r2', 'r10'),
      add('r2', -8),
      mov('r3', 2),
      call('bpf_seq_write'),
      label('end', mov('r0', 0)),
      exit(),
    ],
  })
}

describe('an iterator', needs('btf'), () => {
  let place: Place
  beforeAll(() => {
    place = new Place()
  })
  afterAll(() => {
    place[Symbol.dispose]()
  })

  test('gives what its program writes, each time anew: bytes or lines, at once or in the background', async () => {
    using program = writer(place, 'bpf_map_elem', 16)
    using map = BpfMap.create({ type: 'hash', keySize: 4, valueSize: 4, maxEntries: 8 })
    for (const n of [1, 2, 3]) map.set(Uint8Array.of(n, 0, 0, 0), new Uint8Array(4))
    using link = IterLink.attach(program, { map })
    expect(link.info()).toMatchObject({ target: 'bpf_map_elem', mapId: map.id })
    const open = openDescriptors()
    expect(link.text()).toBe('.\n.\n.\n')
    expect([...link.chunks()].reduce((sum, { length }) => sum + length, 0)).toBe(6)
    const lines = []
    for await (const line of link.lines()) lines.push(line)
    expect(lines).toEqual(['.', '.', '.'])
    map.delete(Uint8Array.of(1, 0, 0, 0))
    expect(link.text()).toBe('.\n.\n')
    // Broken off, it ends too.
    for await (const bytes of link.bytes()) {
      expect(bytes[0]).toBe(0x2e)
      break
    }
    expect(openDescriptors()).toBe(open)
  })

  test('goes over one thread, all of a process, or a cgroup and what is around it', () => {
    using tasks = writer(place, 'task', 8)
    using one = IterLink.attach(tasks, { task: { tid: process.pid } })
    expect([one.text(), one.info().task]).toEqual(['.\n', { tid: process.pid, pid: 0 }])

    using all = IterLink.attach(tasks, { task: { pid: process.pid } })
    expect(all.text()).toBe('.\n'.repeat(readdirSync('/proc/self/task').length))

    using cgroups = writer(place, 'cgroup', 8)
    const at = place.cgroup!
    using self = IterLink.attach(cgroups, { cgroup: { at, order: 'self' } })
    using up = IterLink.attach(cgroups, { cgroup: { at, order: 'ancestors_up' } })
    expect([self.text(), up.text()]).toEqual(['.\n', '.\n.\n'])
    expect(up.info().cgroup).toEqual({ id: statSync(at, { bigint: true }).ino, order: 'ancestors_up' })
  })
})

describe('without a link', needs(), () => {
  let place: Place
  beforeAll(() => {
    place = new Place()
  })
  afterAll(() => {
    place[Symbol.dispose]()
  })

  test('a program stays on a cgroup until it is detached', () => {
    using cgroup = openFile(place.cgroup!)
    using program = load('cgroup_skb', 1, 'cgroup_inet_egress')
    using next = load('cgroup_skb', 1, 'cgroup_inet_egress')
    const hook = { fd: cgroup.number, attachType: 'cgroup_inet_egress' } as const
    const there = (): number[] => queryPrograms(hook).programs.map(({ programId }) => programId)
    const ALLOW_MULTI = 2
    attachProgram(program, { ...hook, flags: ALLOW_MULTI })
    expect(there()).toEqual([program.id])
    attachProgram(next, { ...hook, flags: ALLOW_MULTI, replace: program })
    expect(there()).toEqual([next.id])
    detachProgram({ ...hook, program: next })
    expect(there()).toEqual([])
    expect(outcome(() => detachProgram({ ...hook, program: next }))).toBe('ENOENT')
  })

  test('a program stays on a map of sockets, or a namespace', () => {
    using map = BpfMap.create({ type: 'sockmap', maxEntries: 1 })
    using message = load('sk_msg', 1, 'sk_msg_verdict')
    const hook = { fd: map.fd.number, attachType: 'sk_msg_verdict' } as const
    attachProgram(message, hook)
    detachProgram({ ...hook, program: message })
    expect(outcome(() => detachProgram({ ...hook, program: message }))).toBe('ENOENT')

    using dissector = load('flow_dissector', 0, 'flow_dissector')
    place.ns.run(() => {
      attachProgram(dissector, { fd: 0, attachType: 'flow_dissector' })
      detachProgram({ fd: 0, attachType: 'flow_dissector', program: dissector })
    })
  })
})

test('a table of callbacks is registered as long as its link lives, pinned or held', needs('sound'), () => {
  const available = (): boolean =>
    readFileSync('/proc/sys/net/ipv4/tcp_available_congestion_control', 'utf8').includes('nk_linked')
  using bpffs = new Bpffs()
  using collection = Collection.load(new URL('../../../../bpf/tests/struct-ops.bpf.o', import.meta.url))
  const open = openDescriptors()
  const table = collection.map('linked')
  using link = StructOpsLink.attach(table)
  const info = link.info()
  expect(info).toMatchObject({ type: 'struct_ops', id: link.id, mapId: table.id })
  const shown = JSON.parse(run(`bpftool -j link show id ${link.id}`, { mayFail: true }).stdout) as { id: number }
  expect(shown.id).toBe(link.id)
  link.pin(`${bpffs.path}/table`)
  link.close()
  expect(available()).toBe(true)
  using pinned = loadPinnedLink(`${bpffs.path}/table`)
  using byId = linkFromId(info.id)
  expect([pinned.info(), byId.info()]).toEqual([info, info])
  expect(pinned).toBeInstanceOf(StructOpsLink)
  expect(outcome(() => StructOpsLink.attach(table))).toBe('EEXIST')
  ;(pinned as StructOpsLink).updateTable(table) // nothing to do
  expect(pinned.info()).toEqual(info)
  expect(['ok', 'EOPNOTSUPP']).toContain(outcome(() => pinned.detach())) // Linux 6.11
  unpin(`${bpffs.path}/table`)
  pinned.close()
  byId.close()
  expect(available()).toBe(false)
  expect(openDescriptors()).toBe(open)
})

test('attaching and closing in the background holds up nothing', { ...needs('tcx'), timeout: 240_000 }, () => {
  using lab = Lab.create()
  const source = fileURLToPath(new URL('../attach-async.ts', import.meta.url))
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

test('ten thousand links made and closed leave no descriptor and no memory', needs('btf'), () => {
  using place = new Place()
  using program = writer(place, 'task', 8)
  const cycle = (count: number): void => {
    for (let round = 0; round < count; round++) IterLink.attach(program, { task: { pid: process.pid } }).close()
  }
  cycle(1000) // whatever is made once is there by now
  const open = openDescriptors()
  globalThis.gc?.()
  const before = process.memoryUsage()
  cycle(10_000)
  globalThis.gc?.()
  const after = process.memoryUsage()
  expect(openDescriptors()).toBe(open)
  const MEBIBYTE = 2 ** 20
  expect(after.rss - before.rss).toBeLessThan(16 * MEBIBYTE)
  expect(after.external - before.external).toBeLessThan(MEBIBYTE)
})

test('a program only goes where it fits: the compiler says so', () => {
  const misfits = (xdp: Program<'xdp'>, kprobe: Program<'kprobe'>, tracing: Program<'tracing'>): void => {
    // @ts-expect-error tcx takes sched_cls
    TcxLink.attach(xdp, { ifindex: 1 })
    // @ts-expect-error netkit takes sched_cls
    NetkitLink.attach(xdp, { ifindex: 1 })
    // @ts-expect-error XDP takes xdp
    XdpLink.attach(kprobe, { ifindex: 1 })
    // @ts-expect-error a cgroup takes its own
    CgroupLink.attach(xdp, { cgroup: '/' })
    // @ts-expect-error a namespace takes sk_lookup and flow_dissector
    NetnsLink.attach(xdp)
    // @ts-expect-error netfilter takes netfilter
    NetfilterLink.attach(xdp, { family: 'ipv4', hook: 'input', priority: 0 })
    // @ts-expect-error a raw tracepoint takes no kprobe
    RawTracepointLink.attach(kprobe, { name: 'sys_enter' })
    // @ts-expect-error a tracepoint takes tracepoint
    TracepointLink.attach(kprobe, { name: 'sched/sched_switch' })
    // @ts-expect-error a function takes tracing, lsm, ext
    TracingLink.attach(kprobe)
    // @ts-expect-error and so do many functions
    TracingMultiLink.attach(kprobe, { symbols: [] })
    // @ts-expect-error an iterator is a tracing program
    IterLink.attach(xdp)
    // @ts-expect-error a probe takes kprobe
    KprobeLink.attach(tracing, { symbol: '' })
    // @ts-expect-error of many functions too
    KprobeMultiLink.attach(tracing, {})
    // @ts-expect-error in user space too
    UprobeLink.attach(tracing, { path: '' })
    // @ts-expect-error of many functions there too
    UprobeMultiLink.attach(tracing, { path: '' })
    // @ts-expect-error and one that is defined in the source
    attachUsdt(tracing, { path: '', provider: '', name: '' })
    // @ts-expect-error a counter takes perf_event
    PerfEventLink.attach(kprobe, { type: 1, config: 0 })
    // @ts-expect-error a map of sockets takes sk_skb and sk_msg
    SockmapLink.attach(xdp, { map: undefined as unknown as BpfMap })
    // @ts-expect-error a socket takes socket_filter
    attachSocketFilter(xdp, { fd: 0 })
    // @ts-expect-error a group of sockets takes sk_reuseport and socket_filter
    attachReuseport(xdp, { fd: 0 })
  }
  expect(misfits).toBeTypeOf('function')
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
