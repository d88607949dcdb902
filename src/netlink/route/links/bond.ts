/**
 * bond: several links as one.
 *
 * @module
 */
import { attrs, bool, ipv4, ipv6, list, mac, named, s32, u16, u32, u8 } from '../../../codec/index.ts'
import { linkIndex } from '../refs.ts'

/** `IFLA_INFO_DATA` of kind `bond`. Most can be changed only while the bond is down or has no ports. */
export const bond = attrs({
  /** `IFLA_BOND_MODE`; ip: `mode`. */
  mode: [
    1,
    named(u8, {
      'balance-rr': 0,
      'active-backup': 1,
      'balance-xor': 2,
      broadcast: 3,
      '802.3ad': 4,
      'balance-tlb': 5,
      'balance-alb': 6,
    }),
  ],
  /** `IFLA_BOND_ACTIVE_SLAVE`; ip: `active_slave`. */
  activeSlave: [2, linkIndex],
  /** `IFLA_BOND_MIIMON`; ip: `miimon`. Milliseconds. */
  miimon: [3, u32],
  /** `IFLA_BOND_UPDELAY`; ip: `updelay`. Milliseconds. */
  updelay: [4, u32],
  /** `IFLA_BOND_DOWNDELAY`; ip: `downdelay`. Milliseconds. */
  downdelay: [5, u32],
  /** `IFLA_BOND_USE_CARRIER`; ip: `use_carrier`. */
  useCarrier: [6, bool],
  /** `IFLA_BOND_ARP_INTERVAL`; ip: `arp_interval`. Milliseconds. */
  arpInterval: [7, u32],
  /** `IFLA_BOND_ARP_IP_TARGET`; ip: `arp_ip_target`. */
  arpIpTarget: [8, list(ipv4)],
  /** `IFLA_BOND_ARP_VALIDATE`; ip: `arp_validate`. */
  arpValidate: [
    9,
    named(u32, { none: 0, active: 1, backup: 2, all: 3, filter: 4, filter_active: 5, filter_backup: 6 }),
  ],
  /** `IFLA_BOND_ARP_ALL_TARGETS`; ip: `arp_all_targets`. */
  arpAllTargets: [10, named(u32, { any: 0, all: 1 })],
  /** `IFLA_BOND_PRIMARY`; ip: `primary`. */
  primary: [11, linkIndex],
  /** `IFLA_BOND_PRIMARY_RESELECT`; ip: `primary_reselect`. */
  primaryReselect: [12, named(u8, { always: 0, better: 1, failure: 2 })],
  /** `IFLA_BOND_FAIL_OVER_MAC`; ip: `fail_over_mac`. */
  failOverMac: [13, named(u8, { none: 0, active: 1, follow: 2 })],
  /** `IFLA_BOND_XMIT_HASH_POLICY`; ip: `xmit_hash_policy`. */
  xmitHashPolicy: [
    14,
    named(u8, { layer2: 0, 'layer3+4': 1, 'layer2+3': 2, 'encap2+3': 3, 'encap3+4': 4, 'vlan+srcmac': 5 }),
  ],
  /** `IFLA_BOND_RESEND_IGMP`; ip: `resend_igmp`. */
  resendIgmp: [15, u32],
  /** `IFLA_BOND_NUM_PEER_NOTIF`; ip: `num_grat_arp`. */
  numPeerNotif: [16, u8],
  /** `IFLA_BOND_ALL_SLAVES_ACTIVE`; ip: `all_slaves_active`. */
  allSlavesActive: [17, bool],
  /** `IFLA_BOND_MIN_LINKS`; ip: `min_links`. */
  minLinks: [18, u32],
  /** `IFLA_BOND_LP_INTERVAL`; ip: `lp_interval`. Seconds. */
  lpInterval: [19, u32],
  /** `IFLA_BOND_PACKETS_PER_SLAVE`; ip: `packets_per_slave`. */
  packetsPerSlave: [20, u32],
  /** `IFLA_BOND_AD_LACP_RATE`; ip: `lacp_rate`. */
  adLacpRate: [21, named(u8, { slow: 0, fast: 1 })],
  /** `IFLA_BOND_AD_SELECT`; ip: `ad_select`. */
  adSelect: [22, named(u8, { stable: 0, bandwidth: 1, count: 2 })],
  /** `IFLA_BOND_AD_INFO`. Read-only. */
  adInfo: [
    23,
    attrs({ aggregator: [1, u16], numPorts: [2, u16], actorKey: [3, u16], partnerKey: [4, u16], partnerMac: [5, mac] }),
  ],
  /** `IFLA_BOND_AD_ACTOR_SYS_PRIO`; ip: `ad_actor_sys_prio`. */
  adActorSysPrio: [24, u16],
  /** `IFLA_BOND_AD_USER_PORT_KEY`; ip: `ad_user_port_key`. */
  adUserPortKey: [25, u16],
  /** `IFLA_BOND_AD_ACTOR_SYSTEM`; ip: `ad_actor_system`. */
  adActorSystem: [26, mac],
  /** `IFLA_BOND_TLB_DYNAMIC_LB`; ip: `tlb_dynamic_lb`. */
  tlbDynamicLb: [27, bool],
  /** `IFLA_BOND_PEER_NOTIF_DELAY`; ip: `peer_notify_delay`. Milliseconds. */
  peerNotifDelay: [28, u32],
  /** `IFLA_BOND_AD_LACP_ACTIVE`; ip: `lacp_active`. Requires Linux 5.15. */
  adLacpActive: [29, bool],
  /** `IFLA_BOND_MISSED_MAX`; ip: `arp_missed_max`. Requires Linux 5.17. */
  missedMax: [30, u8],
  /** `IFLA_BOND_NS_IP6_TARGET`; ip: `ns_ip6_target`. Requires Linux 5.18. */
  nsIp6Target: [31, list(ipv6)],
  /** `IFLA_BOND_COUPLED_CONTROL`; ip: `coupled_control`. Requires Linux 6.9. */
  coupledControl: [32, bool],
  /** `IFLA_BOND_BROADCAST_NEIGH`; ip: `broadcast_neighbor`. Requires Linux 6.17. */
  broadcastNeigh: [33, bool],
  /** `IFLA_BOND_LACP_STRICT`. Requires Linux 7.1. */
  lacpStrict: [34, bool],
})

