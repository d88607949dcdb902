import { Bytes } from './bytes.ts'
import { type CodeMap, sectionOf } from './code.ts'
import { type DefinedMap } from './btf-maps.ts'
import { type ElfFile, type ElfSection, readRelocations } from './file.ts'
import { type MapValueSpec } from './spec.ts'

const POINTER_SIZE = 8

/**
 * Reads what maps of maps and of programs hold from the start (`.values = { … }`): relocations of the section of map
 * definitions, each for a slot of the array behind a definition.
 */
export function readMapValues(file: ElfFile, section: ElfSection, maps: readonly DefinedMap[], code: CodeMap): void {
  const bytes = new Bytes(section.bytes, file.endian, section.name)
  for (const { offset, symbol } of readRelocations(file, section)) {
    const owner = maps.find(({ start, size }) => offset >= start && offset < start + size)
    if (owner?.valuesAt === undefined) throw bytes.error('an initial value that belongs to no map with values', offset)
    const index = (offset - owner.start - owner.valuesAt) / POINTER_SIZE
    if (!Number.isInteger(index) || index < 0)
      throw bytes.error(`an initial value of map ${owner.map.name} between slots`, offset)
    // Static maps and functions are named by their section and a distance that the slot itself holds.
    const target = symbol.value + bytes.u64(offset)
    const value = (name: string): MapValueSpec => ({ index, name })
    if (owner.map.inner !== undefined) {
      const found = symbol.section === section.index ? maps.find(({ start }) => start === target) : undefined
      if (found === undefined) throw bytes.error(`slot ${index} of map ${owner.map.name} holds no map`, offset)
      owner.map.values.push(value(found.map.name))
    } else {
      const place = { section: section.name, offset }
      owner.map.values.push(value(code.at(sectionOf(file, symbol), target, place).name))
    }
  }
}
