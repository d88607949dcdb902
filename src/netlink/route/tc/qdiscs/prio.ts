/**
 * prio and pfifo_fast: bands of which the first that has a packet is served.
 *
 * @module
 */
import { array, struct, s32, u8 } from '../../../../codec/index.ts'

/** `TCA_OPTIONS` of kind `prio`, and of `pfifo_fast` to read: `struct tc_prio_qopt`. */
export const prio = struct({
  /** tc: `bands`. 2 to 16. */
  bands: s32,
  /** tc: `priomap`. The band of each of the 16 priorities (`TC_PRIO_*`). */
  priomap: array(u8, 16),
})
