/**
 * `ethtool`: what a device's driver can be told and asked.
 *
 * Requires Linux 5.6; each command says more.
 *
 * @module
 */
import { attrs, bool, bytes, flag, flags, many, named, pad, s32, string, u32, u64, u8 } from '../../../codec/index.ts'
import { mapOf } from '../codecs.ts'
import { defineFamily } from '../spec.ts'

/** `ETHTOOL_A_HEADER_*`: which device, by index or name. */
const header = attrs({
  /** `ETHTOOL_A_HEADER_DEV_INDEX`. */
  devIndex: [1, u32],
  /** `ETHTOOL_A_HEADER_DEV_NAME`. */
  devName: [2, string],
  /** `ETHTOOL_A_HEADER_FLAGS`. */
  flags: [3, flags(u32, { compactBitsets: 1, omitReply: 2, stats: 4 })],
  /** `ETHTOOL_A_HEADER_PHY_INDEX`. Requires Linux 6.12. */
  phyIndex: [4, u32],
})

/** `ETHTOOL_A_BITSET_*`: a set of named bits; without `nomask`, those that are meant. */
const bitset = attrs({
  /** `ETHTOOL_A_BITSET_NOMASK`: the bits that are listed are set, and all others are not. */
  nomask: [1, flag],
  /** `ETHTOOL_A_BITSET_SIZE`. */
  size: [2, u32],
  /** `ETHTOOL_A_BITSET_BITS`: the bits one by one, by number or name. */
  bits: [3, attrs({ bit: [1, many(attrs({ index: [1, u32], name: [2, string], value: [3, flag] }))] })],
  /** `ETHTOOL_A_BITSET_VALUE`: the compact form. */
  value: [4, bytes],
  /** `ETHTOOL_A_BITSET_MASK`: the compact form. */
  mask: [5, bytes],
})

/** Sets of strings (`ETH_SS_*`). */
const stringSet = named(u32, {
  test: 0,
  stats: 1,
  privFlags: 2,
  ntupleFilters: 3,
  features: 4,
  rssHashFuncs: 5,
  tunables: 6,
  phyStats: 7,
  phyTunables: 8,
  linkModes: 9,
  msgClasses: 10,
  wolModes: 11,
  sofTimestamping: 12,
  tsTxTypes: 13,
  tsRxFilters: 14,
  udpTunnelTypes: 15,
  statsStd: 16,
  statsEthPhy: 17,
  statsEthMac: 18,
  statsEthCtrl: 19,
  statsRmon: 20,
  statsPhy: 21,
  tsFlags: 22,
})

/** `ETHTOOL_A_STRSET_*`. */
const strset = attrs({
  header: [1, header],
  /** `ETHTOOL_A_STRSET_STRINGSETS`. */
  stringsets: [
    2,
    attrs({
      stringset: [
        1,
        many(
          attrs({
            id: [1, stringSet],
            count: [2, u32],
            strings: [3, attrs({ string: [1, many(attrs({ index: [1, u32], value: [2, string] }))] })],
          }),
        ),
      ],
    }),
  ],
  /** `ETHTOOL_A_STRSET_COUNTS_ONLY`. */
  countsOnly: [3, flag],
})

/** `ETHTOOL_A_LINKINFO_*`. */
const linkinfo = attrs({
  header: [1, header],
  /** `ETHTOOL_A_LINKINFO_PORT`: `PORT_*`. */
  port: [2, named(u8, { tp: 0, aui: 1, mii: 2, fibre: 3, bnc: 4, da: 5, none: 0xef, other: 0xff })],
  phyaddr: [3, u8],
  /** `ETHTOOL_A_LINKINFO_TP_MDIX`: `ETH_TP_MDI*`. */
  tpMdix: [4, named(u8, { invalid: 0, mdi: 1, mdix: 2, auto: 3 })],
  tpMdixCtrl: [5, named(u8, { invalid: 0, mdi: 1, mdix: 2, auto: 3 })],
  transceiver: [6, named(u8, { internal: 0, external: 1 })],
})

