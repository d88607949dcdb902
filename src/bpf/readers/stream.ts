/**
 * Async iteration over what is taken from a buffer bit by bit: what the ground floor has.
 *
 * @module
 */
export { EventStream, type StreamSource } from '../../sys/index.ts'
