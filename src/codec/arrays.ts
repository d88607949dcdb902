import type { AnyCodec, Codec, In, Out } from './codec.ts'
import { Constants, valueSource } from './generate.ts'
import type { Source } from './source.ts'
import type { Writer } from './writer.ts'

/** A list of elements of one codec. */
export interface List<C extends AnyCodec> extends Codec<Out<C>[], readonly In<C>[]> {
  readonly of: C
}

/** The width of an element, which cannot do without one. */
export function widthOf(of: AnyCodec): number {
  if (of.size === undefined) throw new TypeError(`an array needs elements of fixed size, and a ${of.kind} has none`)
  return of.size
}

/** `count` elements of one codec, one after another, as in `__u32 key[4]`. */
export function array<C extends AnyCodec>(of: C, count: number): List<C> {
  const size = widthOf(of) * count
  const read = elements(of)
  return {
    kind: 'array',
    size,
    align: of.align,
    nested: false,
    of,
    read: (source, start, end) => (end - start < size ? undefined : (read(source, start, start + size) as Out<C>[])),
    write(writer: Writer, value: readonly In<C>[]) {
      if (!Array.isArray(value)) writer.wrongType('an array', value)
      if (value.length > count) writer.outOfRange(`at most ${count} elements`, value.length)
      writeElements(writer, of, value)
      writer.reserve((count - value.length) * of.size!)
    },
  }
}

/** As many elements of one codec as the payload has room for. */
export function arrayOf<C extends AnyCodec>(of: C): List<C> {
  widthOf(of)
  const read = elements(of)
  return {
    kind: 'arrayOf',
    size: undefined,
    align: of.align,
    nested: false,
    of,
    read: (source, start, end) => read(source, start, end) as Out<C>[],
    write(writer: Writer, value: readonly In<C>[]) {
      if (!Array.isArray(value)) writer.wrongType('an array', value)
      writeElements(writer, of, value)
    },
  }
}

type Elements = (source: Source, start: number, end: number) => unknown[]

/** The loop over the elements, with their read in line; made at its first use. */
function elements(of: AnyCodec): Elements {
  let read: Elements | undefined
  return (source, start, end) => (read ??= generate(of) ?? walk(of))(source, start, end)
}

function generate(of: AnyCodec): Elements | undefined {
  const constants = new Constants()
  return constants.build<Elements>(`(s, start, end) => {
    const v = s.view, count = Math.floor((end - start) / ${of.size}), list = new Array(count)
    for (let i = 0, at = start; i < count; i++, at += ${of.size}) list[i] = ${valueSource(of, 'at', constants)}
    return list
  }`)
}

function walk(of: AnyCodec): Elements {
  const size = of.size!
  return (source, start, end) => {
    const list: unknown[] = []
    for (let at = start; at + size <= end; at += size) list.push(of.read(source, at, at + size))
    return list
  }
}

function writeElements(writer: Writer, of: AnyCodec, value: readonly unknown[]): void {
  for (let i = 0; i < value.length; i++) {
    writer.enter(i)
    ;(of as Codec<unknown>).write(writer, value[i])
    writer.leave()
  }
}
