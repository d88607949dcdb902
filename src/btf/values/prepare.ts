import type { Btf } from '../btf.ts'
import { BtfError } from '../error.ts'
import type { BtfArray, BtfDatasec, BtfEnum, BtfEnum64, BtfInt, BtfMember, BtfStruct, BtfUnion } from '../types.ts'
import { arrayOf } from './arrays.ts'
import { bitfield } from './bitfield.ts'
import { composite, type Member, type Members } from './composite.ts'
import { enumeration } from './enumeration.ts'
import { boolean, float, integer, pointer, wideInteger } from './numbers.ts'
import type { Shape } from './shape.ts'
import { type ByteOrder, taggedOrder } from './tags.ts'

/** What decides how values look beside their type. */
export interface ShapeOptions {
  /** `text` (the default) makes strings of `char` arrays, `bytes` leaves them as numbers. */
  readonly chars?: 'text' | 'bytes' | undefined
  /**
   * Whether integers declared by way of the typedefs `__be16`, `__le32` and their like are kept in that byte order, as their
   * names say. Values are the host's numbers either way; on by default.
   */
  readonly endianTypedefs?: boolean | undefined
  /**
   * Members that are integers, or arrays of them, in network byte order, whatever their types say: by name, as `saddr`, or by struct and name, as
   * `flow_key.saddr`. A declaration tag (`__attribute__((btf_decl_tag("be32")))`) says the same in the source.
   */
  readonly bigEndian?: readonly string[] | undefined
}

/** More members than this are no C program's: the guard against anonymous structs that multiply each other. */
const MAX_MEMBERS = 1 << 16

/** Values per byte of a struct: more can only come of unions within unions that multiply each other. */
const MAX_OVERLAP = 64

/** Deeper nesting than this is a struct that holds itself. */
const MAX_DEPTH = 32

const ENDIAN_TYPEDEF = /^(?:__|u_)?(be|le)(16|32|64)$/

/** Walks the type graph once and puts shapes together; types that occur twice are walked once. */
export class Preparer {
  readonly #btf: Btf
  readonly #options: ShapeOptions
  readonly #littleEndian: boolean
  readonly #bigEndian: ReadonlySet<string>
  #memberCount = 0
  readonly #done = new Map<string, Shape>()

  constructor(btf: Btf, options: ShapeOptions) {
    this.#btf = btf
    this.#options = options
    this.#littleEndian = btf.endian === 'little'
    this.#bigEndian = new Set(options.bigEndian)
  }

  /**
   * The shape of a type. `tail` says that nothing follows it, so that an array without a length takes what is left; `depth`
   * counts the types around it; `order` is the byte order of integers where what declares them says so.
   */
  shape(id: number, tail: boolean, depth: number, order?: ByteOrder): Shape {
    const key = `${id} ${tail} ${order}`
    let shape = this.#done.get(key)
    if (shape === undefined) this.#done.set(key, (shape = this.#build(id, tail, depth, order)))
    return shape
  }

