import type { Codec } from './codec.ts'
import { littleEndian } from './source.ts'
import type { Writer } from './writer.ts'

/** A codec of a whole number of fixed width. */
export interface Integer extends Codec<number> {
  readonly size: number
  readonly min: number
  readonly max: number
}

/** A codec of a 64-bit whole number: reads as bigint, writes bigint or number. */
export interface BigInteger extends Codec<bigint, bigint | number> {
  readonly size: 8
}

type Width = 'Int8' | 'Uint8' | 'Int16' | 'Uint16' | 'Int32' | 'Uint32'

function integer(kind: string, width: Width, order: boolean = littleEndian): Integer {
  const bits = Number(width.replace(/\D+/, ''))
  const signed = width.startsWith('I')
  const size = bits / 8
  const min = signed ? -(2 ** (bits - 1)) : 0
  const max = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1
  const range = `an integer from ${min} to ${max}`
  const get = DataView.prototype[`get${width}`]
  const set = DataView.prototype[`set${width}`]
  return {
    kind,
    size,
    align: size,
    nested: false,
    min,
    max,
    inline: (at) => `v.get${width}(${at}, ${order})`,
    read: (source, start, end) => (end - start >= size ? get.call(source.view, start, order) : undefined),
    write(writer, value) {
      if (typeof value !== 'number') writer.wrongType(range, value)
      if (!(value >= min && value <= max) || !Number.isInteger(value)) writer.outOfRange(range, value)
      const at = writer.reserve(size) // first: it may replace the view
      set.call(writer.view, at, value, order)
    },
  }
}

/** Most counters are small: a bigint that exists already costs 3 ns, a new one 15. */
const SMALL: readonly bigint[] = Array.from({ length: 256 }, (_, n) => BigInt(n))

function bigInteger(kind: string, width: 'BigInt64' | 'BigUint64', order: boolean = littleEndian): BigInteger {
  const get = DataView.prototype[`get${width}`]
  return {
    kind,
    size: 8,
    align: 8,
    nested: false,
    inline(at, use) {
      const low = `v.getUint32(${order ? at : `${at} + 4`}, ${order})`
      const high = `v.getUint32(${order ? `${at} + 4` : at}, ${order})`
      return `(${high} === 0 && ${low} < 256 ? ${use(SMALL)}[${low}] : v.get${width}(${at}, ${order}))`
    },
    read: (source, start, end) => (end - start >= 8 ? get.call(source.view, start, order) : undefined),
    write(writer, value) {
      const whole = toBigInt(writer, value)
      const low = width === 'BigInt64' ? -(1n << 63n) : 0n
      const high = width === 'BigInt64' ? (1n << 63n) - 1n : (1n << 64n) - 1n
      if (whole < low || whole > high) writer.outOfRange(`an integer from ${low} to ${high}`, value)
      const at = writer.reserve(8)
      writer.view[`set${width}`](at, whole, order)
    },
  }
}

function toBigInt(writer: Writer, value: bigint | number): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value !== 'number') writer.wrongType('a bigint or a number', value)
  if (!Number.isSafeInteger(value)) writer.outOfRange('an integer that a number holds exactly', value)
  return BigInt(value)
}

/** `__u8`. */
export const u8: Integer = integer('u8', 'Uint8')
/** `__u16` in host order. */
export const u16: Integer = integer('u16', 'Uint16')
/** `__u32` in host order. */
export const u32: Integer = integer('u32', 'Uint32')
/** `__s8`. */
export const s8: Integer = integer('s8', 'Int8')
/** `__s16` in host order. */
export const s16: Integer = integer('s16', 'Int16')
/** `__s32` in host order. */
export const s32: Integer = integer('s32', 'Int32')
/** `__be16`: a 16-bit number in network order (ports, Ethernet protocols). */
export const be16: Integer = integer('be16', 'Uint16', false)
/** `__be32`: a 32-bit number in network order. */
export const be32: Integer = integer('be32', 'Uint32', false)
/** `__u64` in host order, as bigint: opaque, or able to pass 2^53. */
export const u64: BigInteger = bigInteger('u64', 'BigUint64')
/** `__s64` in host order, as bigint. */
export const s64: BigInteger = bigInteger('s64', 'BigInt64')
/** `__be64`: a 64-bit number in network order, as bigint. */
export const be64: BigInteger = bigInteger('be64', 'BigUint64', false)

