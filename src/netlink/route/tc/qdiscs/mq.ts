/**
 * mq and noqueue, which the kernel gives to devices by itself: a qdisc for each queue of the hardware, and none at all. They have no options.
 *
 * @module
 */
import { attrs } from '../../../../codec/index.ts'

/** `TCA_OPTIONS` of kind `mq`. */
export const mq = attrs({})

/** `TCA_OPTIONS` of kind `noqueue`. */
export const noqueue = attrs({})
