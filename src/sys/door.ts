/**
 * The one door to the kernel: every system call of the library passes {@link syscall}, and a test can stand in it.
 *
 * @module
 */
import { rawSyscall, rawSyscallAsync } from './libc.ts'
import { supported } from './numbers.ts'

/** Whoever answers system calls: the kernel, or a test in its place. Addresses are real ones of this process. */
export interface Kernel {
  /** The result, or the negative error number. */
  syscall(nr: number, a: number, b: number, c: number, d: number, e: number, f: number): number
  /** The same without holding up the event loop. Left out: the answer of `syscall`, in a promise. */
  syscallAsync?(nr: number, a: number, b: number, c: number, d: number, e: number, f: number): Promise<number>
}

const linux: Kernel = { syscall: rawSyscall, syscallAsync: rawSyscallAsync }

const nowhere: Kernel = {
  syscall() {
    throw new Error(
      `netkit speaks to Linux on x86-64, arm64, riscv64 and loong64; this is ${process.platform} on ${process.arch}`,
    )
  },
}

let kernel: Kernel = supported ? linux : nowhere

/**
 * Makes a system call: the result, or the negative error number.
 *
 * Whatever an argument points to stays alive and still until it returns.
 */
export function syscall(nr: number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0): number {
  return kernel.syscall(nr, a, b, c, d, e, f)
}

/**
 * Makes a system call on a thread of libuv's pool, for those that the kernel keeps waiting (an RCU grace period, a large program in the
 * verifier). The caller holds whatever an argument points to until the promise settles. It never rejects for an error of the kernel.
 */
export function syscallAsync(nr: number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0): Promise<number> {
  if (kernel.syscallAsync) return kernel.syscallAsync(nr, a, b, c, d, e, f)
  return Promise.resolve(kernel.syscall(nr, a, b, c, d, e, f))
}

/**
 * Puts another kernel into the door, for tests; disposing the result puts the former back.
 *
 * ```ts
 * using _ = useKernel({ syscall: (nr) => (nr === NR.socket ? 7 : -errnoOf('ENOSYS')) })
 * ```
 */
export function useKernel(replacement: Kernel): Disposable {
  const former = kernel
  kernel = replacement
  return {
    [Symbol.dispose]() {
      kernel = former
    },
  }
}

/** Who stands in the door now: a recorder passes calls on to it. */
export function currentKernel(): Kernel {
  return kernel
}
