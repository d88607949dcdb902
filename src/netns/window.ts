/**
 * The window: this thread in another network namespace, for the length of one synchronous call.
 *
 * `setns(2)` moves the calling thread alone. That is enough, because a socket keeps the namespace it was made in for life, and dangerous,
 * because whatever is *started* meanwhile is born there: threads, workers, children. So nothing in here waits, and the thread always returns.
 *
 * @module
 */
import { access } from 'node:fs'

import { arena, check, KernelError, NR, release, syscall, takeText } from '../sys/index.ts'

/** `CLONE_NEWNET`: the network namespace, of all that `setns(2)` and `unshare(2)` can change. */
export const CLONE_NEWNET = 0x4000_0000

const AT_FDCWD = -100
const O_CLOEXEC = 0o2_000_000

/**
 * The thread could not return to its own network namespace, and whatever it does from now on happens in a foreign one.
 *
 * There is no remedy inside the process: end it. Every later use of a namespace in this thread throws the same error.
 */
export class LostNamespaceError extends KernelError {
  override readonly name = 'LostNamespaceError'
}

let lost: LostNamespaceError | undefined
let warm = false
/** The namespace that the outermost open window was opened from: where the thread is at home. */
let origin: number | undefined

/**
 * Starts the threads of libuv's pool while this thread is at home.
 *
 * The pool is made by its first job, and its threads are born in the namespace of the thread that gave it: one asynchronous file operation
 * inside the first window would leave every later `fs.promises`, `dns` and asynchronous system call of the process in the foreign namespace.
 * Giving any job makes all of the threads before it returns. `access` is one that libuv never hands to io_uring instead.
 */
function warmPool(): void {
  if (warm) return
  access('/', () => {})
  warm = true
}

/** Opens a file close-on-exec and gives the number, or the negative error number. */
export function openFile(path: string, flags = 0, mode = 0): number {
  const at = takeText(path)
  try {
    return syscall(NR.openat, AT_FDCWD, arena.address + at, flags | O_CLOEXEC, mode)
  } finally {
    release(at)
  }
}

/** Where the thread is: `/proc/self` would name the main thread's namespace, in a worker too. */
export const HERE = '/proc/thread-self/ns/net'

function through<T>(move: () => void, work: () => T): T {
  if (lost) throw lost
  warmPool()
  const home = check(openFile(HERE), 'openat', HERE)
  const outermost = origin === undefined
  if (outermost) origin = home
  let failure: unknown
  try {
    move()
    try {
      return work()
    } catch (error) {
      failure = error
      throw error
    } finally {
      const back = syscall(NR.setns, home, CLONE_NEWNET)
      if (back < 0) {
        lost = new LostNamespaceError({
          errno: back,
          syscall: 'setns(CLONE_NEWNET)',
          attempted: 'return to the own network namespace',
          hint: 'this thread is stuck in a foreign namespace: end the process',
          cause: failure,
        })
        // oxlint-disable-next-line no-unsafe-finally -- nothing that the work gave or threw matters more
        throw lost
      }
    }
  } finally {
    if (outermost) origin = undefined
    syscall(NR.close, home)
  }
}

/**
 * Runs `work` in the namespace of a descriptor and returns.
 *
 * @throws KernelError when the thread may not enter (EPERM needs CAP_SYS_ADMIN; EINVAL is no network namespace).
 * @throws LostNamespaceError when it could not return.
 */
export function inside<T>(netns: number, work: () => T): T {
  return through(() => {
    check(syscall(NR.setns, netns, CLONE_NEWNET), 'setns(CLONE_NEWNET)', () => ({
      attempted: 'enter a network namespace',
      hint: 'it needs CAP_SYS_ADMIN here and over the namespace, and a descriptor of a network namespace',
    }))
  }, work)
}

/** Runs `work` in a network namespace made for it, and returns. The namespace lives on only if `work` opened or mounted it. */
export function insideNew<T>(work: () => T): T {
  return through(() => {
    check(syscall(NR.unshare, CLONE_NEWNET), 'unshare(CLONE_NEWNET)', () => ({
      attempted: 'make a network namespace',
      hint: 'it needs CAP_SYS_ADMIN: run as root',
    }))
  }, work)
}

/** Whether the thread is away: something runs in a window now. */
export function windowOpen(): boolean {
  return origin !== undefined
}

/** Runs `work` where the thread is at home, also when a window is open. */
export function outside<T>(work: () => T): T {
  return origin === undefined ? work() : inside(origin, work)
}
