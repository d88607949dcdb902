import { isNumber, type NumberShape } from './numbers.ts'
import { Fault, outOfRange, wrongType, type BtfValue, type NumericArray, type Shape } from './shape.ts'
import { decodeText, encodeText, readAscii, writeAscii } from './text.ts'

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** How many elements an array has: a number, or as many as the bytes hold. */
type Length = number | 'flexible'

function label(element: Shape, length: Length): string {
  return `${element.label}[${length === 'flexible' ? '' : length}]`
}

/** What an array of a given element is read as; the rest every array has in common. */
function array(
  element: Shape,
  length: Length,
  read: (view: DataView, at: number, count: number) => BtfValue,
  convert: (shape: { readonly label: string }, value: unknown) => ArrayLike<unknown>,
): Shape {
  const { size } = element
  const fixed = length === 'flexible' ? 0 : length
  const named = { label: label(element, length) }
  return {
    ...named,
    size: fixed * size,
    read: (view, at, end) => read(view, at, length === 'flexible' ? Math.max(0, Math.floor((end - at) / size)) : fixed),
    write(view, at, value) {
      const elements = convert(named, value)
      if (length !== 'flexible' && elements.length > fixed)
        outOfRange(named, `${elements.length} elements do not fit into`)
      if (elements instanceof Uint8Array && size === 1)
        return new Uint8Array(view.buffer, view.byteOffset + at, elements.length).set(elements)
      let i = 0
      try {
        for (; i < elements.length; i++) element.write(view, at + i * size, elements[i])
      } catch (fault) {
        throw Fault.within(`[${i}]`, fault)
      }
    },
    extra: length === 'flexible' ? (value) => convert(named, value).length * size : undefined,
  }
}

function elementsOf(shape: { readonly label: string }, value: unknown): ArrayLike<unknown> {
  if (Array.isArray(value)) return value
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
    ? (value as NumericArray)
    : wrongType(shape, 'an array', value)
}

/** An array of anything: an Array. */
function plainArray(element: Shape, length: Length): Shape {
  const read = (view: DataView, at: number, count: number): BtfValue =>
    Array.from({ length: count }, (_, i) => element.read(view, at + i * element.size, at + (i + 1) * element.size))
  const weight = (element.weight ?? 1) * (length === 'flexible' ? 1 : length)
  return { ...array(element, length, read, elementsOf), weight }
}

type NumericArrayType = new (buffer: ArrayBuffer) => NumericArray

function arrayTypeOf({ size, number: { of, signed } }: NumberShape): NumericArrayType {
  if (of === 'float') return size === 4 ? Float32Array : Float64Array
  if (size === 1) return signed ? Int8Array : Uint8Array
  if (size === 2) return signed ? Int16Array : Uint16Array
  if (size === 4) return signed ? Int32Array : Uint32Array
  return signed ? BigInt64Array : BigUint64Array
}

/** An array of numbers: a typed array, a copy in the host's byte order. */
function numericArray(element: NumberShape, length: Length): Shape {
  const Type = arrayTypeOf(element)
  const { size } = element
  const swap = size > 1 && element.number.littleEndian !== hostIsLittleEndian
  return array(
    element,
    length,
    (view, at, count) => {
      const copy = new Uint8Array(count * size)
      copy.set(new Uint8Array(view.buffer, view.byteOffset + at, count * size))
      if (swap) for (let i = 0; i < copy.length; i += size) copy.subarray(i, i + size).reverse()
      return new Type(copy.buffer)
    },
    elementsOf,
  )
}

/** An array of `char`: the text up to the first NUL, which is written after the text if there is room. */
function text(element: Shape, length: Length): Shape {
  const read = (view: DataView, at: number, count: number): string => {
    const ascii = readAscii(view, at, count)
    if (ascii !== undefined) return ascii
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, count)
    const end = bytes.indexOf(0)
    return decodeText(end < 0 ? bytes : bytes.subarray(0, end))
  }
  const shape = array(element, length, read, (shape, value) => {
    if (value instanceof Uint8Array) return value
    if (typeof value !== 'string') return wrongType(shape, 'a string', value)
    if (value.includes('\0')) outOfRange(shape, 'a NUL would end the text in')
    const bytes = encodeText(value) ?? outOfRange(shape, 'a lone surrogate cannot be text in')
    if (length === 'flexible') return Uint8Array.of(...bytes, 0)
    if (bytes.length > length) outOfRange(shape, `${bytes.length} bytes do not fit into`)
    return bytes
  })
  if (length === 'flexible') return shape
  return {
    ...shape,
    write(view, at, value) {
      if (typeof value !== 'string' || !writeAscii(view, at, value, length)) shape.write(view, at, value)
    },
  }
}

/** An array of elements of `element`. Writing takes any array that is no longer; what is left out is zero. */
export function arrayOf(element: Shape, length: Length, isText: boolean): Shape {
  // Elements of no size can claim any number of them, and have nothing to say.
  if (element.size === 0) return array(element, 0, () => [], elementsOf)
  if (isText) return text(element, length)
  return isNumber(element) ? numericArray(element, length) : plainArray(element, length)
}
