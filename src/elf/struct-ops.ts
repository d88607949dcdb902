import { Bytes } from './bytes.ts'
import { type CodeMap, sectionOf } from './code.ts'
import { ElfError } from './error.ts'
import { type ElfFile, type ElfSection, readRelocations } from './file.ts'
import { type MapSpec, type StructOpsSpec } from './spec.ts'
import { type ObjectTypes, type SectionItem } from './types.ts'

/** A table of callbacks and where it stands in its section. */
export interface DefinedStructOps {
  readonly map: MapSpec
  readonly start: number
}

/** Reads one section of kernel callback tables (`struct_ops`): each of its variables is a map. */
export function readStructOps(
  file: ElfFile,
  section: ElfSection,
  options: { link: boolean; optional: boolean },
  types: ObjectTypes | undefined,
  code: CodeMap,
): DefinedStructOps[] {
  const items = types?.section(section.name)?.items
  if (types === undefined || items === undefined) {
    throw new ElfError('it has no types (compile with -g): tables of callbacks need them', { section: section.name })
  }
  const bytes = new Bytes(section.bytes, file.endian, section.name)
  const tables = items.map((item) => readTable(item, options, types, bytes))
  for (const { offset, symbol } of readRelocations(file, section)) {
    const table = tables.find(({ start, size }) => offset >= start && offset < start + size)
    if (table === undefined) throw bytes.error('a callback outside of all tables', offset)
    const within = offset - table.start
    const member = table.members.get(within)
    if (member === undefined) {
      throw bytes.error(`a callback at byte ${within} of ${table.map.name}, where no member starts`, offset)
    }
    const place = { section: section.name, offset }
    const { name } = code.at(sectionOf(file, symbol), symbol.value + bytes.u64(offset), place)
    table.ops.programs.push({ offset: within, member, name })
  }
  return tables
}

function readTable(
  item: SectionItem,
  options: { link: boolean; optional: boolean },
  types: ObjectTypes,
  bytes: Bytes,
): DefinedStructOps & { size: number; ops: StructOpsSpec; members: ReadonlyMap<number, string> } {
  const { name, offset: start, size } = item
  const struct = types.btf.resolve(item.type)
  if (struct.kind !== 'struct' || struct.name === '') throw bytes.error(`table ${name} is no named struct`, start)
  const ops: StructOpsSpec = { typeId: struct.id, typeName: struct.name, link: options.link, programs: [] }
  const map: MapSpec = {
    name,
    origin: 'struct_ops',
    type: 'struct_ops',
    keySize: 4,
    // The size of the kernel's own struct, which is only known when it is loaded.
    valueSize: 0,
    maxEntries: 1,
    flags: 0,
    extra: 0n,
    pinning: 'none',
    values: [],
    contents: bytes.slice(start, size, `table ${name}`).slice(),
    structOps: ops,
    tags: types.tags(item.id),
    autocreate: !options.optional,
  }
  const members = new Map(struct.members.map((member) => [member.bitOffset / 8, member.name]))
  return { map, start, size, ops, members }
}
