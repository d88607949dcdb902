/** The Netkit object: made with rollback, opened, changed, its programs, deleted; seen by `ip` too. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Collection, Netkit, NetNs, Rtnl } from '../../../src/index.ts'
import { Lab } from '../lab.ts'
import { needs } from '../needs.ts'

const object = join(import.meta.dirname, '../../../bpf/netkit.bpf.o')
const types = { netkit_primary: 'sched_cls', netkit_peer: 'sched_cls' } as const

describe('a netkit pair', needs('netkit', 'ip:netkit'), () => {
  let lab: Lab
  let pod: Lab
  let programs: Collection<typeof types>

  beforeAll(() => {
    lab = Lab.create('nkhost')
    pod = Lab.create('nkpod')
    programs = Collection.load(object, { programs: types })
  })
  afterAll(() => {
    programs.close()
    lab.remove()
    pod.remove()
  })

  const make = (more: Partial<Parameters<typeof Netkit.create>[0]> = {}): Netkit =>
    Netkit.create({ name: 'nkp', netns: lab.name, ...more, peer: { name: 'nkq', netns: pod.name, ...more.peer } })

  test('is what ip says it is, on both sides', () => {
    using pair = make({
      mode: 'l2',
      policy: 'blackhole',
      address: '02:00:00:00:00:01',
      addresses: ['10.9.0.1/24', 'fd09::1/64'],
      mtu: 9000,
      up: true,
      peer: { policy: 'forward', address: '02:00:00:00:00:02', addresses: ['10.9.0.2/24'], mtu: 9000, up: true },
    })
    const primary = lab.link('nkp')!
    const peer = pod.link('nkq')!
    expect(primary).toMatchObject({
      ifindex: pair.index,
      link_index: peer['ifindex'],
      mtu: 9000,
      // The carrier is there at once; the kernel tells operstate up to a second later.
      flags: expect.arrayContaining(['UP', 'LOWER_UP']),
      address: '02:00:00:00:00:01',
      linkinfo: {
        info_kind: 'netkit',
        info_data: { mode: 'l2', type: 'primary', policy: 'blackhole', peer_policy: 'forward' },
      },
    })
    expect(peer).toMatchObject({
      mtu: 9000,
      flags: expect.arrayContaining(['UP', 'LOWER_UP']),
      address: '02:00:00:00:00:02',
      linkinfo: {
        info_kind: 'netkit',
        info_data: { mode: 'l2', type: 'peer', policy: 'forward', peer_policy: 'blackhole' },
      },
    })
    const addresses = (of: Lab, dev: string): unknown[] =>
      (of.json(`addr show dev ${dev}`)[0]!['addr_info'] as { local: string; prefixlen: number; scope: string }[])
        .filter(({ scope }) => scope === 'global')
        .map(({ local, prefixlen }) => `${local}/${prefixlen}`)
    expect(addresses(lab, 'nkp')).toEqual(['10.9.0.1/24', 'fd09::1/64'])
    expect(addresses(pod, 'nkq')).toEqual(['10.9.0.2/24'])
    expect(pair.info()).toMatchObject({
      name: 'nkp',
      index: pair.index,
      peerIndex: peer['ifindex'],
      mode: 'l2',
      policy: 'blackhole',
      peerPolicy: 'forward',
    })
  })

  test('in L3 mode has no link-local addresses: without hardware addresses all would have the same', () => {
    using _ = make({ up: true, peer: { up: true } })
    expect(lab.link('nkp')).toMatchObject({ inet6_addr_gen_mode: 'none', address: '00:00:00:00:00:00' })
    expect(pod.link('nkq')).toMatchObject({ inet6_addr_gen_mode: 'none' })
    expect(pod.json('-6 addr show dev nkq')).toEqual([])
  })

  test('is gone at the end of a `using`, and after a failure half-way', () => {
    {
      using pair = make()
      expect(pair.closed).toBe(false)
    }
    expect(lab.link('nkp')).toBeUndefined()
    // The peer's address is refused when all else is done.
    expect(() => make({ addresses: ['10.9.0.1/24'], peer: { addresses: ['10.9.0.2/24', '10.9.0.2/24'] } })).toThrow(
      /EEXIST/,
    )
    expect(lab.link('nkp')).toBeUndefined()
    expect(pod.link('nkq')).toBeUndefined()
    expect(() => make({ mode: 'l9' as 'l3' })).toThrow(/linkinfo\.data\.mode/)
    expect(() => make({ address: '02:00:00:00:00:01' })).toThrow(/EOPNOTSUPP.*L3 mode has no hardware address/)
    expect(lab.link('nkp')).toBeUndefined()
  })

  test('is opened by its primary only', () => {
    using pair = make()
    using again = Netkit.open('nkp', { netns: lab.name })
    expect(again.index).toBe(pair.index)
    expect(() => Netkit.open('nkq', { netns: pod.name })).toThrow(
      expect.objectContaining({
        code: 'ERR_NETKIT_PEER',
        message: expect.stringMatching(/use interface \d+ of the network namespace that has id/),
      }),
    )
    expect(() => Netkit.open('lo', { netns: lab.name })).toThrow(
      expect.objectContaining({
        code: 'ERR_NETKIT_KIND',
        message: expect.stringMatching(/^"lo" is a plain interface/),
      }),
    )
    expect(() => Netkit.open('nope', { netns: lab.name })).toThrow(
      expect.objectContaining({ code: 'ERR_NETKIT_MISSING' }),
    )
    again.close()
    expect(lab.link('nkp')).toBeDefined()
    expect(() => again.info()).toThrow(/closed/)
  })

  test('changes its policies while it lives', () => {
    using pair = make()
    pair.setPolicy({ policy: 'blackhole' })
    expect(pair.info()).toMatchObject({ policy: 'blackhole', peerPolicy: 'forward' })
    pair.setPolicy({ policy: 'forward', peerPolicy: 'blackhole' })
    expect(lab.link('nkp')).toMatchObject({ linkinfo: { info_data: { policy: 'forward', peer_policy: 'blackhole' } } })
  })

  test('takes programs of both sides through its primary, though both ends are elsewhere', async () => {
    const { netkit_primary, netkit_peer } = programs.programs
    using pair = make()
    using primary = pair.attachPrimary(netkit_primary)
    const peer = await pair.attachPeerAsync(netkit_peer)
    expect(pair.query('primary').programs).toEqual([{ programId: netkit_primary.id, linkId: primary.id, flags: 0 }])
    expect(pair.query('peer').programs).toEqual([{ programId: netkit_peer.id, linkId: peer.id, flags: 0 }])
    expect(() => pair.attachPrimary(netkit_primary)).toThrow(/EEXIST.*held by link \d+/)
    await peer.closeAsync()
    expect(pair.query('peer').programs).toEqual([])
    // The peer's namespace cannot attach anything.
    using inside = NetNs.open(pod.name)
    using there = Rtnl.open({ netns: inside })
    const index = there.links.indexOf('nkq')
    const { NetkitLink } = await import('../../../src/index.ts')
    expect(() =>
      inside.run(() => NetkitLink.attach(netkit_peer, { ifindex: index, attachType: 'netkit_peer' })),
    ).toThrow(/EACCES.*use the primary's ifindex/)
  })

  test('can be made and deleted without holding up the event loop', async () => {
    const pair = await Netkit.createAsync({ name: 'nkp', netns: lab.name, peer: { name: 'nkq', netns: pod.name } })
    expect(lab.link('nkp')).toBeDefined()
    await pair.deleteAsync()
    expect(lab.link('nkp')).toBeUndefined()
    expect(pod.link('nkq')).toBeUndefined()
  })
})

describe('options that a kernel ignores', needs('netkit'), () => {
  test('are an error that names the kernel they need, and leave nothing behind', () => {
    using lab = Lab.create('nkold')
    const attempt = (): string => {
      try {
        using pair = Netkit.create({ name: 'nkp', netns: lab.name, headroom: 64, peer: { name: 'nkq' } })
        const { headroom } = (pair.link().linkinfo as { data: { headroom?: number } }).data
        return `headroom ${headroom}`
      } catch (error) {
        return (error as Error).message
      }
    }
    expect(['headroom 64', 'this kernel ignores headroom of a netkit device: it needs Linux 6.14']).toContain(attempt())
    expect(lab.link('nkp')).toBeUndefined()
  })
})
