/**
 * macsec: encrypted Ethernet on another link, the outer `link`. Associations and keys are told over generic netlink.
 *
 * @module
 */
import { attrs, be16, be64, bool, named, pad, u32, u64, u8 } from '../../../codec/index.ts'

/** `IFLA_INFO_DATA` of kind `macsec`. */
export const macsec = attrs({
  /** `IFLA_MACSEC_SCI`; ip: `sci`. */
  sci: [1, be64],
  /** `IFLA_MACSEC_PORT`; ip: `port`. */
  port: [2, be16],
  /** `IFLA_MACSEC_ICV_LEN`; ip: `icvlen`. */
  icvLen: [3, u8],
  /** `IFLA_MACSEC_CIPHER_SUITE`; ip: `cipher`. `MACSEC_CIPHER_ID_*`. */
  cipherSuite: [4, u64],
  /** `IFLA_MACSEC_WINDOW`; ip: `window`. */
  window: [5, u32],
  /** `IFLA_MACSEC_ENCODING_SA`; ip: `encodingsa`. */
  encodingSa: [6, u8],
  /** `IFLA_MACSEC_ENCRYPT`; ip: `encrypt`. */
  encrypt: [7, bool],
  /** `IFLA_MACSEC_PROTECT`; ip: `protect`. */
  protect: [8, bool],
  /** `IFLA_MACSEC_INC_SCI`; ip: `send_sci`. */
  incSci: [9, bool],
  /** `IFLA_MACSEC_ES`; ip: `end_station`. */
  es: [10, bool],
  /** `IFLA_MACSEC_SCB`; ip: `scb`. */
  scb: [11, bool],
  /** `IFLA_MACSEC_REPLAY_PROTECT`; ip: `replay`. */
  replayProtect: [12, bool],
  /** `IFLA_MACSEC_VALIDATION`; ip: `validate`. */
  validation: [13, named(u8, { disabled: 0, check: 1, strict: 2 })],
  pad: [14, pad],
  /** `IFLA_MACSEC_OFFLOAD`; ip: `offload`. */
  offload: [15, named(u8, { off: 0, phy: 1, mac: 2 })],
})
