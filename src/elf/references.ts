import {
  CALL,
  type Instruction,
  isFunctionAddress,
  isFunctionCall,
  LD_IMM64,
  Pseudo,
  type Reference,
  withImm64,
} from '../asm/index.ts'
import { type CodeFunction, type CodeMap, sectionOf } from './code.ts'
import { ElfError } from './error.ts'
import { type ElfFile, type ElfRelocation, type ElfSection, readRelocations } from './file.ts'
import { type Role } from './roles.ts'
import { type ExternSpec } from './spec.ts'

const SLOT = 8

/** What the references of an object's code can lead to. */
export interface Destinations {
  readonly file: ElfFile
  readonly code: CodeMap
  readonly roles: readonly Role[]
  readonly externs: Readonly<Record<string, ExternSpec>>
  /** The map defined at a place of a section of map definitions. */
  mapAt(section: ElfSection, offset: number): string | undefined
  /** The map that holds an arena section's globals. */
  readonly arena: string | undefined
  /** The jump table at a place of `.jumptables`, with its size where the symbol tells. */
  jumpTableAt(code: CodeFunction, section: ElfSection, offset: number, size: number): string
}

/** A relocation and the instruction that it is for. */
interface Site {
  readonly code: CodeFunction
  readonly instruction: Instruction
  readonly place: { section: string; offset: number }
}

const refer = (instruction: Instruction, reference: Reference, change: Partial<Instruction> = {}): Instruction => ({
  ...instruction,
  ...change,
  reference,
})

const load = (site: Site, reference: Reference, src: number): Instruction =>
  refer(withImm64(site.instruction, 0n), reference, { src })

function toExtern(site: Site, name: string, externs: Destinations['externs']): Instruction {
  const { instruction, place } = site
  const extern = externs[name]
  if (isFunctionCall(instruction)) {
    return extern?.kind === 'kfunc'
      ? refer(instruction, { kind: 'kfunc', name }, { src: Pseudo.KFUNC_CALL, imm: 0 })
      : refer(instruction, { kind: 'function', name })
  }
  if (instruction.opcode !== LD_IMM64) throw new ElfError(`${name} is used in a way that is not supported`, place)
  switch (extern?.kind) {
    case 'kconfig':
      return load(site, { kind: 'mapValue', name: '.kconfig', offset: extern.offset ?? 0 }, Pseudo.MAP_VALUE)
    case 'typed-ksym':
    case 'kfunc':
      return load(site, { kind: 'ksym', name }, Pseudo.BTF_ID)
    default:
      return load(site, { kind: 'ksym', name }, 0)
  }
}

function toSection(site: Site, target: ElfSection, offset: number, size: number, to: Destinations): Instruction {
  const { instruction, place } = site
  // The immediate is the addend: an offset into the variable or, with a section's symbol, into the section.
  const at = offset + instruction.imm
  const role = to.roles[target.index]
  switch (role?.kind) {
    case 'code': {
      const name = to.code.at(target, at, place).name
      return load(site, { kind: 'function', name }, Pseudo.FUNC)
    }
    case 'data':
      return load(site, { kind: 'mapValue', name: target.name, offset: at }, Pseudo.MAP_VALUE)
    case 'arena':
      if (to.arena === undefined)
        throw new ElfError('the object has globals in an arena, but no map of that type', place)
      return load(site, { kind: 'arena', name: to.arena, offset: at }, Pseudo.MAP_VALUE)
    case 'jumpTables': {
      const name = to.jumpTableAt(site.code, target, at, size)
      return load(site, { kind: 'jumpTable', name }, Pseudo.MAP_VALUE)
    }
    case 'maps':
    case 'legacyMaps':
    case 'structOps': {
      const name = to.mapAt(target, at)
      if (name === undefined) throw new ElfError(`no map is defined at byte ${at} of section ${target.name}`, place)
      return load(site, { kind: 'map', name }, Pseudo.MAP_FD)
    }
    default:
      throw new ElfError(`the code refers to section ${target.name}, which is not loaded`, place)
  }
}

function resolve(site: Site, relocation: ElfRelocation, to: Destinations): Instruction {
  const { instruction, place } = site
  const { symbol } = relocation
  const target = sectionOf(to.file, symbol)
  if (target === undefined) {
    if (symbol.section === 0 && symbol.name !== '') return toExtern(site, symbol.name, to.externs)
    throw new ElfError(`the code refers to ${symbol.name || 'a symbol'}, which is in no section`, place)
  }
  if (isFunctionCall(instruction)) {
    // With a section's symbol the distance from its start is in the immediate, counted as for a call from before it.
    const offset = symbol.value + (instruction.imm + 1) * SLOT
    return refer(instruction, { kind: 'function', name: to.code.at(target, offset, place).name })
  }
  if (instruction.opcode !== LD_IMM64) {
    throw new ElfError('a relocation of a call of something else than a function', place)
  }
  return toSection(site, target, symbol.value, symbol.size, to)
}

/** Calls within a section need no relocation: their distance is final in the file, and becomes a name here. */
function localCall(site: Site, at: number, to: Destinations): Instruction {
  const { instruction, code, place } = site
  const offset = at + (instruction.imm + 1) * SLOT
  return refer(instruction, { kind: 'function', name: to.code.at(code.section, offset, place).name })
}

/** Distance loads of functions of the same section (`src` says so in the file) become names too. */
function localAddress(site: Site, at: number, to: Destinations): Instruction {
  const offset = at + (site.instruction.imm + 1) * SLOT
  return load(site, { kind: 'function', name: to.code.at(site.code.section, offset, site.place).name }, Pseudo.FUNC)
}

/** Refuses a relocation of something else than a load or call; those between functions concern nobody. */
function refuseStray(section: ElfSection, functions: readonly CodeFunction[], offset: number): void {
  const owner = functions.find(({ start, symbol }) => offset >= start && offset < start + symbol.size)
  if (owner === undefined) return
  throw new ElfError('a relocation of an instruction that takes none', { section: section.name, offset })
}

/**
 * Gives every instruction that the file's relocations or its own distance tie to something else a reference to it, in
 * place. Throws {@link ElfError} for a relocation that leads nowhere, or into what is not understood.
 */
export function resolveSection(section: ElfSection, functions: readonly CodeFunction[], to: Destinations): void {
  const relocations = new Map<number, ElfRelocation>()
  for (const relocation of readRelocations(to.file, section)) relocations.set(relocation.offset, relocation)
  for (const code of functions) {
    const { instructions } = code
    for (let index = 0; index < instructions.length; index++) {
      const instruction = instructions[index]
      // Nothing else refers to anything, and most instructions are something else.
      if (instruction === undefined || (instruction.opcode !== LD_IMM64 && instruction.opcode !== CALL)) continue
      const at = code.places[index] ?? 0
      const site: Site = { code, instruction, place: { section: section.name, offset: at } }
      const relocation = relocations.get(at)
      if (relocation !== undefined) instructions[index] = resolve(site, relocation, to)
      else if (isFunctionCall(instruction)) instructions[index] = localCall(site, at, to)
      else if (isFunctionAddress(instruction)) instructions[index] = localAddress(site, at, to)
      relocations.delete(at)
    }
  }
  for (const offset of relocations.keys()) refuseStray(section, functions, offset)
}
