/**
 * `netkit object inspect`: what an object file holds.
 *
 * @module
 */
import { countSlots, type Instruction, type Reference } from '../../asm/index.ts'
import { formatDeclaration } from '../../btf/index.ts'
import { linkProgram, type FunctionSpec, type MapSpec, type ObjectSpec } from '../../elf/index.ts'
import { titledTable } from '../table.ts'
import { type QuestionRow, questions } from './relocations.ts'

/** What `netkit object inspect --json` prints. */
export interface InspectReport {
  readonly file: string
  readonly endian: 'little' | 'big'
  readonly license: string
  /** The object's own types; null for an object without. */
  readonly btf: { readonly types: number; readonly bytes: number } | null
  readonly programs: readonly InspectedProgram[]
  readonly functions: readonly InspectedFunction[]
  readonly maps: readonly InspectedMap[]
  readonly variables: readonly InspectedVariable[]
  readonly externs: readonly InspectedExtern[]
  readonly jumpTables: readonly { readonly name: string; readonly entries: number }[]
}

/** A function that programs call. */
export interface InspectedFunction {
  readonly name: string
  readonly section: string
  readonly linkage: 'static' | 'global' | 'weak'
  readonly hidden: boolean
  /** Its own length, in 8-byte slots. */
  readonly instructions: number
  readonly tags: readonly string[]
  readonly coreRelocations: readonly QuestionRow[]
}

/** A program. */
export interface InspectedProgram extends InspectedFunction {
  readonly type: string
  readonly attachType: string | null
  readonly attachTo: string
  /** `BPF_F_*` */
  readonly flags: number
  /** Loaded with the object; false for a section that begins with `?`. */
  readonly autoload: boolean
  /** What it is long with everything that it calls, in 8-byte slots; null when a function that it calls has no body. */
  readonly linkedInstructions: number | null
  /** What it and everything that it calls refer to, by name. */
  readonly uses: { readonly maps: readonly string[]; readonly externs: readonly string[] }
}

/** A map. */
export interface InspectedMap {
  readonly name: string
  /** What it was made from: `maps`, `legacy`, `data`, `rodata`, `bss`, `kconfig`, `struct_ops`. */
  readonly origin: string
  readonly type: string
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  /** `BPF_F_*` */
  readonly flags: number
  /** Decimal: it has 64 bits. */
  readonly extra: string
  readonly numaNode: number | null
  readonly pinning: 'none' | 'by-name'
  readonly autocreate: boolean
  /** Keys and values as C. */
  readonly keyType: string | null
  readonly valueType: string | null
  readonly inner: InspectedMap | null
  /** What it holds at first. */
  readonly values: readonly { readonly index: number; readonly name: string }[]
  /** For a struct_ops map: the kernel's struct, and which programs its members point to. */
  readonly structOps: {
    readonly type: string
    readonly link: boolean
    readonly programs: readonly { readonly member: string; readonly name: string }[]
  } | null
  readonly tags: readonly string[]
}

/** A global variable. */
export interface InspectedVariable {
  readonly name: string
  readonly map: string
  readonly section: string
  readonly offset: number
  readonly size: number
  readonly linkage: 'static' | 'global'
  /** Its declaration in C. */
  readonly declaration: string | null
  readonly tags: readonly string[]
}

/** What is expected of the kernel. */
export interface InspectedExtern {
  readonly name: string
  readonly kind: string
  readonly weak: boolean
  readonly declaration: string | null
}

/** Puts an object's spec into the rows of the report. */
export function inspect(file: string, spec: ObjectSpec): InspectReport {
  const { btf } = spec
  const declaration = (type: number | undefined, name = ''): string | null => {
    if (!btf || !type) return null
    // A variable and a function bring their own names; an extern function's record is its FUNC.
    const found = btf.type(type)
    return formatDeclaration(btf, found.kind === 'func' || found.kind === 'var' ? found.type : type, name).trim()
  }
  const functionRow = (code: FunctionSpec): InspectedFunction => ({
    name: code.name,
    section: code.section,
    linkage: code.linkage,
    hidden: code.hidden,
    instructions: countSlots(code.instructions),
    tags: code.tags,
    coreRelocations: btf ? questions(btf, code.instructions) : [],
  })
  const mapRow = (map: MapSpec): InspectedMap => ({
    name: map.name,
    origin: map.origin,
    type: String(map.type),
    keySize: map.keySize,
    valueSize: map.valueSize,
    maxEntries: map.maxEntries,
    flags: map.flags,
    extra: `${map.extra}`,
    numaNode: map.numaNode ?? null,
    pinning: map.pinning,
    autocreate: map.autocreate,
    keyType: declaration(map.keyType),
    valueType: map.origin === 'maps' ? declaration(map.valueType) : null,
    inner: map.inner ? mapRow(map.inner) : null,
    values: map.values,
    structOps: map.structOps
      ? {
          type: map.structOps.typeName,
          link: map.structOps.link,
          programs: map.structOps.programs.map(({ member, name }) => ({ member, name })),
        }
      : null,
    tags: map.tags,
  })
  return {
    file,
    endian: spec.endian,
    license: spec.license,
    btf: btf ? { types: btf.count, bytes: btf.bytes.length } : null,
    programs: Object.values(spec.programs).map((program) => {
      const linked = linkedOf(spec, program.name)
      return {
        ...functionRow(program),
        type: String(program.type),
        attachType: program.attachType === undefined ? null : String(program.attachType),
        attachTo: program.attachTo,
        flags: program.flags,
        autoload: program.autoload,
        linkedInstructions: linked ? countSlots(linked) : null,
        uses: usesOf(linked ?? program.instructions),
      }
    }),
    functions: Object.values(spec.functions).map(functionRow),
    maps: Object.values(spec.maps).map(mapRow),
    variables: Object.values(spec.variables).map((variable) => ({
      name: variable.name,
      map: variable.map,
      section: variable.section,
      offset: variable.offset,
      size: variable.size,
      linkage: variable.linkage,
      declaration: declaration(variable.type, variable.name),
      tags: variable.tags,
    })),
    externs: Object.values(spec.externs).map(({ name, kind, weak, type }) => ({
      name,
      kind,
      weak,
      declaration: declaration(type, name),
    })),
    jumpTables: Object.values(spec.jumpTables).map(({ name, targets }) => ({ name, entries: targets.length })),
  }
}

