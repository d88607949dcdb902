/**
 * GRE and ERSPAN over IPv4 and IPv6: the kinds `gre`, `gretap`, `erspan`, `ip6gre`, `ip6gretap`, `ip6erspan`.
 *
 * @module
 */
import { attrs, be16, be32, bool, flag, flags, ipv4, ipv6, u16, u32, u8 } from '../../../codec/index.ts'
import { linkIndex } from '../refs.ts'
import { encapFlags, encapKind, greFlags } from './tunnel.ts'

const common = {
  /** `IFLA_GRE_LINK`; ip: `dev`. */
  link: [1, linkIndex],
  /** `IFLA_GRE_IFLAGS`; ip: `icsum`, `ikey`, `iseq`. */
  iflags: [2, greFlags],
  /** `IFLA_GRE_OFLAGS`; ip: `ocsum`, `okey`, `oseq`. */
  oflags: [3, greFlags],
  /** `IFLA_GRE_IKEY`; ip: `ikey`. Counts with the flag `key`. */
  ikey: [4, be32],
  /** `IFLA_GRE_OKEY`; ip: `okey`. Counts with the flag `key`. */
  okey: [5, be32],
  /** `IFLA_GRE_TTL`; ip: `ttl` or `hoplimit`. 0 inherits. */
  ttl: [8, u8],
  /** `IFLA_GRE_TOS`; ip: `tos`. 1 inherits. */
  tos: [9, u8],
  /** `IFLA_GRE_ENCAP_TYPE`; ip: `encap`. */
  encapType: [14, encapKind],
  /** `IFLA_GRE_ENCAP_FLAGS`. */
  encapFlags: [15, encapFlags],
  /** `IFLA_GRE_ENCAP_SPORT`; ip: `encap-sport`. */
  encapSport: [16, be16],
  /** `IFLA_GRE_ENCAP_DPORT`; ip: `encap-dport`. */
  encapDport: [17, be16],
  /** `IFLA_GRE_COLLECT_METADATA`; ip: `external`. */
  collectMetadata: [18, flag],
  /** `IFLA_GRE_FWMARK`; ip: `fwmark`. */
  fwmark: [20, u32],
  /** `IFLA_GRE_ERSPAN_INDEX`; ip: `erspan`. Version 1. */
  erspanIndex: [21, u32],
  /** `IFLA_GRE_ERSPAN_VER`; ip: `erspan_ver`. */
  erspanVer: [22, u8],
  /** `IFLA_GRE_ERSPAN_DIR`; ip: `erspan_dir`. 0 ingress, 1 egress. Version 2. */
  erspanDir: [23, u8],
  /** `IFLA_GRE_ERSPAN_HWID`; ip: `erspan_hwid`. Version 2. */
  erspanHwid: [24, u16],
} as const

/** `IFLA_INFO_DATA` of the kinds over IPv4. */
export const gre = attrs({
  ...common,
  /** `IFLA_GRE_LOCAL`; ip: `local`. */
  local: [6, ipv4],
  /** `IFLA_GRE_REMOTE`; ip: `remote`. */
  remote: [7, ipv4],
  /** `IFLA_GRE_PMTUDISC`; ip: `pmtudisc`. */
  pmtudisc: [10, bool],
  /** `IFLA_GRE_IGNORE_DF`; ip: `ignore-df`. */
  ignoreDf: [19, bool],
})

/** `IFLA_INFO_DATA` of the kinds over IPv6. */
export const ip6gre = attrs({
  ...common,
  /** `IFLA_GRE_LOCAL`; ip: `local`. */
  local: [6, ipv6],
  /** `IFLA_GRE_REMOTE`; ip: `remote`. */
  remote: [7, ipv6],
  /** `IFLA_GRE_ENCAP_LIMIT`; ip: `encaplimit`. */
  encapLimit: [11, u8],
  /** `IFLA_GRE_FLOWINFO`; ip: `tclass` and `flowlabel` in one. */
  flowinfo: [12, be32],
  /** `IFLA_GRE_FLAGS`: `IP6_TNL_F_*`. */
  flags: [
    13,
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
