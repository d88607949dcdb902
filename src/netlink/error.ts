import { errnoOf, KernelError } from '../sys/index.ts'
import type { Policy } from './extack.ts'

/** What the kernel said no to, and in which words: what a hint is chosen by. */
export interface Refusal {
  /** `'EPERM'`, `'EINVAL'`, … */
  readonly code: string
  /** Negative, as in Node's own errors. */
  readonly errno: number
  /** The kernel's own words, if it had any. */
  readonly kernelMessage: string | undefined
  /** Path of the culprit in the request's body: `linkinfo.data.mode`. */
  readonly path: string | undefined
  /** What the kernel wanted of it. */
  readonly policy: Policy | undefined
  /** Path of an attribute that the kernel misses. */
  readonly missing: string | undefined
}

/** What a {@link NetlinkError} is made of. */
export interface NetlinkErrorOptions extends Partial<Omit<Refusal, 'code'>> {
  readonly errno: number
  /** Name of the operation: `RTM_NEWLINK`. */
  readonly operation: string
  readonly attempted?: string | undefined
  /** The whole story in words; made from the refusal when left out. */
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/**
 * A netlink request that failed. `syscall` is the operation (`RTM_NEWLINK`); `code`, `errno` and `hint` are those of {@link KernelError}.
 */
export class NetlinkError extends KernelError implements Refusal {
  override readonly name: string = 'NetlinkError'
  readonly kernelMessage: string | undefined
  readonly path: string | undefined
  readonly policy: Policy | undefined
  readonly missing: string | undefined
  /** What was attempted, in words. */
  readonly attempted: string | undefined

  constructor(options: NetlinkErrorOptions) {
    super({ ...options, syscall: options.operation })
    this.kernelMessage = options.kernelMessage
    this.path = options.path
    this.policy = options.policy
    this.missing = options.missing
    this.attempted = options.attempted
  }
}

/** What the kernel remarked on a request that succeeded. */
export interface Warning {
  /** The kernel's own words. */
  readonly message: string
  /** Path of what it speaks of in the request's body. */
  readonly path: string | undefined
}

/**
 * The answer did not come (`ETIMEDOUT`), was lost (`ENOBUFS`), or could not be read (`EBADMSG`, `EMSGSIZE`): whether the kernel did what was
 * asked is unknown. The socket has been replaced; look before trying again.
 */
export class NoAnswerError extends NetlinkError {
  override readonly name = 'NoAnswerError'

  constructor(options: Omit<NetlinkErrorOptions, 'errno'> & { readonly code: string }) {
    super({
      hint: 'whether the kernel did it is unknown: look before trying again',
      ...options,
      errno: errnoOf(options.code),
    })
  }
}

/**
 * A dump was inconsistent (`NLM_F_DUMP_INTR`), and so was every repetition: things change faster than they can be listed. `code` is `EINTR`.
 */
export class DumpInterruptedError<T = unknown> extends NetlinkError {
  override readonly name = 'DumpInterruptedError'
  /** What the last attempt gave: objects may be missing or occur twice. Empty for a streamed dump, whose objects were already handed out. */
  readonly partial: readonly T[]

  constructor(
    options: Omit<NetlinkErrorOptions, 'errno'> & { readonly partial: readonly T[]; readonly attempts: number },
  ) {
    super({
      detail:
        options.attempts === 1
          ? 'the dump was interrupted by a change'
          : `the dump was interrupted by a change in each of ${options.attempts} attempts`,
      hint: options.attempts === 1 ? 'list again' : 'error.partial holds what was read last',
      ...options,
      errno: errnoOf('EINTR'),
    })
    this.partial = options.partial
  }
}
