import { describe, expect, it } from 'vitest'
import { BtfError, BtfValueRangeError, BtfValueTypeError, valueCodec, type Btf } from '../../../src/btf/index.ts'
import { BUILDS, btfOf, bytesOf, idOf } from './fixtures.ts'

/** What the source says the globals are. Numbers declared big-endian differ by the byte order of the build; the older compiler cuts wide enumerators off. */
const globals = (little: boolean, enum64 = true) => ({
  scalars: {
    u8: 200,
    s8: -3,
    u16: 60000,
    s16: -30000,
    u32: 4000000000,
    s32: -5,
    u64: 0xfedcba9876543210n,
    s64: -2n,
    flag: true,
    letter: 120,
    port: little ? 0x3412 : 0x1234,
    address: little ? 0x04030201 : 0x01020304,
    wide: little ? 0x0807060504030201n : 0x0102030405060708n,
    little: little ? 0x01020304 : 0x04030201,
    l: -1n,
    ul: 1n,
    cv: 77,
  },
  bits: {
    a: 1,
    b: 5,
    c: -9,
    d: true,
    e: 'GREEN',
    f: 0xabcdef0123n,
    g: 0x1fedcba98n,
    tail: 0x5a,
    h: 300,
    i: 99,
    j: -1234567890123n,
  },
  packed_one: { a: 1, b: 0x1122334455667788n, c: 0x99aa },
  aligned: { a: 7, b: 9 },
  padded: { a: 1, b: 2n, c: 3, inner: { x: 4, y: 5 }, last: 6 },
  anonymous: {
    kind: 2,
    id: little ? 0x5566778811223344n : 0x1122334455667788n,
    first: 0x11223344,
    second: 0x55667788,
    tag: expect.any(String),
    named: {
      word: 0x3f800000,
      bytes: little ? Uint8Array.of(0, 0, 0x80, 0x3f) : Uint8Array.of(0x3f, 0x80, 0, 0),
      low: little ? 0 : 0x3f80,
      high: little ? 0x3f80 : 0,
      real: 1,
    },
  },
  arrays: {
    comm: 'netkit',
    raw: Uint8Array.of(1, 2, 3, 255),
    shorts: Int16Array.of(-1, 2, -3),
    longs: BigUint64Array.of(1n, 0xffffffffffffffffn),
    net: little ? Uint32Array.of(0x04030201, 0x08070605) : Uint32Array.of(0x01020304, 0x05060708),
    flags: [true, false, true],
    colors: ['GREEN', 9],
    points: [
      { x: 1, y: 2 },
      { x: 3, y: 4 },
    ],
    matrix: [Uint32Array.of(1, 2, 3), Uint32Array.of(4, 5, 6)],
    pointers: BigUint64Array.of(1n, 0xffff888000000000n),
    reals: Float64Array.of(1.5, -0.25),
    none: [],
  },
  flexible: {
    count: 2,
    kind: 7,
    items: [
      { key: 1, value: 100 },
      { key: 2, value: 200 },
    ],
  },
  flexible_text: { length: 5, text: 'hello' },
  node: {
    next: 0n,
    forward: 0n,
    forward_union: 0n,
    compare: 0n,
    table: BigUint64Array.of(0n, 0n),
    nested: 0n,
    list: { next: 0n, prev: 0n },
    color: 'BLUE',
    anon: 'ANON_ONE',
    big: enum64 ? 'HUGE' : 0x123456789abcdefn,
    tiny: 'TINY_B',
    f: 0.5,
    d: 2.5,
    wide: (-5n << 64n) | 7n,
  },
  uses: {
    node: 0n,
    counter: { counter: 0 },
    callback: 0n,
    grid: [Uint32Array.of(1, 2, 3), Uint32Array.of(4, 5, 6)],
    name: 0n,
    packed: 0n,
  },
})

const FILES = { packed_one: 'packed', flexible_text: 'text' } as Record<string, string>

