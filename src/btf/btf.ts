import { BtfBuilder, type BtfBuildOptions } from './builder.ts'
import { BtfError } from './error.ts'
import {
  HEADER_SIZE,
  HEADER_SIZE_WITH_LAYOUT,
  readPreamble,
  readSection,
  refuseUnknownHeader,
  type Section,
} from './header.ts'
import { alignOf, fieldAt, pointerSize, resolve, sizeOf, type BtfField } from './layout.ts'
import { NameIndex } from './names.ts'
import {
  foreignKinds,
  isDeclaration,
  type KindLayout,
  type Named,
  namedTypes,
  NAMES_THINGS,
  readLayout,
  scanTypes,
} from './scan.ts'
import { StringTable } from './strings.ts'
import { TypeReader } from './reader.ts'
import type { BtfKind, BtfType, BtfTypeOf } from './types.ts'
import { KIND_NAMES, KINDS } from './wire.ts'
import { wordsOf } from './words.ts'

/** How {@link Btf.parse} is to read. */
export interface BtfOptions {
  /** The BTF that this one goes on from: the kernel's for a module's ("split BTF"). Ids and strings count on. */
  readonly base?: Btf | undefined
  /** What to call the input in errors and reports: `vmlinux`, a module's name, a path. */
  readonly name?: string | undefined
}

const VOID: BtfType = { kind: 'void', id: 0 }

/**
 * The types of a kernel, a module or an object, read lazily: opening notes where each type starts, searches by
 * name build an index when there are many, and a type is decoded when it is asked for. The bytes are kept and must not change.
 *
 * Iterating yields every type including `void` and the base's, in the order of ids.
 */
export class Btf {
  /** What the input was called; `BTF` when it has no name. */
  readonly name: string
  /** The BTF that this one goes on from. */
  readonly base: Btf | undefined
  /** The byte order of the input, and of the data that the types describe. */
  readonly endian: 'little' | 'big'
  /** The first id that is not the base's; 1 without a base, for 0 is `void`. */
  readonly firstId: number
  /** One more than the largest id: ids run from 0, and the base's are among them. */
  readonly count: number
  /** The input. */
  readonly bytes: Uint8Array
  /** The layout of the kinds that this library does not know and the input describes, by number. */
  readonly unknownKinds: ReadonlyMap<number, KindLayout>
  /** @internal */
  readonly strings: StringTable

  readonly #words: Uint32Array
  /** At which word each type starts, and the end of the last one. */
  readonly #starts: Uint32Array
  /** The own types with names that are of types. */
  readonly #named: Named
  /** At which byte the first type starts. */
  readonly #typesAt: number
  readonly #reader: TypeReader
  readonly #types = new Map<number, BtfType>()
  #typeNames: NameIndex | undefined
  #declarationNames: NameIndex | undefined
  readonly #alignments = new Map<number, number>()
  #pointerSize: number | undefined

