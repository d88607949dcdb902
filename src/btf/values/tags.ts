import type { Btf } from '../btf.ts'

/** The byte order that a declaration asks for. */
export type ByteOrder = 'be' | 'le'

/** `be32`, `le16`, or without a width: what a tag says of the integers that it stands at. */
const ORDER_TAG = /^(be|le)(?:16|32|64|128)?$/

/** The tags of each BTF that say a byte order: by the id of the declaration, then the number of the member, -1 for all of it. */
const found = new WeakMap<Btf, ReadonlyMap<number, ReadonlyMap<number, ByteOrder>>>()

/** The byte order that a declaration tag says of a type, or of one of its members; undefined without such a tag. */
export function taggedOrder(btf: Btf, id: number, component = -1): ByteOrder | undefined {
  let tags = found.get(btf)
  if (tags === undefined) found.set(btf, (tags = orderTags(btf)))
  // What a module's types build on has tags of its own.
  return (
    tags.get(id)?.get(component) ?? (btf.base && id < btf.firstId ? taggedOrder(btf.base, id, component) : undefined)
  )
}

function orderTags(btf: Btf): Map<number, Map<number, ByteOrder>> {
  const tags = new Map<number, Map<number, ByteOrder>>()
  for (let id = btf.firstId; id < btf.count; id++) {
    if (btf.kindOf(id) !== 'declTag') continue
    const tag = btf.type(id)
    const order = tag.kind === 'declTag' ? (ORDER_TAG.exec(tag.name)?.[1] as ByteOrder | undefined) : undefined
    if (tag.kind !== 'declTag' || order === undefined) continue
    const components = tags.get(tag.type) ?? new Map<number, ByteOrder>()
    tags.set(tag.type, components.set(tag.component, order))
  }
  return tags
}
