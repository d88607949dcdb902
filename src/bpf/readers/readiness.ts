/**
 * Waiting for descriptors: what the ground floor has.
 *
 * @module
 */
export { Readiness, WAIT_FOR, type Waiter } from '../../sys/index.ts'
