import { outOfRange, wrongType, type Shape } from './shape.ts'

/** The access to one width and signedness of number. */
interface Width {
  readonly bytes: 1 | 2 | 4 | 8
  readonly get: (view: DataView, at: number, littleEndian: boolean) => number | bigint
  readonly set: (view: DataView, at: number, value: never, littleEndian: boolean) => void
  /** The DataView's method, for reads in line. */
  readonly method: string
}

type Numbers = { readonly [width: string]: Width }

/** Integers by width in bits, `-` before the signed ones. */
const INTEGERS: Numbers = {
  8: {
    bytes: 1,
    get: (view, at) => view.getUint8(at),
    set: (view, at, value: number) => view.setUint8(at, value),
    method: 'getUint8',
  },
  '-8': {
    bytes: 1,
    get: (view, at) => view.getInt8(at),
    set: (view, at, value: number) => view.setInt8(at, value),
    method: 'getInt8',
  },
  16: {
    bytes: 2,
    get: (view, at, le) => view.getUint16(at, le),
    set: (view, at, value: number, le) => view.setUint16(at, value, le),
    method: 'getUint16',
  },
  '-16': {
    bytes: 2,
    get: (view, at, le) => view.getInt16(at, le),
    set: (view, at, value: number, le) => view.setInt16(at, value, le),
    method: 'getInt16',
  },
  32: {
    bytes: 4,
    get: (view, at, le) => view.getUint32(at, le),
    set: (view, at, value: number, le) => view.setUint32(at, value, le),
    method: 'getUint32',
  },
  '-32': {
    bytes: 4,
    get: (view, at, le) => view.getInt32(at, le),
    set: (view, at, value: number, le) => view.setInt32(at, value, le),
    method: 'getInt32',
  },
  64: {
    bytes: 8,
    get: (view, at, le) => view.getBigUint64(at, le),
    set: (view, at, value: bigint, le) => view.setBigUint64(at, value, le),
    method: 'getBigUint64',
  },
  '-64': {
    bytes: 8,
    get: (view, at, le) => view.getBigInt64(at, le),
    set: (view, at, value: bigint, le) => view.setBigInt64(at, value, le),
    method: 'getBigInt64',
  },
}

const FLOATS: Numbers = {
  32: {
    bytes: 4,
    get: (view, at, le) => view.getFloat32(at, le),
    set: (view, at, value: number, le) => view.setFloat32(at, value, le),
    method: 'getFloat32',
  },
  64: {
    bytes: 8,
    get: (view, at, le) => view.getFloat64(at, le),
    set: (view, at, value: number, le) => view.setFloat64(at, value, le),
    method: 'getFloat64',
  },
}

/** A shape that is one number, which arrays of it can tell. */
export interface NumberShape extends Shape {
  readonly number: {
    readonly of: 'integer' | 'float'
    readonly signed: boolean
    readonly littleEndian: boolean
  }
}

/** Whether a shape is a number that typed arrays can hold. */
export function isNumber(shape: Shape): shape is NumberShape {
  return 'number' in shape
}

/**
 * Checks that a value is an integer within the limits and returns it as bigint if the shape is wide, else as number.
 * Both are accepted for both.
 */
export function checkInteger(shape: { readonly label: string }, value: unknown, limits: Limits): number | bigint {
  const { low, high, wide } = limits
  if (typeof value === 'number') {
    if (value >= low && value <= high && Number.isSafeInteger(value)) return wide ? BigInt(value) : value
    if (!Number.isInteger(value)) outOfRange(shape, `${value} is no`)
    if (!Number.isSafeInteger(value)) outOfRange(shape, `${value} is not exact, so it is no`)
  } else if (typeof value === 'bigint') {
    if (value >= low && value <= high) return wide ? value : Number(value)
  } else wrongType(shape, 'a number', value)
  return outOfRange(shape, `${value} does not fit into`)
}

/** The values that an integer can have. */
export interface Limits {
  readonly low: number | bigint
  readonly high: number | bigint
  /** Whether values are bigints. */
  readonly wide: boolean
}

/** The limits of an integer of so many bits. */
export function limitsOf(bits: number, signed: boolean): Limits {
  const low = signed ? -(2n ** BigInt(bits - 1)) : 0n
  const high = 2n ** BigInt(signed ? bits - 1 : bits) - 1n
  return bits <= 32 ? { low: Number(low), high: Number(high), wide: false } : { low, high, wide: true }
}

/** An integer of 1, 2, 4 or 8 bytes: number up to 4, bigint for 8. */
export function integer(label: string, size: number, signed: boolean, littleEndian: boolean): NumberShape | undefined {
  const width = INTEGERS[(signed ? -8 : 8) * size]
  if (width === undefined) return undefined
  const limits = limitsOf(8 * size, signed)
  const shape: NumberShape = {
    label,
    size,
    number: { of: 'integer', signed, littleEndian },
    inline: (at) => `view.${width.method}(${at}, ${littleEndian})`,
    read: (view, at) => width.get(view, at, littleEndian),
    write: (view, at, value) => width.set(view, at, checkInteger(shape, value, limits) as never, littleEndian),
  }
  return shape
}

/** An integer of 16 bytes (`__int128`), as bigint. */
export function wideInteger(label: string, signed: boolean, littleEndian: boolean): Shape {
  const limits = limitsOf(128, signed)
  const shape: Shape = {
    label,
    size: 16,
    read(view, at) {
      const low = view.getBigUint64(littleEndian ? at : at + 8, littleEndian)
      const value = (view.getBigUint64(littleEndian ? at + 8 : at, littleEndian) << 64n) | low
      return signed ? BigInt.asIntN(128, value) : value
    },
    write(view, at, given) {
      const value = checkInteger(shape, given, limits) as bigint
      view.setBigUint64(littleEndian ? at : at + 8, BigInt.asUintN(64, value), littleEndian)
      view.setBigUint64(littleEndian ? at + 8 : at, BigInt.asUintN(64, value >> 64n), littleEndian)
    },
  }
  return shape
}

/** A float of 4 or 8 bytes. */
export function float(label: string, size: number, littleEndian: boolean): NumberShape | undefined {
  const width = FLOATS[8 * size]
  if (width === undefined) return undefined
  const shape: NumberShape = {
    label,
    size,
    number: { of: 'float', signed: true, littleEndian },
    inline: (at) => `view.${width.method}(${at}, ${littleEndian})`,
    read: (view, at) => width.get(view, at, littleEndian),
    write(view, at, value) {
      if (typeof value !== 'number') wrongType(shape, 'a number', value)
      width.set(view, at, value as never, littleEndian)
    },
  }
  return shape
}

/** A pointer: always a bigint, whatever its width. */
export function pointer(label: string, size: number, littleEndian: boolean): Shape {
  const inner = integer(label, size, false, littleEndian)
  if (inner === undefined || size === 8) return inner as Shape
  return {
    label,
    size,
    read: (view, at, end) => BigInt(inner.read(view, at, end) as number),
    write: (view, at, value) => inner.write(view, at, value),
  }
}

/** A boolean over the integer that holds it: anything but zero is true. */
export function boolean(raw: Shape): Shape {
  const shape: Shape = {
    label: raw.label,
    size: raw.size,
    inline: raw.size === 1 && raw.inline !== undefined ? (at) => `view.getUint8(${at}) !== 0` : undefined,
    read: (view, at, end) => Number(raw.read(view, at, end)) !== 0,
    write(view, at, value) {
      if (typeof value !== 'boolean') wrongType(shape, 'a boolean', value)
      raw.write(view, at, value ? 1 : 0)
    },
  }
  return shape
}
