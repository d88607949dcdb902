/**
 * What is wrong with what was asked of a hook.
 *
 * @module
 */

/** Why: one code each. */
export type HookErrorCode =
  /** No program of the hook is called so, or is the one that was meant. */
  | 'ERR_HOOK_MISSING'
  /** Several programs of the hook are called so: say an id. */
  | 'ERR_HOOK_AMBIGUOUS'
  /** The hook went on changing while it was looked at. */
  | 'ERR_HOOK_BUSY'
  /** The hook has one program and no order. */
  | 'ERR_HOOK_UNORDERED'

/** A hook is not as it would have to be. The message says who is on it. */
export class HookError extends Error {
  override readonly name: string = 'HookError'
  readonly code: HookErrorCode

  constructor(code: HookErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
