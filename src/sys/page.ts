/**
 * The size of a page of memory.
 *
 * @module
 */
import { readFileSync } from 'node:fs'

const AT_PAGESZ = 6
const COMMON = 4096

let known: number | undefined

/** Bytes of a page of this machine: 4096 on x86-64, up to 65536 on arm64 (`getauxval(AT_PAGESZ)`). */
export function pageSize(): number {
  known ??= fromAuxv() ?? COMMON
  return known
}

function fromAuxv(): number | undefined {
  try {
    const bytes = readFileSync('/proc/self/auxv')
    for (let at = 0; at + 16 <= bytes.length; at += 16) {
      if (bytes.readUInt32LE(at) === AT_PAGESZ) return bytes.readUInt32LE(at + 8)
    }
  } catch {
    // Without /proc the kernel cannot be asked; the machines with larger pages all have it mounted.
  }
  return undefined
}
