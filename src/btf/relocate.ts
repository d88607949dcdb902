import { BtfBuilder } from './builder.ts'
import { Btf } from './btf.ts'
import { BtfError } from './error.ts'
import type { BtfType, BtfTypeSpec } from './types.ts'

/** A type of a distilled base, and how it is told from others of its name. */
interface Wanted {
  readonly type: BtfType
  /** A struct or union that a struct of the module holds: only one of the same size will do. */
  readonly embedded: boolean
}

type Fits = (type: BtfType, wanted: BtfType) => boolean

const sizeOf = (type: BtfType): number | undefined => ('size' in type ? type.size : undefined)
const sameKind: Fits = (type, wanted) => type.kind === wanted.kind
const sameSize: Fits = (type, wanted) => sizeOf(type) === sizeOf(wanted)

/** What may be meant by a type of a distilled base, which has no members and no enumerators: one row each kind that it can be of. */
const FITS: { readonly [K in BtfType['kind']]?: Fits } = {
  int(type, wanted) {
    if (type.kind !== 'int' || wanted.kind !== 'int' || !sameSize(type, wanted)) return false
    return type.signed === wanted.signed && type.bool === wanted.bool && type.char === wanted.char
  },
  float: (type, wanted) => sameKind(type, wanted) && sameSize(type, wanted),
  // One of 64 bits is distilled to a plain one of 8 bytes.
  enum: (type, wanted) => (type.kind === 'enum' || type.kind === 'enum64') && sameSize(type, wanted),
  struct: sameKind,
  union: sameKind,
  fwd(type, wanted) {
    const target = type.kind === 'fwd' ? type.target : type.kind
    return wanted.kind === 'fwd' && target === wanted.target
  },
}

/**
 * Puts a module's types, which were made upon a distilled base (the sections `.BTF` and `.BTF.base` of a module that was built apart from
 * its kernel), upon the types of a kernel. `split` was parsed with the distilled base as its own.
 *
 * Throws {@link BtfError} where the kernel has no such type, one of another size that the module holds within a struct of its own, or two
 * that cannot be told apart.
 */
export function relocateBtf(split: Btf, base: Btf): Btf {
  const distilled = split.base
  const source = split.name
  if (distilled === undefined) throw new BtfError('it is on no base', { source })
  if (base.endian !== split.endian) throw new BtfError(`the base is ${base.endian}-endian`, { source, offset: 0 })
  const embedded = embeddedIn(split, distilled.count)
  const places = new Map<number, number>([[0, 0]])
  for (let id = 1; id < distilled.count; id++) {
    places.set(id, placeOf({ type: distilled.type(id), embedded: embedded.has(id) }, base, source))
  }
  const moved = (id: number): number => places.get(id) ?? id - distilled.count + base.count
  const builder = new BtfBuilder({ base })
  for (let id = split.firstId; id < split.count; id++) builder.add(withReferences(split.type(id), moved))
  return Btf.parse(builder.build({ endian: split.endian }), { base, name: source })
}

/** The types of the base that structs and unions of the module hold. */
function embeddedIn(split: Btf, end: number): Set<number> {
  const found = new Set<number>()
  for (let id = split.firstId; id < split.count; id++) {
    const type = split.type(id)
    if (type.kind !== 'struct' && type.kind !== 'union') continue
    for (const member of type.members) if (member.type < end) found.add(member.type)
  }
  return found
}

/** The one type of the kernel that is meant. Of several of a name, the size tells. */
function placeOf({ type, embedded }: Wanted, base: Btf, source: string): number {
  const name = 'name' in type ? type.name : ''
  const fits = FITS[type.kind]
  const refuse = (why: string): never => {
    throw new BtfError(`${type.kind} ${name || '(anonymous)'} of its base ${why}`, { source, typeId: type.id })
  }
  if (fits === undefined || name === '') return refuse('is nothing that a distilled base has')
  const named = base.findAll(name).filter((candidate) => fits(candidate, type))
  const sized = embedded || (type.kind !== 'fwd' && named.length > 1)
  const [first, ...others] = sized ? named.filter((candidate) => sameSize(candidate, type)) : named
  if (first === undefined) {
    return refuse(named.length > 0 ? `has ${sizeOf(type)} bytes, none in ${base.name} has` : `is not in ${base.name}`)
  }
  if (others.length > 0)
    return refuse(`may be any of ${[first, ...others].map(({ id }) => id).join(', ')} in ${base.name}`)
  return first.id
}

/** The type with every id in it replaced. */
function withReferences(type: BtfType, moved: (id: number) => number): BtfTypeSpec {
  switch (type.kind) {
    case 'ptr':
    case 'typedef':
    case 'volatile':
    case 'const':
    case 'restrict':
    case 'typeTag':
    case 'func':
    case 'var':
    case 'declTag':
      return { ...type, type: moved(type.type) }
    case 'array':
      return { ...type, type: moved(type.type), indexType: moved(type.indexType) }
    case 'struct':
    case 'union':
      return { ...type, members: type.members.map((member) => ({ ...member, type: moved(member.type) })) }
    case 'funcProto':
      return {
        ...type,
        returns: moved(type.returns),
        params: type.params.map((param) => ({ ...param, type: moved(param.type) })),
      }
    case 'datasec':
      return { ...type, vars: type.vars.map((item) => ({ ...item, type: moved(item.type) })) }
    case 'unknown':
      throw new BtfError(`kind ${type.kindNumber} is not known, nor which ids are in it`, { typeId: type.id })
    default:
      return type
  }
}
