/**
 * Hooks as a service.
 *
 * @module
 */
export { HookError, type HookErrorCode } from './error.ts'
export { Hook, type HookEntry, type HookMember, type HookPosition, type HookReport } from './hook.ts'
export type { CgroupHookRef, InterfaceRef, NetkitHookRef, TcxHookRef, XdpHookRef } from './place.ts'
