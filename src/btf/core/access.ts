import type { Btf } from '../btf.ts'
import type { BtfArray, BtfType } from '../types.ts'
import { fail } from './failure.ts'
import type { CoreKindRow } from './kinds.ts'

/** Steps in one access string (`BPF_CORE_SPEC_MAX_LEN`). */
const MAX_STEPS = 64

/** A step that means something: a named member, an enumerator, or an index. Steps through anonymous structs are left out. */
export interface Step {
  /** The struct or enum that has the member or enumerator; for an index, the type of the element. */
  readonly typeId: number
  /** Which member, enumerator or element. */
  readonly index: number
  /** The member's or enumerator's name; none for an element. */
  readonly name: string | undefined
}

/** An access put into words: of the program's own type, or of a kernel's. */
export interface Access {
  readonly btf: Btf
  /** The type that the access starts at. */
  readonly root: number
  readonly steps: readonly Step[]
  /** Distance from the start of the root in bits. */
  readonly bitOffset: number
}

/** Whether an array takes any index: without a length, and the last member of its struct. */
export function isFlexible(btf: Btf, array: BtfArray, holder: Step | undefined): boolean {
  if (array.length > 0 || holder?.name === undefined) return false
  const struct = btf.type(holder.typeId)
  return (struct.kind === 'struct' || struct.kind === 'union') && holder.index === struct.members.length - 1
}

/** Reads the access string of a relocation against the program's own types. */
export function parseAccess(btf: Btf, root: number, text: string, kind: CoreKindRow): Access {
  if (kind.subject === 'type') {
    if (text !== '0') fail(`access string ${JSON.stringify(text)} is not that of a type`)
    return { btf, root, steps: [], bitOffset: 0 }
  }
  if (!/^\d{1,9}(?::\d{1,9})*$/.test(text)) fail(`access string ${JSON.stringify(text)} is malformed`)
  const indices = text.split(':').map(Number)
  if (indices.length > MAX_STEPS) fail(`access string has ${indices.length} steps, more than ${MAX_STEPS}`)
  const [first = 0, ...rest] = indices
  const start = btf.resolve(root)
  if (kind.subject === 'enumerator') {
    if (start.kind !== 'enum' && start.kind !== 'enum64') return fail(`a ${start.kind} has no enumerators`)
    const name = start.values[first]?.name
    if (name === undefined || rest.length > 0) return fail(`enum ${start.name} has no enumerator ${text}`)
    return { btf, root, steps: [{ typeId: start.id, index: first, name }], bitOffset: 0 }
  }
  const steps: Step[] = [{ typeId: start.id, index: first, name: undefined }]
  let bitOffset = 8 * first * btf.sizeOf(start.id)
  let type: BtfType = start
  for (const index of rest) {
    if (type.kind === 'struct' || type.kind === 'union') {
      const member = type.members[index]
      if (member === undefined) return fail(`${type.kind} ${type.name} has no member ${index}`)
      bitOffset += member.bitOffset
      if (member.name !== '') steps.push({ typeId: type.id, index, name: member.name })
      type = btf.resolve(member.type)
    } else if (type.kind === 'array') {
      if (index >= type.length && !isFlexible(btf, type, steps.at(-1)))
        return fail(`index ${index} is past the ${type.length} elements of the array`)
      type = btf.resolve(type.type)
      steps.push({ typeId: type.id, index, name: undefined })
      bitOffset += 8 * index * btf.sizeOf(type.id)
    } else return fail(`access string ${text} goes into a ${type.kind}`)
  }
  return { btf, root, steps, bitOffset }
}

/** An access as C would write it: `task_struct.mm.pgd`, `sk_buff.cb[3]`, `enum bpf_map_type.BPF_MAP_TYPE_HASH`. */
export function formatAccess({ btf, root, steps }: Access): string {
  const [first, ...rest] = steps
  let text = typeName(btf, root)
  // The first index says which of several structs in a row, and is almost always the first.
  if (first?.name !== undefined) text += `.${first.name}`
  else if (first !== undefined && first.index > 0) text += `[${first.index}]`
  for (const { name, index } of rest) text += name === undefined ? `[${index}]` : `.${name}`
  return text
}

/** A type's name for the reader. */
export function typeName(btf: Btf, id: number): string {
  // Whatever is asked for its name here has been decoded, or is about to be.
  const type = btf.type(id)
  const { kind } = type
  const name = ('name' in type && type.name) || '(anonymous)'
  return kind === 'enum' || kind === 'enum64' ? `enum ${name}` : kind === 'union' ? `union ${name}` : name
}
