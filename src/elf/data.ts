import { ElfError } from './error.ts'
import { type ElfFile, type ElfSection, SectionType } from './file.ts'
import { uniqueName } from './records.ts'
import { type MapOrigin, type MapSpec, type VariableSpec } from './spec.ts'
import { type ObjectTypes } from './types.ts'

const BPF_F_RDONLY_PROG = 128
const BPF_F_MMAPABLE = 1024
const MAX_U32 = 0xffff_ffff

/** What a map is created with for its origin. Every value of the configuration can be named by others: it is always mapped. */
const FLAGS: { readonly [O in MapOrigin]?: number } = {
  rodata: BPF_F_RDONLY_PROG,
  kconfig: BPF_F_RDONLY_PROG | BPF_F_MMAPABLE,
}

/** The map that holds a section of data as its only value. */
export function dataMap(name: string, origin: MapOrigin, size: number, valueType: number | undefined): MapSpec {
  return {
    name,
    origin,
    type: 'array',
    keySize: 4,
    valueSize: size,
    maxEntries: 1,
    flags: FLAGS[origin] ?? 0,
    extra: 0n,
    pinning: 'none',
    ...(valueType !== undefined && { valueType }),
    values: [],
    tags: [],
    autocreate: true,
  }
}

/** The variables of a section by its BTF, or, for an object without, by its symbols. */
export function readVariables(
  file: ElfFile,
  section: ElfSection,
  types: ObjectTypes | undefined,
  map: string,
  taken: Set<string>,
): VariableSpec[] {
  const named = (name: string, offset: number): string => {
    const unique = uniqueName(taken, name, `${section.name}+${offset}`)
    taken.add(unique)
    return unique
  }
  const listed = types?.section(section.name)?.items
  if (listed === undefined) {
    return file.symbols
      .filter((symbol) => symbol.section === section.index && symbol.type === 'object' && symbol.size > 0)
      .sort((a, b) => a.value - b.value)
      .map(({ name, value, size, binding }) => {
        checkExtent(section, name, value, size)
        const linkage = binding === 'local' ? 'static' : 'global'
        return { name: named(name, value), map, section: section.name, offset: value, size, linkage, tags: [] }
      })
  }
  // Nobody outside of the file names what is hidden, whatever its type says.
  const hidden = new Set(
    file.symbols
      .filter(({ section: at, visibility }) => at === section.index && /^(hidden|internal)$/.test(visibility))
      .map((symbol) => symbol.name),
  )
  return [...listed]
    .sort((a, b) => a.offset - b.offset)
    .map(({ id, name, type, offset, size, linkage }) => {
      checkExtent(section, name, offset, size)
      return {
        name: named(name, offset),
        map,
        section: section.name,
        offset,
        size,
        type,
        linkage: linkage === 'static' || hidden.has(name) ? 'static' : 'global',
        tags: types?.tags(id) ?? [],
      }
    })
}

function checkExtent(section: ElfSection, name: string, offset: number, size: number): void {
  if (offset + size <= section.size) return
  const message = `variable ${name} (${size} bytes) runs past the end (${section.size} bytes)`
  throw new ElfError(message, { section: section.name, offset })
}

/** Reads a section of data as a map and its variables. */
export function readData(
  file: ElfFile,
  section: ElfSection,
  origin: Extract<MapOrigin, 'data' | 'rodata' | 'bss'>,
  types: ObjectTypes | undefined,
  takenVariables: Set<string>,
): { map: MapSpec; variables: VariableSpec[] } {
  const { name, size } = section
  if (size > MAX_U32) throw new ElfError(`${size} bytes are more than a map's value can have`, { section: name })
  const map = dataMap(name, origin, size, types?.section(name)?.id)
  const variables = readVariables(file, section, types, name, takenVariables)
  // Only what others can name is worth mapping into memory, and a map that can be mapped takes whole pages.
  if (variables.some(({ type, linkage }) => type !== undefined && linkage === 'global')) map.flags |= BPF_F_MMAPABLE
  if (section.type !== SectionType.NOBITS) map.contents = section.bytes.slice()
  return { map, variables }
}
