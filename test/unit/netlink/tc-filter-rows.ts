/**
 * Filters and their actions, told in both languages: at least one row for each attribute of each kind.
 */
import type { Need, TcRow } from './tc-rows.ts'

const clsact = ['qdisc add dev x clsact']
interface More {
  readonly parent?: 'ingress' | 'egress'
  readonly protocol?: string
  readonly handle?: number
  readonly chain?: number
}

const filter = (kind: string, options: object, tc: string, more: More = {}, needs: readonly Need[] = []): TcRow => {
  const { parent = 'ingress', protocol = 'all', handle, chain } = more
  const words = [
    `protocol ${protocol}`,
    ...(handle === undefined ? [] : [`handle ${kind === 'u32' ? '800::7' : `0x${handle.toString(16)}`}`]),
    ...(chain === undefined ? [] : [`chain ${chain}`]),
  ]
  return {
    object: 'filter',
    before: clsact,
    spec: { parent, prio: 7, kind, options, ...more, protocol },
    tc: `filter add dev x ${parent} prio 7 ${words.join(' ')} ${kind} ${tc}`,
    needs: [`filter:${kind}`, ...needs],
  }
}

const everything = { flags: 1, keys: [{ mask: 0, val: 0, off: 0 }] }
const match = (...keys: object[]): object => ({ flags: 1, keys })

const u32s: readonly TcRow[] = [
  filter('u32', { sel: everything, classid: '1:10' }, 'match u32 0 0 classid 1:10'),
  filter(
    'u32',
    {
      sel: match(
        { mask: 0xffff_ff00, val: 0x0a00_0000, off: 16 },
        { mask: 0x00ff_0000, val: 0x0006_0000, off: 8 },
        { mask: 0x0000_ffff, val: 80, off: 20 },
      ),
      classid: '1:10',
    },
    'match ip dst 10.0.0.0/24 match ip protocol 6 0xff match ip dport 80 0xffff classid 1:10',
    { protocol: 'ip', handle: 0x8000_0007 },
  ),
  filter(
    'u32',
    { sel: { ...everything }, mark: { val: 5, mask: 0xff }, classid: '1:1' },
    'match u32 0 0 match mark 5 0xff classid 1:1',
  ),
  filter('u32', { sel: everything, indev: 'x', classid: '1:1' }, 'match u32 0 0 indev x classid 1:1'),
  filter('u32', { sel: everything, classid: '1:1', flags: ['skipHw'] }, 'match u32 0 0 skip_hw classid 1:1'),
  {
    object: 'filter',
    before: ['qdisc add dev x root handle 1: htb'],
    spec: { parent: '1:', prio: 7, protocol: 'ip', kind: 'u32', options: { sel: everything, classid: '1:10' } },
    tc: 'filter add dev x parent 1: prio 7 protocol ip u32 match u32 0 0 classid 1:10',
    needs: ['qdisc:htb', 'filter:u32'],
  },
  {
    object: 'filter',
    before: ['qdisc add dev x ingress_block 9 clsact'],
    spec: { block: 9, prio: 7, protocol: 'ip', kind: 'u32', options: { sel: everything, classid: '1:10' } },
    tc: 'filter add block 9 prio 7 protocol ip u32 match u32 0 0 classid 1:10',
    needs: ['filter:u32'],
  },
]

const matchalls: readonly TcRow[] = [
  filter('matchall', { classid: '1:10', flags: ['skipHw'] }, 'skip_hw classid 1:10'),
  filter('matchall', { classid: '1:10' }, 'classid 1:10', { handle: 5, chain: 3 }),
]

/** Actions are seen through the filter that has them. */
const act = (kind: string, options: object, tc: string, more: object = {}): TcRow => {
  const carrier: 'u32' | 'matchall' = kind === 'mirred' ? 'u32' : 'matchall'
  const selected = carrier === 'u32' ? { sel: { flags: 1, keys: everything.keys } } : {}
  return filter(
    carrier,
    { ...selected, actions: [{ kind, options, ...more }] },
    `${carrier === 'u32' ? 'match u32 0 0 ' : ''}action ${tc}`,
    // a queue is chosen for what is sent
    kind === 'skbedit' ? { parent: 'egress' } : {},
    [`action:${kind}`],
  )
}

