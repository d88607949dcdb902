import { BtfError } from '../error.ts'
import { isPacked } from '../layout.ts'
import type { BtfEnum, BtfEnum64, BtfMember, BtfStruct, BtfType, BtfUnion } from '../types.ts'
import { declare, type Scope } from './declare.ts'
import { identifier, keywordOf } from './names.ts'

/** Anonymous structs within each other deeper than this are no C program's. */
const MAX_DEPTH = 64

/** Gaps of more bits than this become an array: a line for each word would be longer than the struct. */
const MAX_GAP = 1024

/** The widest integers that fill a gap. */
const FILLERS = [
  [64, 'long long'],
  [32, 'int'],
  [16, 'short'],
  [8, 'char'],
] as const

/** Prints the definition of a struct, union or enum without the `;`, anonymous if it has no tag. */
export function define(scope: Scope, type: BtfType, indent: string, depth: number): string {
  switch (type.kind) {
    case 'struct':
    case 'union':
      return composite(scope, type, indent, depth)
    case 'enum':
    case 'enum64':
      return enumeration(scope, type, indent)
    default:
      throw new BtfError(`a ${type.kind} has no definition`, { source: scope.btf.name, typeId: type.id })
  }
}

function head(scope: Scope, type: BtfType): string {
  return [keywordOf(type), scope.names.tag(type)].filter((word) => word !== '').join(' ')
}

function composite(scope: Scope, type: BtfStruct | BtfUnion, indent: string, depth: number): string {
  if (depth > MAX_DEPTH)
    throw new BtfError(`more than ${MAX_DEPTH} structs within each other`, { source: scope.btf.name, typeId: type.id })
  const packed = isPacked(scope.btf, type)
  const inner = `${indent}\t`
  const lines: string[] = []
  let end = 0
  for (const member of type.members) {
    if (type.kind === 'struct') {
      fill(lines, end, member.bitOffset, naturalPlace(scope, member, end, packed))
      end = member.bitOffset + widthOf(scope, member)
    }
    const name = member.name === '' ? '' : identifier(member.name)
    const width = member.bitfieldSize === 0 ? '' : ` : ${member.bitfieldSize}`
    lines.push(`${declare(scope, member.type, name, inner, depth + 1)}${width}`)
  }
  const size = 8 * type.size
  // A union is as large as its largest member; only a filler can make it larger.
  if (type.kind === 'union') end = 0
  const alignment = 8 * (packed ? 1 : scope.btf.alignOf(type.id))
  const natural = type.kind === 'union' ? Math.max(0, ...type.members.map((member) => widthOf(scope, member))) : end
  if (Math.ceil(natural / alignment) * alignment < size) {
    if (type.kind === 'struct') fill(lines, end, size, end)
    else lines.push(`char __fill[${type.size}]`)
  }
  const attribute = packed ? ' __attribute__((packed))' : ''
  if (lines.length === 0) return `${head(scope, type)} {}${attribute}`
  return `${head(scope, type)} {\n${lines.map((line) => `${inner}${line};\n`).join('')}${indent}}${attribute}`
}

/** Bits that a member takes. */
function widthOf({ btf }: Scope, member: BtfMember): number {
  return member.bitfieldSize || 8 * btf.sizeOf(member.type)
}

/** Where a compiler puts a member after `end` bits if it is not told otherwise. */
function naturalPlace({ btf }: Scope, member: BtfMember, end: number, packed: boolean): number {
  const { bitfieldSize } = member
  if (bitfieldSize === 0) {
    const alignment = 8 * (packed ? 1 : btf.alignOf(member.type))
    return Math.ceil(end / alignment) * alignment
  }
  const unit = 8 * btf.sizeOf(member.type)
  return packed || (end % unit) + bitfieldSize <= unit ? end : Math.ceil(end / unit) * unit
}

/** Adds unnamed bitfields from bit `from` to bit `to`, unless the member falls into its place by itself. */
function fill(lines: string[], from: number, to: number, natural: number): void {
  if (natural === to) return
  let at = from
  while (at < to) {
    if (at % 8 === 0 && to - at > MAX_GAP) {
      const bytes = Math.floor((to - at) / 8)
      lines.push(`char __fill${at / 8}[${bytes}]`)
      at += 8 * bytes
      continue
    }
    const filler = FILLERS.find(([width]) => at % width === 0 && at + width <= to)
    // Bits up to the next byte, or the last ones.
    const bits = filler?.[0] ?? Math.min(8 - (at % 8), to - at)
    lines.push(`${filler?.[1] ?? 'char'} : ${bits}`)
    at += bits
  }
}

/** An enum of another size than the compiler would take says so by its machine mode. */
const MODES: { readonly [size: number]: string } = { 1: 'byte', 2: 'HI', 8: 'DI' }

function enumeration(scope: Scope, type: BtfEnum | BtfEnum64, indent: string): string {
  const lines = type.values.map(({ name, value }) => `${indent}\t${scope.names.claim(name)} = ${literal(value)},\n`)
  const mode = MODES[type.size]
  const wide = type.size === 8 && type.values.some(({ value }) => value < -(2n ** 31n) || value >= 2n ** 32n)
  const attribute = mode === undefined || wide ? '' : ` __attribute__((mode(${mode})))`
  return `${head(scope, type)} {\n${lines.join('')}${indent}}${attribute}`
}

function literal(value: number | bigint): string {
  if (typeof value === 'number') return String(value)
  // The smallest number has no literal: C reads the minus after the number, which is too large.
  if (value === -(2n ** 63n)) return `${value + 1n}LL - 1`
  return `${value}${value < 0n ? 'LL' : 'ULL'}`
}
