/**
 * Virtual functions of an SR-IOV device, for who asks: `links.get(name, { vfs: true })`.
 *
 * The kernel asks the device for each of them with its lock held; a card with many of them makes everybody wait.
 *
 * @module
 */
import {
  attrs,
  be16,
  bool32,
  type Codec,
  fixedBytes,
  formatMac,
  list,
  named,
  pad,
  parseMac,
  struct,
  u32,
  u64,
} from '../../codec/index.ts'

/** 32 bytes of which an Ethernet address is the first six. */
const paddedMac: Codec<string> = {
  kind: 'paddedMac',
  size: 32,
  align: 1,
  nested: false,
  read: (source, start, end) => (end - start >= 6 ? formatMac(source.bytes, start, start + 6) : undefined),
  write(writer, value) {
    if (typeof value !== 'string') writer.wrongType('a hardware address', value)
    const at = writer.reserve(32)
    writer.bytes.set(parseMac(value), at)
  },
}

const vlan = struct({ vf: u32, vlan: u32, qos: u32 })

/** One virtual function: `IFLA_VF_INFO`. Each attribute says its number, `vf`, again. */
export const vfInfo = attrs({
  /** `IFLA_VF_MAC`; ip: `vf N mac`. */
  mac: [1, struct({ vf: u32, mac: paddedMac })],
  /** `IFLA_VF_VLAN`; ip: `vf N vlan V qos Q`. */
  vlan: [2, vlan],
  /** `IFLA_VF_TX_RATE`; ip: `vf N rate`. Mbit/s. */
  txRate: [3, struct({ vf: u32, rate: u32 })],
  /** `IFLA_VF_SPOOFCHK`; ip: `vf N spoofchk`. */
  spoofchk: [4, struct({ vf: u32, setting: bool32 })],
  /** `IFLA_VF_LINK_STATE`; ip: `vf N state`. */
  linkState: [5, struct({ vf: u32, state: named(u32, { auto: 0, enable: 1, disable: 2 }) })],
  /** `IFLA_VF_RATE`; ip: `vf N min_tx_rate … max_tx_rate …`. Mbit/s. */
  rate: [6, struct({ vf: u32, minTxRate: u32, maxTxRate: u32 })],
  /** `IFLA_VF_RSS_QUERY_EN`; ip: `vf N query_rss`. */
  rssQueryEn: [7, struct({ vf: u32, setting: bool32 })],
  /** `IFLA_VF_STATS`. Read-only. */
  stats: [
    8,
    attrs({
      rxPackets: [0, u64],
      txPackets: [1, u64],
      rxBytes: [2, u64],
      txBytes: [3, u64],
      broadcast: [4, u64],
      multicast: [5, u64],
      pad: [6, pad],
      rxDropped: [7, u64],
      txDropped: [8, u64],
    }),
  ],
  /** `IFLA_VF_TRUST`; ip: `vf N trust`. */
  trust: [9, struct({ vf: u32, setting: bool32 })],
  /** `IFLA_VF_IB_NODE_GUID`; ip: `vf N node_guid`. */
  nodeGuid: [10, struct({ vf: u32, guid: u64 })],
  /** `IFLA_VF_IB_PORT_GUID`; ip: `vf N port_guid`. */
  portGuid: [11, struct({ vf: u32, guid: u64 })],
  /** `IFLA_VF_VLAN_LIST`; ip: `vf N vlan V qos Q proto P`. */
  vlanList: [12, list(struct({ vf: u32, vlan: u32, qos: u32, protocol: be16 }), { type: 1 })],
  /** `IFLA_VF_BROADCAST`. Read-only. */
  broadcast: [13, fixedBytes(32)],
})
