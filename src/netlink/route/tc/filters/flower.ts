/**
 * flower: fields of the packet, under masks. A field without its mask has to match whole.
 *
 * @module
 */
import {
  attrs,
  be16,
  be32,
  be64,
  bool,
  fixedBytes,
  flags,
  ipv4,
  ipv6,
  list,
  mac,
  named,
  string,
  u16,
  u32,
  u8,
} from '../../../../codec/index.ts'
import { ETHERTYPES } from '../../names.ts'
import { actions } from '../actions/index.ts'
import { handle } from '../handles.ts'
import { tunnelOptions } from '../tunnel-options.ts'
import { classifierFlags } from './classifier.ts'

/** Protocols over IP that `tc` has words for. */
const IP_PROTOCOLS = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, l2tp: 115, sctp: 132 } as const

/** `TCA_FLOWER_KEY_FLAGS_*`; the flags of a tunnel require Linux 6.11. */
const packetFlags = flags(be32, { frag: 1, firstfrag: 2, tunCsum: 4, tunDf: 8, tunOam: 16, tunCrit: 32 })

/** `TCA_FLOWER_KEY_CT_FLAGS_*`. */
const connectionState = flags(u16, { new: 1, est: 2, rel: 4, trk: 8, inv: 16, rpl: 32 })

/** `TCA_FLOWER_KEY_ENC_OPTS_*`. */
const encOpts = attrs({
  ...tunnelOptions,
  /** tc: `gtp_opts`. */
  gtp: [4, attrs({ pduType: [1, u8], qfi: [2, u8] })],
  /** tc: `pfcp_opts`. Requires Linux 6.9. */
  pfcp: [5, attrs({ type: [1, u8], seid: [2, be64] })],
})

/** `TCA_FLOWER_KEY_MPLS_OPTS_LSE`: an entry of the stack of labels, the outermost being at depth 1. */
const mplsOpts = list(attrs({ depth: [1, u8], ttl: [2, u8], bos: [3, u8], tc: [4, u8], label: [5, u32] }), { type: 1 })