function linkedOf(spec: ObjectSpec, name: string): Instruction[] | undefined {
  try {
    return linkProgram(spec, spec.programs[name]!)
  } catch {
    return undefined // a function that is only declared: the object can be looked at all the same
  }
}

function usesOf(instructions: readonly Instruction[]): InspectedProgram['uses'] {
  const names = (...kinds: Reference['kind'][]): string[] => [
    ...new Set(
      instructions.flatMap(({ reference }) => (reference && kinds.includes(reference.kind) ? [reference.name] : [])),
    ),
  ]
  return { maps: names('map', 'mapValue', 'arena'), externs: names('ksym', 'kfunc') }
}

/** The same for people. */
export function inspectText(report: InspectReport): string {
  const { file, endian, license, btf, programs, functions, maps, variables, externs, jumpTables } = report
  const types = btf ? `${btf.types} types in ${btf.bytes} bytes` : 'no types'
  const yes = (value: boolean, text: string): string => (value ? text : '')
  return [
    `${file}: ${endian}-endian, licence ${JSON.stringify(license)}, ${types}\n\n`,
    titledTable(
      'Programs',
      ['name', 'section', 'type', 'attach type', 'insns', 'linked', 'maps', 'needs'],
      programs.map((program) => [
        program.name,
        program.section,
        program.type,
        program.attachType ?? '',
        program.instructions,
        program.linkedInstructions ?? '?',
        program.uses.maps.join(' '),
        program.uses.externs.join(' '),
      ]),
    ),
    titledTable(
      'Functions',
      ['name', 'section', 'linkage', 'insns'],
      functions.map(({ name, section, linkage, hidden, instructions }) => [
        name,
        section,
        hidden ? 'hidden' : linkage,
        instructions,
      ]),
    ),
    titledTable(
      'Maps',
      ['name', 'type', 'key', 'value', 'entries', 'flags', 'from', 'key type', 'value type', 'holds'],
      maps.map((map) => [
        map.name,
        map.type,
        map.keySize,
        map.valueSize,
        map.maxEntries,
        map.flags === 0 ? '' : `0x${map.flags.toString(16)}`,
        `${map.origin}${yes(map.pinning === 'by-name', ', pinned')}${yes(!map.autocreate, ', optional')}`,
        map.keyType ?? '',
        oneLine(map.structOps?.type ?? map.valueType ?? ''),
        [...map.values.map(({ index, name }) => `${index}:${name}`), ...(map.structOps?.programs ?? []).map(({ member, name }) => `${member}:${name}`)].join(' '), // prettier-ignore
      ]),
    ),
    titledTable(
      'Variables',
      ['name', 'section', 'offset', 'size', 'declaration'],
      variables.map(({ name, section, offset, size, declaration }) => [
        name,
        section,
        offset,
        size,
        oneLine(declaration ?? ''),
      ]),
    ),
    titledTable(
      'Externs',
      ['name', 'kind', 'weak', 'declaration'],
      externs.map(({ name, kind, weak, declaration }) => [name, kind, yes(weak, 'weak'), oneLine(declaration ?? '')]),
    ),
    titledTable(
      'CO-RE relocations',
      ['in', 'insn', 'kind', 'access', 'where'],
      [...programs, ...functions].flatMap(({ name, coreRelocations }) =>
        coreRelocations.map(({ instruction, kind, access, source }) => [
          name,
          instruction,
          kind,
          access,
          source ? `${source.file}:${source.line}` : '',
        ]),
      ),
    ),
    titledTable(
      'Jump tables',
      ['name', 'entries'],
      jumpTables.map(({ name, entries }) => [name, entries]),
    ),
  ].join('')
}

/** A declaration for a cell: structs without a name are written with their members, over many lines. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')