  private constructor(bytes: Uint8Array, options: BtfOptions) {
    const source = options.name ?? 'BTF'
    const preamble = readPreamble(bytes, HEADER_SIZE, source)
    const hasLayout = preamble.length >= HEADER_SIZE_WITH_LAYOUT
    refuseUnknownHeader(preamble, hasLayout ? HEADER_SIZE_WITH_LAYOUT : HEADER_SIZE, source)
    const types = readSection(preamble, 8, 4, 'types', source)
    const strings = readSection(preamble, 16, 1, 'strings', source)
    const layout: Section = hasLayout
      ? readSection(preamble, 24, 4, 'layouts', source)
      : { start: preamble.length, end: preamble.length }

    this.name = source
    this.base = options.base
    this.endian = preamble.littleEndian ? 'little' : 'big'
    this.bytes = bytes
    this.strings = new StringTable(bytes.subarray(strings.start, strings.end), this.base?.strings)
    if (this.base !== undefined && this.base.endian !== this.endian)
      throw new BtfError(`byte order is ${this.endian}, its base's is ${this.base.endian}`, { source, offset: 0 })
    if (strings.start === strings.end) {
      if (this.base === undefined) throw new BtfError('there are no strings', { source, offset: 16 })
    } else {
      if (bytes[strings.end - 1] !== 0)
        throw new BtfError('the strings do not end with a NUL', { source, offset: strings.end - 1 })
      if (this.base === undefined && bytes[strings.start] !== 0)
        throw new BtfError('the first string is not empty (a module is read with its base)', {
          source,
          offset: strings.start,
        })
    }
    const sizes = readLayout(preamble, layout, source)
    this.#typesAt = types.start
    this.#words = wordsOf(bytes, types, preamble.littleEndian)
    const { starts, named } = scanTypes(this.#words, types, sizes, source)
    this.#starts = starts
    this.#named = named
    this.unknownKinds = foreignKinds(sizes)
    this.firstId = this.base === undefined ? 1 : this.base.count
    this.count = this.firstId + this.#starts.length - 1
    this.#reader = new TypeReader(this, this.#words, types)
  }

  /**
   * Reads a `.BTF` section or a file such as `/sys/kernel/btf/vmlinux`, in either byte order. A module's needs `base`.
   *
   * Throws {@link BtfError} if the bytes are not BTF. Faults inside a type are found when it is decoded.
   */
  static parse(bytes: Uint8Array, options: BtfOptions = {}): Btf {
    return new Btf(bytes, options)
  }

  /** The type of this id; decoded once. Throws {@link BtfError} for an id that does not exist or a type that is broken. */
  type(id: number): BtfType {
    if (id === 0) return VOID
    if (id < this.firstId && this.base !== undefined) return this.base.type(id)
    let type = this.#types.get(id)
    if (type === undefined) this.#types.set(id, (type = this.#decode(id)))
    return type
  }

  /** The kind of a type, without decoding it. */
  kindOf(id: number): BtfKind {
    if (id === 0) return 'void'
    if (id < this.firstId && this.base !== undefined) return this.base.kindOf(id)
    const info = this.#words[this.#place(id) + 1] ?? 0
    return KIND_NAMES[(info >>> 24) & 0x7f] ?? 'unknown'
  }

  /** The name of a type, without decoding it; empty for an anonymous one. */
  nameOf(id: number): string {
    if (id === 0) return ''
    if (id < this.firstId && this.base !== undefined) return this.base.nameOf(id)
    const name = this.strings.name(this.#words[this.#place(id)] ?? 0)
    if (name === undefined)
      throw new BtfError('its name is not in the strings, or too long', { source: this.name, typeId: id })
    return name
  }

  /** The string at this offset of the string section, the base's strings counted first. */
  string(offset: number): string {
    const text = this.strings.at(offset)
    if (text === undefined) throw new BtfError(`string offset ${offset} is past the strings`, { source: this.name })
    return text
  }

  /**
   * The first type of this name, of this kind if one is given. After some two dozen searches the names are hashed, which
   * takes ten milliseconds for a kernel's.
   */
  find(name: string): BtfType | undefined
  find<K extends BtfKind>(name: string, kind: K): BtfTypeOf<K> | undefined
  find(name: string, kind?: BtfKind): BtfType | undefined {
    const id = this.findId(name, kind)
    return id === undefined ? undefined : this.type(id)
  }

  /** As {@link find}, but gives the id and decodes nothing. */
  findId(name: string, kind?: BtfKind): number | undefined {
    return this.base?.findId(name, kind) ?? this.findOwnId(name, kind)
  }

  /** As {@link findId}, the base's types left out. */
  findOwnId(name: string, kind?: BtfKind): number | undefined {
    for (const id of this.#exact(name, kind)) if (kind === undefined || this.kindOf(id) === kind) return id
    return undefined
  }

  /** All types of this name, in the order of ids. */
  findAll(name: string): BtfType[] {
    const own = Array.from(this.#exact(name), (id) => this.type(id))
    return this.base === undefined ? own : this.base.findAll(name).concat(own)
  }

  /**
   * The ids of all types (no functions or variables) of this name or of a flavour of it (`name___anything`), in the
   * order of ids, the base's left out: what CO-RE takes for candidates.
   */
  flavoursOf(name: string): number[] {
    return Array.from(this.#names('types').flavours(name))
  }

  /** Looks through typedefs, `const`, `volatile`, `restrict` and type tags to what a type is. */
  resolve(id: number): BtfType {
    return resolve(this, id)
  }

  /** The size of a type in bytes. Throws {@link BtfError} for one that has none, such as `void` or a function. */
  sizeOf(id: number): number {
    return sizeOf(this, id)
  }

  /** The alignment of a type in bytes as its layout shows it: 1 for a packed struct. */
  alignOf(id: number): number {
    return alignOf(this, id, this.#alignments)
  }

  /**
   * Where a member of a struct or union lies: `path` names it as C does (`mm.pgd`, `comm[3]`), and members of anonymous
   * structs and unions need no prefix. Throws {@link BtfError} if there is no such member.
   */
  field(id: number, path: string): BtfField {
    return fieldAt(this, id, path)
  }

  /** The size of a pointer in bytes, which is that of `long`: 8 but for the BTF of a 32-bit kernel. */
  get pointerSize(): number {
    if (this.base !== undefined) return this.base.pointerSize
    return (this.#pointerSize ??= pointerSize(this))
  }

  /**
   * Writes the types down again, the base's left out. Without another byte order or layout these are the bytes of the input,
   * but for gaps between its sections.
   *
   * Throws {@link BtfError} for a type to be put into another byte order that is broken or of an unknown kind.
   */
  encode(options: BtfBuildOptions = {}): Uint8Array {
    return BtfBuilder.from(this).build(options)
  }

  /** @internal The bytes of the own types from one id to before another, as they are in the input. */
  encoded(from: number, to: number): Uint8Array {
    return this.bytes.subarray(this.#typesAt + 4 * this.#place(from), this.#typesAt + 4 * this.#end(to - 1))
  }

  /** Decodes every type, `void` first, without keeping the decoded ones. */
  *[Symbol.iterator](): Generator<BtfType, void> {
    yield* this.base ?? [VOID]
    for (let id = this.firstId; id < this.count; id++) yield this.#types.get(id) ?? this.#decode(id)
  }

  #decode(id: number): BtfType {
    this.#reader.open(id, this.#place(id), this.#end(id))
    return KINDS[this.kindOf(id)].read(this.#reader)
  }

  #place(id: number): number {
    const at = this.#starts[id - this.firstId]
    if (at === undefined || id >= this.count)
      throw new BtfError(`type ${id} does not exist: ids run to ${this.count - 1}`, { source: this.name })
    return at
  }

  #end(id: number): number {
    return this.#starts[id - this.firstId + 1] ?? 0
  }

  /** The own types of this name; those of a kind may be mixed with others of its class. */
  #exact(name: string, kind?: BtfKind): Iterable<number> {
    if (kind !== undefined) return this.#names(isDeclaration(kind) ? 'declarations' : 'types').exact(name)
    const found = [...this.#names('types').exact(name), ...this.#names('declarations').exact(name)]
    return found.sort((a, b) => a - b)
  }

  /**
   * Most names of a kernel are its functions', which most searches don't want: types and declarations are indexed apart,
   * each when it is first needed.
   */
  #names(what: 'types' | 'declarations'): NameIndex {
    if (what === 'types') return (this.#typeNames ??= this.#index(this.#named))
    return (this.#declarationNames ??= this.#index(namedTypes(this.#words, this.#starts, NAMES_THINGS)))
  }

  #index(named: Named): NameIndex {
    return new NameIndex({ ...named, firstId: this.firstId, strings: this.strings })
  }
}
