import type { Section } from './header.ts'

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/**
 * A section as words of the host's byte order: the input's own memory where it has that order and is aligned, as a kernel's
 * always is, else a copy. Array accesses are what a cold run through a kernel's types is fastest with.
 */
export function wordsOf(bytes: Uint8Array, { start, end }: Section, littleEndian: boolean): Uint32Array {
  const count = Math.floor((end - start) / 4)
  const at = bytes.byteOffset + start
  if (littleEndian === hostIsLittleEndian && at % 4 === 0) return new Uint32Array(bytes.buffer, at, count)
  const view = new DataView(bytes.buffer, at, 4 * count)
  const words = new Uint32Array(count)
  for (let i = 0; i < count; i++) words[i] = view.getUint32(4 * i, littleEndian)
  return words
}
