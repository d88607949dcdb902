/**
 * Every kind of class that has a table. The classes of mq and prio have no options: they are there to be listed.
 *
 * @module
 */
import { attrs } from '../../../../codec/index.ts'
import { htbClass, htbClassStats } from './htb.ts'

/** Tables of `TCA_OPTIONS` by `TCA_KIND`. */
export const classKinds = { htb: htbClass, mq: attrs({}), prio: attrs({}) } as const

/** Tables of `TCA_XSTATS` by `TCA_KIND`. */
export const classXstats = { htb: htbClassStats } as const

/** A kind of class that has a table. */
export type ClassKind = keyof typeof classKinds
