import { isFunctionAddress, isFunctionCall } from '../asm/index.ts'
import { type DefinedMap, type MapReadOptions, readBtfMaps } from './btf-maps.ts'
import { type CodeFunction, CodeMap, readFunctions } from './code.ts'
import { readData, readVariables } from './data.ts'
import { ElfError } from './error.ts'
import { readExterns } from './externs.ts'
import { Bytes } from './bytes.ts'
import { type ElfFile, type ElfSection, readElf, SectionType } from './file.ts'
import { JumpTables } from './jump-tables.ts'
import { readLegacyMaps } from './legacy-maps.ts'
import { readMapValues } from './map-values.ts'
import { record } from './records.ts'
import { resolveSection } from './references.ts'
import { type Role, roleOf } from './roles.ts'
import { matchSection, type SectionRow } from './sections.ts'
import { type FunctionSpec, type MapSpec, type ObjectSpec, type ProgramSpec, type VariableSpec } from './spec.ts'
import { type DefinedStructOps, readStructOps } from './struct-ops.ts'
import { type ObjectTypes, readTypes } from './types.ts'

/** How an object file is read. */
export interface ReadObjectOptions extends MapReadOptions {
  /** Section names of your own; they go before those of the table. */
  sections?: readonly SectionRow[] | undefined
}

const EM_NONE = 0
const EM_BPF = 247
const ET_REL = 1
const BPF_F_SLEEPABLE = 16
const BPF_F_XDP_HAS_FRAGS = 32

type Kind = Role['kind']

/** The sections of an object with what each is for. */
class Sections {
  readonly file: ElfFile
  readonly roles: readonly Role[]

  constructor(file: ElfFile) {
    this.file = file
    this.roles = file.sections.map(roleOf)
  }

  all<K extends Kind>(kind: K): { section: ElfSection; role: Extract<Role, { kind: K }> }[] {
    return this.file.sections.flatMap((section) => {
      const role = this.roles[section.index]
      return role?.kind === kind ? [{ section, role: role as Extract<Role, { kind: K }> }] : []
    })
  }

  first(kind: Kind): ElfSection | undefined {
    return this.all(kind)[0]?.section
  }
}

function readLicense(section: ElfSection | undefined): string {
  if (section === undefined) return ''
  const end = section.bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? section.bytes : section.bytes.subarray(0, end))
}

/** Which functions others call or take the address of. */
function referredTo(functions: readonly CodeFunction[]): Set<string> {
  const names = new Set<string>()
  for (const { instructions } of functions) {
    for (const instruction of instructions) {
      if (instruction.reference?.kind !== 'function') continue
      if (isFunctionCall(instruction) || isFunctionAddress(instruction)) names.add(instruction.reference.name)
    }
  }
  return names
}

/**
 * A function in a section of its own is a program, and so is a static one unless others call it. Those of `.text` are
 * there to be called, unless there is nothing else in the object.
 */
function isProgram(code: CodeFunction, all: readonly CodeFunction[], called: ReadonlySet<string>): boolean {
  if (code.section.name === '.text') return all.length === 1
  return code.symbol.binding !== 'local' || !called.has(code.name)
}

function functionSpec(code: CodeFunction, types: ObjectTypes | undefined): FunctionSpec {
  const { name, section, symbol, funcId, instructions } = code
  return {
    name,
    section: section.name,
    linkage: symbol.binding === 'local' ? 'static' : symbol.binding === 'weak' ? 'weak' : 'global',
    hidden: symbol.visibility === 'hidden' || symbol.visibility === 'internal',
    ...(funcId !== undefined && { funcId }),
    tags: funcId === undefined ? [] : (types?.tags(funcId) ?? []),
    instructions,
  }
}

function programSpec(base: FunctionSpec, options: ReadObjectOptions): ProgramSpec {
  const optional = base.section.startsWith('?')
  const match = matchSection(optional ? base.section.slice(1) : base.section, options.sections)
  const row = match?.row
  return {
    ...base,
    type: row?.type ?? 'unspec',
    ...(row?.attachType !== undefined && { attachType: row.attachType }),
    attachTo: match?.target ?? '',
    flags: (row?.sleepable === true ? BPF_F_SLEEPABLE : 0) | (row?.frags === true ? BPF_F_XDP_HAS_FRAGS : 0),
    ...(row !== undefined && { row }),
    autoload: !optional,
  }
}

/** What is defined where, by section and place: how relocations find maps. */
class Definitions {
  readonly maps: MapSpec[] = []
  readonly #places = new Map<string, string>()

  add(section: ElfSection, defined: readonly { map: MapSpec; start: number }[]): void {
    for (const { map, start } of defined) {
      this.maps.push(map)
      this.#places.set(`${section.index}:${start}`, map.name)
    }
  }

