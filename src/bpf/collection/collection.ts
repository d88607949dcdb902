/**
 * Objects in the kernel: from a spec to programs, maps and variables.
 *
 * @module
 */
import { kernelBtf, type MapSpec, type ObjectSpec, type ProgramSpec } from '../../elf/index.ts'
import { KernelError, pageSize } from '../../sys/index.ts'
import { perform, performAsync, type Steps } from '../call.ts'
import { KernelTypes } from '../kernel-types.ts'
import { type Link } from '../links/link.ts'
import { StructOpsLink } from '../links/struct-ops.ts'
import { kindOfMap } from '../maps/kinds.ts'
import { type BpfMap } from '../maps/map.ts'
import { type ProgramType } from '../names.ts'
import { Program } from '../programs/program.ts'
import { Attachments } from '../links/attachments.ts'
import { type AttachAllOptions, attachBySection } from './attach.ts'
import { withVariables } from './contents.ts'
import { ObjectCore } from './core.ts'
import { missing, ObjectError } from './errors.ts'
import { fillOuter, type MapContext, openMap } from './maps.ts'
import { type CollectionOptions, type ProgramTypes } from './options.ts'
import {
  chosenPrograms,
  mentionedSymbols,
  prepareProgram,
  type Prepared,
  programOptions,
  referredTo,
} from './programs.ts'
import { type ObjectSource, specOf } from './source.ts'
import { createStructOps, planStructOps, structOpsValue } from './struct-ops.ts'
import { loadObjectBtf, type ObjectBtf } from './types.ts'
import { openVariables, Section, type Variable } from './variables.ts'

/** What a load has made so far: given up as a whole when one step fails. */
interface Parts {
  readonly maps: Map<string, BpfMap>
  readonly programs: Map<string, Program>
  /** The memory of variables that is open. */
  readonly sections: Map<string, Section>
  /** The values of tables of callbacks that are registered without a link. */
  readonly tables: Map<string, Uint8Array>
}

function closeAll({ maps, programs, sections }: Parts): void {
  for (const section of sections.values()) section.close()
  for (const program of programs.values()) program.close()
  for (const map of maps.values()) map.close()
}

/** The maps that are to be there: those that programs use or are callbacks of, those that these hold, and unless `onlyUsed` all others too. */
function chosenMaps(spec: ObjectSpec, prepared: readonly Prepared[], options: CollectionOptions): MapSpec[] {
  const wanted = new Set<string>()
  const want = (name: string): void => {
    const map = spec.maps[name]
    if (!map || wanted.has(name)) return
    wanted.add(name)
    if (kindOfMap(map.type).holds === 'map') for (const value of map.values) want(value.name)
  }
  const own = new Set(prepared.map((one) => one.spec.name))
  for (const { instructions } of prepared) for (const name of referredTo(instructions, MAPS)) want(name)
  for (const { name, structOps } of Object.values(spec.maps)) {
    if (options.onlyUsed && structOps?.programs.some((slot) => own.has(slot.name))) want(name)
  }
  for (const map of Object.values(spec.maps)) if (!options.onlyUsed && map.autocreate) want(map.name)
  return [...wanted].map((name) => spec.maps[name]!)
}

const MAPS = ['map', 'mapValue', 'arena'] as const

/** Adds the programs that come along: a program array that a chosen one jumps by holds them from the start. Optional ones leave their place empty. */
function withCompanions(
  spec: ObjectSpec,
  chosen: readonly ProgramSpec[],
  options: CollectionOptions,
  prepare: (program: ProgramSpec) => Prepared,
): Prepared[] {
  const all = chosen.map(prepare)
  const there = new Set(chosen.map(({ name }) => name))
  // It grows while it is walked: those that come along may jump by arrays of their own.
  for (const { instructions } of all) {
    for (const name of referredTo(instructions, ['map'])) {
      const map = spec.maps[name]
      if (!map || kindOfMap(map.type).holds !== 'program' || options.maps?.[name]) continue
      for (const value of map.values) {
        const program = spec.programs[value.name]
        if (!program?.autoload || there.has(program.name)) continue
        there.add(program.name)
        all.push(prepare(program))
      }
    }
  }
  return all
}

