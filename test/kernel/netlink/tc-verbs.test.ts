/** What the verbs of the traffic control do, what the kernel says against them, and what packets meet. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { exit, mov } from '../../../src/asm/index.ts'
import { Program } from '../../../src/bpf/index.ts'
import { attachClsact, gotoChain, Rtnl, type TcFilter, u32Handle } from '../../../src/netlink/route/index.ts'
import { type IpObject, Lab } from '../lab.ts'
import { needs } from '../needs.ts'
import { Bpffs } from '../bpf/programs.ts'
import { like, thrown } from './refused.ts'

const MBIT = 125_000
const SHOT = 2
const OK = 0
const everything = { flags: 1, keys: [{ mask: 0, val: 0, off: 0 }] }

describe('verbs of the traffic control', needs('qdisc:htb', 'qdisc:tbf', 'filter:u32', 'filter:bpf'), () => {
  let lab: Lab
  let far: Lab
  let nl: Rtnl

  beforeAll(() => {
    lab = Lab.create('tcv')
    far = Lab.create('tcv')
    nl = Rtnl.open({ netns: lab.name })
    nl.links.add({
      name: 'x',
      up: true,
      linkinfo: { kind: 'veth', data: { peer: { name: 'y', netns: far.name } } },
    })
    nl.addresses.add({ dev: 'x', address: '10.9.0.1/24' })
    using there = Rtnl.open({ netns: far.name })
    there.addresses.add({ dev: 'y', address: '10.9.0.2/24' })
    there.links.change('y', { up: true })
  })
  afterAll(() => {
    nl.close()
    lab.remove()
    far.remove()
  })
  beforeEach(() => {
    for (const { kind, parent, handle } of nl.qdiscs.list({ dev: 'x' }))
      if (handle !== '0:' && (parent === 'root' || parent === 'clsact')) nl.qdiscs.delete({ dev: 'x', kind, parent })
  })

  const tc = (words: string): IpObject[] => JSON.parse(lab.exec(`tc -j -d ${words}`).stdout) as IpObject[]

  test('a qdisc is made, changed, replaced by another kind, and goes', () => {
    const made = nl.qdiscs.add({ dev: 'x', kind: 'pfifo', options: { limit: 10 } })
    expect(made).toMatchObject({
      kind: 'pfifo',
      parent: 'root',
      handle: expect.stringMatching(/^[89a-f][\da-f]{3}:$/) as string,
    })
    expect(nl.qdiscs.change({ dev: 'x', kind: 'pfifo', options: { limit: 20 } })).toMatchObject({
      handle: made.handle,
      options: { limit: 20 },
    })
    const other = nl.qdiscs.replace({ dev: 'x', handle: '9:', kind: 'htb' })
    expect(other).toMatchObject({ kind: 'htb', handle: '9:', options: { rate2quantum: 10 } })
    expect(nl.qdiscs.get('x')).toMatchObject({ kind: 'htb', handle: '9:' })
    expect(nl.qdiscs.get('x', { handle: '9:' })).toMatchObject({ kind: 'htb' })
    expect(tc('qdisc show dev x')).toMatchObject([{ kind: 'htb', handle: '9:', root: true }])
    nl.qdiscs.delete({ dev: 'x', handle: '9:' })
    expect(nl.qdiscs.list({ dev: 'x', kind: 'htb' })).toEqual([])
  })

  test('what is refused has the words of the kernel, and a remedy', () => {
    nl.qdiscs.add({ dev: 'x', handle: '1:', kind: 'htb' })
    expect(thrown(() => nl.qdiscs.add({ dev: 'x', handle: '2:', kind: 'htb' }))).toMatchObject(
      like({ code: 'EEXIST', says: /Exclusivity flag on|needed to override/, hint: /use replace/ }),
    )
    expect(thrown(() => nl.qdiscs.delete({ dev: 'x', handle: '7:' }))).toMatchObject(
      like({ code: 'EINVAL', says: 'Invalid handle' }),
    )
    expect(thrown(() => nl.qdiscs.replace({ dev: 'x', kind: 'nosuch' }))).toMatchObject(
      like({ code: 'ENOENT', says: 'unknown', hint: /sch_nosuch/ }),
    )
    expect(
      thrown(() => nl.filters.add({ dev: 'x', parent: 'ingress', kind: 'u32', options: { sel: everything } })),
    ).toMatchObject(like({ code: 'EINVAL', hint: /kind: 'clsact'/ }))
    expect(() => nl.qdiscs.add({ dev: 'nosuch', kind: 'htb' })).toThrow(/ENODEV/)
  })

  test('classes make a tree', () => {
    nl.qdiscs.add({ dev: 'x', handle: '1:', kind: 'htb', options: { defcls: 0x20 } })
    nl.classes.add({ dev: 'x', parent: '1:', handle: '1:1', kind: 'htb', options: { rate: 10 * MBIT } })
    for (const [handle, rate] of [
      ['1:10', 8 * MBIT],
      ['1:20', 2 * MBIT],
    ] as const)
      nl.classes.add({ dev: 'x', parent: '1:1', handle, kind: 'htb', options: { rate, ceil: 10 * MBIT } })
    nl.qdiscs.add({ dev: 'x', parent: '1:10', handle: '10:', kind: 'pfifo', options: { limit: 5 } })
    const classes = nl.classes.list({ dev: 'x' })
    expect(Object.fromEntries(classes.map(({ handle, parent, leaf }) => [handle, [parent, leaf]]))).toEqual({
      '1:1': ['root', '0:'],
      '1:10': ['1:1', '10:'],
      '1:20': ['1:1', '0:'],
    })
    expect(nl.classes.list({ dev: 'x', parent: '1:1' })).toHaveLength(2)
    expect(nl.classes.list({ dev: 'x', qdisc: '10:' })).toEqual([])
    nl.classes.change({ dev: 'x', parent: '1:1', handle: '1:20', kind: 'htb', options: { rate: MBIT, prio: 5 } })
    const one = nl.classes.get('x', '1:20')
    if (one.kind !== 'htb') throw new Error('the kind tells the type')
    expect(one.options).toMatchObject({ rate: MBIT, prio: 5 })
    expect(one.stats2?.basic).toMatchObject({ packets: 0 })
    expect(thrown(() => nl.classes.delete({ dev: 'x', handle: '1:1' }))).toMatchObject(like({ code: 'EBUSY' }))
    nl.classes.delete({ dev: 'x', handle: '1:20' })
    expect(nl.classes.list({ dev: 'x' })).toHaveLength(2)
  })

  test('packets go where filters send them, and are counted', () => {
    nl.qdiscs.add({ dev: 'x', handle: '1:', kind: 'htb', options: { defcls: 0x20 } })
    for (const handle of ['1:10', '1:20'])
      nl.classes.add({ dev: 'x', parent: '1:', handle, kind: 'htb', options: { rate: 100 * MBIT } })
    // ICMP
    const key = { mask: 0x00ff_0000, val: 0x0001_0000, off: 8 }
    const made = nl.filters.add({
      dev: 'x',
      parent: '1:',
      protocol: 'ip',
      kind: 'u32',
      options: { sel: { flags: 1, keys: [key] }, classid: '1:10' },
    })
    expect(made).toMatchObject({ prio: 49152, protocol: 'ip', handle: u32Handle(0x800, 0, 0x800) })
    expect(lab.ping('10.9.0.2', { count: 3, interval: 0.01 }).received).toBe(3)
    expect(nl.classes.get('x', '1:10').stats2?.basic?.packets).toBeGreaterThanOrEqual(3)
    expect(nl.qdiscs.get('x').stats2?.basic?.bytes).toBeGreaterThan(200n)
    expect(
      nl.filters.get({ dev: 'x', parent: '1:', protocol: 'ip', prio: 49152, handle: made.handle, kind: 'u32' }),
    ).toMatchObject({ options: { sel: { keys: [key] }, classid: '1:10' } })
    nl.filters.delete({ dev: 'x', parent: '1:', prio: 49152, protocol: 'ip' })
    expect(nl.filters.list({ dev: 'x', parent: '1:' })).toEqual([])
  })

  test('filters of a place, a chain and a block', () => {
    nl.qdiscs.add({ dev: 'x', kind: 'clsact', ingressBlock: 3 })
    const add = (prio: number, chain: number): unknown =>
      nl.filters.add({
        block: 3,
        prio,
        chain,
        protocol: 'ip',
        kind: 'u32',
        options: { sel: everything, classid: '1:1' },
      })
    add(1, 0)
    add(2, 0)
    add(3, 7)
    // hash tables are listed among the filters of u32
    const list = (more: object): TcFilter[] =>
      nl.filters
        .list({ block: 3, ...more })
        .filter((filter) => filter.kind === 'u32' && filter.options?.sel !== undefined)
    expect(list({})).toMatchObject([{ block: 3 }, { block: 3 }, { block: 3 }])
    expect(list({ chain: 7 })).toMatchObject([{ chain: 7, prio: 3, dev: -1 }])
    expect(list({ prio: 2, protocol: 'ip' })).toMatchObject([{ prio: 2 }])
    expect(nl.filters.list({ block: 3, kind: 'bpf' })).toEqual([])
    // all of a priority, then all of a chain
    nl.filters.delete({ block: 3, kind: 'u32', chain: 0, prio: 1, protocol: 'ip' })
    expect(list({ chain: 0 })).toMatchObject([{ prio: 2 }])
    nl.filters.delete({ block: 3, chain: 7 } as never)
    expect(list({ chain: 7 })).toEqual([])
    expect(gotoChain(7)).toBe(0x2000_0007)
  })

  test('tc reads what a batch made', () => {
    nl.qdiscs.add({ dev: 'x', handle: '1:', kind: 'htb' })
    const result = nl.batch(
      Array.from({ length: 50 }, (_, i) =>
        nl.classes.request('add', {
          dev: 'x',
          parent: '1:',
          handle: `1:${(i + 1).toString(16)}`,
          kind: 'htb',
          options: { rate: MBIT * (i + 1) },
        }),
      ),
    )
    expect([...result.errors]).toEqual([])
    expect(nl.classes.list({ dev: 'x' })).toHaveLength(50)
    expect(lab.exec('tc class show dev x').stdout).toContain('class htb 1:32 root prio 0 rate 50Mbit ceil 50Mbit')
  })

  const program = (verdict: number, name: string): Program<'sched_cls'> =>
    Program.load({ type: 'sched_cls', instructions: [mov('r0', verdict), exit()], name, license: 'GPL' })
  const answered = (): number => lab.ping('10.9.0.2', { count: 2, interval: 0.01, wait: 0.3 }).received

  test.each(['ingress', 'egress'] as const)('a program on clsact %s decides about packets', (direction) => {
    using shot = program(SHOT, 'shot')
    using pass = program(OK, 'pass')
    expect(answered()).toBe(2)
    const attached = attachClsact(nl, shot, { dev: 'x', direction })
    const options = { id: shot.id, name: 'shot', flags: ['directAction'] }
    expect(attached.filter).toMatchObject({ kind: 'bpf', parent: direction, protocol: 'all', handle: 1, options })
    expect(answered()).toBe(0)
    const [head, shown] = tc(`filter show dev x ${direction}`).slice(-2)
    expect(head).toMatchObject({ kind: 'bpf', protocol: 'all' })
    expect(shown).toMatchObject({ options: { bpf_name: 'shot', 'direct-action': true, prog: { id: shot.id } } })
    attached.replace(pass)
    expect(attached.filter).toMatchObject({ options: { id: pass.id } })
    expect(answered()).toBe(2)
    attached.replace(shot)
    expect(answered()).toBe(0)
    attached.detach()
    attached.detach()
    expect(answered()).toBe(2)
    expect(nl.filters.list({ dev: 'x', parent: direction })).toEqual([])
  })

  test('the first filter that decides does; what another put in its place stays', () => {
    using shot = program(SHOT, 'shot')
    using pass = program(OK, 'pass')
    using first = attachClsact(nl, pass, { dev: 'x', direction: 'ingress', prio: 1, name: 'mine' })
    using second = attachClsact(nl, shot, { dev: 'x', direction: 'ingress', prio: 2, handle: 5 })
    expect(nl.filters.list({ dev: 'x', parent: 'ingress' })).toMatchObject([
      { prio: 1, options: { name: 'mine' } },
      { prio: 2, handle: 5 },
    ])
    expect(answered()).toBe(2)
    expect(thrown(() => attachClsact(nl, shot, { dev: 'x', direction: 'ingress', prio: 2, handle: 5 }))).toMatchObject(
      like({ code: 'EEXIST' }),
    )
    nl.filters.change({
      dev: 'x',
      parent: 'ingress',
      prio: 2,
      handle: 5,
      kind: 'bpf',
      options: { fd: pass, flags: ['directAction'] },
    })
    second.detach()
    expect(nl.filters.list({ dev: 'x', parent: 'ingress' })).toHaveLength(2)
    nl.qdiscs.delete({ dev: 'x', kind: 'clsact' })
    first.detach()
    expect(thrown(() => first.replace(pass))).toMatchObject({ name: 'NetlinkError' })
  })

  test('what tc attaches is read: a pinned program, and a classic one', () => {
    using fs = new Bpffs()
    using pass = program(OK, 'pinned')
    pass.pin(`${fs.path}/pinned`)
    nl.qdiscs.add({ dev: 'x', kind: 'clsact' })
    lab.exec(['tc', 'filter', 'add', 'dev', 'x', 'egress', 'prio', '3', 'bpf', 'da', 'pinned', `${fs.path}/pinned`])
    lab.exec([
      'tc',
      'filter',
      'add',
      'dev',
      'x',
      'egress',
      'prio',
      '4',
      'bpf',
      'bytecode',
      '1,6 0 0 65535,',
      'classid',
      '1:5',
    ])
    const [pinned, classic] = nl.filters.list({ dev: 'x', parent: 'egress', kind: 'bpf' })
    expect(pinned).toMatchObject({ prio: 3, options: { id: pass.id, flags: ['directAction'] } })
    const ops = Uint8Array.of(6, 0, 0, 0, 0xff, 0xff, 0, 0)
    expect(classic).toMatchObject({ prio: 4, options: { opsLen: 1, ops, classid: '1:5' } })
    // the same from here, read by tc
    const shown = (): IpObject[] =>
      tc('filter show dev x egress').filter(({ pref, options }) => pref === 4 && options !== undefined)
    const theirs = shown()
    nl.filters.replace({
      dev: 'x',
      parent: 'egress',
      prio: 4,
      handle: 1,
      kind: 'bpf',
      options: { opsLen: 1, ops, classid: '1:5' },
    })
    expect(shown()).toEqual(theirs)
  })

  test('a program as an action', needs('action:bpf', 'filter:matchall'), () => {
    using shot = Program.load({
      type: 'sched_act',
      instructions: [mov('r0', SHOT), exit()],
      name: 'act',
      license: 'GPL',
    })
    nl.qdiscs.add({ dev: 'x', kind: 'clsact' })
    nl.filters.add({
      dev: 'x',
      parent: 'ingress',
      kind: 'matchall',
      options: { actions: [{ kind: 'bpf', options: { fd: shot, parms: { action: 'pipe' } } }] },
    })
    const [filter] = nl.filters.list({ dev: 'x', parent: 'ingress' })
    expect(filter).toMatchObject({ options: { actions: [{ kind: 'bpf', options: { id: shot.id, name: 'act' } }] } })
    expect(JSON.stringify(tc('filter show dev x ingress'))).toContain('"bpf_name":"act"')
    expect(answered()).toBe(0)
  })

  test('an action that stands by itself is shared by filters', needs('action:mirred'), () => {
    const made = nl.actions.add({
      kind: 'mirred',
      options: { parms: { eaction: 'egressRedirect', ifindex: 'x', action: 'stolen', index: 33 } },
    })
    expect(made).toMatchObject({ kind: 'mirred', options: { parms: { index: 33, bindcnt: 0 } } })
    nl.qdiscs.add({ dev: 'x', kind: 'clsact' })
    const options = { sel: everything, actions: [{ kind: 'mirred', options: { parms: { index: 33 } } }] } as const
    nl.filters.add({
      dev: 'x',
      parent: 'egress',
      kind: 'u32',
      options: { ...options, sel: { flags: 1, keys: [{ mask: 0xff, val: 0xff, off: 0 }] } },
    })
    expect(nl.actions.get('mirred', 33)).toMatchObject({
      options: { parms: { bindcnt: 1, eaction: 'egressRedirect' } },
    })
    expect(
      nl.actions.list('mirred').map(({ options: told }) => (told as { parms: { index: number } }).parms.index),
    ).toContain(33)
    expect(tc('actions show action mirred')).toMatchObject([{ 'total acts': 1 }, { actions: [{ index: 33 }] }])
    expect(thrown(() => nl.actions.delete('mirred', 33))).toMatchObject(like({ code: 'EPERM' }))
    nl.qdiscs.delete({ dev: 'x', kind: 'clsact' })
    nl.actions.replace({
      kind: 'mirred',
      options: { parms: { eaction: 'egressMirror', ifindex: 'x', action: 'pipe', index: 34 } },
    })
    nl.actions.delete('mirred', 34)
    expect(thrown(() => nl.actions.get('mirred', 34))).toMatchObject(like({ code: 'ENOENT' }))
  })
})
