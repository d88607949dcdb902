import { writeAttribute } from './attrs.ts'
import type { AnyCodec, Codec, In, Out } from './codec.ts'
import type { Names } from './enums.ts'
import { littleEndian } from './source.ts'
import { NLA_TYPE_MASK } from './writer.ts'

/**
 * A nest whose attributes are the elements of a list (`IFLA_VF_VLAN_LIST`, `CTRL_ATTR_OPS`). Every element has the given `type`, or, without
 * one, types count up from `first`. Reading does not look at the types.
 */
export function list<C extends AnyCodec>(
  of: C,
  options: { readonly type?: number | undefined; readonly first?: number | undefined } = {},
): Codec<Out<C>[], readonly In<C>[]> & { readonly of: C } {
  const { type, first = 0 } = options
  return {
    kind: 'list',
    size: undefined,
    align: 4,
    nested: true,
    of,
    read(source, start, end) {
      const elements: Out<C>[] = []
      for (let at = start; at + 4 <= end;) {
        const size = source.view.getUint16(at, littleEndian)
        if (size < 4 || at + size > end) break
        const one = of.read(source, at + 4, at + size)
        if (one === undefined) return undefined
        elements.push(one as Out<C>)
        at += (size + 3) & ~3
      }
      return elements
    },
    write(writer, value) {
      if (!Array.isArray(value)) writer.wrongType('an array', value)
      for (let i = 0; i < value.length; i++) {
        writer.enter(i)
        writeAttribute(writer, type ?? first + i, of, value[i])
        writer.leave()
      }
    },
  }
}

/**
 * Numbers with names that the kernel sends as an array and takes as a nest (`IFLA_INET_CONF`): position or type `first + n` is the value of
 * the name whose number that is. What has no name is kept under its number.
 */
export function numbered<const N extends Names, C extends AnyCodec>(
  of: C,
  names: N,
  options: { readonly first?: number | undefined } = {},
): Codec<
  { -readonly [K in keyof N]?: Out<C> } & { [index: number]: Out<C> },
  { readonly [K in keyof N]?: In<C> | undefined } & { readonly [index: number]: In<C> }
> & { readonly of: C; readonly names: N } {
  const { size } = of
  if (size === undefined) throw new TypeError(`an array needs elements of fixed size, and a ${of.kind} has none`)
  const first = options.first ?? 1
  const byNumber: string[] = []
  for (const name in names) byNumber[names[name]!] = name
  return {
    kind: 'numbered',
    size: undefined,
    align: of.align,
    nested: true,
    of,
    names,
    read(source, start, end) {
      const value: Record<string, unknown> = {}
      for (let at = start, n = first; at + size <= end; at += size, n++)
        value[byNumber[n] ?? n] = of.read(source, at, at + size)
      return value as never
    },
    write(writer, value) {
      if (typeof value !== 'object' || value === null) writer.wrongType('an object', value)
      for (const name in value) {
        const given: unknown = (value as Record<string, unknown>)[name]
        if (given === undefined) continue
        writer.enter(name)
        const id = Object.hasOwn(names, name) ? names[name]! : Number(name)
        if (!(id > 0 && id <= NLA_TYPE_MASK)) writer.outOfRange(`one of ${Object.keys(names).join(', ')}`, name)
        writeAttribute(writer, id, of, given)
        writer.leave()
      }
    },
  }
}

/**
 * A codec that is looked up at its first use: for tables that contain themselves (`IFLA_NETKIT_PEER_INFO` is a link again). Give it its types
 * by name, since inference cannot go in circles: `lazy((): Codec<Peer, PeerInput> => link)` with `interface Peer extends Out<typeof link> {}`.
 */
export function lazy<O, I = O>(get: () => Codec<O, I>): Codec<O, I> & { readonly of: Codec<O, I> } {
  let found: Codec<O, I> | undefined
  const resolve = (): Codec<O, I> => (found ??= get())
  return {
    kind: 'lazy',
    size: undefined,
    align: 4,
    get nested() {
      return resolve().nested
    },
    get of() {
      return resolve()
    },
    read: (source, start, end) => resolve().read(source, start, end),
    write: (writer, value) => resolve().write(writer, value),
  }
}
