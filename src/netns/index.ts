/**
 * Network namespaces.
 *
 * @module
 */
export { NetNs, type NetNsSpec, type Synchronous } from './netns.ts'
export { LostNamespaceError } from './window.ts'
