import { describe, expect, test, vi } from 'vitest'
import { compile } from '../../../src/codec/compile.ts'
import {
  array,
  arrayOf,
  attrs,
  be16,
  by,
  byFamily,
  bytes,
  chars,
  decode,
  DecodeError,
  encode,
  flag,
  flags,
  ip,
  ipv4,
  ipv6,
  list,
  many,
  message,
  named,
  numbered,
  pad,
  s32,
  Source,
  string,
  struct,
  tableOf,
  u16,
  u32,
  u64,
  u8,
  UnknownAttributes,
  walk,
  Writer,
} from '../../../src/codec/index.ts'
import { checkTable } from './check-table.ts'
import { link } from './mini.ts'

const via = struct({ family: u16, address: ipv4 })
const kitchen = attrs({
  name: [3, string],
  names: [4, many(string)],
  nested: [5, attrs({ a: [1, u8], b: [2, be16] })],
  list: [6, list(u32, { type: 1 })],
  indexed: [7, list(attrs({ x: [1, u64] }), { first: 1 })],
  on: [8, flag],
  raw: [9, bytes],
  filler: [10, pad],
  words: [11, arrayOf(u32)],
  via: [12, via],
  encapType: [21, named(u16, { mpls: 1, ip: 2, nothing: 3 })],
  encap: [22, by('encapType', { mpls: attrs({ label: [1, u32] }), ip: attrs({ id: [1, u64], ttl: [2, u8] }) })],
})
const route = message(
  struct({ family: u8, dstLen: u8, flags: flags(u32, { notify: 0x100, cloned: 0x200 }) }),
  attrs({ dst: [1, byFamily({ 2: ipv4, 10: ipv6, 28: u32 }, ip)], table: [15, u32], hops: [9, many(via)] }),
)

checkTable('kitchen', kitchen)
checkTable('route', route)
checkTable('link', link)

const tlv = (type: number, ...payload: number[]): number[] => [
  4 + payload.length,
  0,
  type & 0xff,
  type >> 8,
  ...payload,
  ...new Uint8Array(-payload.length & 3),
]
const raw = (...parts: number[][]): Uint8Array => Uint8Array.from(parts.flat())

describe('a struct', () => {
  const grown = struct({ a: u8, b: u32, c: u16 }, { d: u64, e: u8 })

  test('has the natural alignment of C', () => {
    expect(grown.fields.map(({ name, offset }) => [name, offset])).toEqual([
      ['a', 0],
      ['b', 4],
      ['c', 8],
      ['d', 16],
      ['e', 24],
    ])
    expect(grown).toMatchObject({ size: 32, align: 8, minimum: 10 })
    expect(struct({ addr: ipv6, port: be16, name: chars(16), pair: array(u16, 2) }).size).toBe(40)
  })

  test('is read as far as it goes: shrunk, grown, and cut inside a field', () => {
    const whole = encode(grown, { a: 1, b: 2, c: 3, d: 4n, e: 5 })
    expect(decode(grown, whole)).toEqual({ a: 1, b: 2, c: 3, d: 4n, e: 5 })
    expect(decode(grown, Uint8Array.from([...whole, 9, 9, 9, 9, 9, 9, 9, 9]))).toEqual({
      a: 1,
      b: 2,
      c: 3,
      d: 4n,
      e: 5,
    })
    expect(decode(grown, whole.slice(0, 24))).toEqual({ a: 1, b: 2, c: 3, d: 4n })
    expect(decode(grown, whole.slice(0, 23))).toEqual({ a: 1, b: 2, c: 3 })
    expect(() => decode(grown, whole.slice(0, 9))).toThrow(DecodeError)
  })

  test('is written whole, zero where nothing is given', () => {
    expect(encode(grown, { c: 3 })).toEqual(Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 3, ...new Uint8Array(23)]))
  })

  test('refuses a field that it does not have, and a codec without a size', () => {
    expect(() => encode(grown, { z: 1 } as never)).toThrow('expected one of a, b, c, d, e, got "z"')
    expect(() => struct({ text: string } as never)).toThrow('struct field text: a string has no fixed size')
  })

  test('has arrays', () => {
    const keys = struct({ key: array(u16, 3) })
    expect(decode(keys, encode(keys, { key: [1, 2] }))).toEqual({ key: [1, 2, 0] })
    expect(() => encode(keys, { key: [1, 2, 3, 4] })).toThrow('key: expected at most 3 elements, got 4')
    expect(() => encode(keys, { key: [1, -1] })).toThrow(/^key\[1\]: /)
  })
})

