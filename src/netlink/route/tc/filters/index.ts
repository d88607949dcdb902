/**
 * Every kind of filter that has a table: one file a kind, and this register of them.
 *
 * @module
 */
import { bpf } from './bpf.ts'
import { flower } from './flower.ts'
import { matchall } from './matchall.ts'
import { u32 } from './u32.ts'

/** Tables of `TCA_OPTIONS` by `TCA_KIND`. */
export const filterKinds = { bpf, flower, matchall, u32 } as const

/** What a kind is told besides, that follows from the filter itself: flower looks into a packet as the protocol that it is told again. */
export const FOLLOWS: Readonly<Record<string, (protocol: string | number) => object>> = {
  flower: (protocol) => (protocol === 'all' ? {} : { ethType: protocol }),
}

/** A kind of filter that has a table; any other can be named too, without options. */
export type FilterKind = keyof typeof filterKinds
