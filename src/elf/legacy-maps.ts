import { Bytes } from './bytes.ts'
import { type DefinedMap } from './btf-maps.ts'
import { type ElfFile, type ElfSection } from './file.ts'
import { MAP_TYPES, nameOf } from './kinds.ts'

/** `struct bpf_map_def`: five 32-bit numbers, in this order. */
const DEFINITION_SIZE = 20

/**
 * Reads a section of map definitions in the form before BTF: one struct of type, key size, value size, entries and
 * flags for each symbol. Loaders once added fields of their own behind them; they are accepted if they are zero.
 */
export function readLegacyMaps(file: ElfFile, section: ElfSection): DefinedMap[] {
  const bytes = new Bytes(section.bytes, file.endian, section.name)
  const symbols = file.symbols
    .filter((symbol) => symbol.section === section.index && symbol.name !== '' && symbol.type !== 'section')
    .sort((a, b) => a.value - b.value)
  if (symbols.length === 0) return []
  const size = bytes.length / symbols.length
  if (!Number.isInteger(size) || size < DEFINITION_SIZE) {
    throw bytes.error(
      `${bytes.length} bytes are not ${symbols.length} map definitions of ${DEFINITION_SIZE} or more`,
      0,
    )
  }
  return symbols.map(({ name, value: start }, index) => {
    if (start !== index * size) throw bytes.error(`map ${name} does not start where the one before it ends`, start)
    for (let at = start + DEFINITION_SIZE; at < start + size; at++) {
      if (bytes.bytes[at] !== 0) throw bytes.error(`map ${name} has fields that are not known`, at)
    }
    const map = {
      name,
      origin: 'legacy' as const,
      type: nameOf(MAP_TYPES, bytes.u32(start)),
      keySize: bytes.u32(start + 4),
      valueSize: bytes.u32(start + 8),
      maxEntries: bytes.u32(start + 12),
      flags: bytes.u32(start + 16),
      extra: 0n,
      pinning: 'none' as const,
      values: [],
      tags: [],
      autocreate: true,
    }
    return { map, start, size, valuesAt: undefined }
  })
}
