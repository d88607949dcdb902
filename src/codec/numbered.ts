import { widthOf } from './arrays.ts'
import { writeAttribute } from './attrs.ts'
import type { AnyCodec, Codec, In, Out } from './codec.ts'
import type { Names } from './enums.ts'
import { Constants, valueSource } from './generate.ts'
import type { Source } from './source.ts'
import { NLA_TYPE_MASK, type Writer } from './writer.ts'

/** Values by name, in an array when read and in a nest when written: {@link numbered}. */
export interface Numbered<N extends Names, C extends AnyCodec> extends Codec<
  { -readonly [K in keyof N]?: Out<C> } & { [index: number]: Out<C> },
  { readonly [K in keyof N]?: In<C> | undefined } & { readonly [index: number]: In<C> }
> {
  readonly of: C
  readonly names: N
}

type Values = (source: Source, start: number, end: number) => Record<string, unknown>

/**
 * Numbers with names that the kernel sends as an array and takes as a nest (`IFLA_INET_CONF`): position `n` of the array is the value with the
 * number `first + n` (1), which is its type in the nest. What has no name is kept under its number.
 */
export function numbered<const N extends Names, C extends AnyCodec>(
  of: C,
  names: N,
  { first = 1 }: { readonly first?: number | undefined } = {},
): Numbered<N, C> {
  widthOf(of)
  const byPosition: string[] = []
  for (const name in names) byPosition[names[name]! - first] = name
  for (let i = 0; i < byPosition.length; i++) byPosition[i] ??= String(first + i)
  let read: Values | undefined
  return {
    kind: 'numbered',
    size: undefined,
    align: of.align,
    nested: true,
    of,
    names,
    read(source, start, end) {
      read ??= generate(of, byPosition, first) ?? walk(of, byPosition, first)
      return read(source, start, end) as Out<Numbered<N, C>>
    },
    write(writer: Writer, value: In<Numbered<N, C>>) {
      if (typeof value !== 'object' || value === null) writer.wrongType('an object', value)
      for (const [name, given] of Object.entries(value)) {
        if (given === undefined) continue
        writer.enter(name)
        const id = Object.hasOwn(names, name) ? names[name]! : Number(name)
        if (!(Number.isInteger(id) && id >= 0 && id <= NLA_TYPE_MASK)) {
          writer.outOfRange(`one of ${Object.keys(names).join(', ')}`, name)
        }
        writeAttribute(writer, id, of, given)
        writer.leave()
      }
    },
  }
}

/** All the names at once where the kernel sends them all, which it does unless it is older: one object of one shape, no loop. */
function generate(of: AnyCodec, byPosition: readonly string[], first: number): Values | undefined {
  const constants = new Constants()
  const size = of.size!
  const known = byPosition.map(
    (name, i) => `${JSON.stringify(name)}: ${valueSource(of, `(start + ${i * size})`, constants)}`,
  )
  return constants.build<Values>(`(s, start, end) => {
    if (end - start < ${byPosition.length * size}) return ${constants.use(walk(of, byPosition, first))}(s, start, end)
    const v = s.view, o = { ${known.join(', ')} }
    for (let at = start + ${byPosition.length * size}, n = ${first + byPosition.length}; at + ${size} <= end; at += ${size}, n++) {
      o[n] = ${valueSource(of, 'at', constants)}
    }
    return o
  }`)
}

function walk(of: AnyCodec, byPosition: readonly string[], first: number): Values {
  const size = of.size!
  return (source, start, end) => {
    const values: Record<string, unknown> = {}
    for (let at = start, i = 0; at + size <= end; at += size, i++) {
      values[byPosition[i] ?? first + i] = of.read(source, at, at + size)
    }
    return values
  }
}
