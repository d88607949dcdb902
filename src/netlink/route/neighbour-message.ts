/**
 * A neighbour, or an entry of a forwarding database, as it is on the wire: `struct ndmsg` and `NDA_*`.
 *
 * @module
 */
import { attrs, be16, flags, ip, mac, message, named, s32, struct, u16, u32, u8 } from '../../codec/index.ts'
import { family, protocol } from './names.ts'
import { linkIndex, linkIndexS32 } from './refs.ts'
import { ROUTE_TYPES } from './route-message.ts'

/** What is known of a neighbour (`NUD_*`); ip: `nud`. */
export const NEIGHBOUR_STATES = {
  none: 0,
  incomplete: 0x01,
  reachable: 0x02,
  stale: 0x04,
  delay: 0x08,
  probe: 0x10,
  failed: 0x20,
  noarp: 0x40,
  permanent: 0x80,
} as const

/** `struct ndmsg` with `NDA_*`, as one flat object. */
export const neighbourMessage = message(
  struct({
    /** `ndm_family`: `bridge` for a forwarding database. */
    family,
    /** `ndm_ifindex`; ip: `dev`. */
    dev: linkIndexS32,
    /** `ndm_state`; ip: `nud`. */
    state: named(u16, NEIGHBOUR_STATES),
    /** `ndm_flags`: `NTF_*`; ip: `use`, `proxy`, `router`, `extern_learn`; bridge: `self`, `master`, `sticky`. */
    flags: flags(u8, {
      use: 0x01,
      self: 0x02,
      master: 0x04,
      proxy: 0x08,
      externLearn: 0x10,
      offload: 0x20,
      sticky: 0x40,
      router: 0x80,
    }),
    /** `ndm_type`. */
    type: named(u8, ROUTE_TYPES),
  }),
  attrs({
    /** `NDA_DST`: the neighbour's address; in a forwarding database the tunnel's far end. */
    dst: [1, ip],
    /** `NDA_LLADDR`; ip: `lladdr`. */
    lladdr: [2, mac],
    /** `NDA_CACHEINFO`. Clock ticks of 1/100 s since. Read-only. */
    cacheinfo: [3, struct({ confirmed: u32, used: u32, updated: u32, refcnt: u32 })],
    /** `NDA_PROBES`. Read-only. */
    probes: [4, u32],
    /** `NDA_VLAN`; bridge: `vlan`. */
    vlan: [5, u16],
    /** `NDA_PORT`; bridge: `port`. */
    port: [6, be16],
    /** `NDA_VNI`; bridge: `vni`. */
    vni: [7, u32],
    /** `NDA_IFINDEX`; bridge: `via`. */
    via: [8, linkIndex],
    /** `NDA_MASTER`; bridge: `br`. */
    master: [9, linkIndex],
    /** `NDA_LINK_NETNSID`. Read-only. */
    linkNetnsid: [10, s32],
    /** `NDA_SRC_VNI`; bridge: `src_vni`. */
    srcVni: [11, u32],
    /** `NDA_PROTOCOL`; ip: `protocol`. */
    protocol: [12, protocol],
    /** `NDA_NH_ID`; bridge: `nhid`. */
    nhid: [13, u32],
    /** `NDA_FDB_EXT_ATTRS`. */
    fdbExtAttrs: [14, attrs({ activityNotify: [1, u8], dontRefresh: [2, u8] })],
    /** `NDA_FLAGS_EXT`: `NTF_EXT_*`; ip: `managed`; bridge: `locked`. Requires Linux 5.16. */
    flagsExt: [15, flags(u32, { managed: 1, locked: 2, extValidated: 4 })],
    /** `NDA_NDM_STATE_MASK`. */
    stateMask: [16, u16],
    /** `NDA_NDM_FLAGS_MASK`. */
    flagsMask: [17, u8],
  }),
)
