import { checkInteger, limitsOf } from './numbers.ts'
import type { Shape } from './shape.ts'

/**
 * An integer of `width` bits that starts `bitOffset` bits into a struct. Bits count from the low end of a byte in
 * little-endian data and from the high end in big-endian data. Up to 32 bits are a number, more a bigint. The shape's
 * place is the start of the struct.
 */
export function bitfield(
  label: string,
  bitOffset: number,
  width: number,
  signed: boolean,
  littleEndian: boolean,
): Shape {
  const first = Math.floor(bitOffset / 8)
  const bytes = Math.ceil((bitOffset + width) / 8) - first
  const before = bitOffset % 8
  const shift = littleEndian ? before : 8 * bytes - before - width
  const byteAt = (i: number): number => first + (littleEndian ? bytes - 1 - i : i)
  const narrow = bytes <= 4 ? 32 - width : -1
  const limits = limitsOf(width, signed)
  const shape: Shape = {
    label: `${label} : ${width}`,
    size: first + bytes,
    read(view, at) {
      if (narrow >= 0) {
        let word = 0
        for (let i = 0; i < bytes; i++) word = (word << 8) | view.getUint8(at + byteAt(i))
        const high = (word >>> shift) << narrow
        return signed ? high >> narrow : high >>> narrow
      }
      const value = (load(view, at) >> BigInt(shift)) & ((1n << BigInt(width)) - 1n)
      const extended = signed ? BigInt.asIntN(width, value) : value
      return width <= 32 ? Number(extended) : extended
    },
    write(view, at, given) {
      const value = BigInt.asUintN(width, BigInt(checkInteger(shape, given, limits)))
      const kept = load(view, at) & ~(((1n << BigInt(width)) - 1n) << BigInt(shift))
      let word = kept | (value << BigInt(shift))
      for (let i = bytes - 1; i >= 0; i--, word >>= 8n) view.setUint8(at + byteAt(i), Number(word & 0xffn))
    },
  }
  return shape

  /** All bytes that the bitfield has a part of. */
  function load(view: DataView, at: number): bigint {
    let word = 0n
    for (let i = 0; i < bytes; i++) word = (word << 8n) | BigInt(view.getUint8(at + byteAt(i)))
    return word
  }
}
