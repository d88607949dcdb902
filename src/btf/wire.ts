import { BtfError } from './error.ts'
import type { BtfKind, BtfLinkage, BtfTypeOf, BtfTypeSpec } from './types.ts'

/** Words of `struct btf_type`, which starts every type. */
export const TYPE_HEADER = 3

/** One past the largest kind number that seven bits can hold. */
export const KIND_LIMIT = 128

/** A cursor over one encoded type: the header is read, the words that follow come one by one. */
export interface TypeSource {
  readonly id: number
  readonly name: string
  readonly kindNumber: number
  readonly kindFlag: boolean
  readonly vlen: number
  /** The word of the header that is a size. */
  readonly size: number
  /** The same word where it is a type id, checked. */
  headRef(): number
  u32(): number
  /** The next word, a type id, checked. */
  ref(): number
  /** The next word, an offset of a name, read. */
  text(): string
  /** All bytes after the header. */
  rest(): Uint8Array
  /** Refuses the type. */
  refuse(why: string): never
}

/** What a type is written into: a stream of words, of which some are names and some are type ids. */
export interface TypeSink {
  /** The first two words: name and info. */
  head(name: string, kindNumber: number, vlen: number, kindFlag: boolean): void
  u32(value: number): void
  ref(id: number): void
  text(name: string): void
  /** Bytes that are not understood, in the byte order given. */
  opaque(data: Uint8Array): void
}

/** All that there is to know of a kind's encoding. */
export interface KindRow<K extends BtfKind> {
  readonly number: number
  /** Bytes between the header and the elements; none if left out. */
  readonly fixed?: number
  /** Bytes of each of the `vlen` elements; there are none if left out. */
  readonly element?: number
  read(source: TypeSource): BtfTypeOf<K>
  write(type: BtfTypeSpec<K>, sink: TypeSink): void
}

const LINKAGES: readonly BtfLinkage[] = ['static', 'global', 'extern']

function linkage(source: TypeSource, value: number): BtfLinkage {
  return LINKAGES[value] ?? source.refuse(`linkage ${value} is not known`)
}

const list = <T>(source: TypeSource, read: () => T): T[] => {
  const items: T[] = []
  for (let i = 0; i < source.vlen; i++) items.push(read())
  return items
}

const [SIGNED, CHAR, BOOL] = [1, 2, 4]

function composite<K extends 'struct' | 'union'>(kind: K, number: number): KindRow<'struct' | 'union'> {
  return {
    number,
    element: 12,
    read(source) {
      const bitfields = source.kindFlag
      const members = list(source, () => {
        const name = source.text()
        const type = source.ref()
        const offset = source.u32()
        return bitfields
          ? { name, type, bitOffset: offset & 0xffffff, bitfieldSize: offset >>> 24 }
          : { name, type, bitOffset: offset, bitfieldSize: 0 }
      })
      return { kind, id: source.id, name: source.name, size: source.size, members, bitfields }
    },
    write(type, sink) {
      sink.head(type.name, number, type.members.length, type.bitfields)
      sink.u32(type.size)
      for (const member of type.members) {
        if (!type.bitfields && member.bitfieldSize !== 0)
          throw new BtfError(`${kind} ${type.name}: member ${member.name} is a bitfield, yet bitfields is false`)
        if (type.bitfields && member.bitOffset > 0xffffff)
          throw new BtfError(`${kind} ${type.name}: member ${member.name} lies too far in for a struct with bitfields`)
        sink.text(member.name)
        sink.ref(member.type)
        sink.u32(type.bitfields ? ((member.bitfieldSize << 24) | member.bitOffset) >>> 0 : member.bitOffset)
      }
    },
  }
}

/** A kind that holds nothing but the type it refers to. */
function reference<K extends 'ptr' | 'volatile' | 'const' | 'restrict'>(kind: K, number: number) {
  return {
    number,
    read: (source: TypeSource) => ({ kind, id: source.id, type: source.headRef() }),
    write(type: { type: number }, sink: TypeSink) {
      sink.head('', number, 0, false)
      sink.ref(type.type)
    },
  }
}

