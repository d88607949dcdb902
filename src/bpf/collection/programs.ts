/**
 * From the programs of a spec to programs in the kernel.
 *
 * @module
 */
import { type Instruction, type Reference } from '../../asm/index.ts'
import { type BtfKind, essentialName, isCompatible } from '../../btf/index.ts'
import {
  type ExternSpec,
  linkProgram,
  type ObjectSpec,
  type ProgramInfo,
  programInfo,
  type ProgramSpec,
} from '../../elf/index.ts'
import { openBtf, readBtf } from '../btf-objects.ts'
import { type KernelType, type KernelTypes } from '../kernel-types.ts'
import { type BpfMap } from '../maps/map.ts'
import { type AttachType, type ProgramType } from '../names.ts'
import { type Program } from '../programs/program.ts'
import { type AttachTarget, type ProgramOptions } from '../programs/load.ts'
import { type ObjectCore } from './core.ts'
import { ObjectError } from './errors.ts'
import { createJumpTable } from './jump-tables.ts'
import { kernelSymbols } from './kallsyms.ts'
import { type CollectionOptions } from './options.ts'
import { type Places, resolveOutside } from './references.ts'
import { type StructOpsPlan, structOpsTarget } from './struct-ops.ts'

/** The programs that are to be loaded: those that were asked for, or all that are not optional. */
export function chosenPrograms(spec: ObjectSpec, { programs }: CollectionOptions): ProgramSpec[] {
  if (!programs) return Object.values(spec.programs).filter((program) => program.autoload && isWanted(spec, program))
  return Object.entries(programs).map(([name, type]) => {
    const program = spec.programs[name]
    if (!program) throw new ObjectError(`the object has no program ${name}: it has ${Object.keys(spec.programs).join(', ')}`, { program: name }) // prettier-ignore
    if (program.type === 'unspec') return { ...program, type }
    if (program.type !== type) {
      throw new ObjectError(`program ${name} is of type ${program.type}, not ${type}`, { program: name })
    }
    return program
  })
}

/** A callback is only loaded for a table that is to be there. */
function isWanted({ maps }: ObjectSpec, { type, name }: ProgramSpec): boolean {
  if (type !== 'struct_ops') return true
  return Object.values(maps).some((map) => map.autocreate && map.structOps?.programs.some((slot) => slot.name === name))
}

/** What loading the programs of an object needs beside the spec. */
export interface ProgramContext {
  readonly spec: ObjectSpec
  readonly options: CollectionOptions
  readonly kernel: KernelTypes
  readonly maps: ReadonlyMap<string, BpfMap>
  /** Addresses of the kernel's symbols that the programs mention. */
  readonly symbols: ReadonlyMap<string, bigint>
  /** How far into its arena the object's globals begin. */
  readonly arenaOffset: (name: string) => number
  /** The descriptor of the object's types; undefined where the kernel does not have them. */
  readonly btfFd: number | undefined
  /** The tables of callbacks that are to be there. */
  readonly tables: readonly StructOpsPlan[]
  /** Maps that only programs need, and programs that only maps need: closed when all is loaded. */
  readonly temporary: (BpfMap | Program)[]
}

/** A program before it is told where its maps are: put together, relocated, described. */
export interface Prepared {
  readonly spec: ProgramSpec
  readonly instructions: readonly Instruction[]
  readonly info: ProgramInfo
  /** Instructions that must not be reached, by slot, and why. */
  readonly poisoned: ReadonlyMap<number, string>
}

/** Puts a program together with what it calls, and relocates it for this kernel; `intern` places a string in the object's types. */
export function prepareProgram(
  spec: ObjectSpec,
  program: ProgramSpec,
  core: ObjectCore | undefined,
  intern: (text: string) => number,
): Prepared {
  if (program.type === 'unspec') {
    const message = `program ${program.name}: section ${JSON.stringify(program.section)} names no program type`
    throw new ObjectError(message, { program: program.name })
  }
  const linked = linkProgram(spec, program)
  const { code, poisoned } = core?.relocate(program.name, linked) ?? {
    code: linked,
    poisoned: new Map<number, string>(),
  }
  return { spec: program, instructions: code, info: programInfo(code, { intern }), poisoned }
}

/** The names of the things outside of the program that instructions refer to. */
export function referredTo(instructions: readonly Instruction[], kinds: readonly Reference['kind'][]): Set<string> {
  const names = new Set<string>()
  for (const { reference } of instructions) if (reference && kinds.includes(reference.kind)) names.add(reference.name)
  return names
}

/** The addresses of the kernel's symbols that the programs mention without a type, looked up together: it takes 100 ms and more. */
export function mentionedSymbols(spec: ObjectSpec, prepared: readonly Prepared[]): ReadonlyMap<string, bigint> {
  const names = new Set(prepared.flatMap(({ instructions }) => [...referredTo(instructions, ['ksym'])]))
  return kernelSymbols(new Set([...names].filter((name) => spec.externs[name]?.kind === 'ksym')))
}

/** The options of `Program.load` for a program of the object. */
export function programOptions(context: ProgramContext, prepared: Prepared): ProgramOptions {
  const { spec, options, btfFd } = context
  const { spec: program, info, poisoned } = prepared
  const callback = program.type === 'struct_ops' ? structOpsTarget(context.tables, program.name) : undefined
  const { places, fdArray } = placesOf(context, prepared)
  return {
    type: program.type,
    name: program.name,
    license: spec.license,
    instructions: resolveOutside(prepared.instructions, places),
    attachType: callback?.member ?? program.attachType,
    flags: program.flags,
    kernelVersion: spec.version,
    target: callback?.target ?? targetOf(context, program),
    ...(btfFd !== undefined && info.functions && { btf: { fd: btfFd, functions: info.functions, lines: info.lines } }),
    fdArray,
    logLevel: typeof options.logLevel === 'object' ? options.logLevel[program.name] : options.logLevel,
    tokenFd: options.tokenFd,
    explain: (slot) => poisoned.get(slot),
  }
}