  #build(id: number, tail: boolean, depth: number, order: ByteOrder | undefined): Shape {
    if (depth > MAX_DEPTH) return this.#refuse(id, `more than ${MAX_DEPTH} types within each other`)
    const type = this.#btf.resolve(id)
    switch (type.kind) {
      case 'int':
        return this.#int(type, this.#nameOf(id, type.name), this.#isLittle(id, order))
      case 'ptr':
        return pointer('a pointer', this.#btf.pointerSize, this.#littleEndian)
      case 'enum':
      case 'enum64':
        return this.#enum(type)
      case 'float':
        return float(type.name, type.size, this.#littleEndian) ?? this.#bytes(type.name, type.size)
      case 'array':
        return this.#array(type, tail, depth, order)
      case 'struct':
      case 'union':
        return this.#composite(id, this.#membersOf(type, tail, depth))
      case 'datasec':
        return composite(this.#variables(type, depth))
      case 'var':
        return this.shape(type.type, tail, depth + 1, taggedOrder(this.#btf, id))
      case 'declTag':
        return this.shape(type.type, tail, depth + 1)
      case 'void':
      case 'fwd':
      case 'func':
      case 'funcProto':
      case 'unknown':
      case 'typedef':
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'typeTag':
        return this.#refuse(id, `a ${type.kind} has no values`)
    }
  }

  #composite(id: number, members: Members): Shape {
    const shape = composite(members)
    const weight = shape.weight ?? 1
    return weight > MAX_OVERLAP * (shape.size + 1) ? this.#refuse(id, 'its members lie on top of each other') : shape
  }

  #int(type: BtfInt, label: string, littleEndian: boolean): Shape {
    const { size, signed } = type
    // Compilers before kind_flag wrote bitfields as integers of odd widths.
    if (type.bits < 8 * size || type.bitOffset !== 0) return this.#bits(type, label, type.bitOffset, type.bits)
    const raw =
      integer(label, size, signed, littleEndian) ??
      (size === 16 ? wideInteger(label, signed, littleEndian) : this.#bytes(label, size))
    return type.bool ? boolean(raw) : raw
  }

  #enum(type: BtfEnum | BtfEnum64): Shape {
    const raw = integer(type.name, type.size, type.signed, this.#littleEndian)
    if (raw === undefined) return this.#refuse(type.id, `an enum of ${type.size} bytes`)
    return enumeration(type, raw, type.size === 8)
  }

  #array(type: BtfArray, tail: boolean, depth: number, order: ByteOrder | undefined): Shape {
    const element = this.shape(type.type, false, depth + 1, order)
    // Bounds the size, too: what the bytes of a value can't hold is never looped over.
    this.#btf.sizeOf(type.id)
    const inner = this.#btf.resolve(type.type)
    const isChar = inner.kind === 'int' && inner.size === 1 && (inner.char || inner.name === 'char') && !inner.bool
    const length = type.length === 0 && tail ? 'flexible' : type.length
    return arrayOf(element, length, isChar && this.#options.chars !== 'bytes')
  }

  #membersOf(type: BtfStruct | BtfUnion, tail: boolean, depth: number): Members {
    const label = `${type.kind} ${type.name}`.trimEnd()
    const list: Member[] = []
    this.#memberCount += type.members.length
    if (this.#memberCount > MAX_MEMBERS) this.#refuse(type.id, `more than ${MAX_MEMBERS} members within each other`)
    for (const [i, member] of type.members.entries()) {
      const atTail = tail && (type.kind === 'union' || i === type.members.length - 1)
      const one = this.#member(member, atTail, depth, this.#declaredOrder(type, i))
      if (one === undefined) continue
      const end = one.offset + ('members' in one ? one.members.size : one.shape.size)
      if (end > type.size)
        this.#refuse(type.id, `${member.name} ends at ${end}, past the ${type.size} bytes of ${label}`)
      list.push(one)
    }
    return { label, size: type.size, union: type.kind === 'union', list }
  }

  #member(member: BtfMember, tail: boolean, depth: number, order: ByteOrder | undefined): Member | undefined {
    const { name, type: id, bitOffset, bitfieldSize } = member
    const type = this.#btf.resolve(id)
    if (bitfieldSize !== 0 || bitOffset % 8 !== 0) {
      // An unnamed bitfield is padding.
      return name === '' ? undefined : { name, offset: 0, shape: this.#bitfield(id, bitOffset, bitfieldSize) }
    }
    if (type.kind === 'int' && (type.bits < 8 * type.size || type.bitOffset !== 0))
      return { name, offset: 0, shape: this.#bitfield(id, bitOffset + type.bitOffset, type.bits) }
    const offset = bitOffset / 8
    if (name !== '') return { name, offset, shape: this.shape(id, tail, depth + 1, order) }
    if (type.kind !== 'struct' && type.kind !== 'union') return undefined
    if (depth > MAX_DEPTH) return this.#refuse(id, `more than ${MAX_DEPTH} anonymous structs within each other`)
    return { name: '', offset, members: this.#membersOf(type, tail, depth + 1) }
  }

  #bitfield(id: number, bitOffset: number, width: number): Shape {
    const type = this.#btf.resolve(id)
    if (type.kind === 'int') return this.#bits(type, this.#nameOf(id, type.name), bitOffset, width || type.bits)
    if (type.kind !== 'enum' && type.kind !== 'enum64') return this.#refuse(id, `a bitfield of a ${type.kind}`)
    const bits = width || 8 * type.size
    return enumeration(type, this.#rawBits(type, type.name, bitOffset, bits), bits > 32)
  }

  #bits(type: BtfInt, label: string, bitOffset: number, width: number): Shape {
    const raw = this.#rawBits(type, label, bitOffset, width)
    return type.bool ? boolean(raw) : raw
  }

  #rawBits(type: BtfInt | BtfEnum | BtfEnum64, label: string, bitOffset: number, width: number): Shape {
    if (width === 0 || width > 128) return this.#refuse(type.id, `a bitfield of ${width} bits`)
    return bitfield(label, bitOffset, width, type.signed, this.#littleEndian)
  }

  #variables(section: BtfDatasec, depth: number): Members {
    const list = section.vars.map(({ type, offset, size }) => {
      const shape = this.shape(type, false, depth + 1)
      const name = this.#btf.nameOf(type)
      if (offset + Math.max(size, shape.size) > section.size)
        this.#refuse(section.id, `${name} ends past the ${section.size} bytes of ${section.name}`)
      return { name, offset, shape }
    })
    return { label: section.name, size: section.size, union: false, list }
  }

  /** Numbers that JavaScript has none of are left as bytes. */
  #bytes(label: string, size: number): Shape {
    const byte = integer('u8', 1, false, true)
    return { ...arrayOf(byte as Shape, size, false), label }
  }

  /** The byte order that a member of a struct is declared in, beside its type. */
  #declaredOrder({ id, name, members }: BtfStruct | BtfUnion, index: number): ByteOrder | undefined {
    const member = members[index]!.name
    if (this.#bigEndian.has(member) || this.#bigEndian.has(`${name}.${member}`)) return 'be'
    return taggedOrder(this.#btf, id, index)
  }

  /** Whether an integer is in little-endian order: as the data, unless its declaration or a typedef on the way says otherwise. */
  #isLittle(id: number, declared: ByteOrder | undefined): boolean {
    if (declared !== undefined) return declared === 'le'
    for (let at = id, type = this.#btf.type(at); 'type' in type; type = this.#btf.type((at = type.type))) {
      if (type.kind !== 'typedef') continue
      const named = this.#options.endianTypedefs === false ? undefined : ENDIAN_TYPEDEF.exec(type.name)?.[1]
      const order = taggedOrder(this.#btf, at) ?? named
      if (order !== undefined) return order === 'le'
    }
    return this.#littleEndian
  }

  /** The name that an integer is declared by, which says more than that of the integer. */
  #nameOf(id: number, fallback: string): string {
    let type = this.#btf.type(id)
    while (type.kind === 'const' || type.kind === 'volatile' || type.kind === 'typeTag')
      type = this.#btf.type(type.type)
    return type.kind === 'typedef' ? type.name : fallback
  }

  #refuse(typeId: number, why: string): never {
    throw new BtfError(why, { source: this.#btf.name, typeId })
  }
}
