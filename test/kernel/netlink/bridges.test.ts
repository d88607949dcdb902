/** VLANs, multicast databases, VNIs, forwarding settings and counters: the library beside `bridge -json` and `ip -json`. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { type BridgeVlanSpec, type MdbSpec, Rtnl } from '../../../src/netlink/route/index.ts'
import { recordRows } from '../../tables/seen.ts'
import { type Command, type IpObject, Lab, run } from '../lab.ts'
import { needs } from '../needs.ts'
import { like, thrown } from './refused.ts'

recordRows()

let lab: Lab
let nl: Rtnl

const here = needs()

beforeEach(() => {
  if (here.skip) return
  lab = Lab.create('bridges')
  nl = Rtnl.open({ netns: lab.name })
  // Links without IPv6 join no groups by themselves.
  lab.exec(['sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6'])
  nl.links.add({ name: 'br0', linkinfo: { kind: 'bridge' } })
  nl.links.add({ name: 'p0', linkinfo: { kind: 'veth', data: { peer: { name: 'p1' } } } })
  nl.links.change('p0', { master: 'br0' })
  for (const name of ['br0', 'p0', 'p1']) nl.links.change(name, { up: true })
})

afterEach(() => {
  if (here.skip) return
  nl.close()
  lab.remove()
})

/** What `bridge -json` prints. */
function bridge<T = IpObject>(command: Command): T[] {
  const words = typeof command === 'string' ? command.split(' ') : [...command]
  const text = run(['bridge', '-n', lab.name, '-d', '-j', ...words]).stdout.trim()
  return text === '' ? [] : (JSON.parse(text) as T[])
}

const tell = (command: string): void => void run(['bridge', '-n', lab.name, ...command.split(' ')])