describe('attributes', () => {
  test('undefined is not sent; 0, false and the empty text are', () => {
    const table = attrs({ a: [1, u8], b: [2, string], c: [3, u32], d: [4, flag] })
    expect(encode(table, { a: 0, b: '', c: undefined, d: false })).toEqual(raw(tlv(1, 0), tlv(2, 0)))
    expect(encode(table, { d: true })).toEqual(raw(tlv(4)))
  })

  test('that nest say so when written, and are read without or with the bit', () => {
    expect(encode(kitchen, { nested: { a: 1 } })).toEqual(raw(tlv(0x8005, ...tlv(1, 1))))
    for (const bits of [0, 0x8000, 0x4000, 0xc000])
      expect(decode(kitchen, raw(tlv(bits | 5, ...tlv(1, 1))))).toEqual({ nested: { a: 1 } })
  })

  test('repeat', () => {
    expect(encode(kitchen, { names: ['a', 'b'] })).toEqual(raw(tlv(4, 97, 0), tlv(4, 98, 0)))
    expect(decode(kitchen, raw(tlv(4, 97, 0), tlv(3, 120, 0), tlv(4, 98, 0)))).toEqual({ names: ['a', 'b'], name: 'x' })
    expect(decode(kitchen, raw(tlv(3, 97, 0), tlv(3, 98, 0))).name).toBe('b')
  })

  test('are lists with one type, or counted types', () => {
    expect(encode(kitchen, { list: [1, 2] })).toEqual(raw(tlv(0x8006, ...tlv(1, 1, 0, 0, 0), ...tlv(1, 2, 0, 0, 0))))
    expect(encode(kitchen, { indexed: [{}, {}] })).toEqual(raw(tlv(0x8007, ...tlv(0x8001), ...tlv(0x8002))))
  })

  test('that are filler vanish', () => expect(decode(kitchen, raw(tlv(10), tlv(8)))).toEqual({ on: true }))

  test('stop where a length is impossible; what is left over is padding', () => {
    const good = tlv(3, 97, 0)
    for (const bad of [
      [3, 0, 8, 0],
      [0, 0, 0, 0],
      [255, 0, 8, 0],
      [1, 2, 3],
    ]) {
      expect(decode(kitchen, raw(good, bad))).toEqual({ name: 'a' })
    }
  })

  test('that nobody knows, or that do not fit their row, survive to the byte', () => {
    const odd = raw(tlv(99, 1, 2, 3), tlv(0x8000 | 98, ...tlv(1, 1)), tlv(12, 7), tlv(0x4000 | 97))
    const value = decode(kitchen, raw(tlv(3, 97, 0), [...odd]))
    expect(value.unknown).toBeInstanceOf(UnknownAttributes)
    expect([...value.unknown!]).toEqual([
      { type: 99, bytes: Uint8Array.of(1, 2, 3) },
      { type: 98, bytes: Uint8Array.from(tlv(1, 1)), nested: true },
      { type: 12, bytes: Uint8Array.of(7) },
      { type: 97, bytes: new Uint8Array(0) },
    ])
    expect(encode(kitchen, value)).toEqual(raw(tlv(3, 97, 0), [...odd]))
    expect(
      encode(kitchen, {
        unknown: [
          { type: 99, bytes: Uint8Array.of(1, 2, 3) },
          { type: 98, bytes: Uint8Array.from(tlv(1, 1)), nested: true },
        ],
      }),
    ).toEqual(odd.slice(0, 20))
  })

  test('never alias the buffer they came from', () => {
    const buffer = raw(tlv(9, 1, 2), tlv(99, 3))
    const value = decode(kitchen, buffer)
    buffer.fill(0xff)
    expect(value.raw).toEqual(Uint8Array.of(1, 2))
    expect([...value.unknown!]).toEqual([{ type: 99, bytes: Uint8Array.of(3) }])
  })

  test('of more than 65531 bytes are refused by name', () => {
    expect(() => encode(kitchen, { raw: new Uint8Array(65_532) })).toThrow(
      new RangeError('raw: expected an attribute of at most 65531 bytes, got "65532 bytes"'),
    )
    expect(encode(kitchen, { raw: new Uint8Array(65_531) })).toHaveLength(65_536)
    expect(() =>
      encode(kitchen, { nested: { unknown: [{ type: 1, bytes: new Uint8Array(65_530) }] } } as never),
    ).toThrow(/^nested: /)
  })

  test('that do not exist are refused by path', () => {
    expect(() => encode(kitchen, { nested: { c: 1 } } as never)).toThrow(
      'nested.c: expected an attribute of this table (a, b), got 1',
    )
    expect(() => encode(kitchen, { nested: 5 } as never)).toThrow('nested: expected an object of attributes, got 5')
    expect(() => encode(kitchen, { indexed: [{}, { x: 'y' }] } as never)).toThrow(/^indexed\[1\]\.x: /)
    expect(() => encode(kitchen, { names: 'ab' } as never)).toThrow('names: expected an array, got "ab"')
    expect(() => encode(kitchen, null as never)).toThrow(TypeError)
  })

  test('after a refusal a reused writer names paths from the root again', () => {
    const writer = new Writer()
    for (let i = 0; i < 3; i++) {
      expect(() => kitchen.write(writer.reset(), { nested: { a: 256 } })).toThrow(
        'nested.a: expected an integer from 0 to 255, got 256',
      )
    }
  })
})