/** `IFLA_INFO_SLAVE_DATA` of a port of a bond. */
export const bondPort = attrs({
  /** `IFLA_BOND_SLAVE_STATE`. Read-only. */
  state: [1, named(u8, { active: 0, backup: 1 })],
  /** `IFLA_BOND_SLAVE_MII_STATUS`. Read-only. */
  miiStatus: [2, named(u8, { up: 0, goingDown: 1, down: 2, goingBack: 3 })],
  /** `IFLA_BOND_SLAVE_LINK_FAILURE_COUNT`. Read-only. */
  linkFailureCount: [3, u32],
  /** `IFLA_BOND_SLAVE_PERM_HWADDR`. Read-only. */
  permHwaddr: [4, mac],
  /** `IFLA_BOND_SLAVE_QUEUE_ID`; ip: `queue_id`. */
  queueId: [5, u16],
  /** `IFLA_BOND_SLAVE_AD_AGGREGATOR_ID`. Read-only. */
  adAggregatorId: [6, u16],
  /** `IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE`. Read-only. */
  adActorOperPortState: [7, u8],
  /** `IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE`. Read-only. */
  adPartnerOperPortState: [8, u16],
  /** `IFLA_BOND_SLAVE_PRIO`; ip: `prio`. Requires Linux 6.0. */
  prio: [9, s32],
  /** `IFLA_BOND_SLAVE_ACTOR_PORT_PRIO`; ip: `actor_port_prio`. Requires Linux 6.18. */
  actorPortPrio: [10, u16],
  /** `IFLA_BOND_SLAVE_AD_CHURN_ACTOR_STATE`. Read-only. */
  adChurnActorState: [11, u8],
  /** `IFLA_BOND_SLAVE_AD_CHURN_PARTNER_STATE`. Read-only. */
  adChurnPartnerState: [12, u8],
})