const MBIT = 125_000

const actions: readonly TcRow[] = [
  act('gact', { parms: { action: 'drop' } }, 'gact drop'),
  act(
    'gact',
    { parms: { action: 'pass' }, prob: { ptype: 'netrand', pval: 5, paction: 'drop' } },
    'gact pass random netrand drop 5',
  ),
  act('gact', { parms: { action: 0x2000_0005 } }, 'gact goto chain 5'),
  act('gact', { parms: { action: 'pipe' } }, 'gact pipe cookie 0123456789abcdef', {
    cookie: Uint8Array.of(1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef),
  }),
  act('gact', { parms: { action: 'pass', index: 77 } }, 'gact pass index 77'),
  act('gact', { parms: { action: 'pass' } }, 'gact pass no_percpu', { flags: { noPercpuStats: true } }),
  act(
    'mirred',
    { parms: { eaction: 'egressRedirect', ifindex: 'z', action: 'stolen' } },
    'mirred egress redirect dev z',
  ),
  act('mirred', { parms: { eaction: 'egressMirror', ifindex: 'z', action: 'pipe' } }, 'mirred egress mirror dev z'),
  act(
    'mirred',
    { parms: { eaction: 'ingressRedirect', ifindex: 'z', action: 'stolen' } },
    'mirred ingress redirect dev z',
  ),
  act('skbedit', { parms: { action: 'pipe' }, mark: 5, mask: 0xff }, 'skbedit mark 5/0xff'),
  act('skbedit', { parms: { action: 'pass' }, priority: '1:10' }, 'skbedit priority 1:10 pass'),
  act(
    'skbedit',
    { parms: { action: 'pipe' }, queueMapping: 3, ptype: 'otherhost' },
    'skbedit queue_mapping 3 ptype otherhost',
  ),
  act('skbedit', { parms: { action: 'pipe' }, flags: 32n }, 'skbedit inheritdsfield'),
  act('vlan', { parms: { action: 'pipe', vAction: 'pop' } }, 'vlan pop'),
  act(
    'vlan',
    { parms: { action: 'pipe', vAction: 'push' }, pushVlanId: 5, pushVlanProtocol: '802.1ad', pushVlanPriority: 3 },
    'vlan push id 5 protocol 802.1ad priority 3',
  ),
  act('vlan', { parms: { action: 'pipe', vAction: 'modify' }, pushVlanId: 6 }, 'vlan modify id 6'),
  act(
    'vlan',
    {
      parms: { action: 'pipe', vAction: 'pushEth' },
      pushEthDst: '02:00:00:00:00:01',
      pushEthSrc: '02:00:00:00:00:02',
    },
    'vlan push_eth dst_mac 02:00:00:00:00:01 src_mac 02:00:00:00:00:02',
  ),
  act(
    'police',
    { rate: MBIT, burst: 16_000, action: 'drop', result: 'pipe' },
    'police rate 1mbit burst 16000 conform-exceed drop/pipe',
  ),
  act(
    'police',
    { rate: MBIT, burst: 16_000, peakrate: 2 * MBIT, mtu: 3000, mpu: 64, overhead: 8 },
    'police rate 1mbit burst 16000 peakrate 2mbit mtu 3000 mpu 64 overhead 8',
  ),
  act('police', { rate: 8e9, burst: 1_024_000, action: 'drop' }, 'police rate 64gbit burst 1024000 drop'),
  act('police', { pktrate: 1000, pktburst: 100, action: 'drop' }, 'police pkts_rate 1000 pkts_burst 100 drop'),
]