describe('a payload that depends on a sibling', () => {
  const mpls = tlv(22, ...tlv(1, 5, 0, 0, 0))

  test('is read in either order', () => {
    const expected = { encapType: 'mpls', encap: { label: 5 } }
    expect(decode(kitchen, raw(tlv(21, 1, 0), mpls))).toEqual(expected)
    expect(decode(kitchen, raw(mpls, tlv(21, 1, 0)))).toEqual(expected)
  })

  test.each([
    ['has no kind', []],
    ['is of a kind without a name', tlv(21, 77, 0)],
    ['is of a kind without a table', tlv(21, 3, 0)],
  ])('survives as bytes when it %s', (_name, kind) => {
    const value = decode(kitchen, raw(kind, mpls))
    expect(value.encap).toBeUndefined()
    expect([...value.unknown!]).toMatchObject([{ type: 22 }])
    expect(encode(kitchen, value)).toEqual(raw(kind, mpls))
  })

  test('keeps both when there are two', () => {
    const value = decode(kitchen, raw(tlv(21, 1, 0), mpls, tlv(22, ...tlv(1, 6, 0, 0, 0))))
    expect(value.encap).toEqual({ label: 6 })
    expect([...value.unknown!]).toHaveLength(1)
  })

  test('is not written without its kind', () => {
    expect(() => encode(kitchen, { encap: { label: 1 } } as never)).toThrow(
      /^encap: expected no encap: there is no table for encapType undefined/,
    )
  })
})

