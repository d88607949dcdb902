/**
 * macvlan and macvtap: links with hardware addresses of their own on another link, the outer `link`.
 *
 * @module
 */
import { attrs, flags, list, mac, named, s32, u16, u32 } from '../../../codec/index.ts'

/** `IFLA_INFO_DATA` of the kinds `macvlan` and `macvtap`. */
export const macvlan = attrs({
  /** `IFLA_MACVLAN_MODE`; ip: `mode`. */
  mode: [1, named(u32, { private: 1, vepa: 2, bridge: 4, passthru: 8, source: 16 })],
  /** `IFLA_MACVLAN_FLAGS`; ip: `nopromisc`, `nodst`. */
  flags: [2, flags(u16, { nopromisc: 1, nodst: 2 })],
  /** `IFLA_MACVLAN_MACADDR_MODE`; ip: `macaddr`. What to do with the addresses of mode `source`. */
  macaddrMode: [3, named(u32, { add: 0, del: 1, flush: 2, set: 3 })],
  /** `IFLA_MACVLAN_MACADDR`. */
  macaddr: [4, mac],
  /** `IFLA_MACVLAN_MACADDR_DATA`. */
  macaddrData: [5, list(mac, { type: 4 })],
  /** `IFLA_MACVLAN_MACADDR_COUNT`. Read-only. */
  macaddrCount: [6, u32],
  /** `IFLA_MACVLAN_BC_QUEUE_LEN`; ip: `bcqueuelen`. */
  bcQueueLen: [7, u32],
  /** `IFLA_MACVLAN_BC_QUEUE_LEN_USED`. Read-only. */
  bcQueueLenUsed: [8, u32],
  /** `IFLA_MACVLAN_BC_CUTOFF`; ip: `bclim`. Requires Linux 6.4. */
  bcCutoff: [9, s32],
})
