/**
 * can: a controller of a CAN bus.
 *
 * @module
 */
import { arrayOf, attrs, chars, flags, named, struct, u16, u32 } from '../../../codec/index.ts'

/** `CAN_CTRLMODE_*`. */
const modes = flags(u32, {
  loopback: 1,
  listenOnly: 2,
  tripleSampling: 4,
  oneShot: 8,
  berrReporting: 0x10,
  fd: 0x20,
  presumeAck: 0x40,
  fdNonIso: 0x80,
  ccLen8Dlc: 0x100,
  tdcAuto: 0x200,
  tdcManual: 0x400,
  restricted: 0x800,
  xl: 0x1000,
  xlTdcAuto: 0x2000,
  xlTdcManual: 0x4000,
  xlTms: 0x8000,
})

/** `struct can_bittiming`. */
const bittiming = struct({
  /** Bits a second. */
  bitrate: u32,
  /** Tenths of a percent. */
  samplePoint: u32,
  /** Nanoseconds. */
  tq: u32,
  propSeg: u32,
  phaseSeg1: u32,
  phaseSeg2: u32,
  sjw: u32,
  brp: u32,
})

/** `struct can_bittiming_const`. */
const bittimingConst = struct({
  name: chars(16),
  tseg1Min: u32,
  tseg1Max: u32,
  tseg2Min: u32,
  tseg2Max: u32,
  sjwMax: u32,
  brpMin: u32,
  brpMax: u32,
  brpInc: u32,
})

/** `IFLA_CAN_TDC`. */
const tdc = attrs({
  tdcvMin: [1, u32],
  tdcvMax: [2, u32],
  tdcoMin: [3, u32],
  tdcoMax: [4, u32],
  tdcfMin: [5, u32],
  tdcfMax: [6, u32],
  tdcv: [7, u32],
  tdco: [8, u32],
  tdcf: [9, u32],
})

/** `IFLA_INFO_DATA` of kind `can`. */
export const can = attrs({
  /** `IFLA_CAN_BITTIMING`; ip: `bitrate`, `sample-point`, … */
  bittiming: [1, bittiming],
  /** `IFLA_CAN_BITTIMING_CONST`. Read-only. */
  bittimingConst: [2, bittimingConst],
  /** `IFLA_CAN_CLOCK`: `freq` in Hz. Read-only. */
  clock: [3, struct({ freq: u32 })],
  /** `IFLA_CAN_STATE`. Read-only. */
  state: [
    4,
    named(u32, { 'error-active': 0, 'error-warning': 1, 'error-passive': 2, 'bus-off': 3, stopped: 4, sleeping: 5 }),
  ],
  /** `IFLA_CAN_CTRLMODE` (the mask before the flags); ip: `loopback`, `listen-only`, … */
  ctrlmode: [5, struct({ mask: modes, flags: modes })],
  /** `IFLA_CAN_RESTART_MS`; ip: `restart-ms`. */
  restartMs: [6, u32],
  /** `IFLA_CAN_RESTART`; ip: `restart`. An action. */
  restart: [7, u32],
  /** `IFLA_CAN_BERR_COUNTER`. Read-only. */
  berrCounter: [8, struct({ txerr: u16, rxerr: u16 })],
  /** `IFLA_CAN_DATA_BITTIMING`; ip: `dbitrate`, … */
  dataBittiming: [9, bittiming],
  /** `IFLA_CAN_DATA_BITTIMING_CONST`. Read-only. */
  dataBittimingConst: [10, bittimingConst],
  /** `IFLA_CAN_TERMINATION`; ip: `termination`. Ohm. */
  termination: [11, u16],
  /** `IFLA_CAN_TERMINATION_CONST`. Read-only. */
  terminationConst: [12, arrayOf(u16)],
  /** `IFLA_CAN_BITRATE_CONST`. Read-only. */
  bitrateConst: [13, arrayOf(u32)],
  /** `IFLA_CAN_DATA_BITRATE_CONST`. Read-only. */
  dataBitrateConst: [14, arrayOf(u32)],
  /** `IFLA_CAN_BITRATE_MAX`. Read-only. */
  bitrateMax: [15, u32],
  /** `IFLA_CAN_TDC`; ip: `tdcv`, `tdco`, `tdcf`. */
  tdc: [16, tdc],
  /** `IFLA_CAN_CTRLMODE_EXT`. Read-only. */
  ctrlmodeExt: [17, attrs({ supported: [1, modes] })],
  /** `IFLA_CAN_XL_DATA_BITTIMING`. Requires Linux 6.19. */
  xlDataBittiming: [18, bittiming],
  /** `IFLA_CAN_XL_DATA_BITTIMING_CONST`. Read-only. */
  xlDataBittimingConst: [19, bittimingConst],
  /** `IFLA_CAN_XL_DATA_BITRATE_CONST`. Read-only. */
  xlDataBitrateConst: [20, arrayOf(u32)],
  /** `IFLA_CAN_XL_TDC`. */
  xlTdc: [21, tdc],
  /** `IFLA_CAN_XL_PWM`. */
  xlPwm: [
    22,
    attrs({
      pwmsMin: [1, u32],
      pwmsMax: [2, u32],
      pwmlMin: [3, u32],
      pwmlMax: [4, u32],
      pwmoMin: [5, u32],
      pwmoMax: [6, u32],
      pwms: [7, u32],
      pwml: [8, u32],
      pwmo: [9, u32],
    }),
  ],
})
