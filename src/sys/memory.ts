/**
 * Memory whose address the kernel may be told.
 *
 * Small typed arrays live on V8's heap and move; the first look at their address pins them off-heap for good. Two shapes cover the library:
 * the arena, for the length of one synchronous call, and {@link Pinned}, for as long as its owner lives.
 *
 * @module
 */
import { addressOf, viewOf } from './libc.ts'

const ARENA_SIZE = 64 * 1024

/** A block that never moves: zeroed at first, alive as long as the object is. */
export class Pinned {
  /** The block's bytes. */
  readonly bytes: Uint8Array
  /** One DataView over them: making one a message costs 147 ns. */
  readonly view: DataView
  /** Where the kernel finds them. */
  readonly address: number

  /** Takes `size` bytes, at least one. */
  constructor(size: number) {
    this.bytes = new Uint8Array(Math.max(size, 1))
    this.address = addressOf(this.bytes)
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength)
  }
}

/** The arena: scratch memory of this thread that every synchronous call builds its arguments in. */
export const arena: Pinned = new Pinned(ARENA_SIZE)

let top = 0

/**
 * Takes `size` zeroed bytes of the arena, 8-aligned, and gives their offset in it. {@link release} that offset when the call has returned:
 *
 * ```ts
 * const at = take(8)
 * try {
 *   arena.view.setUint32(at, value, true)
 *   syscall(NR.ioctl, fd, request, arena.address + at)
 * } finally {
 *   release(at)
 * }
 * ```
 *
 * Nothing may wait between the two: another call would take the same bytes. What is larger than the arena goes into a {@link Pinned}.
 *
 * @throws RangeError when the arena is full.
 */
export function take(size: number): number {
  const at = top
  const end = (at + size + 7) & ~7
  if (end > ARENA_SIZE) throw new RangeError(`the arena of ${ARENA_SIZE} bytes cannot hold ${size} more`)
  arena.bytes.fill(0, at, end)
  top = end
  return at
}

/** Gives back what was taken from `at` on. */
export function release(at: number): void {
  top = at
}

const encoder = new TextEncoder()

/** Takes the text with a NUL behind it; gives the offset. @throws TypeError for a text that has a NUL inside. */
export function takeText(text: string): number {
  if (text.includes('\0')) throw new TypeError(`${JSON.stringify(text)} has a NUL character in it`)
  const bytes = encoder.encode(text)
  const at = take(bytes.length + 1)
  arena.bytes.set(bytes, at)
  return at
}

/** Takes a copy of the bytes; gives the offset. */
export function takeBytes(bytes: Uint8Array): number {
  const at = take(bytes.length)
  arena.bytes.set(bytes, at)
  return at
}

/** Writes an address as the u64 that a kernel structure wants: two u32 stores, 0.7 ns, where a BigInt costs 8. */
export function putAddress(view: DataView, at: number, address: number): void {
  view.setUint32(at, address >>> 0, true)
  view.setUint32(at + 4, Math.floor(address / 0x1_0000_0000), true)
}

/** Reads an address, or any u64 below 2^53, as a number. */
export function getAddress(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000
}

/** A copy of what stands at an address: what a test in the door looks at. */
export function bytesAt(address: number, length: number): Uint8Array {
  return length === 0 ? new Uint8Array(0) : new Uint8Array(viewOf(address, length)).slice()
}

/** Writes bytes to an address: what a test in the door answers with. */
export function putBytesAt(address: number, bytes: Uint8Array): void {
  if (bytes.length > 0) new Uint8Array(viewOf(address, bytes.length)).set(bytes)
}
