/**
 * VLANs of bridges and their ports as they are on the wire: `struct br_vlan_msg` and `BRIDGE_VLANDB_*`.
 *
 * Times are in clock ticks of 1/100 s.
 *
 * @module
 */
import { attrs, bool, count64, flags, many, message, named, pad, struct, u16, u32, u64, u8 } from '../../codec/index.ts'
import { multicastRouter, querier } from './links/bridge.ts'
import { routerPorts } from './mdb-message.ts'
import { PORT_STATES } from './links/bridge-port.ts'
import { family } from './names.ts'
import { linkIndex } from './refs.ts'

/** `BRIDGE_VLAN_INFO_*`. */
export const BRIDGE_VLAN_FLAGS = {
  /** The VLAN is the bridge's too. */
  master: 1,
  /** Untagged frames that come in belong to it; bridge: `pvid`. */
  pvid: 2,
  /** Frames leave without a tag; bridge: `untagged`. */
  untagged: 4,
  rangeBegin: 8,
  rangeEnd: 16,
  /** An entry of the bridge itself. */
  brentry: 32,
  /** Changes options of a VLAN that is there. */
  onlyOpts: 64,
} as const

/** `struct br_vlan_msg`. */
const header = struct({
  /** `bridge`. */
  family,
  reserved1: u8,
  reserved2: u16,
  /** The bridge, or a port. */
  dev: linkIndex,
})

/** `BRIDGE_VLANDB_ENTRY`: a VLAN of a bridge or a port, or a range of them that are alike. */
const entry = attrs({
  /** `BRIDGE_VLANDB_ENTRY_INFO`: `struct bridge_vlan_info`. */
  info: [1, struct({ flags: flags(u16, BRIDGE_VLAN_FLAGS), vid: u16 })],
  /** `BRIDGE_VLANDB_ENTRY_RANGE`: the last of the range. */
  range: [2, u16],
  /** `BRIDGE_VLANDB_ENTRY_STATE`; bridge: `state`. */
  state: [3, named(u8, PORT_STATES)],
  /** `BRIDGE_VLANDB_ENTRY_TUNNEL_INFO`; bridge: `tunnel_info`. */
  tunnelInfo: [
    4,
    attrs({
      /** `BRIDGE_VLANDB_TINFO_ID`; of a range the first. */
      id: [1, u32],
      /** `BRIDGE_VLANDB_TINFO_CMD`: `RTM_SETLINK` or `RTM_DELLINK`. */
      cmd: [2, named(u32, { delete: 17, set: 19 })],
    }),
  ],
  /** `BRIDGE_VLANDB_ENTRY_STATS`. Read-only. */
  stats: [5, attrs({ rxBytes: [1, u64], rxPackets: [2, u64], txBytes: [3, u64], txPackets: [4, u64], pad: [5, pad] })],
  /** `BRIDGE_VLANDB_ENTRY_MCAST_ROUTER`; bridge: `mcast_router`. Requires Linux 5.15. */
  mcastRouter: [6, multicastRouter],
  /** `BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS`. Read-only. Requires Linux 6.3. */
  mcastNGroups: [7, u32],
  /** `BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS`; bridge: `mcast_max_groups`. Requires Linux 6.3. */
  mcastMaxGroups: [8, u32],
  /** `BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS`; bridge: `neigh_suppress`. Requires Linux 6.4. */
  neighSuppress: [9, bool],
  /** `BRIDGE_VLANDB_ENTRY_NEIGH_FORWARD_GRAT`. Requires Linux 7.2. */
  neighForwardGrat: [10, bool],
})

/** `BRIDGE_VLANDB_GLOBAL_OPTIONS`: what a VLAN is told on the whole bridge. */
const globalOptions = attrs({
  /** `BRIDGE_VLANDB_GOPTS_ID`. */
  vid: [1, u16],
  /** `BRIDGE_VLANDB_GOPTS_RANGE`: the last of a range. */
  range: [2, u16],
  /** `BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING`; bridge: `mcast_snooping`. */
  mcastSnooping: [3, bool],
  /** `BRIDGE_VLANDB_GOPTS_MCAST_IGMP_VERSION`; bridge: `mcast_igmp_version`. */
  mcastIgmpVersion: [4, u8],
  /** `BRIDGE_VLANDB_GOPTS_MCAST_MLD_VERSION`; bridge: `mcast_mld_version`. */
  mcastMldVersion: [5, u8],
  /** `BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT`; bridge: `mcast_last_member_count`. */
  mcastLastMemberCount: [6, u32],
  /** `BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_CNT`; bridge: `mcast_startup_query_count`. */
  mcastStartupQueryCount: [7, u32],
  /** `BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_INTVL`; bridge: `mcast_last_member_interval`. */
  mcastLastMemberInterval: [8, count64],
  pad: [9, pad],
  /** `BRIDGE_VLANDB_GOPTS_MCAST_MEMBERSHIP_INTVL`; bridge: `mcast_membership_interval`. */
  mcastMembershipInterval: [10, count64],
  /** `BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_INTVL`; bridge: `mcast_querier_interval`. */
  mcastQuerierInterval: [11, count64],
  /** `BRIDGE_VLANDB_GOPTS_MCAST_QUERY_INTVL`; bridge: `mcast_query_interval`. */
  mcastQueryInterval: [12, count64],
  /** `BRIDGE_VLANDB_GOPTS_MCAST_QUERY_RESPONSE_INTVL`; bridge: `mcast_query_response_interval`. */
  mcastQueryResponseInterval: [13, count64],
  /** `BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_INTVL`; bridge: `mcast_startup_query_interval`. */
  mcastStartupQueryInterval: [14, count64],
  /** `BRIDGE_VLANDB_GOPTS_MCAST_QUERIER`; bridge: `mcast_querier`. */
  mcastQuerier: [15, bool],
  /** `BRIDGE_VLANDB_GOPTS_MCAST_ROUTER_PORTS`: nests of `MDBA_ROUTER_*`. Read-only. */
  mcastRouterPorts: [16, routerPorts],
  /** `BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_STATE`. Read-only. */
  mcastQuerierState: [17, querier],
  /** `BRIDGE_VLANDB_GOPTS_MSTI`; bridge: `msti`. Requires Linux 5.18. */
  msti: [18, u16],
})

/** `struct br_vlan_msg` with `BRIDGE_VLANDB_*`. */
export const bridgeVlanMessage = message(
  header,
  attrs({
    /** `BRIDGE_VLANDB_ENTRY`. */
    entries: [1, many(entry)],
    /** `BRIDGE_VLANDB_GLOBAL_OPTIONS`. */
    globalOptions: [2, many(globalOptions)],
  }),
)

/** `struct br_vlan_msg` with `BRIDGE_VLANDB_DUMP_*`: what a list is asked for. */
export const bridgeVlanQuery = message(
  header,
  attrs({
    /** `BRIDGE_VLANDB_DUMP_FLAGS`. */
    dumpFlags: [1, flags(u32, { stats: 1, global: 2 })],
  }),
)
