import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AnyCodec,
  be16,
  be32,
  be64,
  bool,
  bool32,
  bytes,
  chars,
  type Codec,
  count64,
  decode,
  encode,
  fixedBytes,
  flag,
  flags,
  ip,
  ipv4,
  ipv6,
  littleEndian,
  mac,
  maskedFlags,
  named,
  s16,
  s32,
  s64,
  s8,
  sint,
  Source,
  string,
  u16,
  u32,
  u64,
  u8,
  uint,
} from '../../../src/codec/index.ts'
import { Constants } from '../../../src/codec/generate.ts'
import { arbitraryOf } from './arbitrary.ts'

const modes = named(u32, { l2: 0, l3: 1 })
const iff = flags(u32, { up: 1, broadcast: 2, both: 3, high: 0x8000_0000 })
const masked = maskedFlags(u32, { reorder: 1, gvrp: 2, loose: 4, pair: 0x30 })

const everything: Record<string, AnyCodec> = {
  u8,
  u16,
  u32,
  s8,
  s16,
  s32,
  be16,
  be32,
  u64,
  s64,
  be64,
  count64,
  uint,
  sint,
  bool,
  bool32,
  string,
  bytes,
  ip,
  ipv4,
  ipv6,
  mac,
  modes,
  iff,
  masked,
  chars: chars(16),
  fixed: fixedBytes(6),
}

describe.each(Object.entries(everything))('%s', (_name, any) => {
  const codec = any as Codec<unknown>

  test('reads back what it wrote', () => {
    fc.assert(
      fc.property(arbitraryOf(any), (value) => {
        const written = encode(codec, value)
        expect(written.length).toBe(any.size ?? written.length)
        expect(encode(codec, decode(codec, written))).toEqual(written)
      }),
    )
  })

  test('reads the same wherever it lies, also unaligned', () => {
    fc.assert(
      fc.property(arbitraryOf(any), fc.nat(9), (value, shift) => {
        const written = encode(codec, value)
        const moved = new Uint8Array(written.length + shift + 3).fill(0xaa)
        moved.set(written, shift)
        expect(codec.read(new Source(moved), shift, shift + written.length)).toEqual(decode(codec, written))
      }),
    )
  })

  test('does not read beyond its end', () => {
    if (any.size === undefined) return
    for (let size = 0; size < any.size; size++) {
      expect(codec.read(new Source(new Uint8Array(64)), 0, size)).toBeUndefined()
    }
  })

  test('refuses what is no value, as TypeError or RangeError', () => {
    const outcomes = [null, Symbol('s'), {}, [], () => 1, -1.5, NaN, Infinity, 'no such thing', true].map((wrong) => {
      try {
        return decode(codec, encode(codec, wrong)) === undefined ? 'lost' : 'taken'
      } catch (error) {
        const named = error instanceof TypeError || error instanceof RangeError
        return named && error.message.startsWith('expected ') ? 'refused' : String(error)
      }
    })
    expect(new Set([...outcomes, 'taken', 'refused'])).toEqual(new Set(['taken', 'refused']))
  })

  test('has an expression that reads the same', () => {
    if (any.inline === undefined) return
    const constants = new Constants()
    const read = constants.build<(v: DataView) => unknown>(
      `(v) => ${any.inline('0', (value) => constants.use(value))}`,
    )!
    fc.assert(
      fc.property(fc.uint8Array({ minLength: any.size!, maxLength: any.size! }), (raw) => {
        const source = new Source(raw)
        expect(read(source.view)).toEqual(codec.read(source, 0, raw.length))
      }),
    )
  })
})

