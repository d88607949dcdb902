/**
 * File descriptors with one owner.
 *
 * @module
 */
import { syscall, syscallAsync } from './door.ts'
import { check, ClosedError } from './errors.ts'
import { NR } from './numbers.ts'

const F_DUPFD_CLOEXEC = 1030
const FIRST = 3

/** Whether each open descriptor remembers the line that opened it: on with `NODE_DEBUG=netkit`. */
const traced = /\bnetkit\b/i.test(process.env['NODE_DEBUG'] ?? '')

const abandoned = traced
  ? new FinalizationRegistry<{ number: number; opened: string }>(({ number, opened }) => {
      // Told, never closed: a finalizer that closes a live descriptor is the classic defect of a language with a garbage collector.
      process.emitWarning(`file descriptor ${number} was never closed; it was opened${opened}`, 'NetkitLeakWarning')
    })
  : undefined

let open = 0

/** How many descriptors the library holds open now, in this thread. */
export function openDescriptors(): number {
  return open
}

/**
 * A file descriptor that this object owns: close-on-exec, at least 3, closed once.
 *
 * `bpf(2)` takes 0 for "no descriptor", so one below 3 is moved up first.
 */
export class Fd implements Disposable, AsyncDisposable {
  #number: number
  readonly #what: string

  /** Owns a descriptor that a system call gave. The caller's number is not to be used any more: it may have been moved. */
  static own(number: number, what = 'the file descriptor'): Fd {
    return new Fd(number, what)
  }

  private constructor(number: number, what: string) {
    if (number < FIRST) {
      const moved = syscall(NR.fcntl, number, F_DUPFD_CLOEXEC, FIRST)
      syscall(NR.close, number)
      number = check(moved, 'fcntl(F_DUPFD_CLOEXEC)')
    }
    this.#number = number
    this.#what = what
    open++
    if (abandoned) {
      const opened = new Error().stack?.split('\n').slice(2, 6).join('\n') ?? ''
      abandoned.register(this, { number, opened: `\n${opened}` }, this)
    }
  }

  /** The descriptor's number.  @throws ClosedError after `close()`. */
  get number(): number {
    if (this.#number < 0) throw new ClosedError(this.#what)
    return this.#number
  }

  /** Whether it has been closed. */
  get closed(): boolean {
    return this.#number < 0
  }

  /** A second descriptor of the same open file, with an owner of its own. */
  dup(): Fd {
    return new Fd(check(syscall(NR.fcntl, this.number, F_DUPFD_CLOEXEC, FIRST), 'fcntl(F_DUPFD_CLOEXEC)'), this.#what)
  }

  #give(): number {
    const number = this.#number
    if (number >= 0) {
      this.#number = -1
      open--
      abandoned?.unregister(this)
    }
    return number
  }

  /** Gives the number away: the caller closes it from now on. */
  disown(): number {
    const number = this.number
    this.#give()
    return number
  }

  /** Closes it. A second call does nothing. Closing a BPF link waits for an RCU grace period: see {@link closeAsync}. */
  close(): void {
    const number = this.#give()
    // An error of close(2) is not reported: the number is free all the same (EINTR too), and there is nothing left to do.
    if (number >= 0) syscall(NR.close, number)
  }

  /** Closes it on a thread of the pool, for what the kernel keeps waiting (8–20 ms for the last descriptor of an attached link). */
  async closeAsync(): Promise<void> {
    const number = this.#give()
    if (number >= 0) await syscallAsync(NR.close, number)
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** Closes it without holding up the event loop. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.closeAsync()
  }
}
