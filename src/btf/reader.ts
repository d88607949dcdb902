import { BtfError } from './error.ts'
import type { Section } from './header.ts'
import type { StringTable } from './strings.ts'
import { TYPE_HEADER, type TypeSource } from './wire.ts'

/** What a reader needs of the BTF it reads. */
interface Surroundings {
  readonly name: string
  readonly count: number
  readonly strings: StringTable
  readonly bytes: Uint8Array
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
  readonly #words: Uint32Array
  readonly #section: Section
  #start = 0
  #at = 0
  #end = 0

  /** `words` are those of the section of `btf`'s input. */
  constructor(btf: Surroundings, words: Uint32Array, section: Section) {
    this.#btf = btf
    this.#words = words
    this.#section = section
  }

  /** Moves to the type of this id, whose words run from `start` to `end`. */
  open(id: number, start: number, end: number): void {
    const info = this.#word(start + 1)
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
    return this.#word(this.#start + 2)
  }

  headRef(): number {
    return this.#ref(this.#start + 2)
  }

  u32(): number {
    return this.#word(this.#at++)
  }

  ref(): number {
    return this.#ref(this.#at++)
  }

  text(): string {
    return this.#text(this.#at++)
  }

  rest(): Uint8Array {
    return this.#btf.bytes.subarray(this.#byteOf(this.#at), this.#byteOf(this.#end))
  }

  refuse(why: string): never {
    throw this.#error(why, this.#start)
  }

  #word(at: number): number {
    return this.#words[at] ?? 0
  }

  #ref(at: number): number {
    const id = this.#word(at)
    if (id >= this.#btf.count) throw this.#error(`it refers to type ${id}; ids run to ${this.#btf.count - 1}`, at)
    return id
  }

  #text(at: number): string {
    const name = this.#btf.strings.name(this.#word(at))
    if (name === undefined) throw this.#error('its name is not in the strings, or too long', at)
    return name
  }

  #byteOf(at: number): number {
    return this.#section.start + 4 * at
  }

  #error(why: string, at: number): BtfError {
    return new BtfError(why, { source: this.#btf.name, typeId: this.id, offset: this.#byteOf(at) })
  }
}
