/** Every kind of link, one row each; and what is particular to some. */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { attachSocketFilter, detachSocketFilter, IterLink, type Program, TcxLink } from '../../../../src/bpf/index.ts'
import { NetNs } from '../../../../src/netns/index.ts'
import { errnoName, Fd, NR, openDescriptors, Pinned, syscall } from '../../../../src/sys/index.ts'
import { script } from '../../../bundle/script.ts'
import { Lab } from '../../lab.ts'
import { needs } from '../../needs.ts'
import { load, outcome } from '../programs.ts'
import { KNOWN, testLink } from './conformance.ts'
import { Place, ROWS } from './rows.ts'

for (const [name, row] of Object.entries(ROWS)) testLink(name, row)

test('kinds have the names that bpftool has for them', needs('tcx'), () => {
  expect([...KNOWN].filter(([theirs, ours]) => theirs !== ours)).toEqual([])
})

test('an iterator gives what its program writes, each time anew', needs('btf'), () => {
  using place = new Place()
  using program = ROWS['iter']!.program(place)
  using link = IterLink.attach(program as Program<'tracing'>)
  // This program writes nothing: the run is what counts.
  expect(link.text()).toBe('')
  expect([...link.chunks()]).toEqual([])
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
