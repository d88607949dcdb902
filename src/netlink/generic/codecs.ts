/**
 * Shapes of attributes that generic netlink has and rtnetlink has not.
 *
 * @module
 */
import {
  type AnyCodec,
  type Attributes,
  type AttributesIn,
  type AttributesOut,
  type Codec,
  flags,
  type Flags,
  type In,
  littleEndian,
  type Names,
  type Out,
  type Rows,
  type Source,
  struct,
  u16,
  u32,
  u8,
  type Writer,
} from '../../codec/index.ts'

/** `struct genlmsghdr`. */
export const genlHeader = struct({ cmd: u8, version: u8, reserved: u16 })

/** A message of a family: `struct genlmsghdr`, which the table's owner knows, and the attributes of a table. */
export interface GenlMessage<R extends Rows> extends Codec<AttributesOut<R>, AttributesIn<R>> {
  readonly kind: 'message'
  readonly header: typeof genlHeader
  readonly attributes: Attributes<R>
}

/** The codec of a command's messages. */
export function genlMessage<R extends Rows>(cmd: number, version: number, attributes: Attributes<R>): GenlMessage<R> {
  return {
    kind: 'message',
    size: undefined,
    align: 4,
    nested: true,
    header: genlHeader,
    attributes,
    read: (source, start, end) =>
      end - start < genlHeader.size ? undefined : attributes.read(source, start + genlHeader.size, end),
    write(writer, value) {
      genlHeader.write(writer, { cmd, version })
      attributes.write(writer, value)
    },
  }
}

/** A nest whose types are keys: `Map<type, value>`. */
export function mapOf<C extends AnyCodec>(of: C): Codec<Map<number, Out<C>>, ReadonlyMap<number, In<C>>> {
  return {
    kind: 'mapOf',
    size: undefined,
    align: 4,
    nested: true,
    read(source: Source, start: number, end: number) {
      const map = new Map<number, Out<C>>()
      for (let at = start; at + 4 <= end;) {
        const size = source.view.getUint16(at, littleEndian)
        if (size < 4 || at + size > end) break
        const value = of.read(source, at + 4, at + size)
        if (value !== undefined) map.set(source.view.getUint16(at + 2, littleEndian) & 0x3fff, value as Out<C>)
        at += (size + 3) & ~3
      }
      return map
    },
    write(writer: Writer, value: ReadonlyMap<number, In<C>>) {
      if (!(value instanceof Map)) writer.wrongType('a Map', value)
      for (const [type, one] of value) {
        writer.enter(type)
        const start = writer.open(of.nested ? type | 0x8000 : type)
        ;(of as Codec<unknown>).write(writer, one)
        writer.close(start)
        writer.leave()
      }
    },
  }
}

/** A 64-bit word of flags of which only the lower half has names, as the kernel's newer families have them; bits above are not read. */
export function flags64<const N extends Names>(names: N): Flags<N> {
  const low = flags(u32, names)
  const at = littleEndian ? 0 : 4
  return {
    ...low,
    size: 8,
    align: 8,
    inline: undefined,
    read: (source, start, end) => (end - start < 8 ? undefined : low.read(source, start + at, end)),
    write(writer, value) {
      if (!littleEndian) writer.reserve(4)
      low.write(writer, value)
      if (littleEndian) writer.reserve(4)
    },
  }
}
