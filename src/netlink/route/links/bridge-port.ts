/**
 * What a link is told as a port of a bridge: `slaveKind: 'bridge'`.
 *
 * @module
 */
import { attrs, bool, count64, flag, named, pad, u16, u32, u8 } from '../../../codec/index.ts'
import { linkIndex } from '../refs.ts'
import { bridgeId, multicastRouter } from './bridge.ts'

/** `BR_STATE_*`: how far a port, or a VLAN on it, takes part. */
export const PORT_STATES = { disabled: 0, listening: 1, learning: 2, forwarding: 3, blocking: 4 } as const

/** `IFLA_INFO_SLAVE_DATA` of a port of a bridge. */
export const bridgePort = attrs({
  /** `IFLA_BRPORT_STATE`; ip: `state`. `BR_STATE_*` of the spanning tree. */
  state: [1, named(u8, PORT_STATES)],
  /** `IFLA_BRPORT_PRIORITY`; ip: `priority`. */
  priority: [2, u16],
  /** `IFLA_BRPORT_COST`; ip: `cost`. */
  cost: [3, u32],
  /** `IFLA_BRPORT_MODE`; ip: `hairpin`. Whether a frame may leave through the port that it came from. */
  hairpin: [4, bool],
  /** `IFLA_BRPORT_GUARD`; ip: `guard`. */
  guard: [5, bool],
  /** `IFLA_BRPORT_PROTECT`; ip: `root_block`. */
  rootBlock: [6, bool],
  /** `IFLA_BRPORT_FAST_LEAVE`; ip: `fastleave`. */
  fastleave: [7, bool],
  /** `IFLA_BRPORT_LEARNING`; ip: `learning`. */
  learning: [8, bool],
  /** `IFLA_BRPORT_UNICAST_FLOOD`; ip: `flood`. */
  flood: [9, bool],
  /** `IFLA_BRPORT_PROXYARP`; ip: `proxy_arp`. */
  proxyArp: [10, bool],
  /** `IFLA_BRPORT_LEARNING_SYNC`. */
  learningSync: [11, bool],
  /** `IFLA_BRPORT_PROXYARP_WIFI`; ip: `proxy_arp_wifi`. */
  proxyArpWifi: [12, bool],
  /** `IFLA_BRPORT_ROOT_ID`. Read-only. */
  rootId: [13, bridgeId],
  /** `IFLA_BRPORT_BRIDGE_ID`. Read-only. */
  bridgeId: [14, bridgeId],
  /** `IFLA_BRPORT_DESIGNATED_PORT`. Read-only. */
  designatedPort: [15, u16],
  /** `IFLA_BRPORT_DESIGNATED_COST`. Read-only. */
  designatedCost: [16, u16],
  /** `IFLA_BRPORT_ID`. Read-only. */
  id: [17, u16],
  /** `IFLA_BRPORT_NO`. Read-only. */
  no: [18, u16],
  /** `IFLA_BRPORT_TOPOLOGY_CHANGE_ACK`. Read-only. */
  topologyChangeAck: [19, bool],
  /** `IFLA_BRPORT_CONFIG_PENDING`. Read-only. */
  configPending: [20, bool],
  /** `IFLA_BRPORT_MESSAGE_AGE_TIMER`. Read-only. */
  messageAgeTimer: [21, count64],
  /** `IFLA_BRPORT_FORWARD_DELAY_TIMER`. Read-only. */
  forwardDelayTimer: [22, count64],
  /** `IFLA_BRPORT_HOLD_TIMER`. Read-only. */
  holdTimer: [23, count64],
  /** `IFLA_BRPORT_FLUSH`; ip: `fdb_flush`. An action: forgets what was learned on this port. */
  fdbFlush: [24, flag],
  /** `IFLA_BRPORT_MULTICAST_ROUTER`; ip: `mcast_router`. */
  mcastRouter: [25, multicastRouter],
  pad: [26, pad],
  /** `IFLA_BRPORT_MCAST_FLOOD`; ip: `mcast_flood`. */
  mcastFlood: [27, bool],
  /** `IFLA_BRPORT_MCAST_TO_UCAST`; ip: `mcast_to_unicast`. */
  mcastToUnicast: [28, bool],
  /** `IFLA_BRPORT_VLAN_TUNNEL`; ip: `vlan_tunnel`. */
  vlanTunnel: [29, bool],
  /** `IFLA_BRPORT_BCAST_FLOOD`; ip: `bcast_flood`. */
  bcastFlood: [30, bool],
  /** `IFLA_BRPORT_GROUP_FWD_MASK`; ip: `group_fwd_mask`. */
  groupFwdMask: [31, u16],
  /** `IFLA_BRPORT_NEIGH_SUPPRESS`; ip: `neigh_suppress`. */
  neighSuppress: [32, bool],
  /** `IFLA_BRPORT_ISOLATED`; ip: `isolated`. */
  isolated: [33, bool],
  /** `IFLA_BRPORT_BACKUP_PORT`; ip: `backup_port`. 0 is none. */
  backupPort: [34, linkIndex],
  /** `IFLA_BRPORT_MRP_RING_OPEN`. Read-only. */
  mrpRingOpen: [35, bool],
  /** `IFLA_BRPORT_MRP_IN_OPEN`. Read-only. */
  mrpInOpen: [36, bool],
  /** `IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT`; ip: `mcast_eht_hosts_limit`. */
  mcastEhtHostsLimit: [37, u32],
  /** `IFLA_BRPORT_MCAST_EHT_HOSTS_CNT`. Read-only. */
  mcastEhtHostsCnt: [38, u32],
  /** `IFLA_BRPORT_LOCKED`; ip: `locked`. Requires Linux 5.18. */
  locked: [39, bool],
  /** `IFLA_BRPORT_MAB`; ip: `mab`. Requires Linux 6.2. */
  mab: [40, bool],
  /** `IFLA_BRPORT_MCAST_N_GROUPS`. Read-only. Requires Linux 6.3. */
  mcastNGroups: [41, u32],
  /** `IFLA_BRPORT_MCAST_MAX_GROUPS`; ip: `mcast_max_groups`. Requires Linux 6.3. */
  mcastMaxGroups: [42, u32],
  /** `IFLA_BRPORT_NEIGH_VLAN_SUPPRESS`; ip: `neigh_vlan_suppress`. Requires Linux 6.4. */
  neighVlanSuppress: [43, bool],
  /** `IFLA_BRPORT_BACKUP_NHID`; ip: `backup_nhid`. Requires Linux 6.6. */
  backupNhid: [44, u32],
  /** `IFLA_BRPORT_NEIGH_FORWARD_GRAT`. Requires Linux 7.2. */
  neighForwardGrat: [45, bool],
})
