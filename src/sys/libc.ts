/**
 * The four things that the library asks of koffi: libc's `syscall`, the thread's `errno`, the address of bytes, and bytes at an address.
 *
 * Only numbers cross the border: a `Number` address into a `long` costs 39 ns where `null` costs 170 and a koffi struct over 500.
 *
 * @module
 */
import koffi from 'koffi'

type Raw = ((...args: number[]) => number) & { async: (...args: unknown[]) => void }

// `load(null)` searches the process itself, so it finds the C library of glibc and musl alike.
const libc = koffi.load(null)

// Seven fixed longs in place of `...`: on every 64-bit Linux integer arguments travel alike, and the variadic form costs 170 ns more.
const raw = libc.func('syscall', 'long', ['long', 'long', 'long', 'long', 'long', 'long', 'long']) as unknown as Raw

// The loader runs this module once a thread, and errno is the thread's own: the address is right for the thread that reads it.
const errnoLocation = (libc.func('__errno_location', 'uintptr_t', []) as unknown as () => number)()
const errno = new Int32Array(koffi.view(errnoLocation, 4))

/** libc's `syscall(2)`: the result, or the negative error number. */
export function rawSyscall(nr: number, a: number, b: number, c: number, d: number, e: number, f: number): number {
  const result = raw(nr, a, b, c, d, e, f)
  // Read in the next expression: a garbage collection between the call and the read leaves its own errno there.
  return result === -1 ? -errno[0]! : result
}

/** The same on a thread of libuv's pool. Whatever an argument points to has to stay alive until the promise settles. */
export function rawSyscallAsync(
  nr: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    raw.async(nr, a, b, c, d, e, f, (error: Error | null, result: number) => {
      // koffi hands the pool thread's errno over, and only inside the callback.
      if (error) reject(error)
      else resolve(result === -1 ? -koffi.errno() : result)
    })
  })
}

/**
 * The address of the first byte. It holds as long as the bytes are reachable: mention them after the call ({@link keepAlive}).
 * Zero-length bytes have no address: 0.
 */
export function addressOf(bytes: Uint8Array): number {
  return bytes.length === 0 ? 0 : Number(koffi.address(bytes))
}

let sink: unknown

/** Keeps a value reachable up to this line: optimised code drops a local after its last mention, and its memory with it. */
export function keepAlive(value: unknown): void {
  sink = value
  if (sink !== value) throw new Error('unreachable')
}

/** An ArrayBuffer over memory that is not JavaScript's (a mapping, a kernel-filled block). The caller knows how long it lives. */
export function viewOf(address: number, length: number): ArrayBuffer {
  return koffi.view(address, length) as ArrayBuffer
}
