/**
 * Every use of `union bpf_attr`, as tables.
 *
 * @module
 */
export * from './link.ts'
export * from './map.ts'
export * from './object.ts'
export * from './program.ts'
export { type CommandName, COMMANDS, type Use } from './use.ts'
