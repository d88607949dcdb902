/**
 * Queues of one line: pfifo, bfifo and pfifo_head_drop.
 *
 * @module
 */
import { struct, u32 } from '../../../../codec/index.ts'

/** `TCA_OPTIONS` of kinds `pfifo` and `pfifo_head_drop`: `struct tc_fifo_qopt`. */
export const pfifo = struct({
  /** tc: `limit`. Packets. */
  limit: u32,
})

/** `TCA_OPTIONS` of kind `bfifo`: `struct tc_fifo_qopt`. */
export const bfifo = struct({
  /** tc: `limit`. Bytes. */
  limit: u32,
})