describe.each(BUILDS)('%s', (build) => {
  const btf = btfOf(build)
  const little = build.endsWith('el')

  it.each(Object.entries(globals(little, build.includes('19'))))(
    '%s reads as initialised, and writes the same bytes',
    (name, expected) => {
      const codec = valueCodec(btf, idOf(btf, name, 'struct'))
      const bytes = bytesOf(`${build}.${FILES[name] ?? name}.bin`)
      const value = codec.decode(bytes)
      expect(value).toEqual(expected)
      expect(codec.sizeFor(value)).toBe(bytes.length)
      expect(codec.encode(value)).toEqual(bytes)
    },
  )
})

describe('writing', () => {
  const btf: Btf = btfOf('types.19.el')
  const codec = (name: string, kind: 'struct' | 'union' | 'enum' | 'typedef' | 'int' | 'enum64' = 'struct') =>
    valueCodec(btf, idOf(btf, name, kind))

  it('leaves out what is not given, as zero', () => {
    expect(codec('padded').encode({ c: 3 })).toEqual(Uint8Array.from({ length: 32 }, (_, i) => (i === 16 ? 3 : 0)))
    const bytes = new Uint8Array(40).fill(0xff)
    codec('padded').write(new DataView(bytes.buffer), 4, {})
    expect(bytes).toEqual(Uint8Array.from({ length: 40 }, (_, i) => (i < 4 || i >= 36 ? 0xff : 0)))
    expect(codec('arrays').decode(codec('arrays').encode({ shorts: [7], comm: '' }))).toMatchObject({
      shorts: Int16Array.of(7, 0, 0),
    })
  })

  it('takes numbers and bigints for each other, numbers for names, bytes for text', () => {
    expect(codec('scalars').decode(codec('scalars').encode({ u64: 5, u32: 5n }))).toMatchObject({ u64: 5n, u32: 5 })
    expect(codec('node').decode(codec('node').encode({ big: 7, color: -7 }))).toMatchObject({ big: 7n, color: 'BLUE' })
    expect(codec('arrays').decode(codec('arrays').encode({ comm: Uint8Array.of(104, 105) }))).toMatchObject({
      comm: 'hi',
    })
    expect(codec('arrays').decode(codec('arrays').encode({ comm: 'sixteen bytes !!' }))).toMatchObject({
      comm: 'sixteen bytes !!',
    })
  })

  it.each<[string, string, unknown, typeof BtfValueTypeError | typeof BtfValueRangeError, string]>([
    ['a struct', 'scalars', 5, BtfValueTypeError, 'scalars: struct scalars takes an object, not 5'],
    [
      'an array for a struct',
      'scalars',
      [],
      BtfValueTypeError,
      'scalars: struct scalars takes an object, not an array',
    ],
    ['null', 'padded', { inner: null }, BtfValueTypeError, 'padded.inner: struct takes an object, not null'],
    [
      'an unknown member',
      'padded',
      { inner: { z: 1 } },
      BtfValueRangeError,
      'padded.inner.z: there is no such member in struct',
    ],
    ['too large', 'scalars', { u8: 256 }, BtfValueRangeError, 'scalars.u8: 256 does not fit into __u8'],
    ['negative', 'scalars', { u64: -1 }, BtfValueRangeError, 'scalars.u64: -1 does not fit into __u64'],
    ['too small', 'scalars', { s8: -129n }, BtfValueRangeError, 'scalars.s8: -129 does not fit into __s8'],
    ['a fraction', 'scalars', { u8: 1.5 }, BtfValueRangeError, 'scalars.u8: 1.5 is no __u8'],
    [
      'inexact',
      'scalars',
      { u64: 2 ** 60 },
      BtfValueRangeError,
      'scalars.u64: 1152921504606847000 is not exact, so it is no __u64',
    ],
    ['not a number', 'scalars', { u8: '1' }, BtfValueTypeError, 'scalars.u8: __u8 takes a number, not "1"'],
    ['not a boolean', 'scalars', { flag: 1 }, BtfValueTypeError, 'scalars.flag: bool takes a boolean, not 1'],
    ['a bitfield', 'bits', { b: 8 }, BtfValueRangeError, 'bits.b: 8 does not fit into __u32 : 3'],
    ['a signed bitfield', 'bits', { c: 16 }, BtfValueRangeError, 'bits.c: 16 does not fit into __s32 : 5'],
    [
      'long text',
      'arrays',
      { comm: 'seventeen bytes !' },
      BtfValueRangeError,
      'arrays.comm: 17 bytes do not fit into char[16]',
    ],
    [
      'text with a NUL',
      'arrays',
      { comm: 'a\0b' },
      BtfValueRangeError,
      'arrays.comm: a NUL would end the text in char[16]',
    ],
    ['no text', 'arrays', { comm: 5 }, BtfValueTypeError, 'arrays.comm: char[16] takes a string, not 5'],
    [
      'a long array',
      'arrays',
      { shorts: [1, 2, 3, 4] },
      BtfValueRangeError,
      'arrays.shorts: 4 elements do not fit into __s16[3]',
    ],
    ['no array', 'arrays', { shorts: 4 }, BtfValueTypeError, 'arrays.shorts: __s16[3] takes an array, not 4'],
    [
      'an element',
      'arrays',
      { points: [{}, { y: 300 }] },
      BtfValueRangeError,
      'arrays.points[1].y: 300 does not fit into __u8',
    ],
    [
      'an element of a matrix',
      'arrays',
      { matrix: [[], [0, '']] },
      BtfValueTypeError,
      'arrays.matrix[1][1]: __u32 takes a number, not ""',
    ],
    [
      'an enumerator',
      'node',
      { color: 'PINK' },
      BtfValueRangeError,
      'node.color: "PINK" is not an enumerator of enum color',
    ],
    [
      'an enum',
      'node',
      { color: true },
      BtfValueTypeError,
      'node.color: enum color takes a name or a number, not true',
    ],
    ['a pointer', 'node', { next: {} }, BtfValueTypeError, 'node.next: a pointer takes a number, not an object'],
    ['a float', 'node', { f: 1n }, BtfValueTypeError, 'node.f: float takes a number, not 1n'],
    [
      'a flexible element',
      'flexible',
      { items: [{}, { key: -1 }] },
      BtfValueRangeError,
      'flexible.items[1].key: -1 does not fit into __u16',
    ],
    ['a flexible array', 'flexible', { items: 1 }, BtfValueTypeError, 'flexible.items: struct[] takes an array, not 1'],
    [
      'members that contradict',
      'anonymous',
      { id: 1n, first: 2 },
      BtfValueRangeError,
      'anonymous: id and an anonymous one contradict each other: give one member of union',
    ],
  ])('refuses %s by path', (_, name, value, Type, message) => {
    expect(() => codec(name).encode(value)).toThrow(
      new Type(message.slice(0, message.indexOf(':')), message.slice(message.indexOf(':') + 2)),
    )
    expect(() => codec(name).encode(value)).toThrow(Type)
  })

  it('takes several members of a union that agree', () => {
    const anonymous = codec('anonymous')
    const value = anonymous.decode(anonymous.encode({ kind: 1, first: 1, second: 2, named: { real: 1 } }))
    expect(anonymous.decode(anonymous.encode(value))).toEqual(value)
    expect(anonymous.encode({ first: 5 })).toEqual(anonymous.encode({ id: 5n }))
  })

  it('calls the value by the name it is given', () => {
    const counter = valueCodec(btf, idOf(btf, '__u64'), { name: 'packets' })
    expect(() => counter.encode('x')).toThrow('packets: __u64 takes a number, not "x"')
    expect(counter.decode(counter.encode(3))).toBe(3n)
  })

  it('leaves text as bytes, and byte orders as they are, on request', () => {
    const bytes = bytesOf('types.19.el.arrays.bin')
    expect(
      valueCodec(btf, idOf(btf, 'arrays', 'struct'), { chars: 'bytes', endianTypedefs: false }).decode(bytes),
    ).toMatchObject({
      comm: Int8Array.of(110, 101, 116, 107, 105, 116, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
      net: Uint32Array.of(0x01020304, 0x05060708),
    })
  })

  it('reads within the end that it is given', () => {
    const flexible = codec('flexible')
    const view = new DataView(bytesOf('types.19.el.flexible.bin').buffer)
    expect(flexible.flexible).toBe(true)
    expect(flexible.size).toBe(8)
    expect(flexible.read(view, 0, 16)).toMatchObject({ items: [{ key: 1, value: 100 }] })
    expect(flexible.read(view, 0, 8)).toMatchObject({ items: [] })
    expect(() => flexible.read(view, 0, 7)).toThrow('flexible: 7 bytes are too few for struct flexible')
    expect(() => flexible.read(view, 20)).toThrow(BtfValueRangeError)
    expect(() => codec('padded').write(view, 0, {})).toThrow('padded: 24 bytes are too few for struct padded')
  })

  it('keeps bytes that are no text', () => {
    const arrays = codec('arrays')
    const bytes = arrays.encode({})
    bytes.set([0x61, 0xff, 0xc3, 0xa4, 0xe2, 0x82, 0x62, 0xed, 0xa0, 0x80, 0xef, 0xbb, 0xbf, 0x80, 0xf0, 0x9f])
    const { comm } = arrays.decode(bytes) as { comm: string }
    expect(comm).toBe('a\udcffä\udce2\udc82b\udced\udca0\udc80\ufeff\udc80\udcf0\udc9f')
    expect(arrays.encode({ comm })).toEqual(bytes)
    expect(() => arrays.encode({ comm: '\ud800' })).toThrow('arrays.comm: a lone surrogate cannot be text in char[16]')
  })

  it('reads odd addresses', () => {
    const odd = new Uint8Array(129)
    odd.set(bytesOf('types.19.el.arrays.bin'), 1)
    expect(codec('arrays').read(new DataView(odd.buffer), 1)).toEqual(globals(true).arrays)
  })

  it('refuses types without values', () => {
    expect(() => valueCodec(btf, 0)).toThrow(BtfError)
    expect(() => valueCodec(btf, idOf(btf, 'program'))).toThrow('a func has no values')
    expect(() => valueCodec(btf, idOf(btf, 'forward'))).toThrow('a fwd has no values')
  })
})

describe('byte order by declaration', () => {
  // 192.0.2.1, 192.0.2.2 and the ports 80 and 443 as they stand in a packet; 1 and 2 in the order of the data.
  const bytes = Uint8Array.of(192, 0, 2, 1, 192, 0, 2, 2, 0, 80, 1, 187, 1, 0, 0, 0, 2, 0, 0, 0)
  const btf = btfOf('order.14.el')

  it('is what the tags say, of members, of typedefs and of variables', () => {
    const flow = valueCodec(btf, idOf(btf, 'flow', 'struct'))
    const value = { saddr: 0xc0000201, daddr: 0xc0000202, ports: Uint16Array.of(80, 443), host: 1, mark: 2 }
    expect(flow.decode(bytes)).toEqual(value)
    expect(flow.encode(value)).toEqual(bytes)
    expect(valueCodec(btf, idOf(btf, 'peer', 'var')).decode(bytes.subarray(0, 4))).toBe(0xc0000201)
  })

  it('is what the caller says, of members by name, or by struct and name', () => {
    const of = (...bigEndian: string[]) =>
      valueCodec<Record<string, unknown>>(btf, idOf(btf, 'flow', 'struct'), { bigEndian }).decode(bytes)
    expect(of('host')).toMatchObject({ saddr: 0xc0000201, host: 0x01000000, mark: 2 })
    expect(of('flow.mark', 'other.host')).toMatchObject({ host: 1, mark: 0x02000000 })
  })
})
