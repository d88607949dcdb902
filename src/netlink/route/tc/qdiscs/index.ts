/**
 * Every kind of qdisc that has a table: one file a kind, and this register of them.
 *
 * @module
 */
import { bfifo, pfifo } from './fifo.ts'
import { fqCodel, fqCodelStats } from './fq-codel.ts'
import { fq, fqStats } from './fq.ts'
import { htb } from './htb.ts'
import { clsact, ingress } from './ingress.ts'
import { mq, noqueue } from './mq.ts'
import { netem } from './netem.ts'
import { prio } from './prio.ts'
import { tbf } from './tbf.ts'

/** Tables of `TCA_OPTIONS` by `TCA_KIND`. */
export const qdiscKinds = {
  bfifo,
  clsact,
  fq,
  fq_codel: fqCodel,
  htb,
  ingress,
  mq,
  netem,
  noqueue,
  pfifo,
  pfifo_fast: prio,
  pfifo_head_drop: pfifo,
  prio,
  tbf,
} as const

/** Tables of `TCA_XSTATS` by `TCA_KIND`. */
export const qdiscXstats = { fq: fqStats, fq_codel: fqCodelStats } as const

/** Where a kind is that can be nowhere else. */
export const PLACES: Readonly<Record<string, { readonly parent: string; readonly handle: string }>> = {
  clsact: { parent: 'clsact', handle: 'ffff:' },
  ingress: { parent: 'clsact', handle: 'ffff:' },
}

/** What a kind is told that is told nothing, where the kernel does not take that for an answer. */
export const UNTOLD: Readonly<Record<string, { readonly options: object }>> = {
  htb: { options: {} },
  netem: { options: {} },
}

/** A kind of qdisc that has a table; any other can be named too, without options. */
export type QdiscKind = keyof typeof qdiscKinds