const masterSlave = named(u8, {
  unsupported: 0,
  unknown: 1,
  masterPreferred: 2,
  slavePreferred: 3,
  masterForce: 4,
  slaveForce: 5,
})

/** `ETHTOOL_A_LINKMODES_*`. */
const linkmodes = attrs({
  header: [1, header],
  /** `ETHTOOL_A_LINKMODES_AUTONEG`. */
  autoneg: [2, bool],
  /** `ETHTOOL_A_LINKMODES_OURS`: what is advertised, of what is supported. */
  ours: [3, bitset],
  /** `ETHTOOL_A_LINKMODES_PEER`: what the link partner advertises. */
  peer: [4, bitset],
  /** `ETHTOOL_A_LINKMODES_SPEED`: Mbit/s; −1 is unknown. */
  speed: [5, s32],
  /** `ETHTOOL_A_LINKMODES_DUPLEX`. */
  duplex: [6, named(u8, { half: 0, full: 1, unknown: 0xff })],
  masterSlaveCfg: [7, masterSlave],
  masterSlaveState: [8, masterSlave],
  lanes: [9, u32],
  rateMatching: [10, named(u8, { none: 0, pause: 1, crs: 2, openLoop: 3 })],
})

/** `ETHTOOL_A_LINKSTATE_*`. */
const linkstate = attrs({
  header: [1, header],
  /** `ETHTOOL_A_LINKSTATE_LINK`. */
  link: [2, bool],
  /** `ETHTOOL_A_LINKSTATE_SQI`: signal quality. */
  sqi: [3, u32],
  sqiMax: [4, u32],
  extState: [5, u8],
  extSubstate: [6, u8],
  /** `ETHTOOL_A_LINKSTATE_EXT_DOWN_CNT`. */
  extDownCnt: [7, u32],
})

/** `ETHTOOL_A_FEATURES_*`. */
const features = attrs({
  header: [1, header],
  /** `ETHTOOL_A_FEATURES_HW`: those that can be changed. */
  hw: [2, bitset],
  /** `ETHTOOL_A_FEATURES_WANTED`: in a request, those to change. */
  wanted: [3, bitset],
  /** `ETHTOOL_A_FEATURES_ACTIVE`. */
  active: [4, bitset],
  /** `ETHTOOL_A_FEATURES_NOCHANGE`: those that can never be changed. */
  nochange: [5, bitset],
})

/** `ETHTOOL_A_PRIVFLAGS_*`. */
const privflags = attrs({ header: [1, header], flags: [2, bitset] })

/** `ETHTOOL_A_RINGS_*`. */
const rings = attrs({
  header: [1, header],
  rxMax: [2, u32],
  rxMiniMax: [3, u32],
  rxJumboMax: [4, u32],
  txMax: [5, u32],
  rx: [6, u32],
  rxMini: [7, u32],
  rxJumbo: [8, u32],
  tx: [9, u32],
  rxBufLen: [10, u32],
  /** `ETHTOOL_A_RINGS_TCP_DATA_SPLIT`: what zero-copy receiving needs on. */
  tcpDataSplit: [11, named(u8, { unknown: 0, disabled: 1, enabled: 2 })],
  cqeSize: [12, u32],
  txPush: [13, bool],
  rxPush: [14, bool],
  txPushBufLen: [15, u32],
  txPushBufLenMax: [16, u32],
  /** `ETHTOOL_A_RINGS_HDS_THRESH`: bytes from which on headers are split off. Requires Linux 6.14. */
  hdsThresh: [17, u32],
  hdsThreshMax: [18, u32],
})

/** `ETHTOOL_A_CHANNELS_*`. */
const channels = attrs({
  header: [1, header],
  rxMax: [2, u32],
  txMax: [3, u32],
  otherMax: [4, u32],
  combinedMax: [5, u32],
  rxCount: [6, u32],
  txCount: [7, u32],
  otherCount: [8, u32],
  combinedCount: [9, u32],
})

