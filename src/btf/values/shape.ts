/** Typed arrays that arrays of numbers are read as. */
export type NumericArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array

/** What reading a value yields: which of these is fixed by the type, never by the bytes. */
export type BtfValue =
  number | bigint | boolean | string | NumericArray | readonly BtfValue[] | { readonly [member: string]: BtfValue }

/** How values of one type lie in memory: the type graph walked once, down to plain reads and writes. */
export interface Shape {
  /** What it is in words, for the errors: `u32`, `char[16]`, `struct event`. */
  readonly label: string
  /** Bytes without the elements of a flexible array. */
  readonly size: number
  /** How many values there are to read, one within the other; 1 if left out. */
  readonly weight?: number | undefined
  /** The read as an expression over `view`, with the offset spelled `at`: what can be put in line needs no call. */
  readonly inline?: ((at: string) => string) | undefined
  /** Reads at an offset. `end` is where the elements of a flexible array end. */
  read(view: DataView, at: number, end: number): BtfValue
  /** Writes over zeroed bytes. Throws {@link Fault}. */
  write(view: DataView, at: number, value: unknown): void
  /** Bytes that a value takes beyond `size`; only a shape that ends in a flexible array has this. */
  readonly extra?: ((value: unknown) => number) | undefined
}

/** A value that a shape cannot take; on its way out it learns where it was. */
export class Fault {
  readonly type: 'type' | 'range'
  readonly message: string
  path = ''

  constructor(type: 'type' | 'range', message: string) {
    this.type = type
    this.message = message
  }

  /** Tells what was thrown, if it is a fault, that it happened at `step`: `.name` or `[index]`. Returns it, to be thrown on. */
  static within(step: string, thrown: unknown): unknown {
    if (thrown instanceof Fault) thrown.path = step + thrown.path
    return thrown
  }
}

/** Refuses a value of the wrong kind. */
export function wrongType(shape: { readonly label: string }, wanted: string, value: unknown): never {
  throw new Fault('type', `${shape.label} takes ${wanted}, not ${describe(value)}`)
}

/** Refuses a value that does not fit. */
export function outOfRange(shape: { readonly label: string }, why: string): never {
  throw new Fault('range', `${why} ${shape.label}`)
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return value.length > 40 ? 'a long string' : JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'object') return `a ${typeof value}`
  if (Array.isArray(value)) return 'an array'
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name !== 'Object' ? `an object (${name})` : 'an object'
}
