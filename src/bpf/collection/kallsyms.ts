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
  const wanted = [...names].map((name) => name.replaceAll(/[^\w]/g, String.raw`\$&`)).join('|')
  // Over a hundred thousand lines: the search engine's own loop makes no string of those that nobody asked for.
  const lines = new RegExp(`^([0-9a-f]+) \\w (${wanted})(?:\\t.*)?$`, 'gm')
  for (const [, address, name] of readFileSync(KALLSYMS, 'latin1').matchAll(lines)) {
    if (!found.has(name!)) found.set(name!, BigInt(`0x${address}`))
    if (found.size === names.size) break
  }
  return found
}
