import { writeAttribute } from './attrs.ts'
import type { List } from './arrays.ts'
import type { AnyCodec, Codec, Out } from './codec.ts'
import { littleEndian } from './source.ts'

/**
 * A nest whose attributes are the elements of a list (`IFLA_VF_VLAN_LIST`, `CTRL_ATTR_OPS`). Every element has the given `type`, or, without
 * one, types count up from `first`. Reading does not look at the types.
 */
export function list<C extends AnyCodec>(
  of: C,
  options: { readonly type?: number | undefined; readonly first?: number | undefined } = {},
): List<C> {
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