function* loadingCollection<P extends ProgramTypes>(
  source: ObjectSource,
  options: CollectionOptions<P>,
): Steps<Collection<P>> {
  const spec = withVariables(specOf(source, options), options.variables)
  const chosen = chosenPrograms(spec, options)
  const parts: Parts = { maps: new Map(), programs: new Map(), sections: new Map(), tables: new Map() }
  const kernel = options.kernel ?? new KernelTypes()
  const builder = kernelBtf(spec)
  const temporary: (BpfMap | Program)[] = []
  let btf: ObjectBtf
  try {
    const core = spec.btf && new ObjectCore(spec.btf, kernel, options.targetBtf)
    const prepared = withCompanions(spec, chosen, options, (one) =>
      prepareProgram(spec, one, core, (text) => builder?.string(text) ?? 0),
    )
    btf = loadObjectBtf(builder, options.tokenFd)
    const btfFd = btf && 'fd' in btf ? btf.fd.number : undefined
    const maps = chosenMaps(spec, prepared, options)
    const tables = maps.filter(({ origin }) => origin === 'struct_ops').map((map) => planStructOps(map, kernel))
    openMaps(maps, { spec, options, btfFd }, parts)
    for (const table of tables) parts.maps.set(table.map.name, createStructOps(table, btfFd))
    const arenaOffset = (name: string): number => parts.sections.get(name)?.offset ?? 0
    const symbols = mentionedSymbols(spec, prepared)
    const context = { spec, options, kernel, maps: parts.maps, symbols, arenaOffset, btfFd, tables, temporary }
    const companions = new Map<string, Program>()
    for (const [index, one] of prepared.entries()) {
      const program = yield* Program.loading(programOptions(context, one))
      if (index < chosen.length) parts.programs.set(one.spec.name, program)
      else {
        // The array holds it from then on.
        temporary.push(program)
        companions.set(one.spec.name, program)
      }
    }
    fillProgramArrays(spec, parts.maps, new Map([...companions, ...parts.programs]))
    for (const table of tables) {
      const value = structOpsValue(spec, table, parts.programs)
      // The value of a table without a link registers it: that is for the user to say.
      if (table.map.structOps?.link) parts.maps.get(table.map.name)?.set(0, value)
      else parts.tables.set(table.map.name, value)
    }
    return new Collection<P>(spec, parts)
  } catch (error) {
    closeAll(parts)
    // What the program lacks may be the types that the kernel did not take.
    if (btf && 'error' in btf && error instanceof KernelError) error.cause ??= btf.error
    throw error
  } finally {
    for (const object of temporary) object.close()
    if (btf && 'fd' in btf) btf.fd.close()
    if (!options.kernel) kernel.close()
  }
}

function openMaps(chosen: readonly MapSpec[], context: MapContext, { maps, sections }: Parts): void {
  for (const map of chosen) {
    if (map.origin === 'struct_ops') continue
    const opened = openMap(context, map)
    maps.set(map.name, opened)
    // Without globals too: programs are only taken once the arena has an address in user space.
    if (map.type === 'arena') sections.set(map.name, fillArena(opened, map.contents))
  }
  for (const map of chosen) fillOuter(map, maps)
}

/** How far into a map an instruction can name a place directly (`BPF_MAX_VAR_OFF`). */
const FARTHEST = 1 << 29

/** Puts globals at the end of their arena: at its beginning the first of them would be at address 0, as if it were not there. */
function fillArena(map: BpfMap, contents: Uint8Array = new Uint8Array(0)): Section {
  const page = pageSize()
  const end = Math.min(map.maxEntries * page, FARTHEST)
  const section = new Section(map, false, end - Math.ceil(contents.length / page) * page)
  const { view } = section
  if (view) new Uint8Array(view.buffer, view.byteOffset, contents.length).set(contents)
  return section
}

/** Puts the programs that a program array has from the start into it. */
function fillProgramArrays(
  spec: ObjectSpec,
  maps: ReadonlyMap<string, BpfMap>,
  programs: ReadonlyMap<string, Program>,
): void {
  for (const [name, map] of maps) {
    const { type, values } = spec.maps[name]!
    if (kindOfMap(type).holds !== 'program') continue
    for (const value of values) {
      const program = programs.get(value.name)
      // An optional program, and one of an array that nobody jumps by, leaves its place empty.
      if (program) map.set(value.index, program)
      else if (!spec.programs[value.name]) throw missing('program', value.name, [...programs.keys()])
    }
  }
}

/** The programs of a collection by name. */
export type Programs<P extends ProgramTypes> = { readonly [N in keyof P]: Program<P[N]> }

/**
 * A BPF object in the kernel: its programs, maps and variables by name.
 *
 * Nothing of it is attached yet. Closing it closes programs and maps; what is attached or pinned lives on, and so do the maps that it uses.
 *
 * ```ts
 * using object = Collection.load('netkit.bpf.o', { programs: { netkit_primary: 'sched_cls' } })
 * using link = NetkitLink.attach(object.programs.netkit_primary, { ifindex })
 * ```
 */
