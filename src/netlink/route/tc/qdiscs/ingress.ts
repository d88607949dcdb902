/**
 * ingress and clsact: no queues, only the hooks where filters see every packet. They have no options.
 *
 * @module
 */
import { attrs } from '../../../../codec/index.ts'

/** `TCA_OPTIONS` of kind `clsact`: hooks on both ways, `ingress` and `egress`. */
export const clsact = attrs({})

/** `TCA_OPTIONS` of kind `ingress`: the hook of packets that come in. */
export const ingress = attrs({})