const tunnels: readonly TcRow[] = [
  act('csum', { parms: { action: 'pass', updateFlags: ['ip4h', 'tcp'] } }, 'csum ip4h and tcp'),
  act(
    'tunnel_key',
    {
      parms: { action: 'pipe', tAction: 'set' },
      encIpv4Src: '192.0.2.1',
      encIpv4Dst: '192.0.2.2',
      encKeyId: 7,
      encDstPort: 4789,
      noCsum: true,
      encTos: 8,
      encTtl: 9,
    },
    'tunnel_key set src_ip 192.0.2.1 dst_ip 192.0.2.2 id 7 dst_port 4789 nocsum tos 0x8 ttl 9',
  ),
  act(
    'tunnel_key',
    {
      parms: { action: 'pipe', tAction: 'set' },
      encIpv6Src: '2001:db8::1',
      encIpv6Dst: '2001:db8::2',
      encKeyId: 7,
      noCsum: false,
      encOpts: { vxlan: { gbp: 5 } },
    },
    'tunnel_key set src_ip 2001:db8::1 dst_ip 2001:db8::2 id 7 csum vxlan_opts 5',
  ),
  act('tunnel_key', { parms: { action: 'pipe', tAction: 'release' } }, 'tunnel_key unset'),
  act('ct', { parms: { action: 'pipe' }, action: ['clear'] }, 'ct clear'),
  act(
    'ct',
    {
      parms: { action: 'pipe' },
      action: ['commit', 'nat', 'natSrc'],
      zone: 5,
      mark: 7,
      markMask: 0xff,
      labels: new Uint8Array(16).fill(1),
      labelsMask: new Uint8Array(16).fill(0xff),
      natIpv4Min: '192.0.2.1',
      natIpv4Max: '192.0.2.9',
      natPortMin: 1000,
      natPortMax: 2000,
    },
    `ct commit zone 5 mark 7/0xff label ${'01'.repeat(16)} nat src addr 192.0.2.1-192.0.2.9 port 1000-2000`,
  ),
]

const tcp = { ethType: 'ip', ipProto: 'tcp' }