export class Collection<P extends ProgramTypes = ProgramTypes> implements Disposable {
  /** What it was loaded from. */
  readonly spec: ObjectSpec
  /** Its programs by name. */
  readonly programs: Programs<P>
  /** Its maps by name, those of data sections included. Keys and values are plain values where the object has types for them. */
  readonly maps: Readonly<Record<string, BpfMap>>
  /** Its global variables by name. */
  readonly variables: Readonly<Record<string, Variable>>
  readonly #parts: Parts

  /** @internal */
  constructor(spec: ObjectSpec, parts: Parts) {
    this.spec = spec
    this.programs = Object.fromEntries(parts.programs) as unknown as Programs<P>
    this.maps = Object.fromEntries(parts.maps)
    this.variables = openVariables(spec, parts.maps, parts.sections)
    this.#parts = parts
  }

  /**
   * Loads an object: a file by path or URL, its bytes, or a spec that was read and changed. When one step fails nothing is left behind.
   * The caller closes it.
   *
   * @throws ElfError for a file that is no BPF object, ObjectError for one that does not add up or that needs what this kernel does not have.
   * @throws VerifierError when the verifier refuses a program.
   * @throws KernelError what else the kernel refused.
   */
  static load<const P extends ProgramTypes = ProgramTypes>(
    source: ObjectSource,
    options: CollectionOptions<P> = {},
  ): Collection<P> {
    return perform(loadingCollection(source, options))
  }

  /** {@link load} with the verifier at work on a thread of the pool. */
  static loadAsync<const P extends ProgramTypes = ProgramTypes>(
    source: ObjectSource,
    options: CollectionOptions<P> = {},
  ): Promise<Collection<P>> {
    return performAsync(loadingCollection(source, options))
  }

  /**
   * A program by name, of the type.
   *
   * @throws ObjectError for one that is not there, or of another type.
   */
  program<const T extends ProgramType = ProgramType>(name: string, type?: T): Program<T> {
    const { programs } = this.#parts
    const program = programs.get(name)
    if (!program) throw missing('program', name, [...programs.keys()])
    if (type !== undefined && program.type !== type) {
      throw new ObjectError(`program ${name} is of type ${program.type}, not ${type}`, { program: name })
    }
    return program as Program<T>
  }

  /**
   * A map by name. The type parameters say what its keys and values are: they are the caller's word.
   *
   * @throws ObjectError for one that is not there.
   */
  map<K = unknown, V = unknown, KI = K, VI = V>(name: string): BpfMap<K, V, KI, VI> {
    const { maps } = this.#parts
    const map = maps.get(name)
    if (!map) throw missing('map', name, [...maps.keys()])
    return map as unknown as BpfMap<K, V, KI, VI>
  }

  /** A global variable by name. The type parameter is the caller's word.  @throws ObjectError for one that is not there. */
  variable<T = unknown>(name: string): Variable<T> {
    const variable = this.variables[name]
    if (!variable) throw missing('variable', name, Object.keys(this.variables))
    return variable as Variable<T>
  }

  /**
   * Attaches all programs by what their sections say, and registers the tables of callbacks that have a link. When one step fails those before
   * it are undone. The caller closes what it gets, which detaches all.
   *
   * @throws ObjectError for a program whose section does not say enough; what attaching it throws.
   */
  attachAll(options: AttachAllOptions = {}): Attachments {
    const attachments = new Map<string, Link>()
    try {
      for (const [name, program] of this.#parts.programs) {
        const spec = this.spec.programs[name]
        if (!spec || spec.type === 'struct_ops') continue
        for (const [place, link] of attachBySection(program, spec, options)) attachments.set(place, link)
      }
      for (const { name, structOps } of Object.values(this.spec.maps)) {
        const map = this.#parts.maps.get(name)
        if (map && structOps?.link) attachments.set(name, StructOpsLink.attach(map))
      }
      return new Attachments(attachments)
    } catch (error) {
      new Attachments(attachments).close()
      throw error
    }
  }

  /**
   * Registers a table of kernel callbacks from a section `.struct_ops` (one from `.struct_ops.link` is attached by `StructOpsLink`). It stays
   * registered until {@link unregister}, whoever lives or dies.
   *
   * @throws ObjectError for one that is not there; KernelError `EEXIST` when the kernel has one of that name.
   */
  register(name: string): void {
    const value = this.#parts.tables.get(name)
    if (!value) throw missing('map', name, [...this.#parts.tables.keys()])
    this.map(name).set(0, value)
  }

  /** Takes a table of kernel callbacks off the kernel that was registered without a link; whether it was registered. */
  unregister(name: string): boolean {
    return this.map(name).delete(0)
  }

  /** Closes programs, maps and the memory of variables. A second call does nothing. */
  close(): void {
    closeAll(this.#parts)
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close()
  }
}
