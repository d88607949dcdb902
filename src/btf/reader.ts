import { BtfError } from './error.ts'
import type { StringTable } from './strings.ts'
import { TYPE_HEADER, type TypeSource } from './wire.ts'

/** What a reader needs of the BTF it reads. */
interface Surroundings {
  readonly name: string
  readonly count: number
  readonly strings: StringTable
}

/**
 * The cursor that types are decoded through: one per BTF, moved from type to type. It checks what the scan could not:
 * that names and type ids exist.
 */
export class TypeReader implements TypeSource {
  id = 0
  vlen = 0
  kindNumber = 0
  kindFlag = false
  readonly #btf: Surroundings
  readonly #view: DataView
  readonly #littleEndian: boolean
  #start = 0
  #at = 0
  #end = 0

  constructor(btf: Surroundings, view: DataView, littleEndian: boolean) {
    this.#btf = btf
    this.#view = view
    this.#littleEndian = littleEndian
  }

  /** Moves to the type of this id, whose bytes run from `start` to `end`. */
  open(id: number, start: number, end: number): void {
    const info = this.#view.getUint32(start + 4, this.#littleEndian)
    this.id = id
    this.vlen = info & 0xffffff
    this.kindNumber = (info >>> 24) & 0x7f
    this.kindFlag = info >>> 31 === 1
    this.#start = start
    this.#at = start + TYPE_HEADER
    this.#end = end
  }

  get name(): string {
    return this.#text(this.#start)
  }

  get size(): number {
    return this.#view.getUint32(this.#start + 8, this.#littleEndian)
  }

  headRef(): number {
    return this.#ref(this.#start + 8)
  }

  u32(): number {
    const value = this.#view.getUint32(this.#at, this.#littleEndian)
    this.#at += 4
    return value
  }

  ref(): number {
    this.#at += 4
    return this.#ref(this.#at - 4)
  }

  text(): string {
    this.#at += 4
    return this.#text(this.#at - 4)
  }

  rest(): Uint8Array {
    const { buffer, byteOffset } = this.#view
    return new Uint8Array(buffer, byteOffset + this.#at, this.#end - this.#at)
  }

  refuse(why: string): never {
    throw this.#error(why, this.#start)
  }

  #ref(at: number): number {
    const id = this.#view.getUint32(at, this.#littleEndian)
    if (id >= this.#btf.count) throw this.#error(`it refers to type ${id}; ids run to ${this.#btf.count - 1}`, at)
    return id
  }

  #text(at: number): string {
    const name = this.#btf.strings.name(this.#view.getUint32(at, this.#littleEndian))
    if (name === undefined) throw this.#error('its name is not in the strings, or too long', at)
    return name
  }

  #error(why: string, offset: number): BtfError {
    return new BtfError(why, { source: this.#btf.name, typeId: this.id, offset })
  }
}
