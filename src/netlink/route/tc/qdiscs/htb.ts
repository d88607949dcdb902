/**
 * htb: a tree of classes that have a rate each, and borrow from one another.
 *
 * @module
 */
import { type In, type Out, shaped } from '../../../../codec/index.ts'
import { htbWire } from '../htb-wire.ts'

/** What an htb is told. */
export interface HtbOptions {
  /** tc: `default`. The minor number of the class of packets that no filter classifies; 0 sends them at once. */
  readonly defcls?: number | undefined
  /** tc: `r2q`. What a class's rate is divided by for its quantum; left out: 10, as `tc` has it. */
  readonly rate2quantum?: number | undefined
  /** tc: `direct_qlen`. Packets that wait to be sent past the classes. */
  readonly directQlen?: number | undefined
  /** tc: `offload`. Hardware does it. */
  readonly offload?: boolean | undefined
}

/** What an htb tells. */
export interface Htb {
  defcls: number
  rate2quantum: number
  /** `TC_HTB_PROTOVER` and the version of the implementation, 16 bits each. */
  version: number
  /** Packets that went past the classes. */
  directPkts: number
  directQlen?: number
  offload?: boolean
}

/** `TC_HTB_PROTOVER`. */
const PROTOCOL = 3

/** `TCA_OPTIONS` of kind `htb`, of the qdisc. */
export const htb = shaped(htbWire, {
  read({ init, directQlen, offload }: Out<typeof htbWire>): Htb {
    return {
      defcls: init?.defcls ?? 0,
      rate2quantum: init?.rate2quantum ?? 0,
      version: init?.version ?? 0,
      directPkts: init?.directPkts ?? 0,
      ...(directQlen === undefined ? {} : { directQlen }),
      ...(offload === undefined ? {} : { offload }),
    }
  },
  write: ({ defcls = 0, rate2quantum = 10, directQlen, offload }: HtbOptions): In<typeof htbWire> => ({
    init: { version: PROTOCOL, rate2quantum, defcls },
    directQlen,
    offload,
  }),
})
