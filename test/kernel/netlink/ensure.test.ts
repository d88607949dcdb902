/** `ensure` and transactions: what they make of what is there, as `ip` sees it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { type Difference, Rtnl, TransactionError } from '../../../src/netlink/route/index.ts'
import { recordRows } from '../../tables/seen.ts'
import { Lab } from '../lab.ts'
import { needs } from '../needs.ts'
import { like, thrown } from './refused.ts'

recordRows()

let lab: Lab
let nl: Rtnl

const here = needs()

beforeEach(() => {
  if (here.skip) return
  lab = Lab.create('ensure')
  nl = Rtnl.open({ netns: lab.name })
  nl.links.add({ name: 'v0', linkinfo: { kind: 'veth', data: { peer: { name: 'v1' } } } })
  for (const name of ['v0', 'v1']) nl.links.change(name, { afSpec: { inet6: { addrGenMode: 'none' } } })
  for (const name of ['v0', 'v1']) nl.links.change(name, { up: true })
  nl.addresses.add({ dev: 'v0', address: '10.0.0.1/24' })
  nl.addresses.add({ dev: 'v0', address: 'fd00::1/64', flags: ['nodad'] })
})

afterEach(() => {
  if (here.skip) return
  nl.close()
  lab.remove()
})

const sorted = (changes: readonly Difference[]): Difference[] =>
  changes.toSorted((a, b) => (a.field < b.field ? -1 : 1))

describe('ensure', here, () => {
  test('a link: made, left alone, changed where it differs', () => {
    const spec = {
      name: 'br0',
      mtu: 1400,
      alias: 'a bridge',
      up: true,
      flags: { multicast: false },
      linkinfo: { kind: 'bridge', data: { ageingTime: 10_000, groupFwdMask: 8, mcastRouter: 'perm' } },
      afSpec: { inet6: { addrGenMode: 'none' } },
    } as const
    expect(nl.links.ensure(spec)).toMatchObject({ outcome: 'created', changes: [], unmet: [], object: { mtu: 1400 } })
    expect(lab.link('br0')).toMatchObject({
      mtu: 1400,
      ifalias: 'a bridge',
      inet6_addr_gen_mode: 'none',
      linkinfo: { info_data: { ageing_time: 10_000, group_fwd_mask: '0x8' } },
    })
    expect(nl.links.ensure(spec)).toMatchObject({ outcome: 'unchanged', changes: [], unmet: [] })
    lab.ip('link set br0 down mtu 1300 type bridge ageing_time 500')
    const again = nl.links.ensure(spec)
    expect(again).toMatchObject({ outcome: 'changed', unmet: [] })
    expect(sorted(again.changes)).toEqual([
      { field: 'linkinfo.data.ageingTime', before: 500, after: 10_000 },
      { field: 'mtu', before: 1300, after: 1400 },
      { field: 'up', before: false, after: true },
    ])
    expect(lab.link('br0')).toMatchObject({ mtu: 1400, linkinfo: { info_data: { ageing_time: 10_000 } } })
  })

  test('a port: its master by name, what it is told as a port', () => {
    nl.links.ensure({ name: 'br0', linkinfo: { kind: 'bridge' } })
    const port = {
      name: 'v1',
      master: 'br0',
      linkinfo: { slaveKind: 'bridge', slaveData: { cost: 7, isolated: true } },
    } as const
    nl.links.change('v1', { master: 'br0' })
    expect(nl.links.ensure(port).changes.map(({ field }) => field)).toEqual([
      'linkinfo.slaveData.cost',
      'linkinfo.slaveData.isolated',
    ])
    expect(lab.link('v1')).toMatchObject({ master: 'br0', linkinfo: { info_slave_data: { cost: 7, isolated: true } } })
    expect(nl.links.ensure(port).outcome).toBe('unchanged')
    expect(nl.links.ensure({ name: 'v1', master: 0 }).changes).toEqual([
      { field: 'master', before: nl.links.indexOf('br0'), after: undefined },
    ])
    expect(nl.links.ensure({ name: 'v1', master: 0, alias: '' }).outcome).toBe('unchanged')
  })

  test('a pair is there already; a link of another kind is not what was meant', () => {
    const pair = { name: 'v0', linkinfo: { kind: 'veth', data: { peer: { name: 'v1' } } } } as const
    expect(nl.links.ensure(pair).outcome).toBe('unchanged')
    expect(thrown(() => nl.links.ensure({ name: 'v0', linkinfo: { kind: 'bridge' } }))).toMatchObject(
      like({ code: 'EEXIST', path: 'linkinfo.kind', hint: /delete it first/ }),
    )
  })

  test('what is fixed at creation: only what differs is sent', needs('netkit'), () => {
    const spec = { name: 'kit', linkinfo: { kind: 'netkit', data: { mode: 'l2', policy: 'blackhole' } } } as const
    expect(nl.links.ensure(spec).outcome).toBe('created')
    lab.ip('link set kit type netkit forward')
    expect(nl.links.ensure(spec).changes).toEqual([
      { field: 'linkinfo.data.policy', before: 'forward', after: 'blackhole' },
    ])
    expect(
      thrown(() => nl.links.ensure({ name: 'kit', linkinfo: { kind: 'netkit', data: { mode: 'l3' } } })),
    ).toMatchObject({ code: 'EACCES' })
  })

  test('an address: its lifetime, what a change does not reach', () => {
    const spec = { dev: 'v0', address: '10.0.1.1/24', label: 'v0:x' } as const
    expect(nl.addresses.ensure(spec)).toMatchObject({ outcome: 'created', object: { label: 'v0:x' } })
    expect(nl.addresses.ensure(spec).outcome).toBe('unchanged')
    expect(nl.addresses.ensure({ ...spec, metric: 7 }).changes).toEqual([
      { field: 'metric', before: undefined, after: 7 },
    ])
    expect(nl.addresses.ensure({ ...spec, label: 'v0:y' }).unmet).toEqual([
      { field: 'label', before: 'v0:x', after: 'v0:y' },
    ])
    expect(nl.addresses.ensure({ dev: 'v0', address: 'fd00:0:0::1/64', flags: ['nodad'] }).outcome).toBe('unchanged')
    expect(nl.addresses.ensure({ dev: 'v0', address: 'fd00::1/64', preferredLft: 0 })).toMatchObject({
      object: { flags: expect.arrayContaining(['deprecated']) as unknown },
    })
  })

  test('a route, by table, prefix and metric', () => {
    const spec = { dst: '198.51.100.0/24', gateway: '10.0.0.2', metrics: { mtu: 1300 } } as const
    expect(nl.routes.ensure(spec)).toMatchObject({ outcome: 'created', unmet: [] })
    expect(nl.routes.ensure({ ...spec, dev: 'v0' }).outcome).toBe('unchanged')
    expect(sorted(nl.routes.ensure({ dst: '198.51.100.0/24', gateway: '10.0.0.3' }).changes)).toEqual([
      { field: 'gateway', before: '10.0.0.2', after: '10.0.0.3' },
      { field: 'metrics', before: { mtu: 1300 }, after: undefined },
    ])
    expect(nl.routes.ensure({ ...spec, metric: 5 }).outcome).toBe('created')
    expect(lab.json('route show 198.51.100.0/24')).toHaveLength(2)
    const six = { dst: '2001:db8::/32', gateway: 'fd00::2', dev: 'v0', pref: 'high' } as const
    expect(nl.routes.ensure(six).outcome).toBe('created')
    expect(nl.routes.ensure(six).outcome).toBe('unchanged')
    expect(nl.routes.ensure({ dst: '2001:db8::/32', metric: 1024, gateway: 'fd00::2' }).outcome).toBe('unchanged')
    const hops = [{ gateway: '10.0.0.2', weight: 2 }, { gateway: '10.0.0.3' }] as const
    expect(nl.routes.ensure({ dst: '198.51.101.0/24', multipath: hops }).outcome).toBe('created')
    expect(nl.routes.ensure({ dst: '198.51.101.0/24', multipath: hops }).outcome).toBe('unchanged')
    const one = nl.routes.ensure({ dst: '198.51.101.0/24', multipath: hops.slice(0, 1) })
    expect(one.outcome).toBe('changed')
    expect(nl.routes.ensure({ dst: 'default', type: 'unreachable', table: 1000 }).outcome).toBe('created')
    expect(nl.routes.ensure({ dst: 'default', type: 'unreachable', table: 1000 }).outcome).toBe('unchanged')
  })

  test('a rule, a neighbour, a forwarding entry, a nexthop object', () => {
    const rule = { src: '10.9.0.0/16', fwmark: 5, table: 100, ipproto: 6, dport: { start: 80, end: 80 } } as const
    expect(nl.rules.ensure(rule).outcome).toBe('created')
    expect(nl.rules.ensure(rule).outcome).toBe('unchanged')
    expect(nl.rules.ensure({ ...rule, src: '10.8.0.0/16' }).outcome).toBe('created')
    expect(nl.rules.ensure({ table: 100 }).outcome).toBe('created')
    expect(nl.rules.ensure({ table: 100, flags: ['invert'], src: '10.9.0.0/16' }).outcome).toBe('created')
    expect(lab.json('rule show table 100')).toHaveLength(4)

    const neighbour = { dev: 'v0', dst: '10.0.0.9', lladdr: '02:00:00:00:00:09' } as const
    expect(nl.neighbours.ensure({ ...neighbour, state: 'stale' }).outcome).toBe('created')
    expect(nl.neighbours.ensure(neighbour).changes).toEqual([{ field: 'state', before: 'stale', after: 'permanent' }])
    expect(nl.neighbours.ensure({ ...neighbour, lladdr: '02:00:00:00:00:0a' }).changes).toMatchObject([
      { field: 'lladdr', after: '02:00:00:00:00:0a' },
    ])
    expect(nl.neighbours.ensure({ dev: 'v0', dst: '10.0.0.8', flags: ['proxy'], state: 0 }).outcome).toBe('created')
    expect(nl.neighbours.ensure({ dev: 'v0', dst: '10.0.0.8', flags: ['proxy'], state: 0 }).outcome).toBe('unchanged')

    nl.links.ensure({ name: 'br0', linkinfo: { kind: 'bridge' } })
    nl.links.change('v1', { master: 'br0' })
    const entry = { dev: 'v1', lladdr: '02:00:00:00:00:55', flags: ['master'], state: 'noarp' } as const
    expect(nl.fdb.ensure(entry).outcome).toBe('created')
    expect(nl.fdb.ensure(entry).outcome).toBe('unchanged')

    const hop = { id: 7, gateway: '10.0.0.2', dev: 'v0' } as const
    expect(nl.nexthops.ensure(hop).outcome).toBe('created')
    expect(nl.nexthops.ensure(hop).outcome).toBe('unchanged')
    expect(nl.nexthops.ensure({ ...hop, gateway: '10.0.0.3' }).changes).toEqual([
      { field: 'gateway', before: '10.0.0.2', after: '10.0.0.3' },
    ])
    const group = { id: 8, group: [{ id: 7, weight: 3 }] } as const
    expect(nl.nexthops.ensure(group).outcome).toBe('created')
    expect(nl.nexthops.ensure(group).outcome).toBe('unchanged')
  })

  test('without the event loop', async () => {
    expect(await nl.links.ensureAsync({ name: 'v0', mtu: 1400 })).toMatchObject({ outcome: 'changed' })
    expect(await nl.routes.ensureAsync({ dst: '198.51.100.0/24', dev: 'v0' })).toMatchObject({ outcome: 'created' })
  })
})

describe('a transaction', here, () => {
  /** All that `ip` shows, without what moves. */
  const picture = (): unknown => {
    const texts = [
      'link show',
      'addr show',
      'route show table all',
      '-6 route show table all',
      'rule show',
      'nexthop show',
      'neigh show',
    ].map((what) => JSON.stringify(lab.json(what)))
    return texts.map((text) =>
      text.replaceAll(/"(expires|used|confirmed|updated|probes|ifa_flags|gc_timer)":[^,}]*/g, ''),
    )
  }

  test('that succeeds is done, its deletions last', () => {
    const result = nl.transaction((tx) => {
      tx.links.delete('v0')
      const { index } = tx.links.add({ name: 'b0', linkinfo: { kind: 'bridge' } })
      tx.links.change(index, { up: true })
      tx.addresses.add({ dev: index, address: '10.5.0.1/24' })
      expect(nl.links.find('v0')).toBeDefined()
      return index
    })
    expect(lab.link('b0')).toMatchObject({ ifindex: result })
    expect(lab.link('v0')).toBeUndefined()
    expect(lab.json('-4 addr show dev b0')[0]!['addr_info']).toMatchObject([{ local: '10.5.0.1' }])
  })

  test('that fails is undone, the last step first', () => {
    nl.routes.add({ dst: '198.51.100.0/24', gateway: '10.0.0.2', metrics: { mtu: 1300 } })
    nl.routes.add({
      dst: '198.51.101.0/24',
      multipath: [{ gateway: '10.0.0.2', weight: 2 }, { gateway: '10.0.0.3' }],
    })
    nl.routes.add({ dst: '2001:db8::/32', gateway: 'fd00::2', dev: 'v0', pref: 'high' })
    nl.rules.add({ src: '10.9.0.0/16', table: 100, priority: 50, dport: { start: 80, end: 90 }, ipproto: 17 })
    nl.neighbours.add({ dev: 'v0', dst: '10.0.0.9', lladdr: '02:00:00:00:00:09' })
    nl.nexthops.add({ id: 7, gateway: '10.0.0.2', dev: 'v0' })
    nl.nexthops.add({ id: 8, group: [{ id: 7, weight: 3 }] })
    nl.routes.add({ dst: '198.51.102.0/24', nhid: 8 })
    nl.links.add({ name: 'br0', linkinfo: { kind: 'bridge' } })
    const before = picture()
    const order: string[] = []
    const error = thrown(() =>
      nl.transaction((tx) => {
        tx.links.add({ name: 'b0', linkinfo: { kind: 'bridge' } })
        tx.links.change('v0', { mtu: 1400, alias: 'x', flags: { promisc: true } })
        tx.links.change('br0', { linkinfo: { kind: 'bridge', data: { ageingTime: 100 } } })
        tx.links.ensure({ name: 'v0', txqlen: 7 })
        tx.addresses.add({ dev: 'v0', address: '10.3.0.1/24' })
        tx.addresses.replace({ dev: 'v0', address: '10.0.0.1/24', validLft: 1000 })
        tx.routes.replace({ dst: '198.51.100.0/24', gateway: '10.0.0.3' })
        tx.routes.delete({ dst: '198.51.101.0/24' })
        tx.routes.delete({ dst: '2001:db8::/32' })
        tx.routes.delete({ dst: '198.51.102.0/24' })
        tx.routes.append({ dst: '198.51.100.0/24', gateway: '10.0.0.4' })
        tx.rules.delete({ src: '10.9.0.0/16', table: 100, priority: 50, dport: { start: 80, end: 90 }, ipproto: 17 })
        tx.rules.add({ src: '10.8.0.0/16', table: 100 })
        tx.neighbours.change({ dev: 'v0', dst: '10.0.0.9', lladdr: '02:00:00:00:00:0a' })
        tx.neighbours.delete({ dev: 'v0', dst: '10.0.0.9' })
        tx.nexthops.change({ id: 7, gateway: '10.0.0.3', dev: 'v0' })
        tx.nexthops.add({ gateway: '10.0.0.5', dev: 'v0' })
        tx.links.delete('br0')
        tx.step(
          'one of my own',
          () => order.push('done'),
          () => order.push('undone'),
        )
        tx.addresses.add({ dev: 'nope', address: '10.4.0.1/24' })
      }),
    ) as TransactionError
    expect(error).toBeInstanceOf(TransactionError)
    expect(error).toMatchObject({ step: 'add address 10.4.0.1/24 dev nope', code: 'ENODEV', failures: [] })
    expect(error.undone.slice(0, 2)).toEqual(['one of my own', 'add nexthop via 10.0.0.5 dev v0'])
    expect(error.undone.at(-1)).toBe('create bridge "b0"')
    expect(error.message).toMatch(/^add address 10\.4\.0\.1\/24 dev nope: .*ENODEV.*; undone: one of my own, /)
    expect(order).toEqual(['done', 'undone'])
    expect(picture()).toEqual(before)
  })

  test('tells what could not be undone', () => {
    const error = thrown(() =>
      nl.transaction((tx) => {
        tx.addresses.add({ dev: 'v0', address: '10.3.0.1/24' })
        tx.routes.add({ dst: '198.51.100.0/24', gateway: '10.3.0.2' })
        lab.ip('route del 198.51.100.0/24')
        throw new Error('a change of mind')
      }),
    ) as TransactionError
    expect(error).toMatchObject({
      step: undefined,
      code: undefined,
      undone: ['add address 10.3.0.1/24 dev v0'],
      failures: [{ step: 'add route 198.51.100.0/24', error: { code: 'ESRCH' } }],
      message:
        'a change of mind; undone: add address 10.3.0.1/24 dev v0; could not be undone: add route 198.51.100.0/24 (ESRCH)',
    })
  })

  test('may wait between its steps', async () => {
    const before = picture()
    const failing = nl.transaction(async (tx) => {
      tx.addresses.add({ dev: 'v0', address: '10.3.0.1/24' })
      await Promise.resolve()
      tx.addresses.add({ dev: 'v0', address: '10.3.0.1/24' })
    })
    await expect(failing).rejects.toMatchObject({ name: 'TransactionError', code: 'EEXIST' })
    expect(picture()).toEqual(before)
    expect(await nl.transaction(() => Promise.resolve(5))).toBe(5)
  })
})
