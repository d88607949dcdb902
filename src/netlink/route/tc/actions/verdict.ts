/**
 * What becomes of a packet after an action, and what every action has.
 *
 * @module
 */
import { named, s32, struct, u32, u64 } from '../../../../codec/index.ts'

/** Verdicts (`TC_ACT_*`), by the words of `tc`. */
export const VERDICTS = {
  /** `TC_ACT_UNSPEC`: the next filter decides. */
  continue: -1,
  /** `TC_ACT_OK`: it goes on. */
  pass: 0,
  /** `TC_ACT_RECLASSIFY`: from the first filter again. */
  reclassify: 1,
  /** `TC_ACT_SHOT`. */
  drop: 2,
  /** `TC_ACT_PIPE`: the next action decides. */
  pipe: 3,
  stolen: 4,
  queued: 5,
  repeat: 6,
  redirect: 7,
  trap: 8,
} as const

/** A verdict. */
export const verdict = named(s32, VERDICTS)

/** `TC_ACT_GOTO_CHAIN`: the verdict that goes on with the filters of a chain; tc: `goto chain`. */
export const gotoChain = (chain: number): number => 0x2000_0000 + chain

/** `TC_ACT_JUMP`: the verdict that skips so many actions; tc: `jump`. */
export const jump = (actions: number): number => 0x1000_0000 + actions

/** `tc_gen`: what the parameters of every action begin with. */
export const general = {
  /** tc: `index`. The kernel chooses when it is 0. */
  index: u32,
  capab: u32,
  /** tc: `CONTROL`. What becomes of the packet. */
  action: verdict,
  /** Read-only. */
  refcnt: s32,
  /** How many filters have it. Read-only. */
  bindcnt: s32,
} as const

/** `struct tcf_t`: in 1/100 s, how long ago it was made, and used last and first, and how long it is kept. Read-only. */
export const times = struct({ install: u64, lastuse: u64, expires: u64 }, { firstuse: u64 })
