/**
 * The traffic control: what `tc` configures.
 *
 * @module
 */
export { actionMessage } from './action-message.ts'
export { gotoChain, jump, VERDICTS } from './actions/verdict.ts'
export { type ActionKind, actionKinds, type TcAction, type TcActionSpec } from './actions/index.ts'
export { TcActions } from './actions.ts'
export type { Police, PoliceOptions } from './actions/police.ts'
export { attachClsact, ClsactAttachment, type ClsactOptions } from './clsact.ts'
export { classMessage } from './class-message.ts'
export type { HtbClass, HtbClassOptions } from './classes/htb.ts'
export { type ClassKind, classKinds } from './classes/index.ts'
export { type TcClass, TcClasses, type TcClassFilter, type TcClassSpec } from './classes.ts'
export { FILTER_PROTOCOLS, filterMessage } from './filter-message.ts'
export { type FilterKind, filterKinds } from './filters/index.ts'
export { u32Handle, type U32Key, type U32Selector } from './filters/u32.ts'
export { type FilterPlace, type TcFilter, type TcFilterFilter, TcFilters, type TcFilterSpec } from './filters.ts'
export { formatHandle, type HandleRef, parseHandle } from './handles.ts'
export type { ProgramRef } from './program.ts'
export { qdiscMessage } from './qdisc-message.ts'
export type { Htb, HtbOptions } from './qdiscs/htb.ts'
export { type QdiscKind, qdiscKinds } from './qdiscs/index.ts'
export type { Tbf, TbfOptions } from './qdiscs/tbf.ts'
export { type Qdisc, type QdiscFilter, Qdiscs, type QdiscSpec } from './qdiscs.ts'
export { LINK_LAYERS, type Measure } from './rate.ts'
export type { TcStats } from './stats.ts'