describe('numbers', () => {
  test('of 64 bits are taken as number or bigint, and read as bigint', () => {
    expect(decode(u64, encode(u64, 5))).toBe(5n)
    expect(decode(s64, encode(s64, -5))).toBe(-5n)
    expect(decode(u64, encode(u64, (1n << 64n) - 1n))).toBe((1n << 64n) - 1n)
    expect(() => encode(u64, 1n << 64n)).toThrow(RangeError)
    expect(() => encode(u64, -1)).toThrow(RangeError)
    expect(() => encode(u64, 2 ** 53)).toThrow('an integer that a number holds exactly')
    expect(decode(count64, encode(count64, 2 ** 40))).toBe(2 ** 40)
  })

  test('in network order have the high byte first', () => {
    expect(encode(be16, 0x0102)).toEqual(Uint8Array.of(1, 2))
    expect(encode(be32, 0x01020304)).toEqual(Uint8Array.of(1, 2, 3, 4))
    expect(encode(be64, 5n)).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 5))
    expect(encode(u16, 0x0102)).toEqual(littleEndian ? Uint8Array.of(2, 1) : Uint8Array.of(1, 2))
  })

  test('of variable width take the shorter form', () => {
    expect(encode(uint, 7)).toHaveLength(4)
    expect(encode(uint, 1n << 32n)).toHaveLength(8)
    expect(encode(sint, -7)).toHaveLength(4)
    expect(encode(sint, -(1n << 40n))).toHaveLength(8)
    expect(decode(uint, new Uint8Array(8).fill(255))).toBe((1n << 64n) - 1n)
  })

  test('wider than asked are read by their first bytes, as the kernel does', () => {
    expect(u16.read(new Source(encode(u32, 7)), 0, 4)).toBe(littleEndian ? 7 : 0)
  })

  test('that are truths may be more than 1', () => {
    expect(decode(bool, Uint8Array.of(2))).toBe(true)
    expect(decode(bool, Uint8Array.of(0))).toBe(false)
  })
})

describe('a flag', () => {
  const read = (...raw: number[]): boolean | undefined => flag.read(new Source(Uint8Array.from(raw)), 0, raw.length)
  test('is true by being there, and false only as the number 0', () => {
    expect([read(), read(1), read(0, 1), read(0), read(0, 0)]).toEqual([true, true, true, false, false])
  })
})

describe('text', () => {
  test('ends at the first NUL, and may lack it', () => {
    for (const raw of ['nk0\0', 'nk0', 'nk0\0junk', 'nk0\0\0\0\0\0'])
      expect(decode(string, Buffer.from(raw))).toBe('nk0')
    expect(decode(string, new Uint8Array(0))).toBe('')
  })

  test('of any length and script survives, also when it was met before', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }).filter((s) => !s.includes('\0')),
        (value) => {
          for (let i = 0; i < 2; i++) expect(decode(string, encode(string, value))).toBe(value)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('of the same first bytes is not mixed up', () => {
    const raw = new Source(Uint8Array.from(Buffer.from('abcdefgh')))
    expect([4, 8, 5, 4, 3, 8].map((end) => string.read(raw, 0, end))).toEqual([
      'abcd',
      'abcdefgh',
      'abcde',
      'abcd',
      'abc',
      'abcdefgh',
    ])
  })

  test('with a NUL inside, or too long for its field, is refused', () => {
    expect(() => encode(string, 'a\0b')).toThrow(RangeError)
    expect(() => encode(chars(4), 'abcd')).toThrow('a string of at most 3 bytes')
    expect(encode(chars(4), 'abc')).toEqual(Uint8Array.of(97, 98, 99, 0))
  })
})

describe('enums are open', () => {
  test('known values are names, others numbers, both ways', () => {
    expect(decode(modes, encode(modes, 'l3'))).toBe('l3')
    expect(decode(modes, encode(modes, 1))).toBe('l3')
    expect(decode(modes, encode(modes, 77))).toBe(77)
    expect(() => encode(modes, 'toString' as 'l2')).toThrow(`expected 'l2', 'l3' or a number, got "toString"`)
  })

  test('flags without a name survive as a number', () => {
    expect(decode(iff, encode(iff, 0x8000_0013))).toEqual(['up', 'broadcast', 'both', 'high', 0x10])
    expect(decode(iff, encode(iff, ['up', 0x10]))).toEqual(['up', 0x10])
    expect(decode(iff, encode(iff, []))).toEqual([])
    expect(() => encode(iff, ['down' as 'up'])).toThrow(RangeError)
    expect(() => encode(iff, 'up' as never)).toThrow(TypeError)
  })

  test('flags with a mask are true, false or absent, and the rest survives', () => {
    expect(decode(masked, encode(masked, { reorder: true, gvrp: false }))).toEqual({ reorder: true, gvrp: false })
    const strange = encode(masked, { loose: true, other: { value: 0x110, mask: 0x130 } })
    expect(decode(masked, strange)).toEqual({ loose: true, other: { value: 0x110, mask: 0x130 } })
    expect(() => encode(masked, { nothing: true } as never)).toThrow(/^nothing: expected one of/)
    expect(() => encode(masked, { gvrp: 1 as never })).toThrow(/^gvrp: expected true or false/)
  })
})
