import type { Btf } from './btf.ts'
import { BtfError } from './error.ts'
import { BTF_MAGIC, BTF_VERSION, HEADER_SIZE, HEADER_SIZE_WITH_LAYOUT } from './header.ts'
import { writeType } from './references.ts'
import { LAYOUT_ROW, type KindLayout } from './scan.ts'
import { ByteSink } from './sink.ts'
import type { BtfTypeSpec } from './types.ts'
import { KINDS } from './wire.ts'

/** How {@link BtfBuilder.build} is to write. */
export interface BtfBuildOptions {
  /** Byte order; that of the source if there is one, else little. */
  readonly endian?: 'little' | 'big' | undefined
  /**
   * Whether to describe the layout of each kind in a section of its own. Requires Linux 7.1. Off by default, but on where the
   * source has kinds that would be unreadable without.
   */
  readonly layout?: boolean | undefined
}

const encoder = new TextEncoder()

/** Puts BTF together: add types, each of which may refer to any other by id, then {@link build}. */
export class BtfBuilder {
  /** The BTF that the new one goes on from. */
  readonly base: Btf | undefined
  /** The id of the first type that is added. */
  readonly firstId: number
  /** What it started with, the types of which are copied as they are unless another was put in their place. */
  #source: Btf | undefined
  /** The id of the first type that the source does not have. */
  #firstAdded: number
  readonly #added: BtfTypeSpec[] = []
  readonly #replaced = new Map<number, BtfTypeSpec>()
  readonly #offsets = new Map<string, number>()
  readonly #strings: Uint8Array[] = []
  #stringsEnd: number

  /** Starts empty; on top of `base` if there is one, as a module's BTF is. */
  constructor(options: { readonly base?: Btf | undefined } = {}) {
    this.base = options.base
    this.firstId = options.base?.count ?? 1
    this.#firstAdded = this.firstId
    this.#stringsEnd = options.base?.strings.end ?? 0
    if (this.base === undefined) this.string('')
  }

  /**
   * Starts with all that a BTF has. Type ids stay what they are, and so do the offsets of its strings, which line records refer
   * to. Nothing is decoded by that; faults inside a type are found when it is asked for.
   */
  static from(btf: Btf): BtfBuilder {
    const builder = new BtfBuilder({ base: btf.base })
    builder.#source = btf
    builder.#firstAdded = btf.count
    // The very bytes: records elsewhere know strings by their offsets.
    builder.#strings.length = 0
    builder.#strings.push(btf.strings.bytes)
    builder.#stringsEnd = btf.strings.end
    builder.#offsets.clear()
    return builder
  }

  /** One more than the largest id. */
  get count(): number {
    return this.#firstAdded + this.#added.length
  }

  /** Adds a type and returns its id. What it refers to may be added later. */
  add(type: BtfTypeSpec): number {
    this.#added.push(type)
    return this.count - 1
  }

