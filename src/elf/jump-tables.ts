import { Bytes } from './bytes.ts'
import { type CodeFunction } from './code.ts'
import { type ElfFile, type ElfSection } from './file.ts'
import { record } from './records.ts'
import { type JumpTableSpec } from './spec.ts'

const ENTRY_SIZE = 8
/** More entries than any program has instructions: a hostile file must not make one table be read again and again. */
const MOST_ENTRIES = 1_000_000

/**
 * The tables of `.jumptables`, read when code refers to them: an entry is the place of an instruction in the section
 * of the function that jumps, in bytes. The instructions get labels, so that the tables stay right as code moves.
 */
export class JumpTables {
  readonly specs: Record<string, JumpTableSpec> = record()
  readonly #file: ElfFile
  readonly #names = new Map<string, string>()
  #entries = 0
  readonly #labels: { code: CodeFunction; index: number; label: string }[] = []

  constructor(file: ElfFile) {
    this.#file = file
  }

  /** The name of the table at a place, for a function; a size of 0 means up to the end of the section. */
  at(code: CodeFunction, section: ElfSection, offset: number, size: number): string {
    const key = `${section.index}:${offset}:${code.name}`
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const bytes = new Bytes(section.bytes, this.#file.endian, section.name)
    const length = size === 0 ? bytes.length - offset : size
    if (length <= 0 || length % ENTRY_SIZE !== 0) throw bytes.error(`a table of ${length} bytes`, offset)
    bytes.slice(offset, length, 'a table')
    this.#entries += length / ENTRY_SIZE
    if (this.#entries > MOST_ENTRIES) throw bytes.error('too many tables', offset)
    const name = `${code.name}:${section.name}+${offset}`
    const indexOf = new Map(code.places.map((place, index) => [place, index]))
    const targets = Array.from({ length: length / ENTRY_SIZE }, (_, entry) => {
      const place = bytes.u64(offset + entry * ENTRY_SIZE)
      const index = indexOf.get(place)
      const target = index === undefined ? undefined : code.instructions[index]
      // A target outside of the function is an error of this program only, when the table is made for it.
      if (index === undefined || target === undefined) return `${code.section.name}+${place}`
      const label = target.symbol ?? `${code.name}+${(place - code.start) / ENTRY_SIZE}`
      this.#labels.push({ code, index, label })
      return label
    })
    this.specs[name] = { name, targets }
    this.#names.set(key, name)
    return name
  }

  /** Writes the labels onto the instructions, when all references have been resolved. */
  applyLabels(): void {
    for (const { code, index, label } of this.#labels) {
      const target = code.instructions[index]
      if (target !== undefined) code.instructions[index] = { ...target, symbol: label }
    }
  }
}