/** `__u64` that is bounded by nature (a size, a rate), as number; what a number cannot hold exactly is rounded. */
export const count64: Codec<number, number | bigint> = {
  kind: 'count64',
  size: 8,
  align: 8,
  nested: false,
  inline: (at) => {
    const low = littleEndian ? at : `${at} + 4`
    const high = littleEndian ? `${at} + 4` : at
    return `(v.getUint32(${high}, ${littleEndian}) * 4294967296 + v.getUint32(${low}, ${littleEndian}))`
  },
  read: (source, start, end) => (end - start >= 8 ? Number(source.view.getBigUint64(start, littleEndian)) : undefined),
  write: (writer, value) => u64.write(writer, value),
}

/** An unsigned number of 4 or 8 bytes, the shorter when it fits (`NLA_UINT` of newer generic netlink families), as bigint. Requires Linux 6.7. */
export const uint: Codec<bigint, bigint | number> = {
  kind: 'uint',
  size: undefined,
  align: 4,
  nested: false,
  read(source, start, end) {
    if (end - start >= 8) return source.view.getBigUint64(start, littleEndian)
    return end - start >= 4 ? BigInt(source.view.getUint32(start, littleEndian)) : undefined
  },
  write(writer, value) {
    const whole = toBigInt(writer, value)
    if (whole >= 0n && whole <= 0xffff_ffffn) u32.write(writer, Number(whole))
    else u64.write(writer, whole)
  },
}

/** A signed number of 4 or 8 bytes, the shorter when it fits (`NLA_SINT`), as bigint. Requires Linux 6.7. */
export const sint: Codec<bigint, bigint | number> = {
  kind: 'sint',
  size: undefined,
  align: 4,
  nested: false,
  read(source, start, end) {
    if (end - start >= 8) return source.view.getBigInt64(start, littleEndian)
    return end - start >= 4 ? BigInt(source.view.getInt32(start, littleEndian)) : undefined
  },
  write(writer, value) {
    const whole = toBigInt(writer, value)
    if (whole >= -0x8000_0000n && whole <= 0x7fff_ffffn) s32.write(writer, Number(whole))
    else s64.write(writer, whole)
  },
}

function truth(kind: string, of: Integer): Codec<boolean> {
  return {
    kind,
    size: of.size,
    align: of.align,
    nested: false,
    inline: (at, use) => `(${of.inline!(at, use)} !== 0)`,
    read(source, start, end) {
      const value = of.read(source, start, end)
      return value === undefined ? undefined : value !== 0
    },
    write(writer, value) {
      if (typeof value !== 'boolean') writer.wrongType('true or false', value)
      of.write(writer, value ? 1 : 0)
    },
  }
}

/** A `__u8` that is a truth: whatever is not 0 reads as true. */
export const bool: Codec<boolean> = truth('bool', u8)
/** A `__u32` that is a truth. */
export const bool32: Codec<boolean> = truth('bool32', u32)

/**
 * An attribute whose presence says yes (`NLA_FLAG`). Writing false leaves it out. A kernel that sends the same attribute as a number
 * is understood: 0 is then false.
 */
export const flag: Codec<boolean> = {
  kind: 'flag',
  size: undefined,
  align: 1,
  nested: false,
  read(source, start, end) {
    for (let at = start; at < end; at++) if (source.bytes[at] !== 0) return true
    return start === end
  },
  write(writer, value) {
    if (typeof value !== 'boolean') writer.wrongType('true or false', value)
  },
}

/** Filler that the kernel puts before 64-bit payloads (`*_PAD`): read as nothing, never written. */
export const pad: Codec<never> = {
  kind: 'pad',
  size: undefined,
  align: 1,
  nested: false,
  read: () => undefined,
  write: (writer, value) => writer.wrongType('nothing: this attribute is filler', value),
}
