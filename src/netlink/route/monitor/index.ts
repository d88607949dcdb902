/**
 * Monitors of rtnetlink.
 *
 * @module
 */
export type { Added, Change, Changed, ObjectChange, Removed, Resync } from './change.ts'
export { RTNLGRP } from './groups.ts'
export type { Monitored, MonitorKind } from './kinds.ts'
export { Monitor, type MonitorOptions } from './monitor.ts'
