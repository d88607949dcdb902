/**
 * A rule of the routing policy as it is on the wire: `struct fib_rule_hdr` and `FRA_*`.
 *
 * @module
 */
import { attrs, be32, be64, bool, flags, message, named, pad, string, struct, u16, u32, u8 } from '../../codec/index.ts'
import { address, family, protocol, table } from './names.ts'

/** What a rule does (`FR_ACT_*`). */
export const RULE_ACTIONS = {
  unspec: 0,
  /** Looks in the rule's table. */
  lookup: 1,
  goto: 2,
  nop: 3,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
} as const

/** `struct fib_rule_port_range`. */
const ports = struct({ start: u16, end: u16 })

/** `struct fib_rule_hdr` with `FRA_*`, as one flat object. */
export const ruleMessage = message(
  struct({
    family,
    dstLen: u8,
    srcLen: u8,
    /** ip: `tos`. */
    tos: u8,
    /** The table if it is below 256; `FRA_TABLE` says it always. */
    shortTable: u8,
    reserved1: u8,
    reserved2: u8,
    action: named(u8, RULE_ACTIONS),
    /** `FIB_RULE_*`; ip: `not` is `invert`. */
    flags: flags(u32, {
      permanent: 1,
      invert: 2,
      unresolved: 4,
      iifDetached: 8,
      oifDetached: 0x10,
      findSaddr: 0x1_0000,
    }),
  }),
  attrs({
    /** `FRA_DST`; ip: `to`. */
    dst: [1, address],
    /** `FRA_SRC`; ip: `from`. */
    src: [2, address],
    /** `FRA_IIFNAME`; ip: `iif`. A name: the link need not exist. */
    iif: [3, string],
    /** `FRA_GOTO`; ip: `goto`. The priority of the rule to go on with. */
    goto: [4, u32],
    /** `FRA_PRIORITY`; ip: `priority`. */
    priority: [6, u32],
    /** `FRA_FWMARK`; ip: `fwmark`. */
    fwmark: [10, u32],
    /** `FRA_FLOW`; ip: `realms`. */
    flow: [11, u32],
    /** `FRA_TUN_ID`; ip: `tun_id`. Big-endian. */
    tunId: [12, be64],
    /** `FRA_SUPPRESS_IFGROUP`; ip: `suppress_ifgroup`. All ones is none. */
    suppressIfgroup: [13, u32],
    /** `FRA_SUPPRESS_PREFIXLEN`; ip: `suppress_prefixlength`. All ones is none. */
    suppressPrefixlength: [14, u32],
    /** `FRA_TABLE`; ip: `lookup`. */
    table: [15, table],
    /** `FRA_FWMASK`; ip: `fwmark M/MASK`. */
    fwmask: [16, u32],
    /** `FRA_OIFNAME`; ip: `oif`. */
    oif: [17, string],
    pad: [18, pad],
    /** `FRA_L3MDEV`; ip: `l3mdev`. */
    l3mdev: [19, bool],
    /** `FRA_UID_RANGE`; ip: `uidrange`. */
    uidrange: [20, struct({ start: u32, end: u32 })],
    /** `FRA_PROTOCOL`; ip: `protocol`. */
    protocol: [21, protocol],
    /** `FRA_IP_PROTO`; ip: `ipproto`. */
    ipproto: [22, u8],
    /** `FRA_SPORT_RANGE`; ip: `sport`. */
    sport: [23, ports],
    /** `FRA_DPORT_RANGE`; ip: `dport`. */
    dport: [24, ports],
    /** `FRA_DSCP`; ip: `dscp`. Requires Linux 6.13. */
    dscp: [25, u8],
    /** `FRA_FLOWLABEL`; ip: `flowlabel`. Requires Linux 6.14. */
    flowlabel: [26, be32],
    /** `FRA_FLOWLABEL_MASK`. Requires Linux 6.14. */
    flowlabelMask: [27, be32],
    /** `FRA_SPORT_MASK`. Requires Linux 6.15. */
    sportMask: [28, u16],
    /** `FRA_DPORT_MASK`. Requires Linux 6.15. */
    dportMask: [29, u16],
    /** `FRA_DSCP_MASK`. Requires Linux 6.15. */
    dscpMask: [30, u8],
  }),
)