/** `TCA_OPTIONS` of kind `flower`. */
export const flower = attrs({
  /** `TCA_FLOWER_CLASSID`; tc: `classid`. */
  classid: [1, handle],
  /** `TCA_FLOWER_INDEV`; tc: `indev`. */
  indev: [2, string],
  /** `TCA_FLOWER_ACT`; tc: `action`. */
  actions: [3, actions],
  /** `TCA_FLOWER_KEY_ETH_DST`; tc: `dst_mac`. */
  ethDst: [4, mac],
  /** `TCA_FLOWER_KEY_ETH_DST_MASK`. */
  ethDstMask: [5, mac],
  /** `TCA_FLOWER_KEY_ETH_SRC`; tc: `src_mac`. */
  ethSrc: [6, mac],
  /** `TCA_FLOWER_KEY_ETH_SRC_MASK`. */
  ethSrcMask: [7, mac],
  /** `TCA_FLOWER_KEY_ETH_TYPE`: the filter's `protocol`, again. Left out, it is that. */
  ethType: [8, named(be16, ETHERTYPES)],
  /** `TCA_FLOWER_KEY_IP_PROTO`; tc: `ip_proto`. */
  ipProto: [9, named(u8, IP_PROTOCOLS)],
  /** `TCA_FLOWER_KEY_IPV4_SRC`; tc: `src_ip`. */
  ipv4Src: [10, ipv4],
  /** `TCA_FLOWER_KEY_IPV4_SRC_MASK`. */
  ipv4SrcMask: [11, ipv4],
  /** `TCA_FLOWER_KEY_IPV4_DST`; tc: `dst_ip`. */
  ipv4Dst: [12, ipv4],
  /** `TCA_FLOWER_KEY_IPV4_DST_MASK`. */
  ipv4DstMask: [13, ipv4],
  /** `TCA_FLOWER_KEY_IPV6_SRC`; tc: `src_ip`. */
  ipv6Src: [14, ipv6],
  /** `TCA_FLOWER_KEY_IPV6_SRC_MASK`. */
  ipv6SrcMask: [15, ipv6],
  /** `TCA_FLOWER_KEY_IPV6_DST`; tc: `dst_ip`. */
  ipv6Dst: [16, ipv6],
  /** `TCA_FLOWER_KEY_IPV6_DST_MASK`. */
  ipv6DstMask: [17, ipv6],
  /** `TCA_FLOWER_KEY_TCP_SRC`; tc: `src_port`, of TCP. */
  tcpSrc: [18, be16],
  /** `TCA_FLOWER_KEY_TCP_DST`; tc: `dst_port`, of TCP. */
  tcpDst: [19, be16],
  /** `TCA_FLOWER_KEY_UDP_SRC`; tc: `src_port`, of UDP. */
  udpSrc: [20, be16],
  /** `TCA_FLOWER_KEY_UDP_DST`; tc: `dst_port`, of UDP. */
  udpDst: [21, be16],
  /** `TCA_FLOWER_FLAGS`; tc: `skip_hw`, `skip_sw`. */
  flagsGen: [22, classifierFlags],
  /** `TCA_FLOWER_KEY_VLAN_ID`; tc: `vlan_id`. */
  vlanId: [23, u16],
  /** `TCA_FLOWER_KEY_VLAN_PRIO`; tc: `vlan_prio`. */
  vlanPrio: [24, u8],
  /** `TCA_FLOWER_KEY_VLAN_ETH_TYPE`; tc: `vlan_ethtype`. What the tag holds. */
  vlanEthType: [25, named(be16, ETHERTYPES)],
  /** `TCA_FLOWER_KEY_ENC_KEY_ID`; tc: `enc_key_id`. */
  encKeyId: [26, be32],
  /** `TCA_FLOWER_KEY_ENC_IPV4_SRC`; tc: `enc_src_ip`. */
  encIpv4Src: [27, ipv4],
  /** `TCA_FLOWER_KEY_ENC_IPV4_SRC_MASK`. */
  encIpv4SrcMask: [28, ipv4],
  /** `TCA_FLOWER_KEY_ENC_IPV4_DST`; tc: `enc_dst_ip`. */
  encIpv4Dst: [29, ipv4],
  /** `TCA_FLOWER_KEY_ENC_IPV4_DST_MASK`. */
  encIpv4DstMask: [30, ipv4],
  /** `TCA_FLOWER_KEY_ENC_IPV6_SRC`; tc: `enc_src_ip`. */
  encIpv6Src: [31, ipv6],
  /** `TCA_FLOWER_KEY_ENC_IPV6_SRC_MASK`. */
  encIpv6SrcMask: [32, ipv6],
  /** `TCA_FLOWER_KEY_ENC_IPV6_DST`; tc: `enc_dst_ip`. */
  encIpv6Dst: [33, ipv6],
  /** `TCA_FLOWER_KEY_ENC_IPV6_DST_MASK`. */
  encIpv6DstMask: [34, ipv6],
  /** `TCA_FLOWER_KEY_TCP_SRC_MASK`. */
  tcpSrcMask: [35, be16],
  /** `TCA_FLOWER_KEY_TCP_DST_MASK`. */
  tcpDstMask: [36, be16],
  /** `TCA_FLOWER_KEY_UDP_SRC_MASK`. */
  udpSrcMask: [37, be16],
  /** `TCA_FLOWER_KEY_UDP_DST_MASK`. */
  udpDstMask: [38, be16],
  /** `TCA_FLOWER_KEY_SCTP_SRC_MASK`. */
  sctpSrcMask: [39, be16],
  /** `TCA_FLOWER_KEY_SCTP_DST_MASK`. */
  sctpDstMask: [40, be16],
  /** `TCA_FLOWER_KEY_SCTP_SRC`; tc: `src_port`, of SCTP. */
  sctpSrc: [41, be16],
  /** `TCA_FLOWER_KEY_SCTP_DST`; tc: `dst_port`, of SCTP. */
  sctpDst: [42, be16],
  /** `TCA_FLOWER_KEY_ENC_UDP_SRC_PORT`; tc: `enc_src_port`. */
  encUdpSrcPort: [43, be16],
  /** `TCA_FLOWER_KEY_ENC_UDP_SRC_PORT_MASK`. */
  encUdpSrcPortMask: [44, be16],
  /** `TCA_FLOWER_KEY_ENC_UDP_DST_PORT`; tc: `enc_dst_port`. */
  encUdpDstPort: [45, be16],
  /** `TCA_FLOWER_KEY_ENC_UDP_DST_PORT_MASK`. */
  encUdpDstPortMask: [46, be16],
  /** `TCA_FLOWER_KEY_FLAGS`; tc: `ip_flags`. Its mask has to be given. */
  flags: [47, packetFlags],
  /** `TCA_FLOWER_KEY_FLAGS_MASK`. */
  flagsMask: [48, packetFlags],
  /** `TCA_FLOWER_KEY_ICMPV4_CODE`; tc: `code`. */
  icmpv4Code: [49, u8],
  /** `TCA_FLOWER_KEY_ICMPV4_CODE_MASK`. */
  icmpv4CodeMask: [50, u8],
  /** `TCA_FLOWER_KEY_ICMPV4_TYPE`; tc: `type`. */
  icmpv4Type: [51, u8],
  /** `TCA_FLOWER_KEY_ICMPV4_TYPE_MASK`. */
  icmpv4TypeMask: [52, u8],
  /** `TCA_FLOWER_KEY_ICMPV6_CODE`; tc: `code`. */
  icmpv6Code: [53, u8],
  /** `TCA_FLOWER_KEY_ICMPV6_CODE_MASK`. */
  icmpv6CodeMask: [54, u8],
  /** `TCA_FLOWER_KEY_ICMPV6_TYPE`; tc: `type`. */
  icmpv6Type: [55, u8],
  /** `TCA_FLOWER_KEY_ICMPV6_TYPE_MASK`. */
  icmpv6TypeMask: [56, u8],
  /** `TCA_FLOWER_KEY_ARP_SIP`; tc: `arp_sip`. */
  arpSip: [57, ipv4],
  /** `TCA_FLOWER_KEY_ARP_SIP_MASK`. */
  arpSipMask: [58, ipv4],
  /** `TCA_FLOWER_KEY_ARP_TIP`; tc: `arp_tip`. */
  arpTip: [59, ipv4],
  /** `TCA_FLOWER_KEY_ARP_TIP_MASK`. */
  arpTipMask: [60, ipv4],
  /** `TCA_FLOWER_KEY_ARP_OP`; tc: `arp_op`. */
  arpOp: [61, named(u8, { request: 1, reply: 2 })],
  /** `TCA_FLOWER_KEY_ARP_OP_MASK`. */
  arpOpMask: [62, u8],
  /** `TCA_FLOWER_KEY_ARP_SHA`; tc: `arp_sha`. */
  arpSha: [63, mac],
  /** `TCA_FLOWER_KEY_ARP_SHA_MASK`. */
  arpShaMask: [64, mac],
  /** `TCA_FLOWER_KEY_ARP_THA`; tc: `arp_tha`. */
  arpTha: [65, mac],
  /** `TCA_FLOWER_KEY_ARP_THA_MASK`. */
  arpThaMask: [66, mac],
  /** `TCA_FLOWER_KEY_MPLS_TTL`; tc: `mpls_ttl`. */
  mplsTtl: [67, u8],
  /** `TCA_FLOWER_KEY_MPLS_BOS`; tc: `mpls_bos`. */
  mplsBos: [68, u8],
  /** `TCA_FLOWER_KEY_MPLS_TC`; tc: `mpls_tc`. */
  mplsTc: [69, u8],
  /** `TCA_FLOWER_KEY_MPLS_LABEL`; tc: `mpls_label`. */
  mplsLabel: [70, u32],
  /** `TCA_FLOWER_KEY_TCP_FLAGS`; tc: `tcp_flags`. Bits from FIN (1) on. */
  tcpFlags: [71, be16],
  /** `TCA_FLOWER_KEY_TCP_FLAGS_MASK`. */
  tcpFlagsMask: [72, be16],
  /** `TCA_FLOWER_KEY_IP_TOS`; tc: `ip_tos`. */
  ipTos: [73, u8],
  /** `TCA_FLOWER_KEY_IP_TOS_MASK`. */
  ipTosMask: [74, u8],
  /** `TCA_FLOWER_KEY_IP_TTL`; tc: `ip_ttl`. */
  ipTtl: [75, u8],
  /** `TCA_FLOWER_KEY_IP_TTL_MASK`. */
  ipTtlMask: [76, u8],
  /** `TCA_FLOWER_KEY_CVLAN_ID`; tc: `cvlan_id`. */
  cvlanId: [77, u16],
  /** `TCA_FLOWER_KEY_CVLAN_PRIO`; tc: `cvlan_prio`. */
  cvlanPrio: [78, u8],
  /** `TCA_FLOWER_KEY_CVLAN_ETH_TYPE`; tc: `cvlan_ethtype`. */
  cvlanEthType: [79, named(be16, ETHERTYPES)],
  /** `TCA_FLOWER_KEY_ENC_IP_TOS`; tc: `enc_tos`. */
  encIpTos: [80, u8],
  /** `TCA_FLOWER_KEY_ENC_IP_TOS_MASK`. */
  encIpTosMask: [81, u8],
  /** `TCA_FLOWER_KEY_ENC_IP_TTL`; tc: `enc_ttl`. */
  encIpTtl: [82, u8],
  /** `TCA_FLOWER_KEY_ENC_IP_TTL_MASK`. */
  encIpTtlMask: [83, u8],
  /** `TCA_FLOWER_KEY_ENC_OPTS`; tc: `geneve_opts`, `vxlan_opts`, `erspan_opts`, `gtp_opts`, `pfcp_opts`. */
  encOpts: [84, encOpts],
  /** `TCA_FLOWER_KEY_ENC_OPTS_MASK`. */
  encOptsMask: [85, encOpts],
  /** `TCA_FLOWER_IN_HW_COUNT`. Read-only. */
  inHwCount: [86, u32],
  /** `TCA_FLOWER_KEY_PORT_SRC_MIN`; tc: `src_port LOW-HIGH`. */
  portSrcMin: [87, be16],
  /** `TCA_FLOWER_KEY_PORT_SRC_MAX`. */
  portSrcMax: [88, be16],
  /** `TCA_FLOWER_KEY_PORT_DST_MIN`; tc: `dst_port LOW-HIGH`. */
  portDstMin: [89, be16],
  /** `TCA_FLOWER_KEY_PORT_DST_MAX`. */
  portDstMax: [90, be16],
  /** `TCA_FLOWER_KEY_CT_STATE`; tc: `ct_state`. */
  ctState: [91, connectionState],
  /** `TCA_FLOWER_KEY_CT_STATE_MASK`. */
  ctStateMask: [92, connectionState],
  /** `TCA_FLOWER_KEY_CT_ZONE`; tc: `ct_zone`. */
  ctZone: [93, u16],
  /** `TCA_FLOWER_KEY_CT_ZONE_MASK`. */
  ctZoneMask: [94, u16],
  /** `TCA_FLOWER_KEY_CT_MARK`; tc: `ct_mark`. */
  ctMark: [95, u32],
  /** `TCA_FLOWER_KEY_CT_MARK_MASK`. */
  ctMarkMask: [96, u32],
  /** `TCA_FLOWER_KEY_CT_LABELS`; tc: `ct_label`. */
  ctLabels: [97, fixedBytes(16)],
  /** `TCA_FLOWER_KEY_CT_LABELS_MASK`. */
  ctLabelsMask: [98, fixedBytes(16)],
  /** `TCA_FLOWER_KEY_MPLS_OPTS`; tc: `mpls lse`. */
  mplsOpts: [99, mplsOpts],
  /** `TCA_FLOWER_KEY_HASH`; tc: `hash`. */
  hash: [100, u32],
  /** `TCA_FLOWER_KEY_HASH_MASK`. */
  hashMask: [101, u32],
  /** `TCA_FLOWER_KEY_NUM_OF_VLANS`; tc: `num_of_vlans`. Requires Linux 5.19. */
  numOfVlans: [102, u8],
  /** `TCA_FLOWER_KEY_PPPOE_SID`; tc: `pppoe_sid`. Requires Linux 6.0. */
  pppoeSid: [103, be16],
  /** `TCA_FLOWER_KEY_PPP_PROTO`; tc: `ppp_proto`. Requires Linux 6.0. */
  pppProto: [104, be16],
  /** `TCA_FLOWER_KEY_L2TPV3_SID`; tc: `l2tpv3_sid`. Requires Linux 6.1. */
  l2tpv3Sid: [105, be32],
  /** `TCA_FLOWER_L2_MISS`; tc: `l2_miss`. Requires Linux 6.5. */
  l2Miss: [106, bool],
  /** `TCA_FLOWER_KEY_CFM`; tc: `cfm`. Requires Linux 6.5. */
  cfm: [107, attrs({ mdLevel: [1, u8], opcode: [2, u8] })],
  /** `TCA_FLOWER_KEY_SPI`; tc: `spi`. Requires Linux 6.6. */
  spi: [108, be32],
  /** `TCA_FLOWER_KEY_SPI_MASK`. */
  spiMask: [109, be32],
  /** `TCA_FLOWER_KEY_ENC_FLAGS`; tc: `enc_flags`. Its mask has to be given. Requires Linux 6.11. */
  encFlags: [110, packetFlags],
  /** `TCA_FLOWER_KEY_ENC_FLAGS_MASK`. */
  encFlagsMask: [111, packetFlags],
})
