import { type BtfValue, valueCodec, type ValueCodec } from '../btf/index.ts'
import { ElfError } from './error.ts'
import { type MapSpec, type ObjectSpec, type VariableSpec } from './spec.ts'

interface Place {
  readonly variable: VariableSpec
  readonly map: MapSpec
  /** How its bytes are read and written; undefined for an object without types. */
  readonly codec: ValueCodec | undefined
}

function find(spec: ObjectSpec, name: string): Place {
  const variable = spec.variables[name]
  const map = variable === undefined ? undefined : spec.maps[variable.map]
  if (variable === undefined || map === undefined) {
    const known = Object.keys(spec.variables).join(', ') || 'none'
    throw new ElfError(`the object has no variable ${name}; it has ${known}`)
  }
  const { type } = variable
  const codec = spec.btf === undefined || type === undefined ? undefined : valueCodec(spec.btf, type, { name })
  return { variable, map, codec }
}

/** The first bytes of a map, which exist only where some are not zero, or are about to be. */
function contentsOf(spec: ObjectSpec, map: MapSpec): Uint8Array {
  if (map.contents !== undefined) return map.contents
  const ends = Object.values(spec.variables).flatMap((each) => (each.map === map.name ? [each.offset + each.size] : []))
  const size = map.type === 'arena' ? Math.max(...ends) : map.valueSize
  return (map.contents = new Uint8Array(size))
}

/**
 * The value that a global variable has when the object is loaded, by its type: numbers, strings, structs as objects.
 * For an object without types it is bytes.
 *
 * Throws {@link ElfError} when there is no such variable.
 */
export function readVariable(spec: ObjectSpec, name: string): BtfValue {
  const { variable, map, codec } = find(spec, name)
  const { offset, size } = variable
  const bytes = map.contents?.subarray(offset, offset + size) ?? new Uint8Array(size)
  return codec === undefined ? bytes.slice() : codec.decode(bytes)
}

/**
 * Sets the value that a global variable will have when the object is loaded. Constants (`const volatile`) are set in
 * this way too: the verifier then knows them, and drops the code that they make unreachable.
 *
 * Throws {@link ElfError} when there is no such variable, and `BtfValueTypeError` or `BtfValueRangeError` for a value
 * that is none of its type; nothing is changed then.
 */
export function writeVariable(spec: ObjectSpec, name: string, value: unknown): void {
  const { variable, map, codec } = find(spec, name)
  const { offset, size } = variable
  let bytes: Uint8Array
  if (codec !== undefined) bytes = codec.encode(value)
  else if (value instanceof Uint8Array) bytes = value
  else throw new TypeError(`variable ${name} has no type in this object: it is set by bytes`)
  if (bytes.length > size) throw new RangeError(`variable ${name} has ${size} bytes, not ${bytes.length}`)
  const contents = contentsOf(spec, map)
  contents.fill(0, offset, offset + size)
  contents.set(bytes, offset)
}