describe('a message', () => {
  test('reads addresses by the family in its header', () => {
    expect(decode(route, encode(route, { family: 2, dst: '10.0.0.1' })).dst).toBe('10.0.0.1')
    expect(decode(route, encode(route, { family: 10, dst: '::1' })).dst).toBe('::1')
    expect(decode(route, encode(route, { family: 28, dst: 16 })).dst).toBe(16)
    expect(() => encode(route, { family: 2, dst: '::1' })).toThrow('dst: expected an IPv4 address, got "::1"')
  })

  test('too short for its header is none', () =>
    expect(() => decode(route, new Uint8Array(7))).toThrow('7 bytes are not a message'))

  test('has no name twice', () => {
    expect(() => message(struct({ table: u8 }), attrs({ table: [1, u32] }))).toThrow(
      'table is both a field of the header and an attribute',
    )
    expect(() => attrs({ a: [1, u8], b: [1, u8] })).toThrow('attributes a and b share the type 1')
    expect(() => attrs({ a: [1, by('kind', {})] })).toThrow('attribute a depends on kind, which is missing')
  })
})

describe('numbers with names', () => {
  const conf = numbered(s32, { forwarding: 1, arp: 3 })
  test('come as an array and go as a nest', () => {
    expect(decode(conf, encode(arrayOf(s32), [1, -2, 3, 4]))).toEqual({ forwarding: 1, 2: -2, arp: 3, 4: 4 })
    expect(decode(conf, encode(arrayOf(s32), [1]))).toEqual({ forwarding: 1 })
    expect(encode(conf, { arp: 3, 7: 1 })).toEqual(raw(tlv(7, 1, 0, 0, 0), tlv(3, 3, 0, 0, 0)))
    expect(() => encode(conf, { rp: 1 } as never)).toThrow(RangeError)
  })
})

test('tables can be walked', () => {
  const paths = [...walk(link)].map(([path]) => path)
  expect(paths).toContain('linkinfo.data.netkit.mode')
  expect(paths).toContain('index')
  expect(tableOf(link)!.byId(18)!.name).toBe('linkinfo')
  expect(tableOf(u8)).toBeUndefined()
})

test('where code must not be made from text, tables are walked', () => {
  const make = () =>
    attrs({ words: [1, arrayOf(u32)], conf: [2, numbered(s32, { a: 1, b: 2 })], pair: [3, struct({ x: u8, y: u64 })] })
  const bytes = encode(make(), { words: [1, 2], pair: { x: 1, y: 2n } })
  const conf = raw(tlv(2, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0))
  const fast = [decode(make(), bytes), decode(make(), conf)]
  vi.stubGlobal('Function', function forbidden() {
    throw new EvalError('code generation from strings is disallowed')
  })
  try {
    expect([decode(make(), bytes), decode(make(), conf)]).toEqual(fast)
    expect(fast[1]).toEqual({ conf: { a: 1, b: 2, 3: 3 } })
  } finally {
    vi.unstubAllGlobals()
  }
})

test('the generated reader and the walking one agree', async () => {
  const { interpret } = await import('../../../src/codec/interpret.ts')
  const fc = await import('fast-check')
  const { arbitraryOf } = await import('./arbitrary.ts')
  for (const table of [kitchen, route, link]) {
    const { header, attributes, rows } = table as unknown as {
      header?: typeof route.header
      attributes?: typeof kitchen
      rows?: typeof kitchen.rows
    }
    const layout = {
      fields: header?.fields ?? [],
      minimum: header?.minimum ?? 0,
      body: header?.size ?? 0,
      rows: attributes?.rows ?? rows,
    }
    const [fast, slow] = [compile(layout), interpret(layout)]
    fc.assert(
      fc.property(arbitraryOf(table as never), fc.uint8Array({ maxLength: 8 }), fc.nat(), (value, noise, at) => {
        const encoded = encode(table as never, value as never)
        if (encoded.length > 0) for (const byte of noise) encoded[(at + byte) % encoded.length] = byte
        const source = new Source(encoded)
        const [a, b] = [fast(source, 0, encoded.length), slow(source, 0, encoded.length)]
        expect(a).toEqual(b)
        expect(Object.keys(a ?? {})).toEqual(Object.keys(b ?? {}))
      }),
      { numRuns: 300 },
    )
  }
})
