/**
 * bridge: an Ethernet switch in software.
 *
 * Times are in clock ticks of 1/100 s (`USER_HZ`) as the kernel has them; `ip` prints the same numbers.
 *
 * @module
 */
import {
  attrs,
  be16,
  bool,
  count64,
  type Codec,
  flag,
  formatMac,
  ipv4,
  ipv6,
  mac,
  maskedFlags,
  named,
  pad,
  u16,
  u32,
  u8,
} from '../../../codec/index.ts'
import { linkIndex } from '../refs.ts'

/** `struct ifla_bridge_id`, as `8000.02:00:00:00:00:01`: the priority in hexadecimal, then the hardware address. */
export const bridgeId: Codec<string, never> = {
  kind: 'bridgeId',
  size: 8,
  align: 1,
  nested: false,
  read(source, start, end) {
    if (end - start < 8) return undefined
    const priority = source.view.getUint16(start, false).toString(16).padStart(4, '0')
    return `${priority}.${formatMac(source.bytes, start + 2, start + 8)}`
  },
  write: (writer, value) => writer.wrongType('nothing: the kernel makes it', value),
}

/** `IFLA_BR_MCAST_QUERIER_STATE` (`BRIDGE_QUERIER_*`): who asks for multicast listeners. */
export const querier = attrs({
  address: [1, ipv4],
  port: [2, linkIndex],
  otherTimer: [3, count64],
  pad: [4, pad],
  address6: [5, ipv6],
  port6: [6, linkIndex],
  otherTimer6: [7, count64],
})

/** `MDB_RTR_TYPE_*`: whether a port leads to a multicast router. */
export const multicastRouter = named(u8, { disabled: 0, tempQuery: 1, perm: 2, temp: 3 })

