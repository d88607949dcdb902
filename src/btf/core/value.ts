import type { BtfType } from '../types.ts'
import { isEnum } from './compatible.ts'
import type { Access } from './access.ts'
import { fail } from './failure.ts'
import type { CoreKindRow } from './kinds.ts'

/** The answer to a relocation in one set of types. */
export interface CoreValue {
  /** What the instruction is to hold, of 64 bits; `undefined` where there is nothing to hold, so that it must not run. */
  readonly value: bigint | undefined
  /** Whether a compiler that knew the same types must have come to the same value. */
  readonly certain: boolean
  /** For the offset of a field: bytes of the field, which the load must have; else 0. */
  readonly size: number
  /** For the offset of a field: what the field is. */
  readonly field?: BtfType | undefined
}

const plain = (value: number | bigint | undefined, certain = true): CoreValue => ({
  value: value === undefined ? undefined : BigInt.asUintN(64, BigInt(value)),
  certain,
  size: 0,
})

/** The answer where what is asked for is there, or (without an access) is not. */
export function coreValue(kind: CoreKindRow, access: Access | undefined): CoreValue {
  switch (kind.name) {
    case 'field_exists':
    case 'type_exists':
    case 'type_matches':
    case 'enumval_exists':
      return plain(access === undefined ? 0 : 1)
    case 'type_id_local':
      return plain(access?.root, false)
    case 'type_id_target':
      // Linking may have renumbered the types since the instruction was written.
      return plain(access?.root ?? 0, access === undefined)
    case 'type_size':
      return plain(access === undefined ? 0 : access.btf.sizeOf(access.root))
    case 'enumval_value':
      return plain(access && enumeratorValue(access))
    case 'byte_off':
    case 'byte_sz':
    case 'signed':
    case 'lshift_u64':
    case 'rshift_u64':
      return access === undefined ? plain(undefined) : fieldValue(kind, access)
  }
}

function enumeratorValue({ btf, steps }: Access): number | bigint {
  const [step] = steps
  const type = step && btf.type(step.typeId)
  const value = type && isEnum(type) ? type.values[step?.index ?? 0]?.value : undefined
  if (value === undefined) return fail('the enumerator is gone')
  // Old compilers do not say which enums are signed, and instructions hold 32-bit values sign-extended.
  return typeof value === 'number' ? value | 0 : value
}

/** A field as a load sees it: where, how wide, and which bits of it. */
interface Place {
  readonly offset: number
  readonly size: number
  /** Bits from the start of the struct, and width. */
  readonly bitOffset: number
  readonly bits: number
}

function fieldValue(kind: CoreKindRow, access: Access): CoreValue {
  const { btf, steps, bitOffset } = access
  const last = steps.at(-1)
  if (last === undefined) return fail('an access without steps')
  if (last.name === undefined) {
    const size = btf.sizeOf(last.typeId)
    if (kind.name === 'byte_off')
      return { value: BigInt(Math.floor(bitOffset / 8)), certain: true, size, field: btf.type(last.typeId) }
    if (kind.name === 'byte_sz') return plain(size)
    return fail(`${kind.name} cannot be asked of an element of an array`)
  }
  const holder = btf.type(last.typeId)
  const member = holder.kind === 'struct' || holder.kind === 'union' ? holder.members[last.index] : undefined
  if (member === undefined) return fail(`member ${last.index} is gone`)
  const type = btf.resolve(member.type)
  const isBitfield = member.bitfieldSize > 0
  const size = btf.sizeOf(type.id)
  const place = isBitfield
    ? loadOf(bitOffset, member.bitfieldSize, size)
    : { offset: Math.floor(bitOffset / 8), size, bitOffset, bits: 8 * size }
  switch (kind.name) {
    case 'byte_off':
      if (isBitfield) return plain(place.offset, false)
      return { value: BigInt(place.offset), certain: true, size: place.size, field: type }
    case 'byte_sz':
      return plain(place.size, !isBitfield)
    case 'signed':
      return plain((isEnum(type) || type.kind === 'int') && type.signed ? 1 : 0)
    case 'lshift_u64': {
      // Shifts the field to the top of a 64-bit register, into which the load has put it at the bottom.
      const within = place.bitOffset - 8 * place.offset
      const shift = btf.endian === 'little' ? 64 - (within + place.bits) : 8 * (8 - place.size) + within
      return plain(shift, !isBitfield)
    }
    case 'rshift_u64':
      return plain(64 - place.bits)
    default:
      return fail(`${kind.name} cannot be asked of a field`)
  }
}

/** The smallest aligned load that holds a whole bitfield, starting from the type it is declared with. */
function loadOf(bitOffset: number, bits: number, declared: number): Place {
  for (let size = declared; size > 0 && size <= 8; size *= 2) {
    const offset = Math.floor(bitOffset / 8 / size) * size
    if (bitOffset + bits <= 8 * (offset + size)) return { offset, size, bitOffset, bits }
  }
  return fail(`no load of 64 bits holds the bitfield of ${bits} bits at bit ${bitOffset}`)
}

/**
 * Whether a load or store of the one field can become one of the other, of another size: pointers, and unsigned integers,
 * because the load fills up with zeros.
 */
export function isResizable(local: CoreValue, target: CoreValue): boolean {
  if (local.size === target.size) return true
  const [ours, theirs] = [local.field, target.field]
  if (ours?.kind === 'ptr' && theirs?.kind === 'ptr') return true
  const isUnsigned = (type: BtfType | undefined): boolean => type?.kind === 'int' && !type.signed
  return isUnsigned(ours) && isUnsigned(theirs)
}
