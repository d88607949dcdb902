/**
 * Addresses of the kernel's symbols.
 *
 * @module
 */
import { readFileSync } from 'node:fs'

const KALLSYMS = '/proc/kallsyms'

/**
 * Looks symbols up in `/proc/kallsyms`, in one pass; a name that several symbols have gives the first. Names that are not there are left out.
 *
 * Without CAP_SYSLOG the kernel shows no addresses: all of them are 0.
 */
export function kernelSymbols(names: ReadonlySet<string>): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>()
  if (names.size === 0) return found
  // Over a hundred thousand lines: split by hand, a string is made for the names only.
  const text = readFileSync(KALLSYMS, 'latin1')
  for (let start = 0; start < text.length && found.size < names.size;) {
    let end = text.indexOf('\n', start)
    if (end < 0) end = text.length
    const space = text.indexOf(' ', start)
    const nameAt = space + 3
    const tab = text.indexOf('\t', nameAt)
    const name = text.slice(nameAt, tab > 0 && tab < end ? tab : end)
    if (names.has(name) && !found.has(name)) found.set(name, BigInt(`0x${text.slice(start, space)}`))
    start = end + 1
  }
  return found
}