/** `IFLA_INFO_DATA` of kind `bridge`. */
export const bridge = attrs({
  /** `IFLA_BR_FORWARD_DELAY`; ip: `forward_delay`. */
  forwardDelay: [1, u32],
  /** `IFLA_BR_HELLO_TIME`; ip: `hello_time`. */
  helloTime: [2, u32],
  /** `IFLA_BR_MAX_AGE`; ip: `max_age`. */
  maxAge: [3, u32],
  /** `IFLA_BR_AGEING_TIME`; ip: `ageing_time`. */
  ageingTime: [4, u32],
  /** `IFLA_BR_STP_STATE`; ip: `stp_state`. 0 off, 1 the kernel's, 2 a daemon's. */
  stpState: [5, u32],
  /** `IFLA_BR_PRIORITY`; ip: `priority`. */
  priority: [6, u16],
  /** `IFLA_BR_VLAN_FILTERING`; ip: `vlan_filtering`. */
  vlanFiltering: [7, bool],
  /** `IFLA_BR_VLAN_PROTOCOL`; ip: `vlan_protocol`. */
  vlanProtocol: [8, named(be16, { '802.1q': 0x8100, '802.1ad': 0x88a8 })],
  /** `IFLA_BR_GROUP_FWD_MASK`; ip: `group_fwd_mask`. */
  groupFwdMask: [9, u16],
  /** `IFLA_BR_ROOT_ID`. Read-only. */
  rootId: [10, bridgeId],
  /** `IFLA_BR_BRIDGE_ID`. Read-only. */
  bridgeId: [11, bridgeId],
  /** `IFLA_BR_ROOT_PORT`. Read-only. */
  rootPort: [12, u16],
  /** `IFLA_BR_ROOT_PATH_COST`. Read-only. */
  rootPathCost: [13, u32],
  /** `IFLA_BR_TOPOLOGY_CHANGE`. Read-only. */
  topologyChange: [14, bool],
  /** `IFLA_BR_TOPOLOGY_CHANGE_DETECTED`. Read-only. */
  topologyChangeDetected: [15, bool],
  /** `IFLA_BR_HELLO_TIMER`. Read-only. */
  helloTimer: [16, count64],
  /** `IFLA_BR_TCN_TIMER`. Read-only. */
  tcnTimer: [17, count64],
  /** `IFLA_BR_TOPOLOGY_CHANGE_TIMER`. Read-only. */
  topologyChangeTimer: [18, count64],
  /** `IFLA_BR_GC_TIMER`. Read-only. */
  gcTimer: [19, count64],
  /** `IFLA_BR_GROUP_ADDR`; ip: `group_address`. */
  groupAddress: [20, mac],
  /** `IFLA_BR_FDB_FLUSH`; ip: `fdb_flush`. An action: forgets what was learned. */
  fdbFlush: [21, flag],
  /** `IFLA_BR_MCAST_ROUTER`; ip: `mcast_router`. */
  mcastRouter: [22, multicastRouter],
  /** `IFLA_BR_MCAST_SNOOPING`; ip: `mcast_snooping`. */
  mcastSnooping: [23, bool],
  /** `IFLA_BR_MCAST_QUERY_USE_IFADDR`; ip: `mcast_query_use_ifaddr`. */
  mcastQueryUseIfaddr: [24, bool],
  /** `IFLA_BR_MCAST_QUERIER`; ip: `mcast_querier`. */
  mcastQuerier: [25, bool],
  /** `IFLA_BR_MCAST_HASH_ELASTICITY`; ip: `mcast_hash_elasticity`. */
  mcastHashElasticity: [26, u32],
  /** `IFLA_BR_MCAST_HASH_MAX`; ip: `mcast_hash_max`. */
  mcastHashMax: [27, u32],
  /** `IFLA_BR_MCAST_LAST_MEMBER_CNT`; ip: `mcast_last_member_count`. */
  mcastLastMemberCount: [28, u32],
  /** `IFLA_BR_MCAST_STARTUP_QUERY_CNT`; ip: `mcast_startup_query_count`. */
  mcastStartupQueryCount: [29, u32],
  /** `IFLA_BR_MCAST_LAST_MEMBER_INTVL`; ip: `mcast_last_member_interval`. */
  mcastLastMemberInterval: [30, count64],
  /** `IFLA_BR_MCAST_MEMBERSHIP_INTVL`; ip: `mcast_membership_interval`. */
  mcastMembershipInterval: [31, count64],
  /** `IFLA_BR_MCAST_QUERIER_INTVL`; ip: `mcast_querier_interval`. */
  mcastQuerierInterval: [32, count64],
  /** `IFLA_BR_MCAST_QUERY_INTVL`; ip: `mcast_query_interval`. */
  mcastQueryInterval: [33, count64],
  /** `IFLA_BR_MCAST_QUERY_RESPONSE_INTVL`; ip: `mcast_query_response_interval`. */
  mcastQueryResponseInterval: [34, count64],
  /** `IFLA_BR_MCAST_STARTUP_QUERY_INTVL`; ip: `mcast_startup_query_interval`. */
  mcastStartupQueryInterval: [35, count64],
  /** `IFLA_BR_NF_CALL_IPTABLES`; ip: `nf_call_iptables`. */
  nfCallIptables: [36, bool],
  /** `IFLA_BR_NF_CALL_IP6TABLES`; ip: `nf_call_ip6tables`. */
  nfCallIp6tables: [37, bool],
  /** `IFLA_BR_NF_CALL_ARPTABLES`; ip: `nf_call_arptables`. */
  nfCallArptables: [38, bool],
  /** `IFLA_BR_VLAN_DEFAULT_PVID`; ip: `vlan_default_pvid`. 0 is none. */
  vlanDefaultPvid: [39, u16],
  pad: [40, pad],
  /** `IFLA_BR_VLAN_STATS_ENABLED`; ip: `vlan_stats_enabled`. */
  vlanStatsEnabled: [41, bool],
  /** `IFLA_BR_MCAST_STATS_ENABLED`; ip: `mcast_stats_enabled`. */
  mcastStatsEnabled: [42, bool],
  /** `IFLA_BR_MCAST_IGMP_VERSION`; ip: `mcast_igmp_version`. 2 or 3. */
  mcastIgmpVersion: [43, u8],
  /** `IFLA_BR_MCAST_MLD_VERSION`; ip: `mcast_mld_version`. 1 or 2. */
  mcastMldVersion: [44, u8],
  /** `IFLA_BR_VLAN_STATS_PER_PORT`; ip: `vlan_stats_per_port`. */
  vlanStatsPerPort: [45, bool],
  /** `IFLA_BR_MULTI_BOOLOPT`; ip: `no_linklocal_learn`, `mcast_vlan_snooping`, `mst_enable`, … */
  multiBoolopt: [
    46,
    maskedFlags(u32, {
      noLlLearn: 1,
      mcastVlanSnooping: 2,
      mstEnable: 4,
      mdbOffloadFailNotification: 8,
      fdbLocalVlan0: 16,
    }),
  ],
  /** `IFLA_BR_MCAST_QUERIER_STATE`. Read-only. */
  mcastQuerierState: [47, querier],
  /** `IFLA_BR_FDB_N_LEARNED`. Read-only. Requires Linux 6.7. */
  fdbNLearned: [48, u32],
  /** `IFLA_BR_FDB_MAX_LEARNED`; ip: `fdb_max_learned`. 0 is no limit. Requires Linux 6.7. */
  fdbMaxLearned: [49, u32],
  /** `IFLA_BR_STP_MODE`. Whether STP runs in the kernel or in a daemon. Requires Linux 7.2. */
  stpMode: [50, named(u32, { auto: 0, user: 1, kernel: 2 })],
})
