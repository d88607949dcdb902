import { Bytes } from './bytes.ts'
import { ElfError } from './error.ts'

/** Section types (`SHT_*`) that matter here. */
export const SectionType = {
  NULL: 0,
  PROGBITS: 1,
  SYMTAB: 2,
  STRTAB: 3,
  RELA: 4,
  NOBITS: 8,
  REL: 9,
  DYNSYM: 11,
} as const

/** Section flags (`SHF_*`) that matter here. */
export const SectionFlag = { WRITE: 1, ALLOC: 2, EXECINSTR: 4, COMPRESSED: 0x800 } as const

/** Section numbers (`SHN_*`) that name no section. */
export const SectionIndex = { UNDEF: 0, ABS: 0xfff1, COMMON: 0xfff2, XINDEX: 0xffff } as const

/** A section of an ELF file. */
export interface ElfSection {
  readonly index: number
  readonly name: string
  /** `SHT_*` */
  readonly type: number
  /** `SHF_*`, the lower 32 bits. */
  readonly flags: number
  /** Address in memory; 0 in an object file. */
  readonly address: number
  /** Place in the file, in bytes. */
  readonly offset: number
  /** Size in bytes, in memory; a `NOBITS` section has none in the file. */
  readonly size: number
  readonly link: number
  readonly info: number
  readonly entrySize: number
  /** What the file holds for it: empty for a `NOBITS` section. Shares memory with the file. */
  readonly bytes: Uint8Array
}

/** A symbol of an ELF file. */
export interface ElfSymbol {
  readonly name: string
  /** Place in its section in bytes; in an executable, an address. */
  readonly value: number
  readonly size: number
  /** Index of its section; 0 if it is defined elsewhere, else `SHN_*`. */
  readonly section: number
  readonly binding: 'local' | 'global' | 'weak' | 'other'
  readonly type: 'notype' | 'object' | 'func' | 'section' | 'file' | 'other'
  readonly visibility: 'default' | 'internal' | 'hidden' | 'protected'
}

/** A place in a section that stands for a symbol. */
export interface ElfRelocation {
  /** Place in the section in bytes. */
  readonly offset: number
  /** `R_*` of the machine. */
  readonly type: number
  readonly symbol: ElfSymbol
}

/** A 64-bit ELF file of either byte order. */
export interface ElfFile {
  readonly endian: 'little' | 'big'
  /** `ET_*`: 1 for an object file, 2 and 3 for executables and libraries. */
  readonly type: number
  /** `EM_*` */
  readonly machine: number
  /** By index; the first is always empty. */
  readonly sections: readonly ElfSection[]
  /** The symbol table, `.symtab`; empty when stripped. */
  readonly symbols: readonly ElfSymbol[]
}

const BINDINGS = ['local', 'global', 'weak'] as const
const TYPES = ['notype', 'object', 'func', 'section', 'file'] as const
const VISIBILITIES = ['default', 'internal', 'hidden', 'protected'] as const

const HEADER_SIZE = 64
const SECTION_SIZE = 64
const SYMBOL_SIZE = 24
const REL_SIZE = 16

function readIdent(bytes: Uint8Array): 'little' | 'big' {
  const [m0, m1, m2, m3, bits, order] = bytes
  if (m0 !== 0x7f || m1 !== 0x45 || m2 !== 0x4c || m3 !== 0x46) throw new ElfError('not an ELF file', { offset: 0 })
  if (bits !== 2) throw new ElfError(bits === 1 ? 'a 32-bit ELF file' : 'an ELF file of unknown width', { offset: 4 })
  if (order !== 1 && order !== 2) throw new ElfError('an ELF file of unknown byte order', { offset: 5 })
  return order === 1 ? 'little' : 'big'
}

function readSections(file: Bytes, endian: 'little' | 'big'): ElfSection[] {
  const start = file.u64(0x28)
  if (start === 0) return []
  if (file.u16(0x3a) < SECTION_SIZE) throw file.error(`section headers of ${file.u16(0x3a)} bytes`, 0x3a)
  const stride = file.u16(0x3a)
  // Counts that do not fit the header's 16 bits are kept in the first section's header.
  const count = file.u16(0x3c) || file.u64(start + 0x20)
  if (count > file.length / stride) throw file.error(`${count} sections do not fit into the file`, 0x3c)
  const namesIndex = file.u16(0x3e) === SectionIndex.XINDEX ? file.u32(start + 0x28) : file.u16(0x3e)
  const at = (index: number): number => start + index * stride
  const names = namesOf(file, count, namesIndex, at, endian)
  return Array.from({ length: count }, (_, index) => {
    const header = at(index)
    const type = file.u32(header + 4)
    const [offset, size] = [file.u64(header + 0x18), file.u64(header + 0x20)]
    const name = names.length === 0 ? '' : names.string(file.u32(header))
    const empty = type === SectionType.NULL || type === SectionType.NOBITS
    if (!empty && (offset > file.length || size > file.length - offset)) {
      const message = `${size} bytes from byte ${offset} of the file, which has ${file.length}: cut off`
      throw new ElfError(message, { section: name || `#${index}` })
    }
    return {
      index,
      name,
      type,
      flags: file.u32(header + (endian === 'little' ? 8 : 12)),
      address: file.near64(header + 0x10),
      offset,
      size: type === SectionType.NULL ? 0 : size,
      link: file.u32(header + 0x28),
      info: file.u32(header + 0x2c),
      entrySize: file.u64(header + 0x38),
      bytes: empty ? new Uint8Array(0) : file.bytes.subarray(offset, offset + size),
    }
  })
}

