import type { Btf } from './btf.ts'
import { BtfError } from './error.ts'
import type { BtfStruct, BtfType, BtfUnion } from './types.ts'

/**
 * How many types may be passed on the way to a size: no compiler comes near, and a reference that comes back to itself
 * goes past any limit.
 */
const MAX_DEPTH = 32

/** Anonymous structs that one search may go through. */
const MAX_ANONYMOUS = 1024

/** Where a member lies. */
export interface BtfField {
  /** The member's type. */
  readonly type: number
  /** Distance from the start of the outermost struct in bits. */
  readonly bitOffset: number
  /** The same in bytes, rounded down for a bitfield that starts within a byte. */
  readonly offset: number
  /** Width in bits of a bitfield, 0 for a plain member. */
  readonly bitfieldSize: number
}

function fail(btf: Btf, typeId: number, message: string): never {
  throw new BtfError(message, { source: btf.name, typeId })
}

/** See {@link Btf.resolve}. */
export function resolve(btf: Btf, id: number): BtfType {
  let type = btf.type(id)
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    switch (type.kind) {
      case 'typedef':
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'typeTag':
        type = btf.type(type.type)
        break
      default:
        return type
    }
  }
  return fail(btf, id, `more than ${MAX_DEPTH} typedefs and qualifiers on top of each other`)
}

/** See {@link Btf.sizeOf}. */
export function sizeOf(btf: Btf, id: number): number {
  let elements = 1
  let type = btf.type(id)
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    switch (type.kind) {
      case 'int':
      case 'struct':
      case 'union':
      case 'enum':
      case 'enum64':
      case 'float':
      case 'datasec':
        return bounded(btf, id, elements * type.size)
      case 'ptr':
        return bounded(btf, id, elements * btf.pointerSize)
      case 'array':
        elements *= type.length
        type = btf.type(type.type)
        break
      case 'typedef':
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'typeTag':
      case 'declTag':
      case 'var':
        type = btf.type(type.type)
        break
      case 'void':
      case 'fwd':
      case 'func':
      case 'funcProto':
      case 'unknown':
        return fail(btf, id, `a ${type.kind} has no size`)
    }
  }
  return fail(btf, id, `more than ${MAX_DEPTH} types to its size`)
}

/** Sizes are 32 bits wide everywhere in BTF; arrays of arrays can claim more. */
function bounded(btf: Btf, id: number, size: number): number {
  return size <= 0xffffffff ? size : fail(btf, id, `it takes ${size} bytes`)
}

/** See {@link Btf.alignOf}. `known` holds what has been found out before. */
export function alignOf(btf: Btf, id: number, known: Map<number, number>): number {
  return align(btf, id, known, 0)
}

function align(btf: Btf, id: number, known: Map<number, number>, depth: number): number {
  const before = known.get(id)
  if (before !== undefined) return before
  if (depth > MAX_DEPTH) fail(btf, id, `more than ${MAX_DEPTH} types within each other`)
  const type = btf.type(id)
  let result: number
  switch (type.kind) {
    case 'int':
    case 'enum':
    case 'enum64':
    case 'float':
      result = scalarAlign(type.size, btf.pointerSize)
      break
    case 'ptr':
      result = btf.pointerSize
      break
    case 'array':
    case 'typedef':
    case 'const':
    case 'volatile':
    case 'restrict':
    case 'typeTag':
    case 'declTag':
    case 'var':
      result = align(btf, type.type, known, depth + 1)
      break
    case 'struct':
    case 'union': {
      const members = type.members.map((member) => align(btf, member.type, known, depth + 1))
      result = showsPacking(type, members, (member) => sizeOf(btf, member)) ? 1 : Math.max(1, ...members)
      break
    }
    case 'void':
    case 'fwd':
    case 'func':
    case 'funcProto':
    case 'datasec':
    case 'unknown':
      return fail(btf, id, `a ${type.kind} has no alignment`)
  }
  known.set(id, result)
  return result
}

/**
 * Whether a layout can only come of `__attribute__((packed))`: a size that would put the next element off its alignment,
 * a member off its own, a bitfield across the borders of its integer.
 */
function showsPacking(type: BtfStruct | BtfUnion, aligns: readonly number[], size: (id: number) => number): boolean {
  return type.members.some(({ type: id, bitOffset, bitfieldSize }, i) => {
    const alignment = aligns[i] ?? 1
    if (type.size % alignment !== 0) return true
    if (bitfieldSize === 0) return bitOffset % (8 * alignment) !== 0
    const width = 8 * size(id)
    return (bitOffset % width) + bitfieldSize > width
  })
}

/** Whether a struct or union must have been packed to come out as it is. */
export function isPacked(btf: Btf, type: BtfStruct | BtfUnion): boolean {
  const aligns = type.members.map((member) => btf.alignOf(member.type))
  return showsPacking(type, aligns, (member) => sizeOf(btf, member))
}

/** The largest power of two that the size is a multiple of, but no more than a pointer's size. */
function scalarAlign(size: number, pointerSize: number): number {
  return size === 0 ? 1 : Math.min(size & -size, pointerSize)
}

const LONGS = ['long unsigned int', 'long int', 'unsigned long', 'long', 'int long', 'unsigned long int']

/** See {@link Btf.pointerSize}. */
export function pointerSize(btf: Btf): number {
  for (const name of LONGS) {
    const size = btf.find(name, 'int')?.size
    if (size === 4 || size === 8) return size
  }
  return 8
}

/** See {@link Btf.field}. */
export function fieldAt(btf: Btf, id: number, path: string): BtfField {
  const parts = path.match(/[^.[\]]+|\[\d+\]/g) ?? []
  if (parts.length === 0 || !/^[^.[\]]+(\.[^.[\]]+|\[\d+\])*$/.test(path))
    fail(btf, id, `${JSON.stringify(path)} is not a path to a member`)
  let place: BtfField = { type: id, bitOffset: 0, offset: 0, bitfieldSize: 0 }
  for (const part of parts) {
    const step = part.startsWith('[')
      ? element(btf, place.type, Number(part.slice(1, -1)))
      : member(btf, place.type, part)
    if (step === undefined) fail(btf, id, `${path}: there is no ${part} in ${btf.nameOf(place.type) || 'it'}`)
    const bitOffset = place.bitOffset + step.bitOffset
    place = { type: step.type, bitOffset, offset: Math.floor(bitOffset / 8), bitfieldSize: step.bitfieldSize }
  }
  return place
}

type Step = Omit<BtfField, 'offset'>

function element(btf: Btf, id: number, index: number): Step | undefined {
  const type = resolve(btf, id)
  // The length isn't looked at: flexible arrays have none, and old code declares [1].
  if (type.kind !== 'array') return undefined
  return { type: type.type, bitOffset: 8 * index * sizeOf(btf, type.type), bitfieldSize: 0 }
}

/** Looks through anonymous structs and unions, too; each is looked into once, for what it hasn't it never has. */
function member(btf: Btf, id: number, name: string, seen = new Set<number>()): Step | undefined {
  const type = resolve(btf, id)
  if ((type.kind !== 'struct' && type.kind !== 'union') || seen.has(type.id)) return undefined
  seen.add(type.id)
  if (seen.size > MAX_ANONYMOUS) fail(btf, id, `more than ${MAX_ANONYMOUS} anonymous structs within each other`)
  for (const own of type.members) {
    if (own.name === name) return own
    const inner = own.name === '' ? member(btf, own.type, name, seen) : undefined
    if (inner !== undefined) return { ...inner, bitOffset: inner.bitOffset + own.bitOffset }
  }
  return undefined
}
