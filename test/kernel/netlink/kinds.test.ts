/**
 * Two ways to one link: what the library makes of a row and what `ip` makes of the same words have to be alike, for both who read it.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type LinkSpec, Rtnl } from '../../../src/netlink/route/index.ts'
import { recordRows } from '../../tables/seen.ts'
import { type IpObject, Lab } from '../lab.ts'
import { type Capability, needs } from '../needs.ts'

recordRows()

interface Row {
  readonly kind: string
  /** What the library is told. */
  readonly data?: object
  readonly outer?: Partial<LinkSpec>
  /** What `ip link add name x …` is told. */
  readonly ip: string
  readonly needs?: readonly Capability[]
}

/** `lower` is the end of a veth that the file makes. */
const over = { link: 'lower' } as const

const rows: readonly Row[] = [
  { kind: 'dummy', ip: 'type dummy' },
  { kind: 'ifb', ip: 'type ifb' },
  { kind: 'nlmon', ip: 'type nlmon' },
  { kind: 'wireguard', ip: 'type wireguard' },
  { kind: 'vcan', ip: 'type vcan' },
  {
    kind: 'veth',
    data: { peer: { name: 'y', mtu: 1300, txqlen: 7 } },
    ip: 'type veth peer name y mtu 1300 txqueuelen 7',
  },
  { kind: 'bridge', ip: 'type bridge' },
  {
    kind: 'bridge',
    data: {
      forwardDelay: 400,
      helloTime: 100,
      maxAge: 700,
      ageingTime: 1000,
      priority: 4096,
      groupFwdMask: 8,
      mcastRouter: 'perm',
      mcastSnooping: true,
      mcastQuerier: true,
      mcastQueryUseIfaddr: true,
      mcastHashMax: 1024,
      mcastLastMemberCount: 3,
      mcastStartupQueryCount: 4,
      mcastLastMemberInterval: 200,
      mcastMembershipInterval: 20000,
      mcastQuerierInterval: 20000,
      mcastQueryInterval: 10000,
      mcastQueryResponseInterval: 900,
      mcastStartupQueryInterval: 3000,
      mcastStatsEnabled: true,
      mcastIgmpVersion: 3,
      mcastMldVersion: 2,
      multiBoolopt: { noLlLearn: true },
    },
    ip:
      'type bridge forward_delay 400 hello_time 100 max_age 700 ageing_time 1000 priority 4096 group_fwd_mask 8 mcast_router 2 ' +
      'mcast_snooping 1 mcast_querier 1 mcast_query_use_ifaddr 1 mcast_hash_max 1024 mcast_last_member_count 3 ' +
      'mcast_startup_query_count 4 mcast_last_member_interval 200 mcast_membership_interval 20000 mcast_querier_interval 20000 ' +
      'mcast_query_interval 10000 mcast_query_response_interval 900 mcast_startup_query_interval 3000 mcast_stats_enabled 1 ' +
      'mcast_igmp_version 3 mcast_mld_version 2 no_linklocal_learn 1',
  },
  {
    kind: 'bridge',
    data: {
      vlanFiltering: true,
      vlanProtocol: '802.1ad',
      vlanDefaultPvid: 7,
      vlanStatsEnabled: true,
      vlanStatsPerPort: true,
    },
    ip: 'type bridge vlan_filtering 1 vlan_protocol 802.1ad vlan_default_pvid 7 vlan_stats_enabled 1 vlan_stats_per_port 1',
    // A kernel without VLAN filtering refuses the options one by one; where there are VLANs at all there is this too.
    needs: ['kind:vlan'],
  },
  {
    kind: 'vlan',
    data: {
      id: 5,
      protocol: '802.1ad',
      flags: { gvrp: true, looseBinding: true },
      egressQosMap: [{ from: 1, to: 2 }],
      ingressQosMap: [{ from: 3, to: 4 }],
    },
    outer: over,
    ip: 'link lower type vlan id 5 protocol 802.1ad gvrp on loose_binding on egress-qos-map 1:2 ingress-qos-map 3:4',
  },
  { kind: 'vlan', data: { id: 6 }, outer: over, ip: 'link lower type vlan id 6' },
  { kind: 'macvlan', data: { mode: 'bridge' }, outer: over, ip: 'link lower type macvlan mode bridge' },
  {
    kind: 'macvlan',
    data: { mode: 'passthru', flags: ['nopromisc'] },
    outer: over,
    ip: 'link lower type macvlan mode passthru nopromisc',
  },
  {
    kind: 'macvlan',
    data: { mode: 'private', bcQueueLen: 2000 },
    outer: over,
    ip: 'link lower type macvlan mode private bcqueuelen 2000',
  },
  { kind: 'macvtap', data: { mode: 'vepa' }, outer: over, ip: 'link lower type macvtap mode vepa' },
  {
    kind: 'ipvlan',
    data: { mode: 'l3s', flags: ['private'] },
    outer: over,
    ip: 'link lower type ipvlan mode l3s private',
  },
  { kind: 'ipvlan', data: { mode: 'l2', flags: ['vepa'] }, outer: over, ip: 'link lower type ipvlan mode l2 vepa' },
  { kind: 'ipvtap', data: { mode: 'l3', flags: [] }, outer: over, ip: 'link lower type ipvtap mode l3 bridge' },
  { kind: 'vrf', data: { table: 1000 }, ip: 'type vrf table 1000' },
  {
    kind: 'bond',
    data: {
      mode: 'active-backup',
      miimon: 100,
      updelay: 200,
      downdelay: 300,
      failOverMac: 'active',
      resendIgmp: 3,
      numPeerNotif: 2,
    },
    ip: 'type bond mode active-backup miimon 100 updelay 200 downdelay 300 fail_over_mac active resend_igmp 3 num_grat_arp 2',
  },
  {
    kind: 'bond',
    data: {
      mode: '802.3ad',
      miimon: 100,
      xmitHashPolicy: 'layer3+4',
      adLacpRate: 'fast',
      adSelect: 'count',
      minLinks: 2,
      adActorSysPrio: 100,
      adUserPortKey: 9,
      adActorSystem: '02:00:00:00:00:09',
    },
    ip: 'type bond mode 802.3ad miimon 100 xmit_hash_policy layer3+4 lacp_rate fast ad_select count min_links 2 ad_actor_sys_prio 100 ad_user_port_key 9 ad_actor_system 02:00:00:00:00:09',
  },
  {
    kind: 'bond',
    data: {
      mode: 'active-backup',
      arpInterval: 100,
      arpIpTarget: ['192.0.2.1', '192.0.2.2'],
      arpValidate: 'all',
      arpAllTargets: 'all',
    },
    ip: 'type bond mode active-backup arp_interval 100 arp_ip_target 192.0.2.1,192.0.2.2 arp_validate all arp_all_targets all',
  },
  {
    kind: 'bond',
    data: { mode: 'balance-tlb', tlbDynamicLb: false },
    ip: 'type bond mode balance-tlb tlb_dynamic_lb 0',
  },
  {
    kind: 'vxlan',
    data: {
      id: 42,
      group: '239.1.1.1',
      link: 'lower',
      local: '192.0.2.1',
      ttl: 3,
      tos: 4,
      port: 4789,
      ageing: 60,
      limit: 100,
      portRange: { low: 1000, high: 2000 },
    },
    ip: 'type vxlan id 42 group 239.1.1.1 dev lower local 192.0.2.1 ttl 3 tos 4 dstport 4789 ageing 60 maxaddress 100 srcport 1000 2000',
  },
  {
    kind: 'vxlan',
    data: {
      id: 43,
      group6: '2001:db8::2',
      local6: '2001:db8::1',
      port: 4790,
      learning: false,
      proxy: true,
      rsc: true,
      l2miss: true,
      l3miss: true,
      udpCsum: true,
      udpZeroCsum6Tx: true,
      udpZeroCsum6Rx: true,
      gbp: true,
      label: 0x12345,
      ttl: 9,
    },
    ip: 'type vxlan id 43 remote 2001:db8::2 local 2001:db8::1 dstport 4790 nolearning proxy rsc l2miss l3miss udpcsum udp6zerocsumtx udp6zerocsumrx gbp flowlabel 0x12345 ttl 9',
  },
  {
    kind: 'vxlan',
    data: { port: 4791, collectMetadata: true, learning: false },
    ip: 'type vxlan dstport 4791 external nolearning',
  },
  {
    kind: 'geneve',
    data: { id: 7, remote: '192.0.2.9', ttl: 5, tos: 6, port: 6082, udpCsum: true },
    ip: 'type geneve id 7 remote 192.0.2.9 ttl 5 tos 6 dstport 6082 udpcsum',
  },
  {
    kind: 'geneve',
    data: { id: 8, remote6: '2001:db8::9', label: 0x54321, port: 6083 },
    ip: 'type geneve id 8 remote 2001:db8::9 flowlabel 0x54321 dstport 6083',
  },
  { kind: 'geneve', data: { collectMetadata: true, port: 6084 }, ip: 'type geneve external dstport 6084' },
  ...(['gre', 'gretap'] as const).map((kind): Row => ({
    kind,
    data: {
      local: '192.0.2.1',
      remote: '192.0.2.2',
      ttl: 9,
      tos: 8,
      iflags: ['csum', 'key'],
      oflags: ['key', 'seq'],
      ikey: 5,
      okey: 6,
      pmtudisc: true,
    },
    ip: `type ${kind} local 192.0.2.1 remote 192.0.2.2 ttl 9 tos 8 icsum oseq ikey 5 okey 6`,
  })),
  {
    kind: 'gretap',
    data: { local: '192.0.2.1', remote: '192.0.2.2', pmtudisc: false, ignoreDf: true },
    ip: 'type gretap local 192.0.2.1 remote 192.0.2.2 nopmtudisc ignore-df',
  },
  {
    kind: 'erspan',
    data: {
      local: '192.0.2.1',
      remote: '192.0.2.2',
      iflags: ['key', 'seq'],
      oflags: ['key', 'seq'],
      ikey: 3,
      okey: 3,
      erspanVer: 1,
      erspanIndex: 100,
      pmtudisc: true,
    },
    ip: 'type erspan local 192.0.2.1 remote 192.0.2.2 seq key 3 erspan_ver 1 erspan 100',
  },
  {
    kind: 'ip6gre',
    data: {
      local: '2001:db8::1',
      remote: '2001:db8::2',
      ttl: 9,
      iflags: ['key'],
      oflags: ['key'],
      ikey: 4,
      okey: 4,
      encapFlags: ['csum6'],
      encapLimit: 4,
      flowinfo: 0,
    },
    ip: 'type ip6gre local 2001:db8::1 remote 2001:db8::2 hoplimit 9 key 4',
  },
  {
    kind: 'ip6gretap',
    data: { local: '2001:db8::1', remote: '2001:db8::2', ttl: 64, encapFlags: ['csum6'], encapLimit: 4 },
    ip: 'type ip6gretap local 2001:db8::1 remote 2001:db8::2',
  },
  {
    kind: 'ipip',
    data: { local: '192.0.2.1', remote: '192.0.2.2', ttl: 9, proto: 'any', pmtudisc: true },
    ip: 'type ipip local 192.0.2.1 remote 192.0.2.2 ttl 9 mode any',
  },
  {
    kind: 'sit',
    data: { local: '192.0.2.1', remote: '192.0.2.3', ttl: 9, proto: 'ip6ip', pmtudisc: true },
    ip: 'type sit local 192.0.2.1 remote 192.0.2.3 ttl 9 mode ip6ip',
  },
  {
    kind: 'ip6tnl',
    data: { local: '2001:db8::1', remote: '2001:db8::2', proto: 'any', ttl: 9, encapFlags: ['csum6'], encapLimit: 4 },
    ip: 'type ip6tnl local 2001:db8::1 remote 2001:db8::2 mode any hoplimit 9',
  },
  {
    kind: 'vti',
    data: { local: '192.0.2.1', remote: '192.0.2.2', ikey: 5, okey: 6 },
    ip: 'type vti local 192.0.2.1 remote 192.0.2.2 ikey 5 okey 6',
  },
  {
    kind: 'vti6',
    data: { local: '2001:db8::1', remote: '2001:db8::2', ikey: 5, okey: 6 },
    ip: 'type vti6 local 2001:db8::1 remote 2001:db8::2 ikey 5 okey 6',
  },
  { kind: 'xfrm', data: { link: 'lower', ifId: 77 }, ip: 'type xfrm dev lower if_id 77' },
  {
    kind: 'macsec',
    data: { encrypt: true, port: 11, window: 32, replayProtect: true, encodingSa: 1 },
    outer: over,
    ip: 'link lower type macsec port 11 encrypt on replay on window 32 encodingsa 1',
  },
  {
    kind: 'hsr',
    data: { slave1: 'lower', slave2: 'lower2', multicastSpec: 45, version: 1 },
    ip: 'type hsr slave1 lower slave2 lower2 supervision 45 version 1',
  },
  {
    kind: 'bareudp',
    data: { port: 6635, ethertype: 'mpls_uc', srcportMin: 2000 },
    ip: 'type bareudp dstport 6635 ethertype mpls_uc srcportmin 2000',
  },
]

