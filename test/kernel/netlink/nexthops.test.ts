/** Nexthop objects and groups, against ip. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type NexthopSpec, Rtnl } from '../../../src/netlink/route/index.ts'
import { recordRows } from '../../tables/seen.ts'
import { Lab } from '../lab.ts'
import { needs } from '../needs.ts'
import { like, since, thrown } from './refused.ts'

recordRows()

describe('nexthops', needs(), () => {
  let lab: Lab
  let nl: Rtnl
  beforeAll(() => {
    lab = Lab.create('nexthops')
    nl = Rtnl.open({ netns: lab.name })
    nl.links.add({ name: 'v0', linkinfo: { kind: 'veth', data: { peer: { name: 'v1' } } } })
    for (const name of ['v0', 'v1']) nl.links.change(name, { up: true, afSpec: { inet6: { addrGenMode: 'none' } } })
    nl.addresses.add({ dev: 'v0', address: '10.0.0.1/24' })
    nl.addresses.add({ dev: 'v0', address: 'fd00::1/64', flags: ['nodad'] })
    nl.nexthops.add({ id: 1, gateway: '10.0.0.2', dev: 'v0' })
    nl.nexthops.add({ id: 2, gateway: '10.0.0.3', dev: 'v0' })
  })
  afterAll(() => {
    nl.close()
    lab.remove()
  })

  const rows: readonly (readonly [ip: string, spec: NexthopSpec])[] = [
    ['id 9 via 10.0.0.9 dev v0', { id: 9, gateway: '10.0.0.9', dev: 'v0' }],
    ['id 9 via fd00::9 dev v0 proto bgp', { id: 9, gateway: 'fd00::9', dev: 'v0', protocol: 'bgp' }],
    ['id 9 dev v0', { id: 9, dev: 'v0' }],
    ['id 9 via 203.0.113.9 dev v0 onlink', { id: 9, gateway: '203.0.113.9', dev: 'v0', flags: ['onlink'] }],
    ['id 9 blackhole', { id: 9, blackhole: true }],
    ['id 9 group 1,3/2', { id: 9, group: [{ id: 1, weight: 3 }, { id: 2 }] }],
    [
      'id 9 group 1/2 type resilient buckets 8 idle_timer 60 unbalanced_timer 300',
      {
        id: 9,
        group: [{ id: 1 }, { id: 2 }],
        groupType: 'resilient',
        resGroup: { buckets: 8, idleTimer: 6000, unbalancedTimer: 30000 },
      },
    ],
    [
      'id 9 encap ip dst 192.0.2.8 dev v0',
      { id: 9, dev: 'v0', encapType: 'ip', encap: { dst: '192.0.2.8', id: 0, flags: [] } },
    ],
  ]
  const steady = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value, (key, inner: unknown) =>
        /unbalanced_?time$/i.test(key) ? undefined : typeof inner === 'bigint' ? `${inner}` : inner,
      ),
    )

  test.each(rows)('%s', (ip, spec) => {
    const made = nl.nexthops.add(spec)
    expect(made.id).toBe(9)
    const look = () => [
      steady(nl.nexthops.list().find(({ id }) => id === 9)),
      lab.ip('-d nexthop show id 9').replace(/unbalanced_time \S+/, ''),
    ]
    expect(steady(nl.nexthops.get(9))).toEqual(steady(made))
    const mine = look()
    nl.nexthops.delete({ id: 9 })
    lab.ip(`nexthop add ${ip}`)
    expect(look()).toEqual(mine)
    nl.nexthops.delete({ id: 9 })
  })

  test('the kernel chooses an id, and routes share it', () => {
    const { id } = nl.nexthops.add({ gateway: '10.0.0.7', dev: 'v0' })
    nl.routes.add({ dst: '198.51.100.0/24', nhid: id })
    expect(nl.routes.list({ dst: '198.51.100.0/24' })).toMatchObject([{ nhid: id, gateway: '10.0.0.7' }])
    nl.nexthops.delete({ id })
    expect(nl.routes.list({ dst: '198.51.100.0/24' })).toEqual([])
  })

  test('filters, replacement, refusals, buckets', () => {
    nl.nexthops.add({ id: 5, group: [{ id: 1 }, { id: 2 }], groupType: 'resilient', resGroup: { buckets: 4 } })
    expect(nl.nexthops.list({ groups: true }).map(({ id }) => id)).toEqual([5])
    expect(nl.nexthops.list({ dev: 'v0' }).map(({ id }) => id)).toEqual([1, 2])
    expect(nl.nexthops.buckets(5).map(({ group, index }) => [group, index])).toEqual([
      [5, 0],
      [5, 1],
      [5, 2],
      [5, 3],
    ])
    nl.nexthops.replace({ id: 2, gateway: '10.0.0.30', dev: 'v0' })
    expect(nl.nexthops.get(2).gateway).toBe('10.0.0.30')
    nl.nexthops.replace({ id: 2, gateway: '10.0.0.3', dev: 'v0' })
    expect(thrown(() => nl.nexthops.add({ id: 1, dev: 'v0' }))).toMatchObject(like({ code: 'EEXIST', hint: /replace/ }))
    expect(thrown(() => nl.nexthops.get(4711))).toMatchObject(like({ code: 'ENOENT', hint: /no nexthop/ }))
    nl.nexthops.delete({ id: 5 })
  })

  test('a weight of two bytes', { skip: !since(6, 12) }, () => {
    nl.nexthops.add({ id: 6, group: [{ id: 1, weight: 1000 }] })
    expect(nl.nexthops.get(6).group).toEqual([{ id: 1, weight: 1000 }])
    nl.nexthops.delete({ id: 6 })
    expect(() => nl.nexthops.add({ id: 6, group: [{ id: 1, weight: 0 }] })).toThrow(/weight from 1/)
  })
})
