import { type CoreRelocation, disassemble, type Instruction, slotsOf, type SourceLine } from '../asm/index.ts'
import { type BtfExtSection } from '../btf/index.ts'
import { ElfError } from './error.ts'
import { type ElfFile, type ElfSection, type ElfSymbol, SectionIndex } from './file.ts'
import { uniqueName } from './records.ts'
import { type ObjectTypes } from './types.ts'

const SLOT = 8

/** A function where it stands in the file. */
export interface CodeFunction {
  /** Its name, unique in the object. */
  readonly name: string
  readonly symbol: ElfSymbol
  readonly section: ElfSection
  /** Place of its first instruction in the section, in bytes. */
  readonly start: number
  readonly funcId: number | undefined
  /** Place in the section, in bytes, of each instruction. */
  readonly places: readonly number[]
  readonly instructions: Instruction[]
}

/** An instruction that is about to get its notes. */
type Annotated = Omit<Instruction, 'source' | 'core'> & Writable<Pick<Instruction, 'source' | 'core'>>
type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** What `.BTF.ext` says, by place in one section. */
interface Notes {
  readonly functions: ReadonlyMap<number, number>
  readonly lines: ReadonlyMap<number, SourceLine>
  readonly core: ReadonlyMap<number, CoreRelocation>
}

/** The records of a section by place, each as it is wanted. */
function byPlace<R extends { readonly insnOff: number }, T>(
  sections: readonly BtfExtSection<R>[] | undefined,
  name: string,
  as: (record: R) => T,
): ReadonlyMap<number, T> {
  const found = new Map<number, T>()
  for (const { section, records } of sections ?? []) {
    if (section === name) for (const record of records) found.set(record.insnOff, as(record))
  }
  return found
}

function readNotes(types: ObjectTypes | undefined, section: string): Notes {
  const ext = types?.ext
  const strings = new Map<number, string>()
  const text = (offset: number): string => {
    let found = strings.get(offset)
    if (found === undefined) strings.set(offset, (found = types?.btf.string(offset) ?? ''))
    return found
  }
  return {
    functions: byPlace(ext?.funcInfo, section, ({ typeId }) => typeId),
    lines: byPlace(ext?.lineInfo, section, ({ fileNameOff, lineOff, line, column }) => {
      return { file: text(fileNameOff), line, column, text: text(lineOff) }
    }),
    core: byPlace(ext?.coreRelos, section, ({ typeId, accessStr, kind }) => ({ kind, typeId, access: accessStr })),
  }
}

/** The symbols that start functions. Old compilers gave functions no type: then every named symbol of the section counts. */
function functionSymbols(file: ElfFile, section: ElfSection): ElfSymbol[] {
  const own = file.symbols.filter((symbol) => symbol.section === section.index)
  const typed = own.filter(({ type }) => type === 'func')
  const found = typed.length > 0 ? typed : own.filter(({ type, binding }) => type === 'notype' && binding === 'global')
  return found.sort((a, b) => a.value - b.value)
}

function readFunction(
  section: ElfSection,
  all: readonly Annotated[],
  indexOfSlot: Int32Array,
  notes: Notes,
  extent: { start: number; end: number },
): Pick<CodeFunction, 'places' | 'instructions' | 'funcId'> {
  const { start, end } = extent
  const first = indexOfSlot[start / SLOT] ?? -1
  if (first < 0) throw new ElfError('a function starts within an instruction', { section: section.name, offset: start })
  const places: number[] = []
  const instructions: Instruction[] = []
  for (let at = start, index = first; at < end; index++) {
    const plain = all[index]
    if (plain === undefined) break
    const source = notes.lines.get(at)
    const core = notes.core.get(at)
    // Nobody else has seen them yet, and copies would take longer than all the rest; another name of the function notes the same.
    if (source !== undefined) plain.source = source
    if (core !== undefined) plain.core = core
    places.push(at)
    instructions.push(plain)
    at += slotsOf(plain) * SLOT
    if (at > end) throw new ElfError('a function ends within an instruction', { section: section.name, offset: end })
  }
  return { places, instructions, funcId: notes.functions.get(start) }
}

/**
 * Reads the functions of an executable section. `taken` has the names given so far; two static functions of one name
 * (from a linked object) get the place added to the second.
 *
 * Throws {@link ElfError} for functions that overlap, leave the section or end within an instruction.
 */
export function readFunctions(
  file: ElfFile,
  section: ElfSection,
  types: ObjectTypes | undefined,
  taken: Set<string>,
): CodeFunction[] {
  const place = { section: section.name }
  const symbols = functionSymbols(file, section)
  if (symbols.length === 0) return []
  let all: Instruction[]
  try {
    all = disassemble(section.bytes, { endian: file.endian })
  } catch (cause) {
    throw new ElfError('its code is no sequence of instructions', { ...place, cause })
  }
  const indexOfSlot = new Int32Array(section.size / SLOT + 1).fill(-1)
  let slot = 0
  for (let index = 0; index < all.length; index++) {
    indexOfSlot[slot] = index
    slot += slotsOf(all[index]!)
  }
  const notes = readNotes(types, section.name)
  const functions: CodeFunction[] = []
  let previous = { start: -1, end: 0 }
  let aliases = 0
  for (const [index, symbol] of symbols.entries()) {
    const start = symbol.value
    const end = symbol.size > 0 ? start + symbol.size : (symbols[index + 1]?.value ?? section.size)
    if (start % SLOT !== 0 || end % SLOT !== 0 || end > section.size || end <= start) {
      throw new ElfError(`function ${symbol.name} (bytes ${start} to ${end}) does not fit`, { ...place, offset: start })
    }
    // Aliases have the same code; anything else that overlaps, or a crowd of aliases, is no compiler's work.
    if (start === previous.start ? end !== previous.end || ++aliases > 16 : start < previous.end) {
      throw new ElfError(`function ${symbol.name} overlaps another one`, { ...place, offset: start })
    }
    previous = { start, end }
    const name = uniqueName(taken, symbol.name, `${section.name}+${start}`)
    taken.add(name)
    const read = readFunction(section, all, indexOfSlot, notes, previous)
    const { instructions, funcId } = read
    const [entry] = instructions
    if (entry === undefined) continue
    instructions[0] = { ...entry, symbol: name, ...(funcId !== undefined && { funcId }) }
    functions.push({ ...read, name, symbol, section, start })
  }
  return functions
}

/** All functions of an object, to be found by where they stand. */
export class CodeMap {
  readonly functions: readonly CodeFunction[]
  readonly #byPlace = new Map<string, CodeFunction>()

  constructor(functions: readonly CodeFunction[]) {
    this.functions = functions
    for (const code of functions) {
      const key = `${code.section.index}:${code.start}`
      if (!this.#byPlace.has(key)) this.#byPlace.set(key, code)
    }
  }

  /** The function that starts at a place; throws {@link ElfError} if none does. `user` says who asks. */
  at(section: ElfSection | undefined, offset: number, user: { section: string; offset: number }): CodeFunction {
    const found = section === undefined ? undefined : this.#byPlace.get(`${section.index}:${offset}`)
    if (found !== undefined) return found
    const where = section === undefined ? 'outside of the object' : `at byte ${offset} of section ${section.name}`
    throw new ElfError(`no function starts ${where}, where this refers to`, user)
  }
}

/** The section that a symbol is defined in; undefined for one that is not defined in this object. */
export function sectionOf(file: ElfFile, symbol: ElfSymbol): ElfSection | undefined {
  return symbol.section === SectionIndex.UNDEF ? undefined : file.sections[symbol.section]
}