describe('VLANs of bridges', needs('bridge:vlan'), () => {
  /** The VLANs of a link as `bridge` shows them, options and all. */
  const theirs = (dev: string): unknown =>
    bridge<{ ifname: string; vlans: object[] }>(`vlan show dev ${dev}`).find(({ ifname }) => ifname === dev)?.vlans

  beforeEach(() => {
    if (here.skip) return
    nl.links.change('br0', {
      linkinfo: {
        kind: 'bridge',
        data: { vlanFiltering: true, vlanDefaultPvid: 0, multiBoolopt: { mcastVlanSnooping: true } },
      },
    })
    nl.links.add({
      name: 'x0',
      master: 0,
      linkinfo: { kind: 'vxlan', data: { id: 5, port: 4789, collectMetadata: true } },
    } as never)
    nl.links.change('x0', { master: 'br0', up: true })
    nl.links.change('x0', { linkinfo: { slaveKind: 'bridge', slaveData: { vlanTunnel: true } } })
  })

  const rows: readonly (readonly [bridge: string, spec: BridgeVlanSpec])[] = [
    ['vid 10 dev p0', { dev: 'p0', vid: 10 }],
    ['vid 10 pvid untagged dev p0', { dev: 'p0', vid: 10, flags: ['pvid', 'untagged'] }],
    ['vid 10-20 dev p0', { dev: 'p0', vid: 10, vidEnd: 20 }],
    ['vid 10-20 untagged dev p0', { dev: 'p0', vid: 10, vidEnd: 20, flags: ['untagged'] }],
    ['vid 10 dev br0 self', { dev: 'br0', vid: 10 }],
    ['vid 10 dev br0 self pvid untagged', { dev: 'br0', vid: 10, flags: ['pvid', 'untagged'] }],
  ]
  test.each(rows)('vlan add %s', (words, spec) => {
    const look = (): unknown => [nl.bridgeVlans.list(), theirs(String(spec.dev))]
    const before = look()
    nl.bridgeVlans.add(spec)
    const mine = look()
    nl.bridgeVlans.delete(spec)
    expect(look()).toEqual(before)
    tell(`vlan add ${words}`)
    expect(look()).toEqual(mine)
    expect(mine).not.toEqual(before)
  })

  const options: readonly (readonly [bridge: string, spec: BridgeVlanSpec])[] = [
    ['vlan set vid 10 dev p0 state blocking', { dev: 'p0', vid: 10, state: 'blocking' }],
    ['vlan set vid 10-12 dev p0 state learning', { dev: 'p0', vid: 10, vidEnd: 12, state: 'learning' }],
    ['vlan set vid 10 dev p0 mcast_router 2', { dev: 'p0', vid: 10, mcastRouter: 'perm' }],
    ['vlan set vid 10 dev p0 mcast_max_groups 7', { dev: 'p0', vid: 10, mcastMaxGroups: 7 }],
    ['vlan set vid 10 dev p0 neigh_suppress on', { dev: 'p0', vid: 10, neighSuppress: true }],
  ]
  test.each(options)('%s', (words, spec) => {
    const look = (): unknown => [nl.bridgeVlans.list({ dev: 'p0' }), theirs('p0')]
    const start = (): void => {
      nl.bridgeVlans.add({ dev: 'p0', vid: 10, vidEnd: 20, flags: ['untagged'] })
    }
    start()
    const before = look()
    nl.bridgeVlans.change(spec)
    const mine = look()
    nl.bridgeVlans.delete({ dev: 'p0', vid: 10, vidEnd: 20 })
    start()
    expect(look()).toEqual(before)
    tell(words)
    expect(look()).toEqual(mine)
    expect(mine).not.toEqual(before)
  })

  test('VLANs of a tunnel have VNIs', () => {
    nl.bridgeVlans.add({ dev: 'x0', vid: 10, vidEnd: 12 })
    nl.bridgeVlans.change({ dev: 'x0', vid: 10, vidEnd: 12, tunnel: 1000 })
    const mine = [nl.bridgeVlans.list({ dev: 'x0' }), bridge('vlan tunnelshow dev x0')]
    expect(mine[0]).toMatchObject([{ vid: 10, vidEnd: 12, tunnel: 1000 }])
    nl.bridgeVlans.change({ dev: 'x0', vid: 10, vidEnd: 12, tunnel: 0 })
    expect(nl.bridgeVlans.list({ dev: 'x0' })[0]).not.toHaveProperty('tunnel')
    tell('vlan add vid 10-12 dev x0 tunnel_info id 1000-1002')
    expect([nl.bridgeVlans.list({ dev: 'x0' }), bridge('vlan tunnelshow dev x0')]).toEqual(mine)
  })

  test('what a VLAN is told on the whole bridge', () => {
    nl.bridgeVlans.add({ dev: 'br0', vid: 10 })
    const words =
      'mcast_snooping 0 mcast_querier 1 mcast_igmp_version 3 mcast_mld_version 2 mcast_last_member_count 3 mcast_startup_query_count 4 mcast_last_member_interval 200 mcast_membership_interval 300 mcast_querier_interval 400 mcast_query_interval 500 mcast_query_response_interval 250 mcast_startup_query_interval 600'
    const look = (): unknown => [nl.bridgeVlans.options('br0'), bridge('vlan global show dev br0')]
    const before = look()
    nl.bridgeVlans.setOptions({
      dev: 'br0',
      vid: 10,
      mcastSnooping: false,
      mcastQuerier: true,
      mcastIgmpVersion: 3,
      mcastMldVersion: 2,
      mcastLastMemberCount: 3,
      mcastStartupQueryCount: 4,
      mcastLastMemberInterval: 200,
      mcastMembershipInterval: 300,
      mcastQuerierInterval: 400,
      mcastQueryInterval: 500,
      mcastQueryResponseInterval: 250,
      mcastStartupQueryInterval: 600,
    })
    const mine = look()
    nl.bridgeVlans.delete({ dev: 'br0', vid: 10 })
    nl.bridgeVlans.add({ dev: 'br0', vid: 10 })
    expect(look()).toEqual(before)
    tell(`vlan global set dev br0 vid 10 ${words}`)
    expect(look()).toEqual(mine)
    expect(nl.bridgeVlans.options('br0')).toMatchObject([{ vid: 10, mcastMembershipInterval: 300, mcastQuerier: true }])
  })

  test('counters, ensure, refusals', () => {
    nl.bridgeVlans.add({ dev: 'p0', vid: 10 })
    expect(nl.bridgeVlans.list({ dev: 'p0', stats: true })[0]?.stats).toMatchObject({ rxPackets: 0n, txBytes: 0n })
    expect(nl.bridgeVlans.ensure({ dev: 'p0', vid: 10 }).outcome).toBe('unchanged')
    expect(nl.bridgeVlans.ensure({ dev: 'p0', vid: 10, flags: ['untagged'] })).toMatchObject({
      outcome: 'changed',
      unmet: [],
    })
    expect(nl.bridgeVlans.ensure({ dev: 'p0', vid: 11 }).outcome).toBe('created')
    expect(thrown(() => nl.bridgeVlans.change({ dev: 'p0', vid: 99, state: 'blocking' }))).toMatchObject(
      like({ code: 'ENOENT', hint: /no such VLAN/ }),
    )
    expect(nl.counters.get('br0', 'linkXstats').linkXstats?.bridge?.vlan).toBeDefined()
  })
})

