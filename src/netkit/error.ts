/**
 * What is wrong with a netkit pair before the kernel is asked, or after it did not do what it was asked.
 *
 * @module
 */

/** Why: one code each. */
export type NetkitErrorCode =
  /** The kernel has no netkit. */
  | 'ERR_NETKIT_UNSUPPORTED'
  /** There is no interface of that name or index. */
  | 'ERR_NETKIT_MISSING'
  /** The interface is of another kind. */
  | 'ERR_NETKIT_KIND'
  /** The interface is the peer of its pair: everything goes through the primary. */
  | 'ERR_NETKIT_PEER'
  /** The kernel granted the request and ignored an option that it does not know. */
  | 'ERR_NETKIT_IGNORED'

/** A netkit pair cannot be made or opened. The message says what to do. */
export class NetkitError extends Error {
  override readonly name: string = 'NetkitError'
  readonly code: NetkitErrorCode

  constructor(code: NetkitErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
