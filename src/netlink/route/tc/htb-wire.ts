/**
 * htb as it is on the wire: one set of attributes for the qdisc and its classes.
 *
 * @module
 */
import { attrs, count64, flag, pad, struct, u32 } from '../../../codec/index.ts'
import { ratespec, rateTable } from './rate.ts'

/** `TCA_OPTIONS` of kind `htb`. */
export const htbWire = attrs({
  /** `TCA_HTB_PARMS`, of a class: `struct tc_htb_opt`. */
  parms: [
    1,
    struct({ rate: ratespec, ceil: ratespec, buffer: u32, cbuffer: u32, quantum: u32, level: u32, prio: u32 }),
  ],
  /** `TCA_HTB_INIT`, of the qdisc: `struct tc_htb_glob`. */
  init: [2, struct({ version: u32, rate2quantum: u32, defcls: u32, debug: u32, directPkts: u32 })],
  /** `TCA_HTB_CTAB`. */
  ctab: [3, rateTable],
  /** `TCA_HTB_RTAB`. */
  rtab: [4, rateTable],
  /** `TCA_HTB_DIRECT_QLEN`, of the qdisc. */
  directQlen: [5, u32],
  /** `TCA_HTB_RATE64`. */
  rate64: [6, count64],
  /** `TCA_HTB_CEIL64`. */
  ceil64: [7, count64],
  pad: [8, pad],
  /** `TCA_HTB_OFFLOAD`, of the qdisc. */
  offload: [9, flag],
})
