/**
 * What a monitor tells.
 *
 * @module
 */
import type { Monitored, MonitorKind } from './kinds.ts'

interface About<K extends MonitorKind> {
  /** What kind of object it is. */
  readonly kind: K
  /** The object; of one that is gone, what was known last. A link that moved has `newNetnsid` and `newIfindex`. */
  readonly object: Monitored[K]
  /** The network namespace, by the number that the monitor's own gives it; absent for its own. Only with `allNsids`. */
  readonly nsid?: number | undefined
}

/** An object is there that was not. */
export interface Added<K extends MonitorKind = MonitorKind> extends About<K> {
  readonly type: 'added'
}

/** An object is not what it was. */
export interface Changed<K extends MonitorKind = MonitorKind> extends About<K> {
  readonly type: 'changed'
  /** What it was. */
  readonly previous: Monitored[K]
}

/** An object is gone. */
export interface Removed<K extends MonitorKind = MonitorKind> extends About<K> {
  readonly type: 'removed'
}

/** Everything was listed anew. The differences follow as changes like any other. */
export interface Resync {
  readonly type: 'resync'
  /** `start`: the first list. `overflow`: notifications were lost, since they came faster than they were read. */
  readonly reason: 'start' | 'overflow'
  /** How many of the changes that follow are the differences. */
  readonly changes: number
}

/** What happened to an object of one of the kinds. */
export type ObjectChange<K extends MonitorKind = MonitorKind> = {
  [N in K]: Added<N> | Changed<N> | Removed<N>
}[K]

/** What a monitor of these kinds yields. */
export type Change<K extends MonitorKind = MonitorKind> = ObjectChange<K> | Resync