describe('multicast databases', here, () => {
  const steady = (): unknown => [
    nl.mdb.list({ dev: 'br0' }).map(({ timer: _timer, ...rest }) => rest),
    bridge<{ mdb: { port: string; grp: string }[] }>('mdb show dev br0')
      .flatMap(({ mdb }) => mdb)
      .map((one) => JSON.stringify(one).replace(/"timer":"[^"]*"/, '')),
  ]
  const rows: readonly (readonly [bridge: string, spec: Omit<MdbSpec, 'dev'>])[] = [
    ['port p0 grp 239.1.1.1', { port: 'p0', group: '239.1.1.1', state: 'temp' }],
    ['port p0 grp 239.1.1.1 permanent', { port: 'p0', group: '239.1.1.1', state: 'permanent' }],
    ['port p0 grp ff0e::1:2 permanent', { port: 'p0', group: 'ff0e::1:2', state: 'permanent' }],
    ['port p0 grp 01:02:03:04:05:06 permanent', { port: 'p0', group: '01:02:03:04:05:06', state: 'permanent' }],
    ['port br0 grp 239.1.1.1', { group: '239.1.1.1' }],
    [
      'port p0 grp 239.1.1.1 src 10.0.0.9 permanent',
      { port: 'p0', group: '239.1.1.1', source: '10.0.0.9', state: 'permanent' },
    ],
    [
      'port p0 grp ff0e::1:2 src 2001:db8::1 permanent',
      { port: 'p0', group: 'ff0e::1:2', source: '2001:db8::1', state: 'permanent' },
    ],
  ]
  test.each(rows)('mdb add dev br0 %s', (words, more) => {
    nl.links.change('br0', { linkinfo: { kind: 'bridge', data: { mcastIgmpVersion: 3, mcastMldVersion: 2 } } })
    const spec = { dev: 'br0', ...more }
    const before = steady()
    nl.mdb.add(spec)
    const mine = steady()
    nl.mdb.delete(spec)
    expect(steady()).toEqual(before)
    tell(`mdb add dev br0 ${words}`)
    expect(steady()).toEqual(mine)
    expect(mine).not.toEqual(before)
    expect(nl.mdb.ensure(spec).outcome).toBe('unchanged')
    expect(nl.mdb.list({ group: more.group })).toMatchObject([more.source === undefined ? {} : { source: more.source }])
    expect(thrown(() => nl.mdb.add(spec))).toMatchObject({ code: 'EEXIST' })
  })

  test('source lists and filter modes, one entry', () => {
    nl.links.change('br0', { linkinfo: { kind: 'bridge', data: { mcastIgmpVersion: 3 } } })
    const spec: MdbSpec = {
      dev: 'br0',
      port: 'p0',
      group: '239.1.1.1',
      state: 'permanent',
      filterMode: 'include',
      sourceList: ['10.0.0.1', '10.0.0.2'],
      protocol: 'zebra',
    }
    nl.mdb.add(spec)
    const shown = bridge<{ mdb: IpObject[] }>('mdb show dev br0').flatMap(({ mdb }) => mdb)
    const star = shown.find((one) => one['grp'] === '239.1.1.1' && one['src'] === undefined)
    expect(star).toMatchObject({ filter_mode: 'include', protocol: 'zebra' })
    expect((star!['source_list'] as { address: string }[]).map(({ address }) => address).toSorted()).toEqual([
      '10.0.0.1',
      '10.0.0.2',
    ])
    const [ours] = nl.mdb.get({ dev: 'br0', group: '239.1.1.1' })
    expect(ours).toMatchObject({ filterMode: 'include', protocol: 'zebra' })
    expect(ours!.sourceList!.map(({ address }) => address).toSorted()).toEqual(['10.0.0.1', '10.0.0.2'])
    expect(nl.mdb.get({ dev: 'br0', group: '239.1.1.1', source: '10.0.0.1' })).toHaveLength(1)
    nl.mdb.replace({ ...spec, sourceList: ['10.0.0.3'] })
    expect(nl.mdb.get({ dev: 'br0', group: '239.1.1.1' })[0]!.sourceList).toMatchObject([{ address: '10.0.0.3' }])
    expect(thrown(() => nl.mdb.get({ dev: 'br0', group: '239.9.9.9' }))).toMatchObject({ code: 'ENOENT' })
  })

  test('of a tunnel', () => {
    nl.links.add({ name: 'x0', linkinfo: { kind: 'vxlan', data: { id: 5, port: 4789 } } })
    nl.links.change('x0', { up: true })
    const spec: MdbSpec = {
      dev: 'x0',
      group: '239.1.1.1',
      state: 'permanent',
      dst: '192.0.2.1',
      dstPort: 1234,
      vni: 77,
      via: 'p1',
    }
    nl.mdb.add(spec)
    const entry = { group: '239.1.1.1', dst: '192.0.2.1', dstPort: 1234, vni: 77, via: nl.links.indexOf('p1') }
    expect(nl.mdb.list({ dev: 'x0' })).toMatchObject([entry])
    expect(nl.mdb.ensure(spec).outcome).toBe('unchanged')
    nl.mdb.delete(spec)
    expect(nl.mdb.list({ dev: 'x0' })).toEqual([])
  })

  test('ports that lead to multicast routers', () => {
    nl.links.change('p0', { linkinfo: { slaveKind: 'bridge', slaveData: { mcastRouter: 'perm' } } })
    const shown = bridge<{ router?: Record<string, { port: string }[]> }>('mdb show dev br0')
    const ports = shown.flatMap(({ router = {} }) => router['br0'] ?? [])
    expect(ports).toMatchObject([{ port: 'p0' }])
    expect(nl.mdb.routers('br0')).toMatchObject([{ port: nl.links.indexOf('p0'), type: 'perm' }])
  })
})

describe('VNIs, settings, counters', here, () => {
  test('VNIs that a tunnel lets in', () => {
    nl.links.add({
      name: 'x0',
      linkinfo: { kind: 'vxlan', data: { port: 4789, collectMetadata: true, vnifilter: true, link: 'p1' } },
    })
    const look = (): unknown => [nl.vnis.list({ dev: 'x0' }), bridge('vni show dev x0')]
    for (const [words, spec] of [
      ['vni 100', { vni: 100 }],
      ['vni 100-200', { vni: 100, vniEnd: 200 }],
      ['vni 300 group 239.1.1.1', { vni: 300, group: '239.1.1.1' }],
      ['vni 400 remote 192.0.2.7', { vni: 400, group: '192.0.2.7' }],
      ['vni 500 remote 2001:db8::7', { vni: 500, group: '2001:db8::7' }],
    ] as const) {
      const before = look()
      nl.vnis.add({ dev: 'x0', ...spec })
      const mine = look()
      expect(mine).not.toEqual(before)
      nl.vnis.delete({ dev: 'x0', vni: spec.vni, vniEnd: 'vniEnd' in spec ? spec.vniEnd : undefined })
      expect(look()).toEqual(before)
      tell(`vni add ${words} dev x0`)
      expect(look()).toEqual(mine)
      nl.vnis.delete({ dev: 'x0', vni: spec.vni, vniEnd: 'vniEnd' in spec ? spec.vniEnd : undefined })
    }
    nl.vnis.add({ dev: 'x0', vni: 100, vniEnd: 200 })
    expect(nl.vnis.list({ dev: 'x0', stats: true })[0]?.stats).toMatchObject({ rxPkts: 0n })
    expect(nl.vnis.ensure({ dev: 'x0', vni: 150 }).outcome).toBe('unchanged')
  })

  test('settings of links', () => {
    lab.exec([
      'sh',
      '-c',
      'echo 2 > /proc/sys/net/ipv4/conf/p0/rp_filter; echo 1 > /proc/sys/net/ipv6/conf/p0/forwarding',
    ])
    for (const family of ['inet', 'inet6'] as const) {
      const shown = JSON.parse(lab.ip(`${family === 'inet' ? '-4' : '-6'} -j netconf show`)) as IpObject[]
      const ours = nl.netconf.list(family)
      const one = (name: string): IpObject => shown.find((line) => line['interface'] === name)!
      const words: Record<number, string | undefined> = { 0: 'off', 1: 'strict', 2: 'loose' }
      const p0 = ours.find(({ dev }) => dev === nl.links.indexOf('p0'))!
      expect(p0).toEqual(nl.netconf.get('p0', family))
      expect(p0.forwarding === 1).toBe(one('p0')['forwarding'])
      expect(words[p0.rpFilter ?? -1]).toBe(one('p0')['rp_filter'])
      expect(p0.unknown).toBeUndefined()
      expect(ours.map(({ dev }) => dev)).toEqual(expect.arrayContaining(['all', 'default', 1]))
      expect(nl.netconf.get('all', family).forwarding === 1).toBe(one('all')['forwarding'])
      expect(nl.netconf.get('default', family).dev).toBe('default')
    }
  })

  test('counters by group', () => {
    lab.ip('addr add 10.0.0.1/24 dev br0')
    lab.ping('10.0.0.1', { count: 1 })
    const theirs = lab.json<{ stats64: { rx: { packets: number; bytes: number } } }>('-s link show dev lo')[0]!
    const lo = nl.counters.get('lo', 'link64')
    expect(lo.link64?.rxPackets).toBe(BigInt(theirs.stats64.rx.packets))
    expect(lo.link64?.rxBytes).toBe(BigInt(theirs.stats64.rx.bytes))
    expect(Object.keys(lo)).toEqual(['dev', 'link64'])
    const all = nl.counters.list()
    expect(all.map(({ dev }) => dev)).toEqual(nl.links.list().map(({ index }) => index))
    const br0 = nl.counters.get('br0').linkXstats?.bridge
    expect(br0?.mcast).toMatchObject({ igmpV1queries: [0n, 0n], igmpParseErrors: 0n })
    const p0 = nl.counters.get('p0', 'linkXstatsSlave').linkXstatsSlave?.bridge
    expect(p0?.stp).toMatchObject({ rxBpdu: 0n, txTcn: 0n })
    expect(p0?.unknown).toBeUndefined()
    expect(thrown(() => nl.counters.get('nope'))).toMatchObject({ code: 'ENODEV' })
    nl.counters.setL3('p0', true)
    const hardware = (): unknown => nl.counters.get('p0', 'linkOffloadXstats').linkOffloadXstats?.hwInfo
    expect(hardware()).toMatchObject({ l3: { request: true } })
    nl.counters.setL3('p0', false)
    expect(hardware()).toMatchObject({ l3: { request: false } })
  })

  test('counters of a bond', needs('kind:bond'), () => {
    nl.links.add({ name: 'b0', linkinfo: { kind: 'bond', data: { mode: '802.3ad' } } })
    expect(nl.counters.get('b0', 'linkXstats').linkXstats?.bond?.['3ad']).toMatchObject({ lacpduRx: 0n, markerRx: 0n })
  })
})
