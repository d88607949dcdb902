/**
 * IP in IP: the kinds `ipip`, `sit` and `ip6tnl`.
 *
 * @module
 */
import { attrs, be16, be32, bool, flag, flags, ipv4, ipv6, named, u16, u32, u8 } from '../../../codec/index.ts'
import { linkIndex } from '../refs.ts'
import { encapFlags, encapKind } from './tunnel.ts'

/** The protocol that is carried; ip: `mode`. */
const carried = named(u8, { any: 0, ipip: 4, ip6ip: 41, mplsip: 137 })

const common = {
  /** `IFLA_IPTUN_LINK`; ip: `dev`. */
  link: [1, linkIndex],
  /** `IFLA_IPTUN_TTL`; ip: `ttl` or `hoplimit`. 0 inherits. */
  ttl: [4, u8],
  /** `IFLA_IPTUN_TOS`; ip: `tos`. 1 inherits. */
  tos: [5, u8],
  /** `IFLA_IPTUN_PROTO`; ip: `mode`. */
  proto: [9, carried],
  /** `IFLA_IPTUN_ENCAP_TYPE`; ip: `encap`. */
  encapType: [15, encapKind],
  /** `IFLA_IPTUN_ENCAP_FLAGS`. */
  encapFlags: [16, encapFlags],
  /** `IFLA_IPTUN_ENCAP_SPORT`; ip: `encap-sport`. */
  encapSport: [17, be16],
  /** `IFLA_IPTUN_ENCAP_DPORT`; ip: `encap-dport`. */
  encapDport: [18, be16],
  /** `IFLA_IPTUN_COLLECT_METADATA`; ip: `external`. */
  collectMetadata: [19, flag],
  /** `IFLA_IPTUN_FWMARK`; ip: `fwmark`. */
  fwmark: [20, u32],
} as const

const overIpv4 = {
  ...common,
  /** `IFLA_IPTUN_LOCAL`; ip: `local`. */
  local: [2, ipv4],
  /** `IFLA_IPTUN_REMOTE`; ip: `remote`. */
  remote: [3, ipv4],
  /** `IFLA_IPTUN_PMTUDISC`; ip: `pmtudisc`. */
  pmtudisc: [10, bool],
} as const

/** `IFLA_INFO_DATA` of kind `ipip`. */
export const ipip = attrs(overIpv4)

/** `IFLA_INFO_DATA` of kind `sit`: IPv6 over IPv4. */
export const sit = attrs({
  ...overIpv4,
  /** `IFLA_IPTUN_FLAGS`; ip: `isatap`. */
  flags: [8, flags(u16, { isatap: 1 })],
  /** `IFLA_IPTUN_6RD_PREFIX`; ip: `6rd-prefix`. */
  sixRdPrefix: [11, ipv6],
  /** `IFLA_IPTUN_6RD_RELAY_PREFIX`; ip: `6rd-relay_prefix`. */
  sixRdRelayPrefix: [12, ipv4],
  /** `IFLA_IPTUN_6RD_PREFIXLEN`. */
  sixRdPrefixlen: [13, u16],
  /** `IFLA_IPTUN_6RD_RELAY_PREFIXLEN`. */
  sixRdRelayPrefixlen: [14, u16],
})

/** `IFLA_INFO_DATA` of kind `ip6tnl`: IPv4, IPv6 or both over IPv6. */
export const ip6tnl = attrs({
  ...common,
  /** `IFLA_IPTUN_LOCAL`; ip: `local`. */
  local: [2, ipv6],
  /** `IFLA_IPTUN_REMOTE`; ip: `remote`. */
  remote: [3, ipv6],
  /** `IFLA_IPTUN_ENCAP_LIMIT`; ip: `encaplimit`. */
  encapLimit: [6, u8],
  /** `IFLA_IPTUN_FLOWINFO`; ip: `tclass` and `flowlabel` in one. */
  flowinfo: [7, be32],
  /** `IFLA_IPTUN_FLAGS`: `IP6_TNL_F_*`. */
  flags: [
    8,
    flags(u32, {
      ignEncapLimit: 1,
      useOrigTclass: 2,
      useOrigFlowlabel: 4,
      mip6Dev: 8,
      rcvDscpCopy: 16,
      useOrigFwmark: 32,
      allowLocalRemote: 64,
      capXmit: 0x1_0000,
      capRcv: 0x2_0000,
      capPerPacket: 0x4_0000,
    }),
  ],
})