/** One bucket of a histogram of frame sizes. */
const bucket = attrs({ low: [8, u32], high: [9, u32], value: [10, u64], pad: [1, pad] })

/** `ETHTOOL_A_STATS_*`. */
const stats = attrs({
  pad: [1, pad],
  header: [2, header],
  /** `ETHTOOL_A_STATS_GROUPS`: which groups, by the names of the string set `statsStd`: `eth-phy`, `eth-mac`, `eth-ctrl`, `rmon`. */
  groups: [3, bitset],
  /** `ETHTOOL_A_STATS_GRP`. */
  grp: [
    4,
    many(
      attrs({
        pad: [1, pad],
        /** `ETHTOOL_A_STATS_GRP_ID`: its number among the groups. */
        id: [2, u32],
        /** `ETHTOOL_A_STATS_GRP_SS_ID`: the string set that names its counters. */
        ssId: [3, stringSet],
        /** `ETHTOOL_A_STATS_GRP_STAT`: a counter each, by its number in that set. */
        stat: [4, many(mapOf(u64))],
        histRx: [5, many(bucket)],
        histTx: [6, many(bucket)],
      }),
    ),
  ],
  /** `ETHTOOL_A_STATS_SRC`. */
  src: [5, named(u32, { aggregate: 0, emac: 1, pmac: 2 })],
})

const command = <const N extends string, T>(name: N, cmd: number, table: T) => ({
  name: `ETHTOOL_MSG_${name}`,
  cmd,
  request: table,
  reply: table,
})

/** Drivers of network devices. `header` says which: `{ devName: 'eth0' }`; without it `list` gives all. */
export const ethtool = defineFamily({
  name: 'ethtool',
  version: 1,
  commands: {
    /** Names of what others give as numbers. */
    strsetGet: command('STRSET_GET', 1, strset),
    linkinfoGet: command('LINKINFO_GET', 2, linkinfo),
    linkinfoSet: command('LINKINFO_SET', 3, linkinfo),
    linkmodesGet: command('LINKMODES_GET', 4, linkmodes),
    linkmodesSet: command('LINKMODES_SET', 5, linkmodes),
    linkstateGet: command('LINKSTATE_GET', 6, linkstate),
    featuresGet: command('FEATURES_GET', 11, features),
    /** Answers with what changed otherwise than wanted. */
    featuresSet: command('FEATURES_SET', 12, features),
    privflagsGet: command('PRIVFLAGS_GET', 13, privflags),
    privflagsSet: command('PRIVFLAGS_SET', 14, privflags),
    ringsGet: command('RINGS_GET', 15, rings),
    ringsSet: command('RINGS_SET', 16, rings),
    channelsGet: command('CHANNELS_GET', 17, channels),
    channelsSet: command('CHANNELS_SET', 18, channels),
    /** Counters that IEEE 802.3 and RMON define. Requires Linux 5.13. */
    statsGet: command('STATS_GET', 32, stats),
  },
  events: {
    linkinfo: { cmd: 3, message: linkinfo },
    linkmodes: { cmd: 5, message: linkmodes },
    features: { cmd: 13, message: features },
    privflags: { cmd: 15, message: privflags },
    rings: { cmd: 17, message: rings },
    channels: { cmd: 19, message: channels },
  },
})

/** Names of the bits that are set in a set of the verbose form. */
export function bitNames(
  set:
    | {
        readonly bits?: { readonly bit?: readonly BitLike[] | undefined } | undefined
        readonly nomask?: boolean | undefined
      }
    | undefined,
): string[] {
  const bits = set?.bits?.bit ?? []
  return bits.filter(({ value }) => set?.nomask === true || value === true).map(({ name, index }) => name ?? `${index}`)
}

interface BitLike {
  readonly index?: number | undefined
  readonly name?: string | undefined
  readonly value?: boolean | undefined
}