const flowers: readonly TcRow[] = [
  filter(
    'flower',
    {
      ethDst: '02:00:00:00:00:01',
      ethDstMask: 'ff:ff:ff:ff:ff:ff',
      ethSrc: '02:00:00:00:00:00',
      ethSrcMask: 'ff:ff:ff:00:00:00',
      classid: '1:10',
    },
    'dst_mac 02:00:00:00:00:01 src_mac 02:00:00:00:00:00/ff:ff:ff:00:00:00 classid 1:10',
    { handle: 5, chain: 2 },
  ),
  filter(
    'flower',
    {
      ...tcp,
      ipv4Src: '10.0.0.1',
      ipv4SrcMask: '255.255.255.255',
      ipv4Dst: '10.1.0.0',
      ipv4DstMask: '255.255.0.0',
      tcpSrc: 1000,
      tcpSrcMask: 0xfff0,
      tcpDst: 80,
      tcpDstMask: 0xfff0,
      tcpFlags: 2,
      tcpFlagsMask: 0x17,
      ipTos: 0x10,
      ipTosMask: 0xfc,
      ipTtl: 64,
      ipTtlMask: 0xff,
      flagsGen: ['skipHw'],
    },
    'ip_proto tcp src_ip 10.0.0.1 dst_ip 10.1.0.0/16 src_port 1000/0xfff0 dst_port 80/0xfff0 tcp_flags 0x2/0x17 ip_tos 0x10/0xfc ip_ttl 64 skip_hw',
    { protocol: 'ip' },
  ),
  filter(
    'flower',
    {
      ethType: 'ipv6',
      ipProto: 'udp',
      ipv6Src: '2001:db8::1',
      ipv6SrcMask: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
      ipv6Dst: '2001:db8::',
      ipv6DstMask: 'ffff:ffff::',
      udpSrc: 48,
      udpSrcMask: 0xfff0,
      udpDst: 54,
      udpDstMask: 0xfffe,
    },
    'ip_proto udp src_ip 2001:db8::1 dst_ip 2001:db8::/32 src_port 48/0xfff0 dst_port 54/0xfffe',
    { protocol: 'ipv6' },
  ),
  filter(
    'flower',
    { ethType: 'ip', ipProto: 'sctp', sctpSrc: 4, sctpSrcMask: 0xfffc, sctpDst: 6, sctpDstMask: 0xfffe },
    'ip_proto sctp src_port 4/0xfffc dst_port 6/0xfffe',
    { protocol: 'ip' },
  ),
  filter(
    'flower',
    { ...tcp, portSrcMin: 100, portSrcMax: 200, portDstMin: 300, portDstMax: 400 },
    'ip_proto tcp src_port 100-200 dst_port 300-400',
    { protocol: 'ip' },
  ),
  filter('flower', { ethType: 'ip', flags: [], flagsMask: ['frag'] }, 'ip_flags nofrag', { protocol: 'ip' }),
  filter('flower', { ethType: 'ip', flags: ['frag'], flagsMask: ['frag'] }, 'ip_flags frag', { protocol: 'ip' }),
  filter(
    'flower',
    { ethType: '802.1q', vlanId: 5, vlanPrio: 3, vlanEthType: 'ip' },
    'vlan_id 5 vlan_prio 3 vlan_ethtype ip',
    { protocol: '802.1q' },
  ),
  filter(
    'flower',
    { ethType: '802.1ad', vlanId: 5, vlanEthType: '802.1q', cvlanId: 6, cvlanPrio: 2, cvlanEthType: 'ip' },
    'vlan_id 5 vlan_ethtype 802.1q cvlan_id 6 cvlan_prio 2 cvlan_ethtype ip',
    { protocol: '802.1ad' },
  ),
  filter(
    'flower',
    { ethType: 'ip', ipProto: 'icmp', icmpv4Type: 8, icmpv4TypeMask: 0xff, icmpv4Code: 0, icmpv4CodeMask: 0xff },
    'ip_proto icmp type 8 code 0',
    { protocol: 'ip' },
  ),
  filter(
    'flower',
    { ethType: 'ipv6', ipProto: 'icmpv6', icmpv6Type: 128, icmpv6TypeMask: 0xff, icmpv6Code: 1, icmpv6CodeMask: 0xff },
    'ip_proto icmpv6 type 128 code 1',
    { protocol: 'ipv6' },
  ),
  filter(
    'flower',
    {
      ethType: 'arp',
      arpSip: '10.0.0.1',
      arpSipMask: '255.255.255.255',
      arpTip: '10.0.0.0',
      arpTipMask: '255.255.255.0',
      arpOp: 'request',
      arpOpMask: 0xff,
      arpSha: '02:00:00:00:00:01',
      arpShaMask: 'ff:ff:ff:ff:ff:ff',
      arpTha: '02:00:00:00:00:00',
      arpThaMask: 'ff:ff:ff:00:00:00',
    },
    'arp_sip 10.0.0.1 arp_tip 10.0.0.0/24 arp_op request arp_sha 02:00:00:00:00:01 arp_tha 02:00:00:00:00:00/ff:ff:ff:00:00:00',
    { protocol: 'arp' },
  ),
  filter(
    'flower',
    { ethType: 'mpls_uc', mplsTtl: 64, mplsBos: 1, mplsTc: 3, mplsLabel: 100 },
    'mpls_label 100 mpls_tc 3 mpls_bos 1 mpls_ttl 64',
    { protocol: 'mpls_uc' },
  ),
  filter(
    'flower',
    {
      ethType: 'mpls_uc',
      mplsOpts: [
        { depth: 1, label: 100 },
        { depth: 2, label: 200, tc: 3, bos: 1, ttl: 9 },
      ],
    },
    'mpls lse depth 1 label 100 lse depth 2 label 200 tc 3 bos 1 ttl 9',
    { protocol: 'mpls_uc' },
  ),
  filter(
    'flower',
    {
      ethType: 'ip',
      encKeyId: 42,
      encIpv4Src: '192.0.2.1',
      encIpv4SrcMask: '255.255.255.255',
      encIpv4Dst: '192.0.2.0',
      encIpv4DstMask: '255.255.255.0',
      encUdpDstPort: 4789,
      encIpTos: 8,
      encIpTosMask: 0xff,
      encIpTtl: 9,
      encIpTtlMask: 0xff,
    },
    'enc_key_id 42 enc_src_ip 192.0.2.1 enc_dst_ip 192.0.2.0/24 enc_dst_port 4789 enc_tos 8 enc_ttl 9',
    { protocol: 'ip' },
  ),
  filter(
    'flower',
    {
      ethType: 'ip',
      encIpv6Src: '2001:db8::1',
      encIpv6SrcMask: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
      encIpv6Dst: '2001:db8::2',
      encIpv6DstMask: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    },
    'enc_src_ip 2001:db8::1 enc_dst_ip 2001:db8::2',
    { protocol: 'ip' },
  ),
]

