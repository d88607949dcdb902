/**
 * Addresses of the kernel's symbols.
 *
 * @module
 */
import { readFileSync } from 'node:fs'

const KALLSYMS = '/proc/kallsyms'

/** A symbol of the kernel, or of a module. */
export interface KernelSymbol {
  readonly address: bigint
  /** Whether it is a module's, and so may go away. */
  readonly module: boolean
}

/** Reads the text of `/proc/kallsyms` for some names; a name that several symbols have gives the first. Names that are not there are left out. */
export function parseKallsyms(text: string, names: ReadonlySet<string>): ReadonlyMap<string, KernelSymbol> {
  const found = new Map<string, KernelSymbol>()
  if (names.size === 0) return found
  const wanted = [...names].map((name) => name.replaceAll(/[^\w]/g, String.raw`\$&`)).join('|')
  // Over a hundred thousand lines: the search engine's own loop makes no string of those that nobody asked for.
  const lines = new RegExp(`^([0-9a-f]{1,16}) \\w (${wanted})(\\t.*)?$`, 'gm')
  for (const [, address, name, module] of text.matchAll(lines)) {
    if (!found.has(name!)) found.set(name!, { address: BigInt(`0x${address}`), module: module !== undefined })
    if (found.size === names.size) break
  }
  return found
}

/** Addresses that stay what they are while the kernel runs. */
const known = new Map<string, bigint>()

/**
 * Looks symbols up in `/proc/kallsyms`, in one pass, which takes 100 ms and more; those of the kernel proper once in a process.
 *
 * Without CAP_SYSLOG the kernel shows no addresses: all of them are 0.
 */
export function kernelSymbols(names: ReadonlySet<string>): ReadonlyMap<string, bigint> {
  const unknown = new Set([...names].filter((name) => !known.has(name)))
  const read = unknown.size === 0 ? undefined : parseKallsyms(readFileSync(KALLSYMS, 'latin1'), unknown)
  const found = new Map<string, bigint>()
  for (const name of names) {
    const symbol = read?.get(name)
    const address = symbol?.address ?? known.get(name)
    if (address === undefined) continue
    found.set(name, address)
    // An address that is not shown may be shown to the next who asks.
    if (symbol && !symbol.module && address !== 0n) known.set(name, address)
  }
  return found
}

/** What the wrappers of system calls begin with, which take `struct pt_regs`: there with kprobes or without. */
const PREFIXES = ['__x64_sys_', '__arm64_sys_', '__riscv_sys_', '__s390x_sys_', '__loongarch_sys_']

let prefix: string | null | undefined

/** What the names of this kernel's system calls begin with where they have wrappers: `__x64_sys_`. Looked for once, as it takes 100 ms and more. */
export function syscallPrefix(): string | undefined {
  if (prefix === undefined) {
    const there = kernelSymbols(new Set(PREFIXES.map((one) => `${one}bpf`)))
    prefix = PREFIXES.find((one) => there.has(`${one}bpf`)) ?? null
  }
  return prefix ?? undefined
}