/** Words that not every `ip` and kernel knows: each row asks for them. */
const newer: readonly Row[] = (
  [
    {
      kind: 'bond',
      data: { mode: '802.3ad', adLacpActive: false, coupledControl: false },
      ip: 'type bond mode 802.3ad lacp_active off coupled_control off',
    },
    {
      kind: 'bond',
      data: { mode: 'balance-rr', packetsPerSlave: 5, allSlavesActive: true, lpInterval: 7 },
      ip: 'type bond mode balance-rr packets_per_slave 5 all_slaves_active 1 lp_interval 7',
    },
    {
      kind: 'bond',
      data: { mode: 'active-backup', miimon: 100, primaryReselect: 'better', peerNotifDelay: 200 },
      ip: 'type bond mode active-backup miimon 100 primary_reselect better peer_notify_delay 200',
    },
    {
      kind: 'bond',
      data: { mode: 'active-backup', arpInterval: 100, missedMax: 5, nsIp6Target: ['2001:db8::1'] },
      ip: 'type bond mode active-backup arp_interval 100 arp_missed_max 5 ns_ip6_target 2001:db8::1',
    },
    {
      kind: 'bridge',
      data: { stpState: 1, groupAddress: '01:80:c2:00:00:0f' },
      ip: 'type bridge stp_state 1 group_address 01:80:c2:00:00:0f',
    },
    {
      kind: 'bridge',
      data: { nfCallIptables: true, nfCallIp6tables: true, nfCallArptables: true },
      ip: 'type bridge nf_call_iptables 1 nf_call_ip6tables 1 nf_call_arptables 1',
    },
    { kind: 'bridge', data: { fdbMaxLearned: 100 }, ip: 'type bridge fdb_max_learned 100' },
    {
      kind: 'bridge',
      data: { vlanFiltering: true, multiBoolopt: { mcastVlanSnooping: true, mstEnable: true } },
      ip: 'type bridge vlan_filtering 1 mcast_vlan_snooping 1 mst_enabled 1',
    },
    {
      kind: 'geneve',
      data: { id: 5, remote: '192.0.2.1', df: 'set', ttlInherit: true },
      ip: 'type geneve id 5 remote 192.0.2.1 df set ttl inherit',
    },
    {
      kind: 'geneve',
      data: { collectMetadata: true, innerProtoInherit: true },
      ip: 'type geneve external innerprotoinherit',
    },
    {
      kind: 'vxlan',
      data: { id: 5, port: 4789, remcsumTx: true, remcsumRx: true, df: 'set' },
      ip: 'type vxlan id 5 dstport 4789 remcsumtx remcsumrx df set',
    },
    {
      kind: 'vxlan',
      data: { id: 5, port: 4789, ttlInherit: true },
      ip: 'type vxlan id 5 dstport 4789 ttl inherit',
    },
    {
      kind: 'vxlan',
      data: { id: 5, port: 4789, localbypass: false },
      ip: 'type vxlan id 5 dstport 4789 nolocalbypass',
    },
    {
      kind: 'vxlan',
      data: { port: 4789, collectMetadata: true, gpe: true, learning: false },
      ip: 'type vxlan dstport 4789 external gpe',
    },
    {
      kind: 'macvlan',
      data: { mode: 'source', macaddrMode: 'add', macaddr: '02:00:00:00:00:09' },
      outer: over,
      ip: 'link lower type macvlan mode source macaddr add 02:00:00:00:00:09',
    },
    {
      kind: 'sit',
      data: { local: '192.0.2.1', ttl: 0, proto: 'any', pmtudisc: true, sixRdPrefix: '2001:db8::', sixRdPrefixlen: 32 },
      ip: 'type sit local 192.0.2.1 6rd-prefix 2001:db8::/32',
    },
    {
      kind: 'erspan',
      data: {
        local: '192.0.2.1',
        remote: '192.0.2.2',
        pmtudisc: true,
        iflags: ['seq', 'key'],
        oflags: ['seq', 'key'],
        ikey: 3,
        okey: 3,
        erspanVer: 2,
        erspanDir: 1,
        erspanHwid: 5,
      },
      ip: 'type erspan local 192.0.2.1 remote 192.0.2.2 seq key 3 erspan_ver 2 erspan_dir egress erspan_hwid 5',
    },
    {
      kind: 'macsec',
      data: {
        port: 11,
        cipherSuite: 0x80_c200_0100_0002n,
        icvLen: 16,
        protect: true,
        incSci: true,
        validation: 'check',
      },
      outer: over,
      ip: 'link lower type macsec port 11 cipher gcm-aes-256 icvlen 16 protect on send_sci on validate check',
    },
    {
      kind: 'bareudp',
      data: { port: 6635, ethertype: 'mpls_uc', multiprotoMode: true },
      ip: 'type bareudp dstport 6635 ethertype mpls_uc multiproto',
    },
  ] satisfies Row[]
).map((row: Row) => ({ ...row, needs: [...(row.needs ?? []), `link:${row.ip}` as const] }))

