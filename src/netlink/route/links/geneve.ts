/**
 * geneve and bareudp: Ethernet, or any layer 3 protocol, over UDP.
 *
 * @module
 */
import { attrs, be16, be32, bool, flag, ipv4, ipv6, named, u16, u32, u8 } from '../../../codec/index.ts'
import { ETHERTYPES } from '../names.ts'
import { portRange } from './tunnel.ts'

/** `IFLA_INFO_DATA` of kind `geneve`. */
export const geneve = attrs({
  /** `IFLA_GENEVE_ID`; ip: `id`. The VNI. */
  id: [1, u32],
  /** `IFLA_GENEVE_REMOTE`; ip: `remote`, IPv4. */
  remote: [2, ipv4],
  /** `IFLA_GENEVE_TTL`; ip: `ttl`. */
  ttl: [3, u8],
  /** `IFLA_GENEVE_TOS`; ip: `tos`. */
  tos: [4, u8],
  /** `IFLA_GENEVE_PORT`; ip: `dstport`. */
  port: [5, be16],
  /** `IFLA_GENEVE_COLLECT_METADATA`; ip: `external`. */
  collectMetadata: [6, flag],
  /** `IFLA_GENEVE_REMOTE6`; ip: `remote`, IPv6. */
  remote6: [7, ipv6],
  /** `IFLA_GENEVE_UDP_CSUM`; ip: `udpcsum`. */
  udpCsum: [8, bool],
  /** `IFLA_GENEVE_UDP_ZERO_CSUM6_TX`; ip: `udp6zerocsumtx`. */
  udpZeroCsum6Tx: [9, bool],
  /** `IFLA_GENEVE_UDP_ZERO_CSUM6_RX`; ip: `udp6zerocsumrx`. */
  udpZeroCsum6Rx: [10, bool],
  /** `IFLA_GENEVE_LABEL`; ip: `flowlabel`. */
  label: [11, be32],
  /** `IFLA_GENEVE_TTL_INHERIT`; ip: `ttl inherit`. */
  ttlInherit: [12, bool],
  /** `IFLA_GENEVE_DF`; ip: `df`. */
  df: [13, named(u8, { unset: 0, set: 1, inherit: 2 })],
  /** `IFLA_GENEVE_INNER_PROTO_INHERIT`; ip: `innerprotoinherit`. Requires Linux 5.18. */
  innerProtoInherit: [14, flag],
  /** `IFLA_GENEVE_PORT_RANGE`; ip: `port`. Requires Linux 6.14. */
  portRange: [15, portRange],
  /** `IFLA_GENEVE_GRO_HINT`. Requires Linux 7.0. */
  groHint: [16, flag],
  /** `IFLA_GENEVE_LOCAL`; ip: `local`, IPv4. Requires Linux 7.2. */
  local: [17, ipv4],
  /** `IFLA_GENEVE_LOCAL6`; ip: `local`, IPv6. Requires Linux 7.2. */
  local6: [18, ipv6],
})

/** `IFLA_INFO_DATA` of kind `bareudp`. */
export const bareudp = attrs({
  /** `IFLA_BAREUDP_PORT`; ip: `dstport`. */
  port: [1, be16],
  /** `IFLA_BAREUDP_ETHERTYPE`; ip: `ethertype`. */
  ethertype: [2, named(be16, ETHERTYPES)],
  /** `IFLA_BAREUDP_SRCPORT_MIN`; ip: `srcportmin`. */
  srcportMin: [3, u16],
  /** `IFLA_BAREUDP_MULTIPROTO_MODE`; ip: `multiproto`. */
  multiprotoMode: [4, flag],
})
