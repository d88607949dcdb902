/**
 * Places in executables, by the names of functions.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { type ElfFile, type ElfSymbol, readElf, readSymbols } from '../elf/index.ts'

const SHT_DYNSYM = 11

/** An executable has no such function. */
export class SymbolError extends Error {
  override readonly name: string = 'SymbolError'
  readonly code: string = 'ERR_SYMBOL'
  readonly path: string
  readonly symbol: string

  constructor(path: string, symbol: string, why: string) {
    super(`${path}: ${symbol} ${why}`)
    this.path = path
    this.symbol = symbol
  }
}

/** Where in the file a symbol is, in bytes: what probes in user space are placed by. */
function placeOf(file: ElfFile, { section, value }: ElfSymbol): number | undefined {
  const home = file.sections[section]
  return home && section !== 0 ? value - home.address + home.offset : undefined
}

/** The functions of an executable or a shared library, by name, and where in the file each is. */
export class Executable {
  readonly path: string
  readonly #places = new Map<string, number>()

  /** Reads the symbols of a file.  @throws ElfError for one that is no ELF file. */
  constructor(path: string) {
    this.path = path
    const file = readElf(new Uint8Array(readFileSync(path)))
    // A stripped file still names what others may call.
    const exported = file.sections.find(({ type }) => type === SHT_DYNSYM)
    const symbols = exported ? [...readSymbols(file.sections, exported, file.endian), ...file.symbols] : file.symbols
    for (const symbol of symbols) {
      if (symbol.type !== 'func' || symbol.name === '') continue
      const place = placeOf(file, symbol)
      // A version of a symbol (`read@@GLIBC_2.2.5`) is asked for by the plain name.
      if (place !== undefined) this.#places.set(symbol.name.replace(/@.*/, ''), place)
    }
  }

  /** The names of its functions. */
  get functions(): readonly string[] {
    return [...this.#places.keys()]
  }

  /** Where in the file a function is.  @throws SymbolError for one that is not there. */
  offset(symbol: string): number {
    const place = this.#places.get(symbol)
    if (place !== undefined) return place
    throw new SymbolError(this.path, symbol, 'is no function of this file')
  }
}
