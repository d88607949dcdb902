/**
 * References from one object to another: a link by its name, a namespace by whatever leads to it.
 *
 * The wire knows numbers only. A request's references are replaced by their numbers before it is encoded ({@link resolveReferences}); the codecs
 * here mark where they stand and what may be written there.
 *
 * @module
 */
import {
  type AnyCodec,
  type Attributes,
  type Codec,
  isBy,
  isMany,
  resolve,
  s32,
  tableOf,
  u32,
} from '../../codec/index.ts'
import type { NetNs, NetNsSpec } from '../../netns/netns.ts'

/** A link: its index, its name, or one of its alternative names. */
export type LinkRef = number | string

/**
 * A network namespace: an open {@link NetNs}, a name that `ip netns` knows, a path, a process or a descriptor. A plain number is a descriptor of
 * this process.
 */
export type NetNsRef = NetNs | NetNsSpec | number

/** Turns references into numbers, for one request. */
export interface Resolver {
  /** The index of a link. */
  link(name: string): number
  /** A descriptor of the namespace, open until the request is sent. */
  netns(ref: Exclude<NetNsRef, number>): number
}

function reference<R>(kind: string, of: typeof u32, what: string): Codec<number, R | number> {
  return {
    kind,
    size: of.size,
    align: of.align,
    nested: false,
    inline: of.inline,
    read: (source, start, end) => of.read(source, start, end),
    write(writer, value) {
      if (typeof value !== 'number') writer.wrongType(what, value)
      of.write(writer, value as number)
    },
  }
}

/** The index of a link (`__u32`): reads as the number, written from the number or the name. */
export const linkIndex: Codec<number, LinkRef> = reference<string>('link', u32, 'the index of a link')
/** The same as `__s32`, as it stands in headers. */
export const linkIndexS32: Codec<number, LinkRef> = reference<string>('link', s32, 'the index of a link')
/** A descriptor of a network namespace (`__u32`, `*_NET_NS_FD`): the kernel takes it and never gives it. */
export const netnsFd: Codec<number, NetNsRef> = reference<Exclude<NetNsRef, number>>(
  'netns',
  u32,
  'a descriptor of a network namespace',
)

type Bag = { readonly [name: string]: unknown }
/** Gives the value with its references replaced: the same value when there was nothing to replace. */
type Visit = (value: unknown, by: Resolver, whole: Bag) => unknown

const visits = new WeakMap<AnyCodec, Visit | false>()

/** What has to be done to a value of this codec: nothing (`false`), if no reference can stand in it. Worked out once a codec. */
function visitOf(codec: AnyCodec): Visit | false {
  let visit = visits.get(codec)
  if (visit === undefined) visits.set(codec, (visit = plan(codec)))
  return visit
}

function plan(codec: AnyCodec): Visit | false {
  if (codec.kind === 'link') return (value, by) => (typeof value === 'string' ? by.link(value) : value)
  if (codec.kind === 'netns') {
    return (value, by) => (typeof value === 'number' ? value : by.netns(value as Exclude<NetNsRef, number>))
  }
  // A table that holds itself is looked at when there is a value for it, not before.
  if (codec.kind === 'lazy') return (value, by, whole) => inside(resolve(codec), value, by, whole)
  if (isBy(codec)) {
    const { sibling, kinds } = codec
    return (value, by, whole) => {
      const kind = whole[sibling]
      const chosen = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
      return chosen === undefined ? value : inside(chosen, value, by, whole)
    }
  }
  if (isMany(codec) || codec.kind === 'list' || codec.kind === 'packed') {
    const visit = visitOf((codec as AnyCodec & { readonly of: AnyCodec }).of)
    if (visit === false) return false
    return (value, by, whole) => (Array.isArray(value) ? value.map((one) => visit(one, by, whole)) : value)
  }
  return planMembers(codec)
}

function planMembers(codec: AnyCodec): Visit | false {
  const members = new Map<string, Visit>()
  const add = (name: string, of: AnyCodec): void => {
    const visit = visitOf(of)
    if (visit !== false) members.set(name, visit)
  }
  const struct = codec.kind === 'message' ? (codec as unknown as { readonly header: AnyCodec }).header : codec
  if (struct.kind === 'struct') {
    for (const { name, codec: of } of (struct as unknown as { readonly fields: Attributes['rows'] }).fields)
      add(name, of)
  }
  for (const { name, codec: of } of tableOf(codec)?.rows ?? []) add(name, of)
  if (members.size === 0) return false
  return (value, by) => {
    if (typeof value !== 'object' || value === null) return value
    let copy: Record<string, unknown> | undefined
    for (const name in value) {
      const visit = members.get(name)
      if (visit === undefined) continue
      const before = (value as Bag)[name]
      if (before === undefined) continue
      const after = visit(before, by, value as Bag)
      if (after !== before) (copy ??= { ...value })[name] = after
    }
    return copy ?? value
  }
}

function inside(codec: AnyCodec, value: unknown, by: Resolver, whole: Bag): unknown {
  const visit = visitOf(codec)
  return visit === false ? value : visit(value, by, whole)
}

/** The value with every name of a link and every namespace in it replaced by its number. The value itself stays as it is. */
export function resolveReferences<T>(codec: Codec<unknown, T>, value: T, by: Resolver): T {
  return inside(codec as AnyCodec, value, by, value as Bag) as T
}
