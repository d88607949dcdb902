/** Sections, symbols and relocations as an ELF file: for what no compiler here writes, and for what none ever should. */

/** A section to be written. */
export interface SectionDraft {
  name: string
  /** `SHT_*`; 1 unless said. */
  type?: number
  flags?: number
  bytes?: Uint8Array
  /** Size of a section that has no bytes in the file. */
  size?: number
  relocations?: { offset: number; symbol: string; type?: number }[]
  /** Type of the section of relocations: 9, or 4 for the form with addends. */
  relocationType?: number
}

/** A symbol to be written. */
export interface SymbolDraft {
  name: string
  /** Name of its section; undefined for one that is defined elsewhere. */
  section?: string
  value?: number
  size?: number
  /** 0 local, 1 global, 2 weak. */
  binding?: number
  /** 0 none, 1 object, 2 function, 3 section. */
  type?: number
  visibility?: number
}

/** A file to be written. */
export interface FileDraft {
  sections: SectionDraft[]
  symbols?: SymbolDraft[]
  endian?: 'little' | 'big'
  /** `ET_*` and `EM_*`: a BPF object unless said. */
  type?: number
  machine?: number
}

const encoder = new TextEncoder()

class Strings {
  #text = '\0'

  add(text: string): number {
    const at = encoder.encode(this.#text).length
    this.#text += `${text}\0`
    return at
  }

  get bytes(): Uint8Array {
    return encoder.encode(this.#text)
  }
}

interface Laid extends SectionDraft {
  link?: number
  info?: number
  entrySize?: number
}

/** Writes the file. */
export function writeElf(draft: FileDraft): Uint8Array {
  const little = draft.endian !== 'big'
  const symbols = [{ name: '' }, ...(draft.symbols ?? [])] as SymbolDraft[]
  const indexOf = new Map(draft.sections.map(({ name }, index) => [name, index + 1]))
  const strings = new Strings()
  const sections: Laid[] = [...draft.sections]
  const tableIndex = sections.length + 1 + draft.sections.filter(({ relocations }) => relocations).length
  for (const [index, { name, relocations, relocationType }] of draft.sections.entries()) {
    if (relocations === undefined) continue
    const size = relocationType === 4 ? 24 : 16
    const bytes = new Uint8Array(relocations.length * size)
    const view = new DataView(bytes.buffer)
    for (const [at, { offset, symbol, type = 1 }] of relocations.entries()) {
      view.setBigUint64(at * size, BigInt(offset), little)
      const found = symbols.findIndex((each) => each.name === symbol)
      view.setBigUint64(at * size + 8, (BigInt(found < 0 ? 9999 : found) << 32n) | BigInt(type), little)
    }
    sections.push({
      name: `.rel${name}`,
      type: relocationType ?? 9,
      bytes,
      link: tableIndex,
      info: index + 1,
      entrySize: size,
    })
  }
  const table = new Uint8Array(symbols.length * 24)
  const tableView = new DataView(table.buffer)
  for (const [
    index,
    { name, section, value = 0, size = 0, binding = 1, type = 0, visibility = 0 },
  ] of symbols.entries()) {
    const at = index * 24
    tableView.setUint32(at, name === '' ? 0 : strings.add(name), little)
    table[at + 4] = index === 0 ? 0 : (binding << 4) | type
    table[at + 5] = visibility
    tableView.setUint16(at + 6, section === undefined ? 0 : (indexOf.get(section) ?? 0), little)
    tableView.setBigUint64(at + 8, BigInt(value), little)
    tableView.setBigUint64(at + 16, BigInt(size), little)
  }
  sections.push({ name: '.symtab', type: 2, bytes: table, link: tableIndex + 1, info: 1, entrySize: 24 })
  const names = [0, ...sections.map(({ name }) => strings.add(name)), strings.add('.strtab')]
  sections.push({ name: '.strtab', type: 3, bytes: strings.bytes })

  const parts: Uint8Array[] = []
  let end = 64
  const offsets = sections.map(({ bytes }) => {
    const at = end
    const padded = new Uint8Array(Math.ceil((bytes?.length ?? 0) / 8) * 8)
    padded.set(bytes ?? [])
    parts.push(padded)
    end += padded.length
    return at
  })
  const file = new Uint8Array(end + (sections.length + 1) * 64)
  const view = new DataView(file.buffer)
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, little ? 1 : 2, 1])
  view.setUint16(0x10, draft.type ?? 1, little)
  view.setUint16(0x12, draft.machine ?? 247, little)
  view.setUint32(0x14, 1, little)
  view.setBigUint64(0x28, BigInt(end), little)
  view.setUint16(0x34, 64, little)
  view.setUint16(0x3a, 64, little)
  view.setUint16(0x3c, sections.length + 1, little)
  view.setUint16(0x3e, sections.length, little)
  let at = 64
  for (const part of parts) {
    file.set(part, at)
    at += part.length
  }
  for (const [index, { type = 1, flags = 0, bytes, size, link = 0, info = 0, entrySize = 0 }] of sections.entries()) {
    const header = end + (index + 1) * 64
    view.setUint32(header, names[index + 1] ?? 0, little)
    view.setUint32(header + 4, type, little)
    view.setBigUint64(header + 8, BigInt(flags), little)
    view.setBigUint64(header + 0x18, BigInt(offsets[index] ?? 0), little)
    view.setBigUint64(header + 0x20, BigInt(size ?? bytes?.length ?? 0), little)
    view.setUint32(header + 0x28, link, little)
    view.setUint32(header + 0x2c, info, little)
    view.setBigUint64(header + 0x30, 8n, little)
    view.setBigUint64(header + 0x38, BigInt(entrySize), little)
  }
  return file
}
