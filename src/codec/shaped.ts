import type { AnyCodec, Codec, In, Out } from './codec.ts'

/** A codec whose values are shaped otherwise than its bytes: {@link shaped}. */
export interface Shaped<W extends AnyCodec, O, I> extends Codec<O, I> {
  readonly of: W
}

/**
 * A piece of a wire format under names or in units of its own: `read` makes the value from what the codec yields, `write` makes what it takes
 * from the value. For what is on the wire in parts that have to agree: a rate with its table, a burst in the time that it takes.
 */
export function shaped<W extends AnyCodec, O, I>(
  of: W,
  { read, write }: { readonly read: (wire: Out<W>) => O; readonly write: (value: I) => In<W> },
): Shaped<W, O, I> {
  return {
    kind: 'shaped',
    size: of.size,
    align: of.align,
    get nested() {
      return of.nested
    },
    of,
    read(source, start, end) {
      const wire = of.read(source, start, end)
      return wire === undefined ? undefined : read(wire as Out<W>)
    },
    write(writer, value) {
      if (typeof value !== 'object' || value === null) writer.wrongType('an object', value)
      of.write(writer, write(value) as never)
    },
  }
}
