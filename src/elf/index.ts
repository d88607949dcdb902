/**
 * BPF object files: from the bytes of an ELF file to a plain description of its programs, maps and variables. Pure:
 * nothing here asks the kernel.
 *
 * @module
 */
export type { MapReadOptions } from './btf-maps.ts'
export { ElfError, type ElfPlace } from './error.ts'
export {
  type ElfFile,
  type ElfRelocation,
  type ElfSection,
  type ElfSymbol,
  readElf,
  readRelocations,
  readSymbols,
  SectionFlag,
  SectionIndex,
  SectionType,
} from './file.ts'
export * from './info.ts'
export {
  ATTACH_TYPES,
  type AttachType,
  MAP_TYPES,
  type MapType,
  nameOf,
  numberOf,
  PROGRAM_TYPES,
  type ProgramType,
} from './kinds.ts'
export { kernelBtf } from './kernel-btf.ts'
export * from './link.ts'
export { readObject, type ReadObjectOptions } from './object.ts'
export * from './sections.ts'
export * from './spec.ts'
export * from './variables.ts'
