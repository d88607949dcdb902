import type { Btf } from '../btf.ts'
import { Preparer, type ShapeOptions } from './prepare.ts'
import { Fault, type BtfValue, type Shape } from './shape.ts'

/** How {@link valueCodec} is to make a codec. */
export interface ValueCodecOptions extends ShapeOptions {
  /** What errors are to call the whole value, in place of the name of its type. */
  readonly name?: string | undefined
}

/** A value that is of the wrong kind for its type: the message starts with the path of the member. */
export class BtfValueTypeError extends TypeError {
  static {
    this.prototype.name = 'BtfValueTypeError'
  }
  /** Always `ERR_BTF_VALUE`. */
  readonly code = 'ERR_BTF_VALUE'
  /** The member at fault, as `event.comm` or `event.addr[3]`. */
  readonly path: string

  /** Says which member is wrong, and why. */
  constructor(path: string, message: string) {
    super(`${path}: ${message}`)
    this.path = path
  }
}

/** A value, or bytes, that do not fit their type: the message starts with the path of the member. */
export class BtfValueRangeError extends RangeError {
  static {
    this.prototype.name = 'BtfValueRangeError'
  }
  /** Always `ERR_BTF_VALUE`. */
  readonly code = 'ERR_BTF_VALUE'
  /** The member at fault, as `event.comm` or `event.addr[3]`. */
  readonly path: string

  /** Says which member is wrong, and why. */
  constructor(path: string, message: string) {
    super(`${path}: ${message}`)
    this.path = path
  }
}

/**
 * Values of one type ⇄ bytes, prepared once: reading and writing walk no types.
 *
 * What a type is read as: integers up to 32 bits a number, wider ones a bigint; `bool` a boolean; pointers a bigint;
 * floats a number; enums the enumerator's name, or the number where it has none; arrays of `char` a string up to the
 * first NUL (a byte that is not UTF-8 as a lone surrogate, U+DC80 to U+DCFF); arrays of numbers a typed array (a copy); other arrays an Array; structs and unions an object, the members of
 * anonymous ones beside the others; an array without a length at the end of all takes what is left. Floats of other sizes
 * than 4 and 8 bytes stay a Uint8Array.
 *
 * Writing takes the same, and besides: numbers and bigints for each other, numbers for enumerators, any array for an
 * array, a Uint8Array for text. As in C's initialisers, what is left out is zero: members, the ends of arrays. Several
 * members of a union may be given if they agree.
 */
export class ValueCodec<T = BtfValue> {
  /** The type's id. */
  readonly typeId: number
  /** What errors call the whole value. */
  readonly name: string
  /** Bytes of a value, without the elements of a flexible array at its end. */
  readonly size: number
  /** Whether the type ends in an array without a length. */
  readonly flexible: boolean
  readonly #shape: Shape

  /** @internal */
  constructor(typeId: number, name: string, shape: Shape) {
    this.typeId = typeId
    this.name = name
    this.size = shape.size
    this.flexible = shape.extra !== undefined
    this.#shape = shape
  }

  /**
   * Reads the value at a byte offset of a view. `end` is where the bytes of this value end, which only flexible arrays
   * look at; the view's own end by default.
   *
   * Throws {@link BtfValueRangeError} if the bytes end too early.
   */
  read(view: DataView, offset = 0, end = view.byteLength): T {
    if (offset + this.size > end || end > view.byteLength) this.#tooShort(end - offset)
    return this.#shape.read(view, offset, end) as T
  }

  /**
   * Writes a value at a byte offset of a view. All of its bytes are written, padding as zeros.
   *
   * Throws {@link BtfValueTypeError} or {@link BtfValueRangeError}, naming the member, if the value is not one of this
   * type or the view is too small; the bytes may have been written in part by then.
   */
  write(view: DataView, offset: number, value: unknown): void {
    const size = this.sizeFor(value)
    if (offset + size > view.byteLength) this.#tooShort(view.byteLength - offset)
    let at = offset
    for (const end = offset + size; at < end;) {
      if (at + 8 <= end) view.setFloat64(at, 0)
      else view.setUint8(at, 0)
      at += at + 8 <= end ? 8 : 1
    }
    this.#writeShape(view, offset, value)
  }

  /** Bytes that this value takes: {@link size}, and what its flexible array needs. */
  sizeFor(value: unknown): number {
    const { extra } = this.#shape
    if (extra === undefined) return this.size
    try {
      return this.size + extra(value)
    } catch (fault) {
      return this.#refuse(fault)
    }
  }

  /** Reads a value that fills the bytes. See {@link read}. */
  decode(bytes: Uint8Array): T {
    return this.read(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }

  /** Writes a value into bytes of its own. See {@link write}. */
  encode(value: unknown): Uint8Array {
    const bytes = new Uint8Array(this.sizeFor(value))
    this.#writeShape(new DataView(bytes.buffer), 0, value)
    return bytes
  }

  #writeShape(view: DataView, offset: number, value: unknown): void {
    try {
      this.#shape.write(view, offset, value)
    } catch (fault) {
      this.#refuse(fault)
    }
  }

  #refuse(fault: unknown): never {
    if (!(fault instanceof Fault)) throw fault
    const path = this.name + fault.path
    throw fault.type === 'type'
      ? new BtfValueTypeError(path, fault.message)
      : new BtfValueRangeError(path, fault.message)
  }

  #tooShort(bytes: number): never {
    throw new BtfValueRangeError(this.name, `${Math.max(0, bytes)} bytes are too few for ${this.#shape.label}`)
  }
}

/**
 * Prepares the codec of a type: walk it once, then read and write as often as you like.
 *
 * Throws {@link BtfError} if the type has no values, such as a function, or is broken.
 */
export function valueCodec<T = BtfValue>(btf: Btf, typeId: number, options: ValueCodecOptions = {}): ValueCodec<T> {
  const shape = new Preparer(btf, options).shape(typeId, true, 0)
  return new ValueCodec<T>(typeId, options.name ?? (btf.nameOf(typeId) || shape.label), shape)
}
