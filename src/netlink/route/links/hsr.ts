/**
 * hsr: a ring or a pair of networks without a single point of failure (HSR, PRP).
 *
 * @module
 */
import { attrs, mac, named, u16, u8 } from '../../../codec/index.ts'
import { linkIndex } from '../refs.ts'

/** `IFLA_INFO_DATA` of kind `hsr`. */
export const hsr = attrs({
  /** `IFLA_HSR_SLAVE1`; ip: `slave1`. */
  slave1: [1, linkIndex],
  /** `IFLA_HSR_SLAVE2`; ip: `slave2`. */
  slave2: [2, linkIndex],
  /** `IFLA_HSR_MULTICAST_SPEC`; ip: `supervision`. The last byte of the supervision address. */
  multicastSpec: [3, u8],
  /** `IFLA_HSR_SUPERVISION_ADDR`. Read-only. */
  supervisionAddr: [4, mac],
  /** `IFLA_HSR_SEQ_NR`. Read-only. */
  seqNr: [5, u16],
  /** `IFLA_HSR_VERSION`; ip: `version`. */
  version: [6, u8],
  /** `IFLA_HSR_PROTOCOL`; ip: `proto`. */
  protocol: [7, named(u8, { hsr: 0, prp: 1 })],
  /** `IFLA_HSR_INTERLINK`; ip: `interlink`. Requires Linux 6.10. */
  interlink: [8, linkIndex],
})
