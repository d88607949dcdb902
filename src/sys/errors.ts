/**
 * What the kernel refused, as data.
 *
 * @module
 */
import { errnoName, errnoText } from './errno.ts'

/** What a {@link KernelError} is made of. */
export interface KernelErrorOptions {
  /** The error number; the sign does not matter. */
  readonly errno: number
  /** The call that failed as the manual writes it: `socket`, `bpf(BPF_LINK_CREATE)`, `RTM_NEWLINK`. */
  readonly syscall: string
  /** What was attempted, for a person: `create netkit "nk0"`. */
  readonly attempted?: string | undefined
  /** What the kernel itself said; without it the text of the error number. */
  readonly detail?: string | undefined
  /** The remedy, where the cause is known. */
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/**
 * A system call, a netlink request or a `bpf(2)` command that the kernel refused.
 *
 * The message says it all in a line: what was attempted, the code, the kernel's words, the remedy.
 */
export class KernelError extends Error {
  override readonly name: string = 'KernelError'
  /** The name of the error number, `EPERM`. */
  readonly code: string
  /** The error number, negative as in Node's own errors. */
  readonly errno: number
  /** The call that failed. */
  readonly syscall: string
  /** What to do about it, where the cause is known. */
  readonly hint: string | undefined

  constructor(options: KernelErrorOptions) {
    const code = errnoName(options.errno)
    const what = options.attempted ? `${options.attempted}: ${options.syscall}` : options.syscall
    const detail = options.detail ?? errnoText(options.errno)
    super(
      `${what}: ${code} ${detail}${options.hint ? ` (${options.hint})` : ''}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.code = code
    this.errno = -Math.abs(options.errno)
    this.syscall = options.syscall
    this.hint = options.hint
  }
}

/** Something of the library was used after its `close()`. */
export class ClosedError extends Error {
  override readonly name: string = 'ClosedError'
  readonly code: string = 'ERR_CLOSED'

  constructor(what: string) {
    super(`${what} is closed`)
  }
}

/**
 * Passes a result on, or throws the {@link KernelError} of a negative one.
 *
 * `describe` is a text, or a function that is only called for a failure.
 */
export function check(
  result: number,
  syscall: string,
  describe?: string | (() => { attempted?: string | undefined; hint?: string | undefined }),
): number {
  if (result >= 0) return result
  const more = typeof describe === 'function' ? describe() : { attempted: describe }
  throw new KernelError({ errno: result, syscall, ...more })
}
