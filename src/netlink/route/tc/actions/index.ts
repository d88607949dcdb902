/**
 * Every kind of action that has a table: one file a kind, and this register of them.
 *
 * @module
 */
import { attrs, by, bytes, type In, list, maskedFlags, type Out, pad, string, u32 } from '../../../../codec/index.ts'
import { tcStats } from '../stats.ts'
import { bpf } from './bpf.ts'
import { csum } from './csum.ts'
import { ct } from './ct.ts'
import { gact } from './gact.ts'
import { mirred } from './mirred.ts'
import { police } from './police.ts'
import { skbedit } from './skbedit.ts'
import { tunnelKey } from './tunnel-key.ts'
import { vlan } from './vlan.ts'

/** Tables of `TCA_ACT_OPTIONS` by `TCA_ACT_KIND`. */
export const actionKinds = { bpf, csum, ct, gact, mirred, police, skbedit, tunnel_key: tunnelKey, vlan } as const

const HW_STATS = { immediate: 1, delayed: 2 } as const

/** `TCA_ACT_*`: one action. */
export const action = attrs({
  /** `TCA_ACT_KIND`. */
  kind: [1, string],
  /** `TCA_ACT_OPTIONS`: read and written by the table of the kind. */
  options: [2, by('kind', actionKinds)],
  /** `TCA_ACT_INDEX`; tc: `index`. Which of the kind, to ask for it or to delete it. */
  index: [3, u32],
  /** `TCA_ACT_STATS`. Read-only. */
  stats: [4, tcStats],
  pad: [5, pad],
  /** `TCA_ACT_COOKIE`; tc: `cookie`. Up to 16 bytes that the kernel only keeps. */
  cookie: [6, bytes],
  /** `TCA_ACT_FLAGS`; tc: `no_percpu`, `skip_hw`, `skip_sw`. */
  flags: [7, maskedFlags(u32, { noPercpuStats: 1, skipHw: 2, skipSw: 4 })],
  /** `TCA_ACT_HW_STATS`; tc: `hw_stats`. */
  hwStats: [8, maskedFlags(u32, HW_STATS)],
  /** `TCA_ACT_USED_HW_STATS`. Read-only. */
  usedHwStats: [9, maskedFlags(u32, HW_STATS)],
  /** `TCA_ACT_IN_HW_COUNT`. Read-only. */
  inHwCount: [10, u32],
})

/** Actions in their order, numbered from 1. */
export const actions = list(action, { first: 1 })

/** An action as the kernel tells it. */
export type TcAction = Out<typeof action>

/** An action, of a filter or by itself. */
export type TcActionSpec = In<typeof action>

/** A kind of action that has a table. */
export type ActionKind = keyof typeof actionKinds
