/**
 * Global variables of a loaded object.
 *
 * @module
 */
import { type ObjectSpec, type VariableSpec } from '../../elf/index.ts'
import { type Mapping } from '../../sys/index.ts'
import { type MapCodec } from '../maps/codec.ts'
import { type BpfMap } from '../maps/map.ts'
import { variableCodec } from './contents.ts'
import { ObjectError } from './errors.ts'

const MMAPABLE = 1024

/** The memory that holds the variables of a section: the only value of a data map, or the end of an arena. */
export class Section {
  /** The map that it is in. */
  readonly map: BpfMap
  /** Whether programs rely on it not to change. */
  readonly constant: boolean
  /** Where in the map's memory it begins. */
  readonly offset: number
  #mapping: Mapping | undefined
  #view: DataView | undefined

  constructor(map: BpfMap, constant: boolean, offset = 0) {
    this.map = map
    this.constant = constant
    this.offset = offset
  }

  /** Its memory, which programs see at once; undefined for a map that cannot be mapped. */
  get view(): DataView | undefined {
    if (this.#view || (this.map.type !== 'arena' && (this.map.flags & MMAPABLE) === 0)) return this.#view
    this.#mapping = this.map.mmap({ write: !this.constant })
    this.#view = new DataView(this.#mapping.buffer, this.offset)
    return this.#view
  }

  /** Unmaps it. */
  close(): void {
    this.#mapping?.close()
    this.#view = undefined
  }
}

const KEY = new Uint8Array(4)

/** A class of typed arrays: `Uint32Array`, `BigUint64Array`. */
export interface NumbersClass<A> {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBuffer, byteOffset: number, length: number): A
}

/**
 * A global variable of a loaded object. Where its map can be mapped (a section with a global, typed variable), reading and writing it is
 * a memory access that programs see at once, and no system call; else the whole section is read and written.
 */
export class Variable<T = unknown> {
  readonly name: string
  /** Its section: `.bss`, `.data`, `.rodata`, or one with a name of its own. */
  readonly section: string
  /** Its size in bytes. */
  readonly size: number
  /** Whether programs rely on it not to change: it was set before the object was loaded. */
  readonly constant: boolean
  readonly #offset: number
  readonly #home: Section
  readonly #codec: MapCodec<T>

  /** @internal */
  constructor(spec: VariableSpec, home: Section, codec: MapCodec<T>) {
    this.name = spec.name
    this.section = spec.section
    this.size = spec.size
    this.constant = home.constant
    this.#offset = spec.offset
    this.#home = home
    this.#codec = codec
  }

  /** Its value now. */
  get(): T {
    const { view } = this.#home
    if (view) return this.#codec.read(view, this.#offset)
    const bytes = this.#whole()
    return this.#codec.read(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), this.#offset)
  }

  /**
   * Gives it another value.
   *
   * @throws ObjectError for a constant: its value is given to `Collection.load`, in `variables`.
   */
  set(value: T): void {
    this.#changeable()
    const { view, map } = this.#home
    if (view) return this.#codec.write(view, this.#offset, value)
    const bytes = this.#whole()
    this.#codec.write(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), this.#offset, value)
    map.raw.set(KEY, bytes)
  }

  /**
   * Its memory, shared with the programs, to make a typed array of: `new Uint32Array(bytes.buffer, bytes.byteOffset, n)`. It must not be
   * touched after the collection is closed, nor written to when the variable is constant.
   *
   * @throws ObjectError when its map cannot be mapped.
   */
  get bytes(): Uint8Array {
    const { view } = this.#home
    if (!view) throw new ObjectError(`the section of variable ${this.name} cannot be mapped`, { variable: this.name })
    return new Uint8Array(view.buffer, view.byteOffset + this.#offset, this.size)
  }

  /**
   * Its memory as a typed array, shared with the programs: `variable.array(BigUint64Array)` changes as they write, and they see what is written
   * to it. What holds for {@link bytes} holds for it.
   *
   * @throws ObjectError when its size is no whole number of such elements, or its map cannot be mapped.
   */
  array<A>(Type: NumbersClass<A>): A {
    const { buffer, byteOffset, length } = this.bytes
    const count = length / Type.BYTES_PER_ELEMENT
    if (Number.isInteger(count)) return new Type(buffer as ArrayBuffer, byteOffset, count)
    throw new ObjectError(`variable ${this.name} has ${length} bytes, no whole number of ${Type.BYTES_PER_ELEMENT}`, { variable: this.name }) // prettier-ignore
  }

  /** Adds to an integer of 4 or 8 bytes, in one step that no program comes between; gives the former value, signed. */
  add(value: bigint | number): bigint {
    return this.#atomic((cell, n) => Atomics.add(cell as BigInt64Array, 0, n as bigint), value)
  }

  /** Puts a value into an integer of 4 or 8 bytes and gives the former one, signed, in one step. */
  exchange(value: bigint | number): bigint {
    return this.#atomic((cell, n) => Atomics.exchange(cell as BigInt64Array, 0, n as bigint), value)
  }

  /** Puts a value into an integer of 4 or 8 bytes if it is `expected` now; gives the former value, signed, in one step. */
  compareExchange(expected: bigint | number, value: bigint | number): bigint {
    const old = this.size === 8 ? BigInt(expected) : Number(expected)
    return this.#atomic(
      (cell, n) => Atomics.compareExchange(cell as BigInt64Array, 0, old as bigint, n as bigint),
      value,
    )
  }

  #atomic(
    act: (cell: BigInt64Array | Int32Array, value: bigint | number) => bigint | number,
    value: bigint | number,
  ): bigint {
    this.#changeable()
    const { buffer, byteOffset } = this.bytes
    if (this.size === 8) return BigInt(act(new BigInt64Array(buffer, byteOffset, 1), BigInt.asIntN(64, BigInt(value))))
    if (this.size === 4) return BigInt(act(new Int32Array(buffer, byteOffset, 1), Number(value)))
    throw new ObjectError(`variable ${this.name} has ${this.size} bytes: only 4 or 8 change in one step`, { variable: this.name }) // prettier-ignore
  }

  #whole(): Uint8Array {
    return this.#home.map.raw.get(KEY) ?? new Uint8Array(this.#home.map.valueSize)
  }

  #changeable(): void {
    if (!this.constant) return
    throw new ObjectError(`variable ${this.name} is constant: give its value to Collection.load, in variables`, { variable: this.name }) // prettier-ignore
  }
}

/** The variables of the maps that were created. `sections` are those that are open already, and takes those that are opened here. */
export function openVariables(
  spec: ObjectSpec,
  maps: ReadonlyMap<string, BpfMap>,
  sections: Map<string, Section>,
): Record<string, Variable> {
  const variables: Record<string, Variable> = {}
  for (const variable of Object.values(spec.variables)) {
    const map = maps.get(variable.map)
    if (!map) continue
    let home = sections.get(variable.map)
    if (!home) sections.set(variable.map, (home = new Section(map, spec.maps[variable.map]?.origin === 'rodata')))
    variables[variable.name] = new Variable(variable, home, variableCodec(spec, variable))
  }
  return variables
}