function namesOf(
  file: Bytes,
  count: number,
  index: number,
  at: (index: number) => number,
  endian: 'little' | 'big',
): Bytes {
  if (index === SectionIndex.UNDEF) return new Bytes(new Uint8Array(0), endian)
  if (index >= count) throw file.error(`the names of sections are in section ${index} of ${count}`, 0x3e)
  const header = at(index)
  const bytes = file.slice(file.u64(header + 0x18), file.u64(header + 0x20), 'the table of section names')
  return new Bytes(bytes, endian, `#${index}`)
}

/** Reads a symbol table: `SYMTAB` or `DYNSYM`. */
export function readSymbols(sections: readonly ElfSection[], table: ElfSection, endian: 'little' | 'big'): ElfSymbol[] {
  const bytes = new Bytes(table.bytes, endian, table.name)
  const strings = sections[table.link]
  if (strings === undefined || strings.type !== SectionType.STRTAB) {
    throw bytes.error(`its names are in section ${table.link}, which is no string table`, 0)
  }
  const names = new Bytes(strings.bytes, endian, strings.name)
  if (bytes.length % SYMBOL_SIZE !== 0) throw bytes.error(`not a whole number of symbols`, bytes.length)
  return Array.from({ length: bytes.length / SYMBOL_SIZE }, (_, index) => {
    const at = index * SYMBOL_SIZE
    const info = bytes.bytes[at + 4] ?? 0
    const other = bytes.bytes[at + 5] ?? 0
    const name = bytes.u32(at)
    const section = bytes.u16(at + 6)
    if (section === SectionIndex.XINDEX) throw bytes.error('a symbol of a section past the 65279th', at)
    return {
      name: name === 0 ? '' : names.string(name),
      value: bytes.near64(at + 8),
      size: bytes.near64(at + 16),
      section,
      binding: BINDINGS[info >> 4] ?? 'other',
      type: TYPES[info & 15] ?? 'other',
      visibility: VISIBILITIES[other & 3] ?? 'default',
    }
  })
}

/**
 * Reads the sections and symbols of a 64-bit ELF file of either byte order.
 *
 * Throws {@link ElfError} for anything that is not one, and for tables that run past the end of the file.
 */
export function readElf(input: Uint8Array): ElfFile {
  // A Buffer's slices share its memory; those of a plain array are copies, as what is cut out for a spec must be.
  const bytes = new Uint8Array(input.buffer, input.byteOffset, input.length)
  const endian = readIdent(bytes)
  const file = new Bytes(bytes, endian)
  if (bytes.length < HEADER_SIZE) throw file.error('cut off within its header', bytes.length)
  const sections = readSections(file, endian)
  const table = sections.find(({ type }) => type === SectionType.SYMTAB)
  return {
    endian,
    type: file.u16(0x10),
    machine: file.u16(0x12),
    sections,
    symbols: table === undefined ? [] : readSymbols(sections, table, endian),
  }
}

/** The sections that hold the relocations of a section: usually one or none. */
export const relocationSections = (file: ElfFile, target: ElfSection): ElfSection[] =>
  file.sections.filter(
    ({ type, info }) => info === target.index && (type === SectionType.REL || type === SectionType.RELA),
  )

/**
 * Reads the relocations of a section, in the order of the places they are for.
 *
 * Throws {@link ElfError} for one that lies outside of the section or names no symbol, and for the form with explicit
 * addends (`RELA`), which no BPF compiler writes.
 */
export function readRelocations(file: ElfFile, target: ElfSection): ElfRelocation[] {
  const relocations: ElfRelocation[] = []
  for (const section of relocationSections(file, target)) {
    const bytes = new Bytes(section.bytes, file.endian, section.name)
    if (section.type === SectionType.RELA) throw bytes.error('relocations with explicit addends are not supported', 0)
    if (bytes.length % REL_SIZE !== 0) throw bytes.error('not a whole number of relocations', bytes.length)
    for (let at = 0; at < bytes.length; at += REL_SIZE) {
      const offset = bytes.u64(at)
      // `r_info` is one number of 64 bits: the symbol above, the type below.
      const [first, second] = [bytes.u32(at + 8), bytes.u32(at + 12)]
      const [index, type] = file.endian === 'little' ? [second, first] : [first, second]
      const symbol = file.symbols[index]
      if (symbol === undefined) throw bytes.error(`symbol ${index} does not exist`, at)
      if (offset >= target.size) throw bytes.error(`place ${offset} lies outside of section ${target.name}`, at)
      relocations.push({ offset, type, symbol })
    }
  }
  return relocations.sort((a, b) => a.offset - b.offset)
}
