import { Btf, BtfExt, type BtfLinkage } from '../btf/index.ts'
import { ElfError } from './error.ts'
import { type ElfFile, type ElfSection, readRelocations } from './file.ts'

/** A variable or function that BTF puts into a section. */
export interface SectionItem {
  /** BTF id of the VAR or FUNC. */
  readonly id: number
  readonly kind: 'var' | 'func'
  readonly name: string
  /** BTF id of the variable's type; of a function, its own. */
  readonly type: number
  readonly linkage: BtfLinkage
  /** Place in the section in bytes. */
  readonly offset: number
  readonly size: number
}

/** What an object's BTF says about its sections and declarations. */
export interface ObjectTypes {
  readonly btf: Btf
  readonly ext: BtfExt | undefined
  /** BTF id of the DATASEC of a section, and what it lists. */
  section(name: string): { readonly id: number; readonly items: readonly SectionItem[] } | undefined
  /** Declaration tags of a VAR or FUNC. */
  tags(id: number): string[]
}

/**
 * The bytes of `.BTF` with its relocations applied: the compiler leaves the place of each global variable to them.
 * The file's own bytes stay as they are.
 */
function relocated(file: ElfFile, section: ElfSection): Uint8Array {
  const relocations = readRelocations(file, section)
  if (relocations.length === 0) return section.bytes
  const copy = section.bytes.slice()
  const view = new DataView(copy.buffer)
  const little = file.endian === 'little'
  for (const { offset, symbol } of relocations) {
    if (offset > copy.length - 4)
      throw new ElfError('a relocation runs past the end', { section: section.name, offset })
    view.setUint32(offset, (view.getUint32(offset, little) + symbol.value) >>> 0, little)
  }
  return copy
}

function readItems(btf: Btf, id: number): SectionItem[] {
  const section = btf.type(id)
  if (section.kind !== 'datasec') return []
  return section.vars.map(({ type: item, offset, size }) => {
    const declared = btf.type(item)
    if (declared.kind !== 'var' && declared.kind !== 'func') {
      throw new ElfError(`BTF lists type ${item} in it, which is neither a variable nor a function`, {
        section: section.name,
      })
    }
    const { kind, name, linkage } = declared
    return { id: item, kind, name, type: kind === 'var' ? declared.type : item, linkage, offset, size }
  })
}

/** Reads `.BTF` and `.BTF.ext`; undefined for an object without types. Throws {@link ElfError} or `BtfError`. */
export function readTypes(
  file: ElfFile,
  btfSection: ElfSection | undefined,
  extSection: ElfSection | undefined,
): ObjectTypes | undefined {
  if (btfSection === undefined || btfSection.bytes.length === 0) return undefined
  const btf = Btf.parse(relocated(file, btfSection), { name: '.BTF' })
  const ext =
    extSection === undefined || extSection.bytes.length === 0
      ? undefined
      : BtfExt.parse(extSection.bytes, btf, { name: '.BTF.ext' })
  const sections = new Map<string, number>()
  const tags = new Map<number, string[]>()
  for (let id = 1; id < btf.count; id++) {
    const kind = btf.kindOf(id)
    if (kind === 'datasec') sections.set(btf.nameOf(id), id)
    if (kind !== 'declTag') continue
    const tag = btf.type(id)
    if (tag.kind !== 'declTag' || tag.component !== -1) continue
    tags.set(tag.type, [...(tags.get(tag.type) ?? []), tag.name])
  }
  const items = new Map<number, SectionItem[]>()
  return {
    btf,
    ext,
    section(name) {
      const id = sections.get(name)
      if (id === undefined) return undefined
      let listed = items.get(id)
      if (listed === undefined) items.set(id, (listed = readItems(btf, id)))
      return { id, items: listed }
    },
    tags: (id) => [...(tags.get(id) ?? [])],
  }
}