  at(section: ElfSection, offset: number): string | undefined {
    return this.#places.get(`${section.index}:${offset}`)
  }
}

/** Puts the globals of `.addr_space.1` into the object's arena. */
function fillArena(section: ElfSection, maps: readonly MapSpec[]): MapSpec {
  const arenas = maps.filter(({ type }) => type === 'arena')
  const [arena, ...others] = arenas
  if (arena === undefined || others.length > 0) {
    const message = `globals in an arena need exactly one map of that type, and there are ${arenas.length}`
    throw new ElfError(message, { section: section.name })
  }
  if (section.bytes.length > 0) arena.contents = section.bytes.slice()
  return arena
}

function checkNames(maps: readonly MapSpec[]): void {
  const seen = new Set<string>()
  for (const { name } of maps) {
    if (seen.has(name)) throw new ElfError(`two maps are called ${name}`)
    seen.add(name)
  }
}

/**
 * Reads a BPF object file, as clang, gcc or `bpftool gen object` write it, of either byte order.
 *
 * Throws {@link ElfError} for a file that is damaged or no BPF object, or that holds what is not understood, and
 * `BtfError` where its types are at fault. What only concerns one program (a function without body, a section name
 * that says nothing) is left in the spec, and is an error when that program is loaded.
 */
export function readObject(bytes: Uint8Array, options: ReadObjectOptions = {}): ObjectSpec {
  const file = readElf(bytes)
  if (file.type !== ET_REL) throw new ElfError('no object file: an executable or a library', { offset: 0x10 })
  if (file.machine !== EM_BPF && file.machine !== EM_NONE) {
    throw new ElfError(`compiled for machine ${file.machine}, not for BPF (${EM_BPF})`, { offset: 0x12 })
  }
  if (!file.sections.some(({ type }) => type === SectionType.SYMTAB)) {
    throw new ElfError('it has no symbol table, without which nothing in it can be found: was it stripped?')
  }
  const sections = new Sections(file)
  const types = readTypes(file, sections.first('btf'), sections.first('btfExt'))
  const names = new Set<string>()
  const coded = sections
    .all('code')
    .map(({ section }) => ({ section, own: readFunctions(file, section, types, names) }))
  const code = new CodeMap(coded.flatMap(({ own }) => own))

  const definitions = new Definitions()
  const variables: VariableSpec[] = []
  const taken = new Set<string>()
  const withValues: { section: ElfSection; maps: DefinedMap[] }[] = []
  for (const { section } of sections.all('maps')) {
    const maps = readBtfMaps(types, options)
    withValues.push({ section, maps })
    definitions.add(section, maps)
  }
  for (const { section } of sections.all('legacyMaps')) definitions.add(section, readLegacyMaps(file, section))
  for (const { section, role } of sections.all('data')) {
    const { map, variables: own } = readData(file, section, role.origin, types, taken)
    definitions.maps.push(map)
    variables.push(...own)
  }
  for (const { section, role } of sections.all('structOps')) {
    const tables: DefinedStructOps[] = readStructOps(file, section, role, types, code)
    definitions.add(section, tables)
  }
  let arena: string | undefined
  for (const { section } of sections.all('arena')) {
    arena = fillArena(section, definitions.maps).name
    variables.push(...readVariables(file, section, types, arena, taken))
  }
  const { externs, kconfig } = readExterns(file, types)
  if (kconfig !== undefined) definitions.maps.push(kconfig)
  checkNames(definitions.maps)

  const jumpTables = new JumpTables(file)
  const destinations = {
    file,
    code,
    roles: sections.roles,
    externs,
    arena,
    mapAt: (section: ElfSection, offset: number) => definitions.at(section, offset),
    jumpTableAt: jumpTables.at.bind(jumpTables),
  }
  for (const { section, own } of coded) resolveSection(section, own, destinations)
  jumpTables.applyLabels()
  for (const { section, maps } of withValues) readMapValues(file, section, maps, code)

  const called = referredTo(code.functions)
  const programs = record<ProgramSpec>()
  const functions = record<FunctionSpec>()
  for (const each of code.functions) {
    const spec = functionSpec(each, types)
    if (isProgram(each, code.functions, called)) programs[each.name] = programSpec(spec, options)
    else functions[each.name] = spec
  }
  const version = sections.first('version')
  return {
    endian: file.endian,
    license: readLicense(sections.first('license')),
    version: version === undefined ? 0 : new Bytes(version.bytes, file.endian, version.name).u32(0),
    programs,
    functions,
    maps: record(definitions.maps.map((map) => [map.name, map])),
    variables: record(variables.map((variable) => [variable.name, variable])),
    externs,
    jumpTables: jumpTables.specs,
    ...(types !== undefined && { btf: types.btf }),
  }
}