function placesOf(
  { spec, maps, kernel, symbols, arenaOffset, temporary }: ProgramContext,
  { spec: program, instructions }: Prepared,
): { places: Places; fdArray: number[] } {
  const place = { program: program.name }
  const externOf = (name: string): ExternSpec => {
    const extern = spec.externs[name]
    if (!extern || extern.kind === 'undefined') {
      throw new ObjectError(`program ${program.name} refers to ${name}, which the object neither has nor says where to find`, place) // prettier-ignore
    }
    return extern
  }
  const absent = (extern: ExternSpec, what: string): null => {
    if (extern.weak) return null
    throw new ObjectError(
      `program ${program.name} needs ${what} ${extern.name}, which this kernel does not have`,
      place,
    )
  }
  // What follows three underscores tells two declarations of one thing apart.
  const typed = (extern: ExternSpec, kind: BtfKind, what: string): KernelType | null => {
    const found = kernel.find(essentialName(extern.name), kind)
    // A weak function with other parameters is that of another kernel.
    if (!found || (extern.weak && kind === 'func' && !sameParameters(spec, extern, kernel, found))) return absent(extern, what) // prettier-ignore
    return found
  }
  // The first place of `fd_array` stands for vmlinux.
  const fdArray = [0]
  const indexOf = (module: string): number => {
    const fd = kernel.descriptor(module)
    if (fd === 0) return 0
    const at = fdArray.indexOf(fd, 1)
    return at > 0 ? at : fdArray.push(fd) - 1
  }
  const places: Places = {
    map(name) {
      const map = maps.get(name)
      if (!map)
        throw new ObjectError(`program ${program.name} uses map ${name}, which is not created`, { ...place, map: name })
      return map.fd.number
    },
    arenaOffset,
    jumpTable(name) {
      const table = spec.jumpTables[name]
      if (!table) throw new ObjectError(`program ${program.name} jumps by table ${name}, which the object lacks`, place)
      const map = createJumpTable(table, instructions)
      temporary.push(map)
      return map.fd.number
    },
    ksym(name) {
      const extern = externOf(name)
      if (extern.kind === 'ksym') {
        const address = symbols.get(name)
        return address === undefined ? absent(extern, 'the kernel symbol') : { address }
      }
      const kind = extern.kind === 'kfunc' ? 'func' : 'var'
      const found = typed(extern, kind, `the kernel ${kind === 'func' ? 'function' : 'variable'}`)
      return found && { btfId: found.id, btfFd: kernel.descriptor(found.module) }
    },
    kfunc(name) {
      const found = typed(externOf(name), 'func', 'the kernel function')
      return found && { btfId: found.id, fdIndex: indexOf(found.module) }
    },
  }
  return { places, fdArray }
}

/** Whether a function of the kernel takes and gives what the object declares. */
function sameParameters({ btf }: ObjectSpec, { type }: ExternSpec, kernel: KernelTypes, found: KernelType): boolean {
  const theirs = found.module === 'vmlinux' ? kernel.vmlinux : kernel.module(found.module)
  const declared = type === undefined ? undefined : btf?.type(type)
  const there = theirs?.type(found.id)
  if (!btf || !theirs || declared?.kind !== 'func' || there?.kind !== 'func') return false
  return isCompatible(btf, declared.type, theirs, there.type)
}

/** What a target's name becomes in the kernel's types: one row for each kind of program that has one. */
const TARGETS: readonly (readonly [
  type: ProgramType,
  attachType: AttachType | undefined,
  prefix: string,
  kind: BtfKind,
])[] = [
  ['tracing', 'trace_raw_tp', 'btf_trace_', 'typedef'],
  ['tracing', 'trace_iter', 'bpf_iter_', 'func'],
  ['tracing', undefined, '', 'func'],
  ['lsm', undefined, 'bpf_lsm_', 'func'],
  ['ext', undefined, '', 'func'],
]

function targetOf({ options, kernel }: ProgramContext, program: ProgramSpec): AttachTarget | undefined {
  const row = program.row?.btfTarget
    ? TARGETS.find(([type, attach]) => type === program.type && (!attach || attach === program.attachType))
    : undefined
  if (!row) return undefined
  const [, , prefix, kind] = row
  const { name, attachTo, section } = program
  const other = options.targets?.[name]
  if (other) return { btfId: functionIn(other, attachTo, name), programFd: other.fd.number }
  if (program.type === 'ext') {
    throw new ObjectError(`program ${name} replaces a function of another program: give that in targets`, {
      program: name,
    })
  }
  if (attachTo === '') {
    throw new ObjectError(`program ${name}: section ${JSON.stringify(section)} does not say what it attaches to`, { program: name }) // prettier-ignore
  }
  const found = kernel.find(prefix + attachTo, kind)
  if (!found) {
    throw new ObjectError(`program ${name} attaches to ${attachTo}, which this kernel does not have`, { program: name })
  }
  const btfFd = kernel.descriptor(found.module)
  return { btfId: found.id, ...(btfFd !== 0 && { btfFd }) }
}

/** The BTF id of a function of a program that is in the kernel. */
function functionIn(program: Program, name: string, user: string): number {
  const place = { program: user }
  const { btfId } = program.info()
  if (btfId === 0) throw new ObjectError(`program ${user}: its target ${program.name} was loaded without types`, place)
  using fd = openBtf(btfId)
  const id = readBtf(fd.number).findId(name || program.name, 'func')
  if (id === undefined) throw new ObjectError(`program ${user}: its target has no function ${name}`, place)
  return id
}
