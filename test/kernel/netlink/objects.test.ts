/**
 * Addresses, routes, neighbours, forwarding entries and rules: two ways to one object, the library's and ip's, have to be alike for both who read it.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  type AddressSpec,
  type FdbSpec,
  type NeighbourSpec,
  type RouteQuery,
  type RouteSpec,
  type RuleSpec,
  Rtnl,
} from '../../../src/netlink/route/index.ts'
import { recordRows } from '../../tables/seen.ts'
import { Lab, run } from '../lab.ts'
import { type Capability, needs } from '../needs.ts'
import { like, thrown } from './refused.ts'

recordRows()

/** Remaining lifetimes, timers and times differ from one moment to the next. */
const VOLATILE =
  /^(valid_life_time|preferred_life_time|validLft|preferredLft|created|updated|cacheinfo|expires|used|confirmed|probes|ifindex)$/

function steady(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(steady)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !VOLATILE.test(key))
      .map(([key, inner]) => [key, steady(inner)]),
  )
}

describe('objects, made by the library and by ip', needs(), () => {
  let lab: Lab
  let nl: Rtnl

  beforeAll(() => {
    lab = Lab.create('objects')
    nl = Rtnl.open({ netns: lab.name })
    nl.links.add({ name: 'v0', linkinfo: { kind: 'veth', data: { peer: { name: 'v1' } } } })
    nl.links.add({ name: 'br0', linkinfo: { kind: 'bridge' } })
    // No link-local address that comes when it is ready.
    for (const name of ['v0', 'v1']) nl.links.change(name, { afSpec: { inet6: { addrGenMode: 'none' } } })
    for (const name of ['v0', 'v1']) nl.links.change(name, { up: true })
    nl.addresses.add({ dev: 'v0', address: '10.0.0.1/24' })
    nl.addresses.add({ dev: 'v0', address: 'fd00::1/64', flags: ['nodad'] })
  })
  afterAll(() => {
    nl.close()
    lab.remove()
  })

  /**
   * One object made by the library, then by ip: what both see of it each time, and what the library sees before and after. Each run of ip is a
   * process, so there are three.
   */
  const observe = <S>(
    objects: { add(spec: S): void; delete(spec: S): void; list(): unknown[] },
    spec: S,
    add: string,
    show: string,
  ) => {
    const list = (): unknown => steady(objects.list())
    const look = () => ({ ours: list(), theirs: steady(lab.json(show)) })
    const before = list()
    objects.add(spec)
    const mine = look()
    objects.delete(spec)
    const between = list()
    lab.ip(add)
    const theirs = look()
    objects.delete(spec)
    return { before, mine, between, theirs, after: list() }
  }

  describe('addresses', () => {
    const rows: readonly (readonly [ip: string, spec: Omit<AddressSpec, 'dev'>])[] = [
      ['192.0.2.1/24', { address: '192.0.2.1/24' }],
      ['192.0.2.1', { address: '192.0.2.1' }],
      ['192.0.2.1/24 broadcast 192.0.2.255', { address: '192.0.2.1/24', broadcast: '192.0.2.255' }],
      ['192.0.2.1 peer 192.0.2.2/24', { address: '192.0.2.1', peer: '192.0.2.2/24' }],
      [
        '192.0.2.1/24 label v0:a scope link metric 7',
        { address: '192.0.2.1/24', label: 'v0:a', scope: 'link', metric: 7 },
      ],
      ['127.9.9.9/8', { address: '127.9.9.9/8' }],
      ['192.0.2.1/24 noprefixroute', { address: '192.0.2.1/24', flags: ['noprefixroute'] }],
      ['192.0.2.1/24 valid_lft 1000 preferred_lft 500', { address: '192.0.2.1/24', validLft: 1000, preferredLft: 500 }],
      ['2001:db8::1/64 nodad', { address: '2001:db8::1/64', flags: ['nodad'] }],
      ['2001:db8::1 nodad', { address: '2001:db8::1', flags: ['nodad'] }],
      ['2001:db8::1 peer 2001:db8::2 nodad', { address: '2001:db8::1', peer: '2001:db8::2', flags: ['nodad'] }],
      ['2001:db8::1/64 nodad home mngtmpaddr', { address: '2001:db8::1/64', flags: ['nodad', 'home', 'mngtmpaddr'] }],
      ['2001:db8::1/64 nodad metric 9', { address: '2001:db8::1/64', flags: ['nodad'], metric: 9 }],
    ]
    test.each(rows)('%s', (ip, spec) => {
      const seen = observe(nl.addresses, { ...spec, dev: 'v0' }, `addr add ${ip} dev v0`, 'addr show dev v0')
      expect(seen.mine).toEqual(seen.theirs)
      expect(seen.mine.ours).not.toEqual(seen.before)
      expect([seen.between, seen.after]).toEqual([seen.before, seen.before])
      expect(nl.addresses.list({ dev: 'v0' })).toHaveLength(2)
    })

    test('as ip prints them', () => {
      nl.addresses.add({ dev: 'v0', address: '192.0.2.1', peer: '192.0.2.2/24', validLft: 3000, preferredLft: 0 })
      const [found] = nl.addresses.list({ dev: 'v0', family: 'inet' }).filter(({ peer }) => peer !== undefined)
      expect(found).toMatchObject({
        address: '192.0.2.1',
        peer: '192.0.2.2/24',
        scope: 'global',
        flags: ['deprecated'],
      })
      expect(found!.validLft).toBeGreaterThan(2990)
      nl.addresses.replace({ dev: 'v0', address: '192.0.2.1', peer: '192.0.2.2/24' })
      expect(nl.addresses.list({ dev: 'v0' }).find(({ peer }) => peer !== undefined)?.validLft).toBe(Infinity)
      nl.addresses.delete({ dev: 'v0', address: '192.0.2.1', peer: '192.0.2.2/24' })
    })

    test('filters', () => {
      expect(nl.addresses.list({ family: 'inet6', dev: 'v0' }).map(({ address }) => address)).toEqual(['fd00::1/64'])
      expect(nl.addresses.list({ family: 'inet', scope: 'host' })[0]?.address).toBe('127.0.0.1/8')
      expect(nl.addresses.list({ flags: ['permanent'], dev: 'v0' })).toHaveLength(2)
      expect(nl.addresses.list({ label: 'nope' })).toEqual([])
    })

    test('refusals', () => {
      expect(thrown(() => nl.addresses.add({ dev: 'v0', address: '10.0.0.1/24' }))).toMatchObject(
        like({ code: 'EEXIST', hint: /replace/ }),
      )
      expect(thrown(() => nl.addresses.delete({ dev: 'v0', address: '10.0.0.1/16' }))).toMatchObject(
        like({ code: 'EADDRNOTAVAIL', hint: /prefix length/ }),
      )
      expect(thrown(() => nl.addresses.add({ dev: 'nope', address: '10.0.0.1/24' }))).toMatchObject(
        like({ code: 'ENODEV' }),
      )
      expect(() => nl.addresses.add({ dev: 'v0', address: '10.0.0.1/33' })).toThrow(RangeError)
      expect(() => nl.addresses.add({ dev: 'v0', address: 'here' })).toThrow(/not an IP address/)
    })
  })

  describe('routes', () => {
    const rows: readonly (readonly [ip: string, spec: RouteSpec, ...Capability[]])[] = [
      ['198.51.100.0/24 via 10.0.0.2', { dst: '198.51.100.0/24', gateway: '10.0.0.2' }],
      ['198.51.100.7 dev v0', { dst: '198.51.100.7', dev: 'v0' }],
      [
        'default via 10.0.0.2 dev v0 src 10.0.0.1 metric 9',
        { dst: 'default', gateway: '10.0.0.2', dev: 'v0', prefsrc: '10.0.0.1', metric: 9 },
      ],
      [
        '198.51.100.0/24 dev v0 table 1000 proto bgp',
        { dst: '198.51.100.0/24', dev: 'v0', table: 1000, protocol: 'bgp' },
      ],
      ['198.51.100.0/24 dev v0 table 100', { dst: '198.51.100.0/24', dev: 'v0', table: 100 }],
      [
        '198.51.100.0/24 via 203.0.113.9 dev v0 onlink',
        { dst: '198.51.100.0/24', gateway: '203.0.113.9', dev: 'v0', flags: ['onlink'] },
      ],
      ['198.51.100.0/24 dev v0 scope host tos 0x10', { dst: '198.51.100.0/24', dev: 'v0', scope: 'host', tos: 16 }],
      ['198.51.100.0/24 via inet6 fd00::2 dev v0', { dst: '198.51.100.0/24', via: 'fd00::2', dev: 'v0' }],
      [
        '198.51.100.0/24 via 10.0.0.2 mtu lock 1300 advmss 1200 window 9000 rtt 10ms rttvar 5ms ssthresh 7 cwnd 8 reordering 4 hoplimit 5 initcwnd 11 rto_min 100ms initrwnd 12 quickack 1 features ecn',
        {
          dst: '198.51.100.0/24',
          gateway: '10.0.0.2',
          metrics: {
            lock: ['mtu', 'rtoMin'],
            mtu: 1300,
            advmss: 1200,
            window: 9000,
            rtt: 80,
            rttvar: 20,
            ssthresh: 7,
            cwnd: 8,
            reordering: 4,
            hoplimit: 5,
            initcwnd: 11,
            rtoMin: 100,
            initrwnd: 12,
            quickack: 1,
            features: ['ecn'],
          },
        },
      ],
      [
        '198.51.100.0/24 via 10.0.0.2 congctl cubic',
        { dst: '198.51.100.0/24', gateway: '10.0.0.2', metrics: { congctl: 'cubic' } },
      ],
      [
        '198.51.100.0/24 nexthop via 10.0.0.2 dev v0 weight 3 nexthop via 10.0.0.3 dev v0',
        {
          dst: '198.51.100.0/24',
          multipath: [
            { gateway: '10.0.0.2', dev: 'v0', weight: 3 },
            { gateway: '10.0.0.3', dev: 'v0', weight: 1 },
          ],
        },
      ],
      [
        '198.51.100.0/24 nexthop via inet6 fd00::2 dev v0 nexthop via 10.0.0.3 dev v0',
        {
          dst: '198.51.100.0/24',
          multipath: [
            { via: 'fd00::2', dev: 'v0', weight: 1 },
            { gateway: '10.0.0.3', dev: 'v0', weight: 1 },
          ],
        },
      ],
      ['blackhole 198.51.100.0/24', { dst: '198.51.100.0/24', type: 'blackhole' }],
      ['unreachable 198.51.100.0/24', { dst: '198.51.100.0/24', type: 'unreachable' }],
      ['prohibit 198.51.100.0/24 table 300', { dst: '198.51.100.0/24', type: 'prohibit', table: 300 }],
      ['throw 198.51.100.0/24 table 300', { dst: '198.51.100.0/24', type: 'throw', table: 300 }],
      ['local 198.51.100.9 dev lo', { dst: '198.51.100.9', type: 'local', dev: 'lo' }],
      ['broadcast 198.51.100.255 dev v0', { dst: '198.51.100.255', type: 'broadcast', dev: 'v0' }],
      ['198.51.100.0/24 dev v0 realm 3', { dst: '198.51.100.0/24', dev: 'v0', flow: 3 }],
      ['2001:db8:1::/48 via fd00::2', { dst: '2001:db8:1::/48', gateway: 'fd00::2' }],
      [
        '2001:db8:1::/48 via fd00::2 dev v0 metric 77 pref high mtu 1300',
        { dst: '2001:db8:1::/48', gateway: 'fd00::2', dev: 'v0', metric: 77, pref: 'high', metrics: { mtu: 1300 } },
      ],
      ['2001:db8:1::7 dev v0 table 2000', { dst: '2001:db8:1::7', dev: 'v0', table: 2000 }],
      ['default via fd00::2', { dst: 'default', gateway: 'fd00::2' }],
      ['2001:db8:1::/48 via fd00::2 expires 600', { dst: '2001:db8:1::/48', gateway: 'fd00::2', expires: 600 }],
      [
        '2001:db8:1::/48 from 2001:db8:9::/64 via fd00::2 dev v0',
        { dst: '2001:db8:1::/48', src: '2001:db8:9::/64', gateway: 'fd00::2', dev: 'v0' },
        'kind:vrf',
      ],
      [
        '2001:db8:1::/48 nexthop via fd00::2 dev v0 nexthop via fd00::3 dev v0 weight 2',
        {
          dst: '2001:db8:1::/48',
          multipath: [
            { gateway: 'fd00::2', dev: 'v0', weight: 1 },
            { gateway: 'fd00::3', dev: 'v0', weight: 2 },
          ],
        },
      ],
      ['unreachable 2001:db8:1::/48', { dst: '2001:db8:1::/48', type: 'unreachable', dev: 'lo' }],
      [
        '2001:db8:1::/48 encap seg6 mode encap segs fd00::7,fd00::8 dev v0',
        {
          dst: '2001:db8:1::/48',
          dev: 'v0',
          encapType: 'seg6',
          encap: { srh: { mode: 'encap', segs: ['fd00::7', 'fd00::8'] } },
        },
      ],
      [
        '198.51.100.0/24 encap ip id 9 dst 192.0.2.8 src 192.0.2.9 ttl 7 tos 4 key dev v0',
        {
          dst: '198.51.100.0/24',
          dev: 'v0',
          encapType: 'ip',
          encap: { id: 9, dst: '192.0.2.8', src: '192.0.2.9', ttl: 7, tos: 4, flags: ['key'] },
        },
      ],
      [
        '198.51.100.0/24 encap ip6 id 9 dst fd00::8 src fd00::9 hoplimit 7 tc 4 dev v0',
        {
          dst: '198.51.100.0/24',
          dev: 'v0',
          encapType: 'ip6',
          encap: { id: 9, dst: 'fd00::8', src: 'fd00::9', hoplimit: 7, tc: 4, flags: [] },
        },
      ],
      [
        '198.51.100.0/24 encap mpls 16/200 via 10.0.0.2 dev v0',
        { dst: '198.51.100.0/24', gateway: '10.0.0.2', dev: 'v0', encapType: 'mpls', encap: { dst: [16, 200] } },
        'module:mpls_iptunnel',
      ],
      [
        '198.51.100.0/24 via 10.0.0.2 fastopen_no_cookie 1',
        { dst: '198.51.100.0/24', gateway: '10.0.0.2', metrics: { fastopenNoCookie: 1 } },
      ],
      [
        '198.51.100.0/24 nexthop via 10.0.0.2 dev v0 realms 3 nexthop encap ip id 5 dst 192.0.2.8 via 10.0.0.3 dev v0',
        {
          dst: '198.51.100.0/24',
          multipath: [
            { gateway: '10.0.0.2', dev: 'v0', weight: 1, flow: 3 },
            {
              gateway: '10.0.0.3',
              dev: 'v0',
              weight: 1,
              encapType: 'ip',
              encap: { id: 5, src: '0.0.0.0', dst: '192.0.2.8', ttl: 0, tos: 0, flags: [] },
            },
          ],
        },
      ],
      [
        '2001:db8:1::/48 encap seg6 mode inline segs fd00::7 dev v0',
        {
          dst: '2001:db8:1::/48',
          dev: 'v0',
          encapType: 'seg6',
          encap: { srh: { mode: 'inline', segs: ['fd00::7', '::'] } },
        },
      ],
      [
        '2001:db8:1::/48 encap seg6local action End count dev v0',
        {
          dst: '2001:db8:1::/48',
          dev: 'v0',
          encapType: 'seg6local',
          encap: { action: 'End', counters: { packets: 0, bytes: 0, errors: 0 } },
        },
      ],
      [
        '2001:db8:1::/48 encap seg6local action End.X nh6 fd00::7 dev v0',
        { dst: '2001:db8:1::/48', dev: 'v0', encapType: 'seg6local', encap: { action: 'End.X', nh6: 'fd00::7' } },
      ],
      [
        '2001:db8:1::/48 encap seg6local action End.DX4 nh4 10.0.0.7 dev v0',
        { dst: '2001:db8:1::/48', dev: 'v0', encapType: 'seg6local', encap: { action: 'End.DX4', nh4: '10.0.0.7' } },
      ],
      [
        '2001:db8:1::/48 encap seg6local action End.DX2 oif v1 dev v0',
        { dst: '2001:db8:1::/48', dev: 'v0', encapType: 'seg6local', encap: { action: 'End.DX2', oif: 'v1' } },
      ],
      [
        '2001:db8:1::/48 encap seg6local action End.DT6 table 100 dev v0',
        { dst: '2001:db8:1::/48', dev: 'v0', encapType: 'seg6local', encap: { action: 'End.DT6', table: 100 } },
      ],
      [
        '2001:db8:1::/48 encap seg6local action End.B6.Encaps srh segs fd00::7,fd00::8 dev v0',
        {
          dst: '2001:db8:1::/48',
          dev: 'v0',
          encapType: 'seg6local',
          encap: { action: 'End.B6.Encaps', srh: { segs: ['fd00::7', 'fd00::8'] } },
        },
      ],
    ]
    for (const [ip, spec, ...more] of rows) {
      test(`${ip.slice(0, 90)}`, needs(...more), () => {
        const six = ip.includes(':') && !ip.startsWith('198') ? '-6 ' : ''
        const seen = observe(nl.routes, spec, `${six}route add ${ip}`, `${six}route show table all`)
        expect(seen.mine).toEqual(seen.theirs)
        expect(seen.mine.ours).not.toEqual(seen.before)
        expect([seen.between, seen.after]).toEqual([seen.before, seen.before])
      })
    }

    test('filters that the kernel and we apply', () => {
      nl.routes.add({ dst: '198.51.100.0/24', dev: 'v0', table: 1000, protocol: 'static', metric: 5 })
      expect(nl.routes.list({ table: 1000 }).map(({ dst }) => dst)).toEqual(['198.51.100.0/24'])
      expect(nl.routes.list({ table: 1001 })).toEqual([])
      expect(nl.routes.list({ family: 'inet', protocol: 'static' })).toHaveLength(1)
      expect(nl.routes.list({ dst: '198.51.100.0/24' })).toHaveLength(1)
      expect(nl.routes.list({ dst: '198.51.100.0/25' })).toEqual([])
      expect(nl.routes.list({ metric: 5 })).toHaveLength(1)
      expect(nl.routes.list({ family: 'inet', type: 'local' }).every(({ type }) => type === 'local')).toBe(true)
      expect([...nl.routes.stream({ table: 1000 })]).toEqual(nl.routes.list({ table: 1000 }))
      nl.routes.delete({ dst: '198.51.100.0/24', table: 1000 })
      expect(nl.routes.list({ table: 1000 })).toEqual([])
    })

    test('replace and append', () => {
      const key = { dst: '198.51.100.0/24', dev: 'v0' } as const
      nl.routes.add({ ...key, gateway: '10.0.0.2' })
      nl.routes.replace({ ...key, gateway: '10.0.0.3' })
      expect(nl.routes.list({ dst: key.dst }).map(({ gateway }) => gateway)).toEqual(['10.0.0.3'])
      nl.routes.append({ ...key, gateway: '10.0.0.4' })
      expect(nl.routes.list({ dst: key.dst }).map(({ gateway }) => gateway)).toEqual(['10.0.0.3', '10.0.0.4'])
      nl.routes.change({ ...key, gateway: '10.0.0.5' })
      expect(nl.routes.list({ dst: key.dst })[0]?.gateway).toBe('10.0.0.5')
      nl.routes.delete(key)
      nl.routes.delete(key)
    })

    test('the route of a packet', () => {
      expect(nl.routes.get('10.0.0.9')).toMatchObject({
        dst: '10.0.0.9',
        dev: nl.links.indexOf('v0'),
        prefsrc: '10.0.0.1',
        table: 'main',
      })
      expect(nl.routes.get('10.0.0.1')).toMatchObject({ type: 'local', dev: 1 })
      expect(nl.routes.get('10.0.0.9', { fibMatch: true })).toMatchObject({ dst: '10.0.0.0/24', scope: 'link' })
      expect(nl.routes.get('fd00::9').gateway).toBeUndefined()
      expect(nl.routes.get('10.0.0.9', { from: '10.0.0.1', dev: 'v0', ipproto: 6, dport: 80 }).dst).toBe('10.0.0.9')
      expect(thrown(() => nl.routes.get('203.0.113.1'))).toMatchObject(like({ code: 'ENETUNREACH', hint: /no route/ }))
    })

    const queries: readonly (readonly [ip: string, dst: string, query: RouteQuery])[] = [
      ['10.0.0.9', '10.0.0.9', {}],
      ['10.0.0.9 from 10.0.0.1 oif v0', '10.0.0.9', { from: '10.0.0.1', dev: 'v0' }],
      ['10.0.0.9 mark 7', '10.0.0.9', { mark: 7 }],
      ['10.0.0.9 uid 1000', '10.0.0.9', { uid: 1000 }],
      ['10.0.0.9 tos 0x10', '10.0.0.9', { tos: 0x10 }],
      ['10.0.0.9 ipproto udp sport 1000 dport 53', '10.0.0.9', { ipproto: 17, sport: 1000, dport: 53 }],
      ['10.0.0.1 from 10.0.0.9 iif v0', '10.0.0.1', { from: '10.0.0.9', iif: 'v0' }],
      ['fibmatch 10.0.0.9', '10.0.0.9', { fibMatch: true }],
      ['fd00::9 from fd00::1', 'fd00::9', { from: 'fd00::1' }],
    ]
    test.each(queries)('route get %s', (words, dst, query) => {
      // By its port a packet goes another way.
      nl.rules.add({
        ipproto: 17,
        sport: { start: 1000, end: 1000 },
        dport: { start: 53, end: 53 },
        table: 78,
        priority: 9,
      })
      nl.routes.add({ dst: '10.0.0.9', dev: 'v1', scope: 'link', table: 78 })
      const [theirs] = lab.json<Record<string, unknown>>(`route get ${words}`)
      const ours = nl.routes.get(dst, query)
      nl.routes.delete({ dst: '10.0.0.9', table: 78 })
      nl.rules.delete({ priority: 9, table: 78 })
      expect({
        dst: ours.dst,
        dev: nl.links.list().find(({ index }) => index === ours.dev)?.name,
        type: ours.type,
        prefsrc: ours.prefsrc,
        from: ours.src,
        mark: ours.mark,
        uid: ours.uid ?? 0,
        tos: ours.tos,
      }).toEqual({
        dst: theirs!['dst'],
        dev: theirs!['dev'],
        type: theirs!['type'] ?? 'unicast',
        prefsrc: theirs!['prefsrc'],
        from: theirs!['from'],
        mark: theirs!['mark'],
        uid: theirs!['uid'] ?? 0,
        tos: Number(theirs!['tos'] ?? 0),
      })
    })

    test('refusals', () => {
      expect(
        thrown(() =>
          nl.routes.add({ dst: '10.0.0.0/24', dev: 'v0', scope: 'link', protocol: 'kernel', prefsrc: '10.0.0.1' }),
        ),
      ).toMatchObject(like({ code: 'EEXIST', hint: /replace/ }))
      expect(thrown(() => nl.routes.add({ dst: '198.51.100.0/24', gateway: '203.0.113.1' }))).toMatchObject(
        like({ code: 'ENETUNREACH', says: 'invalid gateway', hint: /onlink/ }),
      )
      expect(thrown(() => nl.routes.delete({ dst: '203.0.113.0/24' }))).toMatchObject(
        like({ code: 'ESRCH', hint: /no such route/ }),
      )
    })

    test('a batch tells which failed and does the rest', () => {
      const result = nl.batch(
        ['198.51.100.1', '198.51.100.2', '198.51.100.1', '198.51.100.3'].map((dst) =>
          nl.routes.request('add', { dst, gateway: '10.0.0.2', dev: 'v0' }),
        ),
      )
      expect([...result.errors.keys()]).toEqual([2])
      expect(result.errors.get(2)).toMatchObject({ code: 'EEXIST', attempted: 'add route 198.51.100.1' })
      expect(nl.routes.list({ gateway: '10.0.0.2' })).toHaveLength(3)
      nl.batch([1, 2, 3].map((n) => nl.routes.request('delete', { dst: `198.51.100.${n}` }))).throwIfFailed()
    })
  })

  test('more acknowledgements than a socket has room for: none is lost', () => {
    const prefixes = Array.from({ length: 1500 }, (_, i) => `198.18.${i >> 8}.${i & 255}`)
    // Each third is there already, so that answers of every length come.
    const added = prefixes.flatMap((dst, i) => (i % 3 === 0 ? [dst, dst] : [dst]))
    const add = added.map((dst) => nl.routes.request('add', { dst, dev: 'v0', table: 77 }))
    const result = nl.batch(add, { acknowledge: 'each' })
    expect(result).toMatchObject({ answered: 2000, lost: undefined })
    expect(result.errors.size).toBe(500)
    expect(new Set([...result.errors.values()].map(({ code }) => code))).toEqual(new Set(['EEXIST']))
    expect([...result.errors.keys()].every((index) => added[index] === added[index - 1])).toBe(true)
    expect(nl.routes.list({ table: 77 })).toHaveLength(1500)
    nl.batch(prefixes.map((dst) => nl.routes.request('delete', { dst, table: 77 }))).throwIfFailed()
    expect(nl.routes.list({ table: 77 })).toEqual([])
  })

  describe('neighbours', () => {
    const rows: readonly (readonly [ip: string, spec: Omit<NeighbourSpec, 'dev'>])[] = [
      ['10.0.0.77 lladdr 02:00:00:00:00:77', { dst: '10.0.0.77', lladdr: '02:00:00:00:00:77' }],
      [
        '10.0.0.77 lladdr 02:00:00:00:00:77 nud reachable',
        { dst: '10.0.0.77', lladdr: '02:00:00:00:00:77', state: 'reachable' },
      ],
      [
        '10.0.0.77 lladdr 02:00:00:00:00:77 nud noarp',
        { dst: '10.0.0.77', lladdr: '02:00:00:00:00:77', state: 'noarp' },
      ],
      [
        '10.0.0.77 lladdr 02:00:00:00:00:77 protocol bgp',
        { dst: '10.0.0.77', lladdr: '02:00:00:00:00:77', protocol: 'bgp' },
      ],
      ['fd00::77 lladdr 02:00:00:00:00:77 router', { dst: 'fd00::77', lladdr: '02:00:00:00:00:77', flags: ['router'] }],
      [
        '10.0.0.77 lladdr 02:00:00:00:00:77 extern_learn',
        { dst: '10.0.0.77', lladdr: '02:00:00:00:00:77', flags: ['externLearn'] },
      ],
    ]
    test.each(rows)('%s', (ip, spec) => {
      const full = { ...spec, dev: 'v0' }
      const look = () => [
        steady(nl.neighbours.list({ dst: spec.dst, dev: 'v0' })),
        steady(lab.json('neigh show dev v0 nud all')),
      ]
      nl.neighbours.add(full)
      const mine = look()
      nl.neighbours.delete(full)
      // A deleted one stays for a while, as failed.
      lab.ip('neigh flush dev v0 nud failed')
      lab.ip(`neigh add ${ip} dev v0`)
      expect(look()).toEqual(mine)
      nl.neighbours.delete(full)
    })

    test('proxy entries', () => {
      nl.neighbours.add({ dst: '10.0.0.88', dev: 'v0', flags: ['proxy'], state: 0 })
      expect(nl.neighbours.list({ proxy: true }).map(({ dst }) => dst)).toEqual(['10.0.0.88'])
      expect(lab.json('neigh show proxy')).toMatchObject([{ dst: '10.0.0.88', dev: 'v0' }])
      nl.neighbours.delete({ dst: '10.0.0.88', dev: 'v0', flags: ['proxy'] })
      expect(nl.neighbours.list({ proxy: true })).toEqual([])
    })

    test('states, replacement, refusals', () => {
      const one = { dst: '10.0.0.99', dev: 'v0' } as const
      nl.neighbours.replace({ ...one, lladdr: '02:00:00:00:00:01' })
      nl.neighbours.replace({ ...one, lladdr: '02:00:00:00:00:02' })
      expect(nl.neighbours.list({ state: 'permanent', dev: 'v0' })).toMatchObject([
        { dst: '10.0.0.99', lladdr: '02:00:00:00:00:02' },
      ])
      expect(thrown(() => nl.neighbours.add({ ...one, lladdr: '02:00:00:00:00:03' }))).toMatchObject(
        like({ code: 'EEXIST' }),
      )
      nl.neighbours.delete(one)
      expect(thrown(() => nl.neighbours.delete({ dst: '10.0.0.98', dev: 'v0' }))).toMatchObject(
        like({ code: 'ENOENT' }),
      )
    })

    test('forwarding entries of a bridge, and of a tunnel', () => {
      nl.links.change('v0', { master: 'br0' })
      const entry: FdbSpec = { dev: 'v0', lladdr: '02:00:00:00:00:55', flags: ['master'], state: 'noarp' }
      nl.fdb.add(entry)
      const shown = JSON.parse(run(['bridge', '-n', lab.name, '-j', 'fdb', 'show', 'dev', 'v0']).stdout) as {
        mac: string
      }[]
      expect(shown).toContainEqual(
        expect.objectContaining({ mac: '02:00:00:00:00:55', state: 'static', master: 'br0' }),
      )
      // With VLAN filtering in the kernel there is one for the default VLAN too.
      expect(nl.fdb.list({ master: 'br0', lladdr: '02:00:00:00:00:55' })).toContainEqual(
        expect.objectContaining({ state: 'noarp', family: 'bridge' }),
      )
      nl.fdb.delete(entry)
      for (const { vlan } of nl.fdb.list({ dev: 'v0', lladdr: entry.lladdr })) nl.fdb.delete({ ...entry, vlan })
      expect(nl.fdb.list({ lladdr: '02:00:00:00:00:55' })).toEqual([])
      nl.links.change('v0', { master: 0 })
    })

    test('forwarding entries of a vxlan', needs('kind:vxlan'), () => {
      nl.links.add({ name: 'vx', linkinfo: { kind: 'vxlan', data: { id: 5, port: 4789, link: 'v0' } } })
      nl.fdb.add({ dev: 'vx', lladdr: '02:00:00:00:00:66', dst: '192.0.2.66', port: 4790, vni: 7, via: 'v0' })
      expect(nl.fdb.list({ dev: 'vx' })).toMatchObject([
        { lladdr: '02:00:00:00:00:66', dst: '192.0.2.66', port: 4790, vni: 7 },
      ])
      expect(JSON.parse(run(['bridge', '-n', lab.name, '-j', 'fdb', 'show', 'dev', 'vx']).stdout)).toMatchObject([
        { mac: '02:00:00:00:00:66', dst: '192.0.2.66', port: 4790, vni: 7 },
      ])
      nl.links.delete('vx')
    })
  })

  describe('rules', () => {
    const rows: readonly (readonly [ip: string, spec: RuleSpec, ...Capability[]])[] = [
      ['from 10.0.0.0/8 table 1000 priority 100', { src: '10.0.0.0/8', table: 1000, priority: 100 }],
      ['to 10.0.0.9 table 100 priority 100', { dst: '10.0.0.9', table: 100, priority: 100 }],
      ['from all iif v0 lookup main priority 100', { iif: 'v0', priority: 100 }],
      ['from all oif nope lookup 7 priority 100', { oif: 'nope', table: 7, priority: 100 }],
      ['from all fwmark 0x10/0xff lookup 7 priority 100', { fwmark: 0x10, fwmask: 0xff, table: 7, priority: 100 }],
      ['not from 10.0.0.0/8 lookup 7 priority 100', { src: '10.0.0.0/8', flags: ['invert'], table: 7, priority: 100 }],
      [
        'from all uidrange 100-200 lookup 7 priority 100',
        { uidrange: { start: 100, end: 200 }, table: 7, priority: 100 },
      ],
      [
        'from all ipproto tcp sport 1000-2000 dport 80 lookup 7 priority 100',
        { ipproto: 6, sport: { start: 1000, end: 2000 }, dport: { start: 80, end: 80 }, table: 7, priority: 100 },
      ],
      ['from all tun_id 5 lookup 7 priority 100', { tunId: 5, table: 7, priority: 100 }],
      ['from all lookup main suppress_prefixlength 0 priority 100', { suppressPrefixlength: 0, priority: 100 }],
      ['from all lookup main suppress_ifgroup 3 priority 100', { suppressIfgroup: 3, priority: 100 }],
      ['from all blackhole priority 100', { action: 'blackhole', priority: 100 }],
      ['from all prohibit priority 100', { action: 'prohibit', priority: 100 }],
      ['from all goto 32766 priority 100', { goto: 32766, priority: 100 }],
      [
        'from all tos 0x10 lookup 7 protocol static priority 100',
        { tos: 0x10, table: 7, protocol: 'static', priority: 100 },
      ],
      ['from 2001:db8::/32 lookup 7 priority 100', { src: '2001:db8::/32', table: 7, priority: 100 }],
      ['l3mdev priority 100', { l3mdev: true, priority: 100 }, 'kind:vrf'],
      [
        'from 10.0.0.0/8 lookup 7 realms 3/5 priority 100',
        { src: '10.0.0.0/8', table: 7, flow: 0x3_0005, priority: 100 },
      ],
      [
        'from all sport 80/0xfff0 dport 0x100/0xff00 lookup 7 priority 100',
        {
          sport: { start: 80, end: 80 },
          sportMask: 0xfff0,
          dport: { start: 0x100, end: 0x100 },
          dportMask: 0xff00,
          table: 7,
          priority: 100,
        },
        'rule:masks',
      ],
      [
        'from all dscp 8/0x3c lookup 7 priority 100',
        { dscp: 8, dscpMask: 0x3c, table: 7, priority: 100 },
        'rule:masks',
      ],
      ['from all dscp EF lookup 7 priority 100', { dscp: 46, table: 7, priority: 100 }, 'rule:masks'],
      [
        'from 2001:db8::/32 flowlabel 0x12340/0xffff0 lookup 7 priority 100',
        { src: '2001:db8::/32', flowlabel: 0x12340, flowlabelMask: 0xffff0, table: 7, priority: 100 },
        'rule:masks',
      ],
    ]
    for (const [ip, spec, ...more] of rows) {
      test(`${ip}`, needs(...more), () => {
        const six = ip.includes('2001') ? '-6 ' : ''
        const seen = observe(nl.rules, spec, `${six}rule add ${ip}`, `${six}rule show`)
        expect(seen.mine).toEqual(seen.theirs)
        expect(seen.mine.ours).not.toEqual(seen.before)
        expect([seen.between, seen.after]).toEqual([seen.before, seen.before])
      })
    }

    test('the first rule, and filters', () => {
      expect(nl.rules.list({ family: 'inet', priority: 0 })).toMatchObject([{ table: 'local', action: 'lookup' }])
      expect(nl.rules.list({ family: 'inet', table: 'main' })).toHaveLength(1)
      expect(thrown(() => nl.rules.delete({ priority: 4711, table: 9 }))).toMatchObject(like({ code: 'ENOENT' }))
    })
  })
})
