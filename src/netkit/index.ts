/**
 * netkit pairs.
 *
 * @module
 */
export * from './generations/index.ts'
export * from './hooks/index.ts'
export { NetkitError, type NetkitErrorCode } from './error.ts'
export { Netkit, type NetkitInfo, type NetkitOpenOptions, type SideAttachOptions } from './netkit.ts'
export type { NetkitOptions, NetkitPolicy, NetkitSide } from './options.ts'