/** One row per kind, read in both directions. */
export const KINDS: { readonly [K in BtfKind]: KindRow<K> } = {
  void: {
    number: 0,
    read: (source) => source.refuse('kind 0 cannot be written down'),
    write() {
      throw new BtfError('void is type 0 and cannot be written down')
    },
  },
  int: {
    number: 1,
    fixed: 4,
    read(source) {
      const { id, name, size } = source
      const word = source.u32()
      const encoding = (word >>> 24) & 0xf
      if (encoding & 8) source.refuse(`integer encoding ${encoding} is not known`)
      const has = (flag: number): boolean => (encoding & flag) !== 0
      return {
        kind: 'int',
        id,
        name,
        size,
        signed: has(SIGNED),
        char: has(CHAR),
        bool: has(BOOL),
        bits: word & 0xff,
        bitOffset: (word >>> 16) & 0xff,
      }
    },
    write(type, sink) {
      sink.head(type.name, 1, 0, false)
      sink.u32(type.size)
      const encoding = (type.signed ? SIGNED : 0) | (type.char ? CHAR : 0) | (type.bool ? BOOL : 0)
      sink.u32((encoding << 24) | (type.bitOffset << 16) | type.bits)
    },
  },
  ptr: reference('ptr', 2),
  array: {
    number: 3,
    fixed: 12,
    read: (source) => ({
      kind: 'array',
      id: source.id,
      type: source.ref(),
      indexType: source.ref(),
      length: source.u32(),
    }),
    write(type, sink) {
      sink.head('', 3, 0, false)
      sink.u32(0)
      sink.ref(type.type)
      sink.ref(type.indexType)
      sink.u32(type.length)
    },
  },
  struct: composite('struct', 4) as KindRow<'struct'>,
  union: composite('union', 5) as KindRow<'union'>,
  enum: {
    number: 6,
    element: 8,
    read(source) {
      const { id, name, size, kindFlag: signed } = source
      const values = list(source, () => {
        const enumerator = source.text()
        const word = source.u32()
        return { name: enumerator, value: signed ? word | 0 : word }
      })
      return { kind: 'enum', id, name, size, signed, values }
    },
    write(type, sink) {
      sink.head(type.name, 6, type.values.length, type.signed)
      sink.u32(type.size)
      for (const { name, value } of type.values) {
        sink.text(name)
        sink.u32(value >>> 0)
      }
    },
  },
  fwd: {
    number: 7,
    read: ({ id, name, kindFlag }) => ({ kind: 'fwd', id, name, target: kindFlag ? 'union' : 'struct' }),
    write(type, sink) {
      sink.head(type.name, 7, 0, type.target === 'union')
      sink.u32(0)
    },
  },
  typedef: {
    number: 8,
    read: (source) => ({ kind: 'typedef', id: source.id, name: source.name, type: source.headRef() }),
    write(type, sink) {
      sink.head(type.name, 8, 0, false)
      sink.ref(type.type)
    },
  },
  volatile: reference('volatile', 9),
  const: reference('const', 10),
  restrict: reference('restrict', 11),
  func: {
    number: 12,
    // No elements: vlen is the linkage.
    read: (source) => ({
      kind: 'func',
      id: source.id,
      name: source.name,
      type: source.headRef(),
      linkage: linkage(source, source.vlen),
    }),
    write(type, sink) {
      sink.head(type.name, 12, LINKAGES.indexOf(type.linkage), false)
      sink.ref(type.type)
    },
  },
  funcProto: {
    number: 13,
    element: 8,
    read: (source) => ({
      kind: 'funcProto',
      id: source.id,
      returns: source.headRef(),
      params: list(source, () => ({ name: source.text(), type: source.ref() })),
    }),
    write(type, sink) {
      sink.head('', 13, type.params.length, false)
      sink.ref(type.returns)
      for (const param of type.params) {
        sink.text(param.name)
        sink.ref(param.type)
      }
    },
  },
  var: {
    number: 14,
    fixed: 4,
    read: (source) => ({
      kind: 'var',
      id: source.id,
      name: source.name,
      type: source.headRef(),
      linkage: linkage(source, source.u32()),
    }),
    write(type, sink) {
      sink.head(type.name, 14, 0, false)
      sink.ref(type.type)
      sink.u32(LINKAGES.indexOf(type.linkage))
    },
  },
  datasec: {
    number: 15,
    element: 12,
    read: (source) => ({
      kind: 'datasec',
      id: source.id,
      name: source.name,
      size: source.size,
      vars: list(source, () => ({ type: source.ref(), offset: source.u32(), size: source.u32() })),
    }),
    write(type, sink) {
      sink.head(type.name, 15, type.vars.length, false)
      sink.u32(type.size)
      for (const place of type.vars) {
        sink.ref(place.type)
        sink.u32(place.offset)
        sink.u32(place.size)
      }
    },
  },
  float: {
    number: 16,
    read: ({ id, name, size }) => ({ kind: 'float', id, name, size }),
    write(type, sink) {
      sink.head(type.name, 16, 0, false)
      sink.u32(type.size)
    },
  },
  declTag: {
    number: 17,
    fixed: 4,
    read: (source) => ({
      kind: 'declTag',
      id: source.id,
      name: source.name,
      type: source.headRef(),
      component: source.u32() | 0,
      attribute: source.kindFlag,
    }),
    write(type, sink) {
      sink.head(type.name, 17, 0, type.attribute)
      sink.ref(type.type)
      sink.u32(type.component >>> 0)
    },
  },
  typeTag: {
    number: 18,
    read: (source) => ({
      kind: 'typeTag',
      id: source.id,
      name: source.name,
      type: source.headRef(),
      attribute: source.kindFlag,
    }),
    write(type, sink) {
      sink.head(type.name, 18, 0, type.attribute)
      sink.ref(type.type)
    },
  },
  enum64: {
    number: 19,
    element: 12,
    read(source) {
      const { id, name, size, kindFlag: signed } = source
      const values = list(source, () => {
        const enumerator = source.text()
        const low = BigInt(source.u32())
        const high = source.u32()
        return { name: enumerator, value: (BigInt(signed ? high | 0 : high) << 32n) | low }
      })
      return { kind: 'enum64', id, name, size, signed, values }
    },
    write(type, sink) {
      sink.head(type.name, 19, type.values.length, type.signed)
      sink.u32(type.size)
      for (const { name, value } of type.values) {
        sink.text(name)
        sink.u32(Number(BigInt.asUintN(32, value)))
        sink.u32(Number(BigInt.asUintN(32, value >> 32n)))
      }
    },
  },
  unknown: {
    number: -1, // each has its own
    read: (source) => ({
      kind: 'unknown',
      id: source.id,
      name: source.name,
      kindNumber: source.kindNumber,
      kindFlag: source.kindFlag,
      vlen: source.vlen,
      sizeOrType: source.size,
      data: source.rest(),
    }),
    write(type, sink) {
      sink.head(type.name, type.kindNumber, type.vlen, type.kindFlag)
      sink.u32(type.sizeOrType)
      sink.opaque(type.data)
    },
  },
}

/** The name of each kind by number; `unknown` for the rest. */
export const KIND_NAMES: readonly BtfKind[] = Array.from({ length: KIND_LIMIT }, (_, number) => {
  const found = Object.entries(KINDS).find(([, row]) => row.number === number)
  return found === undefined ? 'unknown' : (found[0] as BtfKind)
})