/** What differs from one moment to the next. */
const VOLATILE = /timer$|^(gc_timer|bridge_id|root_id|designated_root|bridgeId|rootId|adInfo|ad_info)$/i

function steady(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(steady)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !VOLATILE.test(key))
      .map(([key, inner]) => [key, steady(inner)]),
  )
}

describe('kinds of links, made by the library and by ip', needs(), () => {
  let lab: Lab
  let nl: Rtnl

  beforeAll(() => {
    lab = Lab.create('kinds')
    nl = Rtnl.open({ netns: lab.name })
    for (const name of ['lower', 'lower2']) {
      nl.links.add({ name, linkinfo: { kind: 'veth', data: { peer: { name: `${name}p` } } } })
    }
  })
  afterAll(() => {
    nl.close()
    lab.remove()
  })

  /** The link x as the library and as ip see it; then it is deleted. */
  const look = (): { ours: unknown; theirs: unknown } => {
    const { linkinfo, link, mtu, address, numTxQueues } = nl.links.get('x')
    const theirs = lab.link('x') as IpObject & { linkinfo: unknown }
    const end = typeof link === 'number' && link > 0 ? nl.links.find(link) : undefined
    const peer = end === undefined ? undefined : { name: end.name, mtu: end.mtu, txqlen: end.txqlen }
    nl.links.delete('x')
    return {
      ours: steady({ linkinfo, mtu, peer, numTxQueues, address: address === '' ? '' : 'some' }),
      theirs: steady({ linkinfo: theirs.linkinfo, mtu: theirs['mtu'], type: theirs['link_type'] }),
    }
  }

  for (const [index, { kind, data, outer, ip, needs: more = [] }] of [...rows, ...newer].entries()) {
    test(`${index}: ${ip.slice(0, 80)}`, needs(`kind:${kind}`, ...more), () => {
      const made = nl.links.add({ name: 'x', ...outer, linkinfo: { kind, data } } as LinkSpec)
      expect(made).toMatchObject({ name: 'x', linkinfo: { kind } })
      expect(made.linkinfo?.unknown, 'every attribute of the kind has a row').toBeUndefined()
      expect((made.linkinfo as { data?: { unknown?: unknown } }).data?.unknown).toBeUndefined()
      const mine = look()
      lab.ip(`link add name x ${ip}`)
      const theirs = look()
      expect(mine.theirs).toEqual(theirs.theirs)
      expect(mine.ours).toEqual(theirs.ours)
    })
  }
})