  /** The type of this id; of the base's, too. */
  type(id: number): BtfTypeSpec {
    if (id < this.firstId) return this.base === undefined ? { kind: 'void' } : this.base.type(id)
    if (id < this.#firstAdded && this.#source !== undefined) return this.#replaced.get(id) ?? this.#source.type(id)
    return this.#added[id - this.#firstAdded] ?? refuse(`type ${id} does not exist: ids run to ${this.count - 1}`)
  }

  /** Puts another type in the place of one that is there. */
  replace(id: number, type: BtfTypeSpec): void {
    if (id < this.firstId || id >= this.count) refuse(`type ${id} is not one of this builder's`)
    if (id < this.#firstAdded) this.#replaced.set(id, type)
    else this.#added[id - this.#firstAdded] = type
  }

  /** The offset of a string, which is added if it isn't there yet. */
  string(text: string): number {
    if (text === '' && this.base !== undefined) return 0
    const known = this.#offsets.get(text) ?? this.#inSource(text)
    if (known !== undefined) return known
    if (text.includes('\0')) refuse(`a name with a NUL: ${JSON.stringify(text)}`)
    const offset = this.#stringsEnd
    const bytes = encoder.encode(`${text}\0`)
    this.#strings.push(bytes)
    this.#stringsEnd += bytes.length
    this.#offsets.set(text, offset)
    return offset
  }

  /** Iterates over the ids and types, the base's left out. */
  *entries(): Generator<[id: number, type: BtfTypeSpec], void> {
    for (let id = this.firstId; id < this.count; id++) yield [id, this.type(id)]
  }

  /**
   * Writes it all down, as `BPF_BTF_LOAD` and `.BTF` sections have it.
   *
   * Throws {@link BtfError} if a type refers to one that doesn't exist, or can't be written in this byte order. Types of the
   * source that nothing took the place of are copied as they are.
   */
  build(options: BtfBuildOptions = {}): Uint8Array {
    const endian = options.endian ?? this.#source?.endian ?? this.base?.endian ?? 'little'
    const littleEndian = endian === 'little'
    const sink = new ByteSink(littleEndian, {
      text: (name) => this.string(name),
      ref: (id) => (id < this.count ? id : refuse(`reference to type ${id}; ids run to ${this.count - 1}`)),
    })
    const write = (type: BtfTypeSpec): void => {
      if (type.kind === 'unknown' && endian !== this.#source?.endian)
        refuse(`kind ${type.kindNumber} is not known, so its bytes cannot be put into ${endian}-endian order`)
      writeType(type, sink)
    }
    if (endian === this.#source?.endian) this.#copy(this.#source, sink, write)
    else for (let id = this.firstId; id < this.#firstAdded; id++) write(this.type(id))
    for (const type of this.#added) write(type)
    const layout = this.#layout(options.layout)
    return assemble(littleEndian, sink.bytes, layout, this.#strings)
  }

  /** The types of the source, those between two that were replaced in one piece. */
  #copy(source: Btf, sink: ByteSink, write: (type: BtfTypeSpec) => void): void {
    let next = this.firstId
    const copyTo = (id: number): void => {
      if (id > next) sink.opaque(source.encoded(next, id))
    }
    for (const [id, type] of [...this.#replaced].sort(([a], [b]) => a - b)) {
      copyTo(id)
      write(type)
      next = id + 1
    }
    copyTo(this.#firstAdded)
  }

  #inSource(text: string): number | undefined {
    if (this.#source === undefined) return undefined
    const found = this.#source.strings.find(text)
    if (found !== undefined) this.#offsets.set(text, found)
    return found
  }

  #hasUnknown(): boolean {
    const foreign = this.#source?.unknownKinds.size ?? 0
    const own = foreign > 0 ? [...this.entries()].map(([, type]) => type) : [...this.#replaced.values(), ...this.#added]
    return own.some(({ kind }) => kind === 'unknown')
  }

  /** The rows of the layout section, if one is to be written. */
  #layout(wanted: boolean | undefined): Uint8Array | undefined {
    const foreign = this.#source?.unknownKinds ?? new Map<number, KindLayout>()
    const needed = this.#hasUnknown()
    if (!(wanted ?? needed) && !needed) return undefined
    const known = Object.values(KINDS).filter(({ number }) => number > 0)
    const last = Math.max(...known.map(({ number }) => number), ...foreign.keys())
    const rows = new Uint8Array((last + 1) * LAYOUT_ROW)
    const put = (number: number, { fixed = 0, element = 0 }: Partial<KindLayout>): void =>
      rows.set([fixed, element], number * LAYOUT_ROW)
    for (const row of known) put(row.number, row)
    for (const [number, row] of foreign) put(number, row)
    return rows
  }
}

/** Puts the header before the sections: types, layouts if there are, strings. */
function assemble(
  littleEndian: boolean,
  types: Uint8Array,
  layout: Uint8Array | undefined,
  strings: readonly Uint8Array[],
): Uint8Array {
  const headerSize = layout === undefined ? HEADER_SIZE : HEADER_SIZE_WITH_LAYOUT
  const layoutSize = layout?.length ?? 0
  const stringsSize = strings.reduce((size, { length }) => size + length, 0)
  const bytes = new Uint8Array(headerSize + types.length + layoutSize + stringsSize)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, BTF_MAGIC, littleEndian)
  view.setUint8(2, BTF_VERSION)
  const fields = [headerSize, 0, types.length, types.length + layoutSize, stringsSize]
  if (layout !== undefined) fields.push(types.length, layoutSize)
  for (const [i, field] of fields.entries()) view.setUint32(4 + 4 * i, field, littleEndian)
  let at = headerSize
  for (const part of [types, layout ?? new Uint8Array(0), ...strings]) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function refuse(message: string): never {
  throw new BtfError(message)
}