const FULL = '0xffffffff'

const special: readonly TcRow[] = [
  filter('flower', { indev: 'x' }, 'indev x'),
  filter(
    'flower',
    {
      actions: [
        { kind: 'skbedit', options: { parms: { action: 'pipe' }, mark: 5 } },
        { kind: 'gact', options: { parms: { action: 'drop' } } },
      ],
    },
    'action skbedit mark 5 pipe action gact drop',
    {},
    ['action:skbedit', 'action:gact'],
  ),
  filter(
    'flower',
    {
      ethType: 'ip',
      ctState: ['est', 'trk'],
      ctStateMask: ['est', 'trk', 'inv'],
      ctZone: 5,
      ctZoneMask: 0xffff,
      ctMark: 7,
      ctMarkMask: 0xff,
      ctLabels: new Uint8Array(16).fill(1),
      ctLabelsMask: new Uint8Array(16).fill(0xff),
    },
    `ct_state +trk+est-inv ct_zone 5 ct_mark 7/0xff ct_label ${'01'.repeat(16)}`,
    { protocol: 'ip' },
  ),
  filter(
    'flower',
    {
      ethType: 'ip',
      encOpts: { geneve: [{ class: 0x0102, type: 0x80, data: Uint8Array.of(1, 2, 3, 4) }] },
      encOptsMask: { geneve: [{ class: 0xffff, type: 0xff, data: new Uint8Array(4).fill(0xff) }] },
    },
    'geneve_opts 0102:80:01020304/ffff:ff:ffffffff',
    { protocol: 'ip' },
  ),
  filter(
    'flower',
    { ethType: 'ip', encOpts: { vxlan: { gbp: 5 } }, encOptsMask: { vxlan: { gbp: 0xffff_ffff } } },
    `vxlan_opts 5/${FULL}`,
    { protocol: 'ip' },
  ),
  filter(
    'flower',
    {
      ethType: 'ip',
      encOpts: { erspan: { ver: 2, index: 0, dir: 1, hwid: 5 } },
      encOptsMask: { erspan: { ver: 2, index: 0, dir: 0xff, hwid: 0xff } },
    },
    'erspan_opts 2:0:1:5/2:0:255:255',
    { protocol: 'ip' },
  ),
  filter(
    'flower',
    {
      ethType: 'ip',
      encOpts: { gtp: { pduType: 1, qfi: 2 } },
      encOptsMask: { gtp: { pduType: 0xff, qfi: 0xff } },
    },
    'gtp_opts 01:02/ff:ff',
    { protocol: 'ip' },
  ),
  filter('flower', { numOfVlans: 2 }, 'num_of_vlans 2'),
  filter('flower', { ethType: 'ip', ipProto: 'l2tp', l2tpv3Sid: 5 }, 'ip_proto l2tp l2tpv3_sid 5', { protocol: 'ip' }, [
    'tc:flower l2tpv3_sid',
  ]),
  filter('flower', { l2Miss: true }, 'l2_miss 1', {}, ['tc:flower l2_miss']),
  filter(
    'flower',
    { ethType: 'ip', ipProto: 50, spi: 5, spiMask: 0xffff_ffff },
    'ip_proto esp spi 5',
    { protocol: 'ip' },
    ['tc:flower spi'],
  ),
  filter(
    'flower',
    { ethType: 'ip', encFlags: ['tunOam'], encFlagsMask: ['tunOam'] },
    'enc_flags tunoam',
    { protocol: 'ip' },
    ['tc:flower enc_flags'],
  ),
]

export const rows: readonly TcRow[] = [...u32s, ...matchalls, ...actions, ...tunnels, ...flowers, ...special]
