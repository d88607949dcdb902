/**
 * vxlan: Ethernet over UDP.
 *
 * @module
 */
import { attrs, be16, be32, bool, fixedBytes, flag, ipv4, ipv6, named, u32, u8 } from '../../../codec/index.ts'
import { linkIndex } from '../refs.ts'
import { portRange } from './tunnel.ts'

/** `IFLA_INFO_DATA` of kind `vxlan`. */
export const vxlan = attrs({
  /** `IFLA_VXLAN_ID`; ip: `id`. The VNI. */
  id: [1, u32],
  /** `IFLA_VXLAN_GROUP`; ip: `group` or `remote`, IPv4. */
  group: [2, ipv4],
  /** `IFLA_VXLAN_LINK`; ip: `dev`. */
  link: [3, linkIndex],
  /** `IFLA_VXLAN_LOCAL`; ip: `local`, IPv4. */
  local: [4, ipv4],
  /** `IFLA_VXLAN_TTL`; ip: `ttl`. 0 is automatic. */
  ttl: [5, u8],
  /** `IFLA_VXLAN_TOS`; ip: `tos`. 1 inherits. */
  tos: [6, u8],
  /** `IFLA_VXLAN_LEARNING`; ip: `learning`. */
  learning: [7, bool],
  /** `IFLA_VXLAN_AGEING`; ip: `ageing`. Seconds. */
  ageing: [8, u32],
  /** `IFLA_VXLAN_LIMIT`; ip: `maxaddress`. 0 is no limit. */
  limit: [9, u32],
  /** `IFLA_VXLAN_PORT_RANGE`; ip: `srcport`. */
  portRange: [10, portRange],
  /** `IFLA_VXLAN_PROXY`; ip: `proxy`. */
  proxy: [11, bool],
  /** `IFLA_VXLAN_RSC`; ip: `rsc`. */
  rsc: [12, bool],
  /** `IFLA_VXLAN_L2MISS`; ip: `l2miss`. */
  l2miss: [13, bool],
  /** `IFLA_VXLAN_L3MISS`; ip: `l3miss`. */
  l3miss: [14, bool],
  /** `IFLA_VXLAN_PORT`; ip: `dstport`. 8472 unless told, for history's sake; the standard's is 4789. */
  port: [15, be16],
  /** `IFLA_VXLAN_GROUP6`; ip: `group` or `remote`, IPv6. */
  group6: [16, ipv6],
  /** `IFLA_VXLAN_LOCAL6`; ip: `local`, IPv6. */
  local6: [17, ipv6],
  /** `IFLA_VXLAN_UDP_CSUM`; ip: `udpcsum`. */
  udpCsum: [18, bool],
  /** `IFLA_VXLAN_UDP_ZERO_CSUM6_TX`; ip: `udp6zerocsumtx`. */
  udpZeroCsum6Tx: [19, bool],
  /** `IFLA_VXLAN_UDP_ZERO_CSUM6_RX`; ip: `udp6zerocsumrx`. */
  udpZeroCsum6Rx: [20, bool],
  /** `IFLA_VXLAN_REMCSUM_TX`; ip: `remcsumtx`. */
  remcsumTx: [21, bool],
  /** `IFLA_VXLAN_REMCSUM_RX`; ip: `remcsumrx`. */
  remcsumRx: [22, bool],
  /** `IFLA_VXLAN_GBP`; ip: `gbp`. */
  gbp: [23, flag],
  /** `IFLA_VXLAN_REMCSUM_NOPARTIAL`. */
  remcsumNopartial: [24, flag],
  /** `IFLA_VXLAN_COLLECT_METADATA`; ip: `external`. */
  collectMetadata: [25, bool],
  /** `IFLA_VXLAN_LABEL`; ip: `flowlabel`. */
  label: [26, be32],
  /** `IFLA_VXLAN_GPE`; ip: `gpe`. */
  gpe: [27, flag],
  /** `IFLA_VXLAN_TTL_INHERIT`; ip: `ttl inherit`. */
  ttlInherit: [28, flag],
  /** `IFLA_VXLAN_DF`; ip: `df`. */
  df: [29, named(u8, { unset: 0, set: 1, inherit: 2 })],
  /** `IFLA_VXLAN_VNIFILTER`; ip: `vnifilter`. Requires Linux 5.18. */
  vnifilter: [30, bool],
  /** `IFLA_VXLAN_LOCALBYPASS`; ip: `localbypass`. Requires Linux 6.5. */
  localbypass: [31, bool],
  /** `IFLA_VXLAN_LABEL_POLICY`; ip: `flowlabel inherit`. Requires Linux 6.8. */
  labelPolicy: [32, named(u32, { fixed: 0, inherit: 1 })],
  /** `IFLA_VXLAN_RESERVED_BITS`: bits of the header that are not looked at. Requires Linux 6.14. */
  reservedBits: [33, fixedBytes(8)],
  /** `IFLA_VXLAN_MC_ROUTE`; ip: `mcroute`. Requires Linux 6.17. */
  mcRoute: [34, bool],
})
