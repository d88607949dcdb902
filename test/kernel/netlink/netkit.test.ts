/**
 * Everything that is known of the link kind netkit, as tables: what goes in, and what comes back or is refused.
 */
import { closeSync, openSync } from 'node:fs'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type Link, type LinkSpec, Rtnl } from '../../../src/netlink/route/index.ts'
import { NetNs } from '../../../src/netns/index.ts'
import { Lab } from '../lab.ts'
import { needs } from '../needs.ts'
import { like, type Refused, since, thrown } from './refused.ts'

type Data = NonNullable<Extract<LinkSpec['linkinfo'], { kind: 'netkit' }>['data']>

/** Since which kernels the driver knows what it knows. */
const knows = {
  scrub: since(6, 12),
  room: since(6, 14),
  pairing: since(7, 1),
  /** The policy of the attributes says the range of a mode, in place of the driver. */
  modeRange: since(6, 13),
}

const RANGE = 'integer out of range'
const LENGTH = 'Attribute failed policy validation'
const FIXED = 'cannot be changed after device creation'

/** Raw attributes of INFO_DATA. */
const raw = (type: number, bytes: number[], nested = false) => ({
  unknown: [{ type, bytes: Uint8Array.from(bytes), nested }],
})
const u32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)]

describe('netkit', needs('netkit'), () => {
  let lab: Lab
  let nl: Rtnl

  beforeAll(() => {
    lab = Lab.create('nk')
    nl = Rtnl.open({ netns: lab.name })
  })
  afterAll(() => {
    nl.close()
    lab.remove()
  })

  const add = (data: Data | undefined, outer: Partial<LinkSpec> = {}): Link =>
    nl.links.add({ name: 'nkp', ...outer, linkinfo: { kind: 'netkit', data } } as LinkSpec)
  const dataOf = (link: Link): Data => (link.linkinfo as { data?: Data }).data ?? {}
  const gone = (): void => nl.links.delete('nkp')
  const other = (link: Link): Link => nl.links.get(link.link!)

  describe('creation', () => {
    interface Creation {
      readonly what: string
      readonly data?: Data
      readonly outer?: Partial<LinkSpec>
      readonly refused?: Refused
      /** What the primary has to have become, and the peer. */
      readonly primary?: object
      readonly peer?: object
      /** What is looked at besides, and what it has to be. */
      readonly view?: (primary: Link, peer: Link) => unknown
      readonly is?: unknown
    }

    const pair = { primary: true, policy: 'forward', mode: 'l3', peerPolicy: 'forward' } as const
    const badPolicy = { code: 'EINVAL', says: 'Provided default xmit policy not supported' }
    const badMode = knows.modeRange
      ? { code: 'ERANGE', says: RANGE, path: 'linkinfo.data.mode' }
      : { code: 'EINVAL', says: 'Provided device mode can only be L2 or L3', path: 'linkinfo.data.mode' }
    const l2 = { mode: 'l2' } as const
    const MAC = '02:00:00:00:00:01'
    const notSupported = { code: 'EOPNOTSUPP', says: null }

    const rows: Creation[] = [
      // INFO_DATA
      { what: 'no data', primary: { linkinfo: { data: pair } } },
      { what: 'empty data', data: {}, primary: { linkinfo: { data: pair } } },
      { what: 'mode l2', data: l2, primary: { linkinfo: { data: { ...pair, mode: 'l2' } } } },
      { what: 'mode 2', data: { mode: 2 }, refused: badMode },
      { what: 'mode 0xffffffff', data: { mode: 0xffffffff }, refused: badMode },
      { what: 'mode of 2 bytes', data: raw(5, [1, 0]), refused: { code: 'ERANGE', says: LENGTH } },
      {
        what: 'mode of 8 bytes',
        data: raw(5, [...u32(1), ...u32(9)]),
        primary: { linkinfo: { data: { mode: 'l3' } } },
      },
      ...[1, 3, 7, 0xffffffff].flatMap((policy): Creation[] => [
        { what: `policy ${policy}`, data: { policy }, refused: { ...badPolicy, path: 'linkinfo.data.policy' } },
        {
          what: `peer policy ${policy}`,
          data: { peerPolicy: policy },
          refused: { ...badPolicy, path: 'linkinfo.data.peerPolicy' },
        },
      ]),
      {
        what: 'policies, seen from each side',
        data: { policy: 'forward', peerPolicy: 'blackhole' },
        primary: { linkinfo: { data: { primary: true, policy: 'forward', peerPolicy: 'blackhole' } } },
        peer: { linkinfo: { data: { primary: false, policy: 'blackhole', peerPolicy: 'forward' } } },
      },
      {
        what: 'scrub, seen from each side',
        data: { scrub: 'none' },
        primary: { linkinfo: { data: { scrub: 'none', peerScrub: 'default' } } },
        peer: { linkinfo: { data: { scrub: 'default', peerScrub: 'none' } } },
      },
      { what: 'scrub 2', data: { scrub: 2 }, refused: { code: 'ERANGE', says: RANGE, path: 'linkinfo.data.scrub' } },
      {
        what: 'peer scrub 2',
        data: { peerScrub: 2 },
        refused: { code: 'ERANGE', says: RANGE, path: 'linkinfo.data.peerScrub' },
      },
      {
        what: 'primary',
        data: { primary: true },
        refused: { code: 'EINVAL', says: 'Primary attribute is read-only', path: 'linkinfo.data.primary' },
      },
      {
        what: 'headroom and tailroom',
        data: { headroom: 64, tailroom: 65535 },
        ...(knows.room
          ? {
              primary: { linkinfo: { data: { headroom: 64, tailroom: 65535 } } },
              peer: { linkinfo: { data: { headroom: 64, tailroom: 65535 } } },
            }
          : { view: (link: Link) => dataOf(link).headroom, is: undefined }),
      },
      {
        what: 'headroom as u32',
        data: raw(8, u32(7)),
        ...(knows.room ? { primary: { linkinfo: { data: { headroom: 7 } } } } : {}),
      },
      {
        what: 'pairing single',
        data: { pairing: 'single' },
        view: (link) => [link.link === 0, dataOf(link).pairing, 'peerPolicy' in dataOf(link), 'scrub' in dataOf(link)],
        is: knows.pairing ? [true, 'single', false, false] : [false, undefined, true, knows.scrub],
      },
      {
        what: 'pairing 2',
        data: { pairing: 2 },
        ...(knows.pairing ? { refused: { code: 'ERANGE', says: RANGE, path: 'linkinfo.data.pairing' } } : {}),
      },
      ...(knows.pairing
        ? (
            [
              { peer: {} },
              { peerPolicy: 'forward' },
              { peerScrub: 'default' },
              { scrub: 'default' },
              { policy: 'blackhole' },
            ] as Data[]
          ).map((more): Creation => ({
            what: `single with ${Object.keys(more).join()}`,
            data: { pairing: 'single', ...more },
            refused: { ...notSupported, hint: /single netkit has no peer/ },
          }))
        : []),
      { what: 'attribute 11', data: raw(11, u32(1)), primary: { linkinfo: { data: pair } } },
      { what: 'attribute 99', data: raw(99, u32(1)), primary: { linkinfo: { data: pair } } },
      // PEER_INFO
      {
        what: 'peer of 8 bytes',
        data: raw(1, [0, 0, 0, 0, 0, 0, 0, 0], true),
        refused: { code: 'ERANGE', says: LENGTH },
      },
      { what: 'peer without anything', data: { peer: {} }, view: (_, peer) => /^nk\d+$/.test(peer.name!), is: true },
      { what: 'peer by name', data: { peer: { name: 'nkq' } }, peer: { name: 'nkq' } },
      {
        what: 'peer index −1',
        data: { peer: { index: -1 } },
        refused: { code: 'EINVAL', says: "ifindex can't be negative" },
      },
      {
        what: 'peer index 77 alone is ignored',
        data: { peer: { index: 77 } },
        view: (_, peer) => peer.index === 77,
        is: false,
      },
      {
        what: 'indexes 76 and 77',
        data: { peer: { index: 77 } },
        outer: { index: 76 },
        primary: { index: 76 },
        peer: { index: 77 },
      },
      { what: 'index 76 and none', data: { peer: {} }, outer: { index: 76 }, primary: { index: 76 } },
      {
        what: 'index 76 twice',
        data: { peer: { index: 76 } },
        outer: { index: 76 },
        refused: { code: 'EBUSY', hint: /one index/ },
      },
      { what: 'index of another', outer: { index: 1 }, refused: { code: 'EEXIST' } },
      { what: 'index −1', outer: { index: -1 }, refused: { code: 'EINVAL', says: "ifindex can't be negative" } },
      {
        what: 'up here is honoured, and of the peer ignored',
        data: { peer: { flags: ['up'], change: 1 } },
        outer: { up: true },
        view: (link, peer) => [link.flags.includes('up'), peer.flags.includes('up')],
        is: [true, false],
      },
      {
        what: 'peer name of 16 characters',
        data: { peer: { name: 'abcdefghijklmnop' } },
        refused: { code: 'ERANGE', says: LENGTH },
      },
      { what: 'peer name with a slash', data: { peer: { name: 'a/b' } }, refused: { code: 'EINVAL' } },
      { what: 'peer name empty', data: { peer: { name: '' } }, refused: { code: 'EINVAL' } },
      { what: 'patterns', data: { peer: { name: 'bar%d' } }, peer: { name: 'bar0' } },
      { what: 'peer name taken', data: { peer: { name: 'lo' } }, refused: { code: 'EEXIST', says: null } },
      { what: 'both of one name', data: { peer: { name: 'nkp' } }, refused: { code: 'EEXIST', says: null } },
      { what: 'name taken', outer: { name: 'lo' }, refused: { code: 'EEXIST' } },
      // hardware addresses
      {
        what: 'an address in L3 mode',
        outer: { address: MAC },
        refused: { ...notSupported, hint: /L3 mode has no hardware address/ },
      },
      {
        what: 'an address of the peer in L3 mode',
        data: { mode: 'l3', peer: { address: MAC } },
        refused: { ...notSupported, hint: /L3 mode has no hardware address/ },
      },
      {
        what: 'both addresses in L2 mode',
        data: { ...l2, peer: { address: '02:00:00:00:00:02' } },
        outer: { address: MAC },
        primary: { address: MAC },
        peer: { address: '02:00:00:00:00:02' },
      },
      {
        what: 'an address without a peer in L2 mode',
        data: l2,
        outer: { address: MAC },
        primary: { address: MAC },
        view: (_, peer) => /^(00:00|02:00:00:00)/.test(peer.address!),
        is: false,
      },
      {
        what: 'a multicast address',
        data: l2,
        outer: { address: '01:00:5e:00:00:01' },
        refused: { code: 'EADDRNOTAVAIL' },
      },
      { what: 'a zero address', data: l2, outer: { address: '00:00:00:00:00:00' }, refused: { code: 'EADDRNOTAVAIL' } },
      {
        what: 'an address of 5 bytes',
        data: l2,
        outer: { address: Uint8Array.of(2, 0, 0, 0, 1) },
        refused: { code: 'EINVAL' },
      },
      {
        what: 'no address in L3 mode',
        primary: { address: '00:00:00:00:00:00', broadcast: 'ff:ff:ff:ff:ff:ff', type: 'ether' },
      },
      // MTU, queues, sizes
      { what: 'MTU 67', outer: { mtu: 67 }, refused: { code: 'EINVAL', says: 'mtu less than device minimum' } },
      {
        what: 'MTU 65536',
        outer: { mtu: 65536 },
        refused: { code: 'EINVAL', says: 'mtu greater than device maximum' },
      },
      { what: 'MTU without a peer is for both', outer: { mtu: 9000 }, primary: { mtu: 9000 }, peer: { mtu: 9000 } },
      {
        what: 'MTU beside a peer is for the primary',
        data: { peer: {} },
        outer: { mtu: 9000 },
        primary: { mtu: 9000 },
        peer: { mtu: 1500 },
      },
      {
        what: 'MTU of each',
        data: { peer: { mtu: 1400 } },
        outer: { mtu: 9000 },
        primary: { mtu: 9000 },
        peer: { mtu: 1400 },
      },
      ...[0, 4097].flatMap((queues): Creation[] => [
        {
          what: `${queues} transmit queues`,
          outer: { numTxQueues: queues },
          refused: { code: 'EINVAL', says: 'Invalid number of transmit queues' },
        },
        {
          what: `${queues} receive queues`,
          outer: { numRxQueues: queues },
          refused: { code: 'EINVAL', says: 'Invalid number of receive queues' },
        },
      ]),
      {
        what: '2 transmit queues',
        outer: { numTxQueues: 2 },
        ...(since(7, 1) ? { refused: { ...notSupported, hint: /since Linux 7\.1/ } } : { primary: { numTxQueues: 2 } }),
      },
      { what: '1024 receive queues', outer: { numRxQueues: 1024 }, primary: { numRxQueues: 1024 } },
      {
        what: '1025 receive queues',
        outer: { numRxQueues: 1025 },
        ...(since(7, 1) ? { refused: notSupported } : { primary: { numRxQueues: 1025 } }),
      },
      {
        what: 'GSO size 524281',
        outer: { gsoMaxSize: 524281 },
        refused: { code: 'EINVAL', says: 'too big gso_max_size' },
      },
      {
        what: 'addrgenmode at creation',
        outer: { afSpec: { inet6: { addrGenMode: 'none' } } },
        refused: { code: 'EAFNOSUPPORT', hint: /change\(\) after add/ },
      },
      {
        what: 'queue length, group and sizes of each',
        data: { peer: { txqlen: 7, group: 8, gsoMaxSize: 70000, groMaxSize: 71000 } },
        outer: { txqlen: 17, group: 18, gsoMaxSize: 80000, groMaxSize: 81000 },
        primary: { txqlen: 17, group: 18, gsoMaxSize: 80000, groMaxSize: 81000 },
        peer: { txqlen: 7, group: 8, gsoMaxSize: 70000, groMaxSize: 71000 },
      },
      // state
      {
        what: 'L3 flags',
        view: (link, peer) => [link.flags, peer.flags, link.minMtu, link.maxMtu, link.tsoMaxSize],
        is: [['broadcast', 'noarp', 'multicast'], ['broadcast', 'noarp', 'multicast'], 68, 65535, 524280],
      },
      { what: 'L2 flags', data: l2, view: (link) => link.flags, is: ['broadcast', 'multicast'] },
    ]

    test.each(rows.filter(({ refused }) => refused !== undefined))('$what is refused', ({ data, outer, refused }) => {
      const before = nl.links.list().length
      expect(thrown(() => add(data, outer))).toMatchObject(like(refused!))
      expect(nl.links.list().length, 'nothing is left behind').toBe(before)
    })

    test.each(rows.filter(({ refused }) => refused === undefined))(
      '$what',
      ({ data, outer, primary, peer, view, is }) => {
        const made = add(data, outer)
        try {
          const link = nl.links.get('nkp')
          const end = link.link === 0 ? link : other(link)
          // What the creation gave is what a question gives.
          expect([made.index, made.link, made.linkinfo]).toEqual([link.index, link.link, link.linkinfo])
          expect(link).toMatchObject(primary ?? {})
          expect(end).toMatchObject(peer ?? {})
          expect(view?.(link, end)).toEqual(is)
          expect(dataOf(link), 'never given back').not.toHaveProperty('peer')
        } finally {
          gone()
        }
      },
    )

    test('both names by default, the peer first', () => {
      const { name, link } = nl.links.add({ linkinfo: { kind: 'netkit' } })
      expect([nl.links.get(link!).name, name]).toEqual(['nk0', 'nk1'])
      nl.links.delete('nk1')
    })

    test('an unknown kind', () => {
      expect(thrown(() => nl.links.add({ name: 'x', linkinfo: { kind: 'netkitx' } as never }))).toMatchObject(
        like({
          code: 'EOPNOTSUPP',
          says: 'Unknown device type',
        }),
      )
    })

    test('a bad mode says its path and what is allowed', () => {
      expect(() => add({ mode: 9 })).toThrow(/create netkit "nkp": RTM_NEWLINK: .*at linkinfo\.data\.mode/)
      expect(thrown(() => add({ mode: 9 }))).toMatchObject({
        message: expect.stringMatching(knows.modeRange ? /allowed: l2, l3/ : /L2 or L3/),
      })
    })
  })

  describe('change', () => {
    let primary: Link
    beforeAll(() => {
      primary = add({ peer: { name: 'nkq' } })
    })
    afterAll(gone)

    const change = (name: string, data: Data | undefined): void =>
      nl.links.change(name, { linkinfo: { kind: 'netkit', data } } as LinkSpec)
    const text = (what: string): string => (since(6, 13) ? `netkit link ${what} ${FIXED}` : FIXED)

    test('policies, through the primary', () => {
      change('nkp', { policy: 'blackhole', peerPolicy: 'blackhole' })
      expect(dataOf(nl.links.get('nkp'))).toMatchObject({ policy: 'blackhole', peerPolicy: 'blackhole' })
      expect(dataOf(nl.links.get('nkq'))).toMatchObject({ policy: 'blackhole', peerPolicy: 'blackhole' })
      change('nkp', { peerPolicy: 'forward' })
      expect(dataOf(nl.links.get('nkq'))).toMatchObject({ policy: 'forward', peerPolicy: 'blackhole' })
    })

    const refusals: readonly (readonly [what: string, data: Data, refused: Refused])[] = [
      [
        'a bad policy',
        { policy: 1 },
        { code: 'EINVAL', says: 'xmit policy not supported', path: 'linkinfo.data.policy' },
      ],
      [
        'the mode, even the same',
        { mode: 'l3' },
        { code: 'EACCES', says: text('operating mode'), hint: /fixed at creation/ },
      ],
      ['a bad mode', { mode: 9 }, knows.modeRange ? { code: 'ERANGE', says: RANGE } : { code: 'EACCES', says: FIXED }],
      ['scrub', { scrub: 'none' }, { code: 'EACCES', says: text('scrubbing') }],
      ['peer scrub', { peerScrub: 'none' }, { code: 'EACCES', says: since(6, 13) ? text('peer scrubbing') : FIXED }],
      ['the peer', { peer: { name: 'z' } }, { code: since(6, 13) ? 'EACCES' : 'EINVAL', says: `peer info ${FIXED}` }],
      ['primary', { primary: true }, { code: 'EINVAL', says: 'Primary attribute is read-only' }],
      ...(knows.room
        ? ([
            ['headroom', { headroom: 1 }, { code: 'EACCES', says: text('headroom') }],
            ['tailroom', { tailroom: 1 }, { code: 'EACCES', says: text('tailroom') }],
          ] as const)
        : []),
      ...(knows.pairing
        ? ([['pairing', { pairing: 'pair' }, { code: 'EACCES', says: text('pairing') }]] as const)
        : []),
    ]
    test.each(refusals)('%s is refused', (_what, data, refused) => {
      expect(thrown(() => change('nkp', data))).toMatchObject(like(refused))
    })

    test('the first policy is in force though the second was bad', () => {
      change('nkp', { policy: 'forward' })
      expect(thrown(() => change('nkp', { policy: 'blackhole', peerPolicy: 1 }))).toMatchObject(
        like({ code: 'EINVAL' }),
      )
      expect(dataOf(nl.links.get('nkp')).policy).toBe('blackhole')
    })

    test('through the peer: refused, and told where the primary is', () => {
      expect(thrown(() => change('nkq', {}))).toMatchObject(
        like({
          code: 'EACCES',
          says: 'only through the primary device',
          hint: new RegExp(`link ${primary.index} \\(nkp\\)`),
        }),
      )
    })

    test('the kind alone changes nothing and goes with what does', () => {
      nl.links.change('nkq', { mtu: 1300, linkinfo: { kind: 'netkit' } })
      expect(nl.links.get('nkq').mtu).toBe(1300)
    })

    test('another kind, or none', () => {
      expect(thrown(() => nl.links.change('nkp', { linkinfo: { kind: 'dummy', data: {} } }))).toMatchObject(
        like({ code: 'EOPNOTSUPP' }),
      )
    })

    test('replace changes what can be changed and refuses a peer', () => {
      nl.links.replace({ name: 'nkp', linkinfo: { kind: 'netkit', data: { policy: 'forward' } } })
      expect(dataOf(nl.links.get('nkp')).policy).toBe('forward')
      expect(
        thrown(() => nl.links.replace({ name: 'nkp', linkinfo: { kind: 'netkit', data: { peer: {} } } })),
      ).toMatchObject(
        like({
          code: since(6, 13) ? 'EACCES' : 'EINVAL',
          says: FIXED,
        }),
      )
    })

    test('name while up, carrier of both, MAC of L3', () => {
      nl.links.change('nkp', { up: true })
      expect(nl.links.get('nkp')).toMatchObject({ operstate: 'lowerlayerdown', carrier: false })
      nl.links.change('nkq', { up: true })
      expect(nl.links.get('nkp')).toMatchObject({ operstate: 'up', carrier: true })
      nl.links.change('nkp', { name: 'nkr' })
      nl.links.change('nkr', { name: 'nkp' })
      expect(thrown(() => nl.links.change('nkp', { address: '02:00:00:00:00:01' }))).toMatchObject(
        like({ code: 'EOPNOTSUPP' }),
      )
      nl.links.change('nkq', { up: false })
      expect(nl.links.get('nkp').carrier).toBe(false)
    })

    test('L3 is no port of a bridge', needs('kind:bridge'), () => {
      nl.links.add({ name: 'br0', linkinfo: { kind: 'bridge' } })
      expect(thrown(() => nl.links.change('nkp', { master: 'br0' }))).toMatchObject(
        like({
          code: 'EINVAL',
          says: null,
          hint: /port of a bridge/,
        }),
      )
      nl.links.delete('br0')
    })

    test('a link that is not there', () => {
      expect(thrown(() => change('nope', { policy: 'forward' }))).toMatchObject(
        like({ code: 'ENODEV', hint: /no such link/ }),
      )
    })
  })

  describe('namespaces', () => {
    let n1: NetNs
    let n2: NetNs
    beforeAll(() => {
      n1 = NetNs.create()
      n2 = NetNs.create()
      nl.nsids.set(n1, 33)
    })
    afterAll(() => {
      n1.close()
      n2.close()
    })
    const where = (name: string): string => {
      const places = [
        ['H', lab.name],
        ['n1', n1],
        ['n2', n2],
      ] as const
      return places
        .filter(([, netns]) => nl.elsewhere(netns, (there) => there.links.find(name)) !== undefined)
        .map(([n]) => n)
        .join()
    }

    const rows: readonly (readonly [
      what: string,
      outer: () => Partial<LinkSpec>,
      peer: () => Data['peer'],
      string,
      string,
    ])[] = [
      ['none', () => ({}), () => ({}), 'H', 'H'],
      ['the peer by descriptor', () => ({}), () => ({ netns: n1 }), 'H', 'n1'],
      ['the peer by nsid is ignored', () => ({}), () => ({ targetNetnsid: 33 }), 'H', 'H'],
      ['outer, and no peer', () => ({ netns: n1 }), () => undefined, 'n1', 'n1'],
      ['outer, and a peer without', () => ({ netns: n1 }), () => ({}), 'n1', 'H'],
      ['both', () => ({ netns: n1 }), () => ({ netns: n2 }), 'n1', 'n2'],
      ['outer by nsid', () => ({ targetNetnsid: 33 }), () => ({}), 'n1', 'H'],
      ['link-netnsid', () => ({ linkNetnsid: 33 }), () => ({}), 'H', 'n1'],
    ]
    test.each(rows)('%s', (_what, outer, peer, primaryIn, peerIn) => {
      const inner = peer()
      const made = add(inner === undefined ? {} : { peer: { name: 'nkq', ...inner } }, outer())
      try {
        expect(made.name).toBe('nkp')
        expect(where('nkp')).toBe(primaryIn)
        expect(inner === undefined ? peerIn : where('nkq')).toBe(peerIn)
      } finally {
        const home = primaryIn === 'H' ? lab.name : n1
        nl.elsewhere(home, (there) => there.links.delete('nkp'))
      }
    })

    test('a process wins over a descriptor', async () => {
      const child = n2.spawn('sleep', ['60'], { stdio: 'ignore' })
      try {
        add({ peer: { name: 'nkq', netnsPid: child.pid!, netns: n1 } })
        expect(where('nkq')).toBe('n2')
        gone()
      } finally {
        child.kill('SIGKILL')
        await new Promise((resolve) => child.once('close', resolve))
      }
    })

    test('what is no namespace', () => {
      const file = openSync('/etc/passwd', 'r')
      expect(thrown(() => add({ peer: { netnsPid: 4_000_000 } }))).toMatchObject(
        like({ code: 'ESRCH', hint: /no process/ }),
      )
      expect(() => add({ peer: { netns: file } })).toThrow(/EINVAL|ENOTTY/)
      expect(() => add({ peer: { netns: 9_999 } })).toThrow(/EBADF/)
      closeSync(file)
      expect(thrown(() => add(undefined, { targetNetnsid: 4711 }))).toMatchObject(like({ code: 'EINVAL' }))
      expect(thrown(() => add(undefined, { targetNetnsid: 33, netns: n1 }))).toMatchObject(
        like({
          code: 'EINVAL',
          says: 'multiple netns identifying attributes specified',
        }),
      )
    })

    test('a name that is taken there', () => {
      expect(thrown(() => add({ peer: { name: 'lo', netns: n1 } }))).toMatchObject(like({ code: 'EEXIST' }))
    })

    test('the other end as it is seen across, moved, and gone', () => {
      const made = add({ peer: { name: 'nkq', netns: n1 } })
      expect(made.linkNetnsid).toBe(33)
      const there = nl.elsewhere(n1, ({ links }) => links.get('nkq'))
      expect([made.link, there.link]).toEqual([there.index, made.index])
      expect(there.linkinfo).toMatchObject({ kind: 'netkit', data: { primary: false } })
      nl.elsewhere(n1, ({ links }) => links.change('nkq', { netns: n2 }))
      expect(nl.links.get('nkp').linkNetnsid).not.toBe(33)
      nl.elsewhere(n2, ({ links }) => links.delete('nkq'))
      expect(nl.links.find('nkp')).toBeUndefined()
    })
  })

  describe('differential', needs('ip:netkit'), () => {
    const info = (name: string) =>
      (lab.link(name) as { linkinfo: { info_data: Record<string, string> } }).linkinfo.info_data

    test('what we make, ip reads', () => {
      add({ policy: 'blackhole', scrub: 'none', mode: 'l2', peer: { name: 'nkq' } })
      expect(info('nkp')).toMatchObject({ mode: 'l2', type: 'primary', policy: 'blackhole', peer_policy: 'forward' })
      expect(info('nkq')).toMatchObject({ mode: 'l2', type: 'peer', policy: 'forward', peer_policy: 'blackhole' })
      gone()
    })

    test('what ip makes, we read', () => {
      lab.ip('link add nkp type netkit mode l2 blackhole peer forward name nkq')
      expect(dataOf(nl.links.get('nkp'))).toMatchObject({
        mode: 'l2',
        policy: 'blackhole',
        peerPolicy: 'forward',
        primary: true,
      })
      gone()
    })
  })
})
