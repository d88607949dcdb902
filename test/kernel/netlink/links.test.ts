/** Links as such: asked for in every way, changed, moved, deleted, and the handle that speaks of them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type LinkSpec, rtnl, Rtnl } from '../../../src/netlink/route/index.ts'
import { NetNs } from '../../../src/netns/index.ts'
import { recordRows } from '../../tables/seen.ts'
import { type IpObject, Lab, run } from '../lab.ts'
import { needs } from '../needs.ts'
import { like, since, thrown } from './refused.ts'

recordRows()

const veth = (name: string, peer: string, more: Partial<LinkSpec> = {}): LinkSpec =>
  ({ name, ...more, linkinfo: { kind: 'veth', data: { peer: { name: peer } } } }) as LinkSpec

describe('links', needs(), () => {
  let lab: Lab
  let nl: Rtnl
  beforeAll(() => {
    lab = Lab.create('links')
    nl = Rtnl.open({ netns: lab.name })
    nl.links.add(veth('v0', 'v1'))
    nl.links.add({ name: 'br0', linkinfo: { kind: 'bridge' } })
  })
  afterAll(() => {
    nl.close()
    lab.remove()
  })

  test('by name, index, alternative name; none', () => {
    const { index } = nl.links.get('v0')
    const long = 'a-name-that-is-longer-than-fifteen-characters'
    nl.links.addAltnames('v0', [long, 'short'])
    for (const ref of ['v0', index, long, 'short']) expect(nl.links.get(ref)).toMatchObject({ index, name: 'v0' })
    expect(nl.links.get('v0').altnames).toEqual([long, 'short'])
    expect(lab.link('v0')).toMatchObject({ altnames: [long, 'short'] })
    // And wherever else a link is named.
    nl.addresses.add({ dev: long, address: '192.0.2.1/24' })
    expect(nl.addresses.list({ dev: 'short' })).toHaveLength(1)
    nl.addresses.delete({ dev: 'v0', address: '192.0.2.1/24' })
    expect(thrown(() => nl.links.addAltnames('br0', ['short']))).toMatchObject(like({ code: 'EEXIST' }))
    nl.links.deleteAltnames('v0', [long, 'short'])
    expect(nl.links.find(long)).toBeUndefined()
    expect(thrown(() => nl.links.get('nope'))).toMatchObject(like({ code: 'ENODEV', hint: /no such link/ }))
    expect(thrown(() => nl.links.get(4711))).toMatchObject({ code: 'ENODEV', attempted: 'get link 4711' })
  })

  test('filters', () => {
    nl.links.change('v0', { master: 'br0', up: true })
    const names = (filter: Parameters<typeof nl.links.list>[0]): (string | undefined)[] =>
      nl.links.list(filter).map(({ name }) => name)
    expect(names({ kind: 'veth' })).toEqual(['v1', 'v0'].toSorted((a, b) => nl.links.indexOf(a) - nl.links.indexOf(b)))
    expect(names({ master: 'br0' })).toEqual(['v0'])
    expect(names({ kind: 'bridge', up: true })).toEqual([])
    expect(names({ up: true })).toEqual(['lo', 'v0'])
    expect(names({ kind: 'no-such-kind' })).toEqual([])
    expect([...nl.links.stream({ kind: 'veth' })]).toHaveLength(2)
    nl.links.change('v0', { master: 0 })
    expect(nl.links.get('v0').master).toBeUndefined()
  })

  test('what ip shows, we say', () => {
    nl.links.change('v0', {
      mtu: 1400,
      address: '02:00:00:00:00:aa',
      broadcast: 'ff:ff:ff:ff:ff:fe',
      txqlen: 77,
      alias: 'what it is for',
      group: 9,
      gsoMaxSize: 60000,
      gsoMaxSegs: 100,
      groMaxSize: 50000,
      linkmode: 'dormant',
      up: true,
      flags: { allmulti: true, promisc: true, noarp: true, multicast: false, dynamic: true },
      afSpec: { inet6: { addrGenMode: 'none' } },
    })
    const ours = nl.links.get('v0')
    const theirs = lab.link('v0') as IpObject & { flags: string[] }
    expect(theirs).toMatchObject({
      mtu: 1400,
      address: '02:00:00:00:00:aa',
      broadcast: 'ff:ff:ff:ff:ff:fe',
      txqlen: 77,
      ifalias: 'what it is for',
      group: '9',
      gso_max_size: 60000,
      gso_max_segs: 100,
      linkmode: 'DORMANT',
      inet6_addr_gen_mode: 'none',
    })
    expect(ours).toMatchObject({
      index: theirs['ifindex'],
      mtu: theirs['mtu'],
      txqlen: theirs['txqlen'],
      alias: theirs['ifalias'],
      group: 9,
      gsoMaxSize: theirs['gso_max_size'],
      groMaxSize: 50000,
      linkmode: 'dormant',
      minMtu: theirs['min_mtu'],
      maxMtu: theirs['max_mtu'],
      numTxQueues: theirs['num_tx_queues'],
      promiscuity: theirs['promiscuity'],
      afSpec: { inet6: { addrGenMode: 'none' } },
    })
    const synthetic = new Set(['NO-CARRIER', 'M-DOWN'])
    expect(ours.flags.map((flag) => String(flag).toUpperCase().replace('LOWERUP', 'LOWER_UP')).toSorted()).toEqual(
      theirs.flags.filter((flag) => !synthetic.has(flag)).toSorted(),
    )
    nl.links.change('v0', {
      flags: { allmulti: false, promisc: false, noarp: false, multicast: true, dynamic: false },
      linkmode: 'default',
    })
    expect(nl.links.get('v0').flags).toContain('multicast')
    nl.links.change('v0', { up: false })
    expect(nl.links.get('v0').flags).not.toContain('up')
    expect(() => nl.links.change('v0', { flags: { nonsense: true } as never })).toThrow(/flags\.nonsense/)
  })

  test('ip configures, we read', () => {
    run(['ip', '-n', lab.name, '-batch', '-'], {
      input: 'link set v0 mtu 1234 txqueuelen 5\nlink set v0 addrgenmode stable_secret\nlink set v0 alias x\n',
      mayFail: true,
    })
    expect(nl.links.get('v0')).toMatchObject({ mtu: 1234, txqlen: 5 })
  })

  test('options of a port of a bridge', () => {
    nl.links.change('v0', { master: 'br0' })
    nl.links.change('v0', {
      linkinfo: {
        slaveKind: 'bridge',
        slaveData: { hairpin: true, learning: false, isolated: true, cost: 9, priority: 8, fastleave: true },
      },
    } as LinkSpec)
    expect(nl.links.get('v0').linkinfo).toMatchObject({
      kind: 'veth',
      slaveKind: 'bridge',
      slaveData: { hairpin: true, learning: false, isolated: true, cost: 9, priority: 8, fastleave: true, flood: true },
    })
    const { info_slave_data } = (lab.link('v0') as { linkinfo: { info_slave_data: object } }).linkinfo
    expect(info_slave_data).toMatchObject({
      hairpin: true,
      learning: false,
      isolated: true,
      cost: 9,
      priority: 8,
      fastleave: true,
    })
    nl.links.change('v0', { master: 0 })
  })

  test('devconf of a family, read and written', () => {
    nl.links.change('v0', { afSpec: { inet: { conf: { forwarding: 1, rpFilter: 2 } } } })
    expect(nl.links.get('v0').afSpec?.inet?.conf).toMatchObject({ forwarding: 1, rpFilter: 2 })
    expect(lab.exec('cat /proc/sys/net/ipv4/conf/v0/rp_filter').stdout).toBe('2\n')
  })

  test('renamed, moved to another namespace by all that leads there, and found there', async () => {
    using there = NetNs.create()
    nl.links.add(veth('m0', 'm1'))
    nl.links.change('m0', { name: 'm2' })
    nl.links.change('m2', { netns: there })
    expect(nl.links.find('m2')).toBeUndefined()
    nl.elsewhere(there, ({ links }) => {
      expect(links.get('m2')).toMatchObject({ name: 'm2', linkinfo: { kind: 'veth' } })
      links.change('m2', { netns: lab.name })
    })
    await nl.links.changeAsync('m2', { netns: { path: lab.path } })
    expect(nl.links.get('m2').name).toBe('m2')
    nl.links.delete('m2')
  })

  test('a link made elsewhere comes back as it is there', () => {
    using there = NetNs.create()
    const made = nl.links.add(veth('e0', 'e1', { netns: there, mtu: 1300 }))
    expect(made).toMatchObject({ name: 'e0', mtu: 1300 })
    expect(nl.links.find('e0')).toBeUndefined()
    const nsid = nl.nsids.set(there)
    expect(nl.nsids.get(there)).toBe(nsid)
    expect(nl.nsids.list()).toContainEqual({ nsid })
    expect(nl.links.get('e0', { netnsid: nsid }).index).toBe(made.index)
    expect(nl.links.list({ netnsid: nsid }).map(({ name }) => name)).toContain('e0')
    expect(nl.addresses.list({ netnsid: nsid })).toEqual([])
    expect(thrown(() => nl.nsids.set(there))).toMatchObject(like({ code: 'EEXIST' }))
    nl.elsewhere(there, ({ links }) => links.delete('e0'))
  })

  test('a group is deleted as one', async () => {
    const request = (n: number) => nl.links.request('add', { name: `g${n}`, group: 77, linkinfo: { kind: 'ifb' } })
    nl.batch(Array.from({ length: 20 }, (_, n) => request(n))).throwIfFailed()
    expect(nl.links.list({ group: 77 })).toHaveLength(20)
    nl.links.deleteGroup(77)
    expect(nl.links.list({ group: 77 })).toEqual([])
    ;(await nl.batchAsync(Array.from({ length: 5 }, (_, n) => request(n)))).throwIfFailed()
    await nl.links.deleteGroupAsync(77)
    expect(nl.links.list({ group: 77 })).toEqual([])
  })

  test('asynchronously', async () => {
    const made = await nl.links.addAsync(veth('a0', 'a1'))
    expect(nl.links.get('a0').index).toBe(made.index)
    await Promise.all([nl.links.deleteAsync('a0'), nl.links.addAsync(veth('b0', 'b1'))])
    expect(nl.links.find('a0')).toBeUndefined()
    await nl.links.deleteAsync('b0')
    await expect(nl.links.deleteAsync('b0')).rejects.toMatchObject({ code: 'ENODEV' })
  })

  test('counters', () => {
    nl.links.change('lo', { up: true })
    const before = nl.links.statistics('lo').txPackets
    lab.exec('ping -c 2 -i 0.2 127.0.0.1')
    expect(nl.links.statistics('lo').txPackets - before).toBeGreaterThanOrEqual(4n)
  })

  test('pairs of one batch with ends in a namespace by name', () => {
    const there = Lab.create('there')
    const result = nl.batch(
      [0, 1, 2].map((n) =>
        nl.links.request('add', {
          name: `p${n}`,
          linkinfo: { kind: 'veth', data: { peer: { name: `q${n}`, netns: there.name } } },
        }),
      ),
    )
    expect(result.ok).toBe(true)
    nl.elsewhere(there.name, ({ links }) => expect(links.list({ kind: 'veth' })).toHaveLength(3))
    there.remove()
  })

  test('refusals', () => {
    expect(thrown(() => nl.links.add(veth('v0', 'zz')))).toMatchObject(like({ code: 'EEXIST', hint: /exists/ }))
    expect(thrown(() => nl.links.change('v0', { name: 'v1' }))).toMatchObject(
      like({ code: 'EEXIST', hint: /another link/ }),
    )
    expect(thrown(() => nl.links.add(veth('a-very-long-name', 'zz')))).toMatchObject(
      like({ code: 'ERANGE', path: 'name', says: 'Attribute failed policy validation' }),
    )
    expect(thrown(() => nl.links.delete('nope'))).toMatchObject(like({ code: 'ENODEV' }))
    expect(() => nl.links.add({ name: 'x', linkinfo: { kind: 'netkit', data: { mode: 'l4' } } } as never)).toThrow(
      /linkinfo\.data\.mode: expected 'l2', 'l3' or a number/,
    )
    expect(() => nl.links.add({ name: 'x', mtuu: 3 } as never)).toThrow(/mtuu/)
    expect(thrown(() => nl.links.add({ name: 'x', netns: 'no-such-namespace' }))).toMatchObject({ code: 'ENOENT' })
  })

  test('a kernel without netkit', { skip: since(7, 99) }, () => {
    const error = thrown(() => nl.links.add({ name: 'nk9', linkinfo: { kind: 'netkit' } }))
    const expected =
      error === undefined ? undefined : like({ code: 'EOPNOTSUPP', says: 'Unknown device type', hint: /CONFIG_NETKIT/ })
    expect(error ?? {}).toMatchObject(expected ?? {})
    if (error === undefined) nl.links.delete('nk9')
  })
})

describe('the handle', needs(), () => {
  test('is a namespace: sockets that are opened later, in a window, are opened at home', () => {
    using lab = NetNs.create()
    using there = Rtnl.open({ netns: lab })
    there.links.add({ name: 'only-there', linkinfo: { kind: 'ifb' } })
    using here = Rtnl.open()
    lab.run(() => {
      expect(here.links.find('only-there')).toBeUndefined()
      expect(rtnl.links.find('only-there')).toBeUndefined()
      using inside = Rtnl.open()
      expect(inside.links.find('only-there')).toBeDefined()
    })
    expect(here.links.find('only-there')).toBeUndefined()
    rtnl.close()
  })

  test('keeps its namespace, takes no more requests once closed', () => {
    const netns = NetNs.create()
    const handle = Rtnl.open({ netns })
    netns.close()
    expect(handle.links.list()).toHaveLength(1)
    // A second dump while one runs, and one that is left early: each has a socket of its own.
    for (const _ of handle.links.stream()) expect(handle.links.list()).toHaveLength(1)
    handle.close()
    handle.close()
    expect(() => handle.links.list()).toThrow(/closed/)
  })

  test('says what the kernel remarks', () => {
    using netns = NetNs.create()
    const heard: string[] = []
    using handle = Rtnl.open({ netns, onWarning: ({ message }) => heard.push(message) })
    handle.links.add(veth('w0', 'w1'))
    expect(heard).toEqual([])
  })
})
