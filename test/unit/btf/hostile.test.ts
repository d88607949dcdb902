import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Btf,
  BtfBuilder,
  BtfError,
  BtfExt,
  BtfValueRangeError,
  BtfValueTypeError,
  CoreResolver,
  formatC,
  formatDeclaration,
  formatDefinition,
  sanitize,
  valueCodec,
  type BtfMember,
  type BtfTypeSpec,
} from '../../../src/btf/index.ts'
import { specsOf } from './arbitrary.ts'
import { btfOf, bytesOf } from './fixtures.ts'

const EXPECTED = [BtfError, BtfValueRangeError, BtfValueTypeError]

/** Runs, and lets pass the errors that are part of the contract. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (EXPECTED.some((Type) => error instanceof Type)) return undefined
    throw error
  }
}

/** Everything that can be asked of types. */
function exercise(btf: Btf): void {
  const ids = Array.from({ length: btf.count }, (_, id) => id).filter((id) => id < 25 || id % 20 === 0)
  attempt(() => [...btf])
  attempt(() => formatC(btf))
  attempt(() => btf.encode({ endian: 'big' }))
  attempt(() => sanitize(btf, { func: false, datasec: false, float: false, enum64: false, declTag: false }).build())
  const resolver = new CoreResolver(btf, { main: [btf] })
  for (const id of ids) {
    const questions: (() => unknown)[] = [
      () => btf.type(id),
      () => btf.resolve(id),
      () => btf.alignOf(id),
      () => btf.field(id, 'a.b[3]'),
      () => btf.findAll(btf.nameOf(id)),
      () => formatDeclaration(btf, id, 'x'),
      () => formatDefinition(btf, id),
    ]
    for (const ask of questions) attempt(ask)
    const size = attempt(() => btf.sizeOf(id))
    const codec = attempt(() => valueCodec(btf, id))
    if (codec !== undefined && size !== undefined && size < 4096) {
      const value = attempt(() => codec.read(new DataView(new ArrayBuffer(size + 8))))
      attempt(() => codec.encode(value))
      attempt(() => codec.encode({ a: 1 }))
    }
    for (const [kind, accessStr] of [
      [0, '0:0:1'],
      [8, '0'],
      [9, '0'],
      [11, '1'],
      [12, '0'],
    ] as const)
      resolver.resolve({ insnOff: 0, typeId: id, accessStr, kind })
  }
}

const mutations = (length: number): fc.Arbitrary<[number, number][]> =>
  fc.array(fc.tuple(fc.nat(length - 1), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff))), {
    minLength: 1,
    maxLength: 8,
  })

describe('bytes that are not what they should be', () => {
  const good = bytesOf('types.19.el.btf')
  const ext = bytesOf('types.19.el.btf.ext')

  it('refuses every truncation by a BtfError', () => {
    for (let length = 0; length < good.length; length++)
      expect(() => Btf.parse(good.subarray(0, length))).toThrow(BtfError)
    const btf = btfOf('types.19.el')
    for (let length = 0; length < ext.length; length++)
      expect(() => {
        const cut = BtfExt.parse(ext.subarray(0, length), btf)
        return [cut.funcInfo, cut.lineInfo, cut.coreRelos]
      }).toThrow(BtfError)
  })

  it('survives changed bytes', () => {
    expect(() =>
      fc.assert(
        fc.property(mutations(good.length), (changes) => {
          const bytes = good.slice()
          for (const [at, value] of changes) bytes[at] = value
          const btf = attempt(() => Btf.parse(bytes))
          if (btf !== undefined) exercise(btf)
        }),
        { numRuns: 30, includeErrorInReport: true },
      ),
    ).not.toThrow()
  })

  it('survives changed BTF.ext', () => {
    const btf = btfOf('core.19.el')
    const whole = bytesOf('core.19.el.btf.ext')
    expect(() =>
      fc.assert(
        fc.property(mutations(whole.length), (changes) => {
          const bytes = whole.slice()
          for (const [at, value] of changes) bytes[at] = value
          const read = attempt(() => BtfExt.parse(bytes, btf))
          const relos = read && attempt(() => read.coreRelos)
          const resolver = new CoreResolver(btf, { main: [btf] })
          for (const { records } of relos ?? []) for (const relo of records) resolver.resolve(relo)
          attempt(() => read?.funcInfo)
          attempt(() => read?.lineInfo)
        }),
        { numRuns: 100, includeErrorInReport: true },
      ),
    ).not.toThrow()
  })

  it('survives types that make no sense', () => {
    expect(() =>
      fc.assert(
        fc.property(specsOf(20), (specs) => {
          const builder = new BtfBuilder()
          for (const spec of specs) builder.add(spec)
          exercise(Btf.parse(builder.build()))
        }),
        { numRuns: 30, includeErrorInReport: true },
      ),
    ).not.toThrow()
  })

  it('survives random bytes after a good header', () => {
    expect(() =>
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(400), (body, split) => {
          const types = Math.min(split, body.length) & ~3
          const bytes = new Uint8Array(24 + body.length + 1)
          bytes.set(body, 24)
          const view = new DataView(bytes.buffer)
          view.setUint16(0, 0xeb9f, true)
          view.setUint8(2, 1)
          for (const [i, field] of [24, 0, types, types, body.length - types + 1].entries())
            view.setUint32(4 + 4 * i, field, true)
          const btf = attempt(() => Btf.parse(bytes))
          if (btf !== undefined) exercise(btf)
        }),
      ),
    ).not.toThrow()
  })
})

describe('headers', () => {
  const change = (...changes: [at: number, value: number][]): Uint8Array => {
    const bytes = bytesOf('types.19.el.btf')
    for (const [at, value] of changes) new DataView(bytes.buffer).setUint8(at, value)
    return bytes
  }
  it.each([
    ['the magic', change([0, 0]), 'x at byte 0: magic is 0xeb00, not 0xeb9f'],
    ['the version', change([2, 2]), 'x at byte 2: version 2 is not known'],
    ['the flags', change([3, 1]), 'x at byte 3: flags 0x1 are not known'],
    ['the length', change([4, 20]), 'x at byte 4: header length 20 is not between 24 and'],
    ['where types start', change([8, 2]), 'x at byte 8: the types start at 2, which is not a multiple of 4'],
    ['where types end', change([15, 0xff]), 'x at byte 8: the types end at'],
    ['where strings end', change([23, 0xff]), 'x at byte 16: the strings end at'],
    ['a field that is not known', change([4, 40], [63, 1]), 'the header has a field that is not known'],
  ])('refuses %s', (_, bytes, message) => expect(() => Btf.parse(bytes, { name: 'x' })).toThrow(message))

  it('tells the byte', () => {
    const bytes = bytesOf('types.19.el.btf')
    bytes[24 + 4 + 3] = 0x7f
    expect(() => Btf.parse(bytes, { name: 'x' })).toThrow(
      expect.objectContaining({ name: 'BtfError', code: 'ERR_BTF', source: 'x', offset: 24 }),
    )
    const other = bytesOf('types.19.el.btf')
    new DataView(other.buffer).setUint32(24 + 8, 0xffffff, true)
    expect(() => Btf.parse(other).type(1)).toThrow(expect.objectContaining({ typeId: 1, offset: 32 }))
  })
})

describe('types that multiply each other', () => {
  const INT: BtfTypeSpec = {
    kind: 'int',
    name: 'int',
    size: 4,
    signed: true,
    char: false,
    bool: false,
    bits: 32,
    bitOffset: 0,
  }
  const member = (name: string, type: number): BtfMember => ({ name, type, bitOffset: 0, bitfieldSize: 0 })

  /** Each type holds the next one twice: two to the power of `depth` in all. */
  function doubling(depth: number, make: (next: number, level: number) => BtfTypeSpec): Btf {
    const builder = new BtfBuilder()
    for (let level = 1; level < depth; level++) builder.add(make(level + 1, level))
    builder.add(INT)
    return Btf.parse(builder.build())
  }

  it.each<[string, (next: number, level: number) => BtfTypeSpec]>([
    [
      'anonymous unions',
      (next) => ({ kind: 'union', name: '', size: 4, bitfields: false, members: [member('', next), member('', next)] }),
    ],
    [
      'named members of unions',
      (next) => ({
        kind: 'union',
        name: '',
        size: 4,
        bitfields: false,
        members: [member('a', next), member('b', next)],
      }),
    ],
    [
      'named unions',
      (next, level) => ({
        kind: 'union',
        name: `u${level}`,
        size: 4,
        bitfields: false,
        members: [member('a', next), member('b', next)],
      }),
    ],
    [
      'signatures',
      (next) => ({
        kind: 'funcProto',
        returns: next,
        params: [
          { name: '', type: next },
          { name: '', type: next },
        ],
      }),
    ],
    ['typedefs of themselves', (_, level) => ({ kind: 'typedef', name: 't', type: level })],
    ['pointers to themselves', (_, level) => ({ kind: 'ptr', type: level === 1 ? 2 : level - 1 })],
    [
      'structs in themselves',
      (_, level) => ({
        kind: 'struct',
        name: 's',
        size: 4,
        bitfields: false,
        members: [member('a', level), member('', level)],
      }),
    ],
    ['arrays of arrays', (next) => ({ kind: 'array', type: next, indexType: 1, length: 65536 })],
    [
      'empty structs',
      (next) => ({
        kind: 'struct',
        name: '',
        size: 0,
        bitfields: false,
        members: [member('a', next), member('b', next)],
      }),
    ],
  ])('%s', (_, make) => {
    // Without bounds this would take for ever, which the time limit of the runner shows.
    for (const depth of [10, 31, 100]) expect(() => exercise(doubling(depth, make))).not.toThrow()
  })

  it('names that overlap each other', () => {
    const builder = new BtfBuilder()
    const offset = builder.string('x'.repeat(100_000))
    for (let i = 0; i < 20_000; i++) builder.add({ kind: 'fwd', name: '', target: 'struct' })
    const bytes = builder.build()
    const view = new DataView(bytes.buffer)
    for (let i = 0; i < 20_000; i++) view.setUint32(24 + 12 * i, offset + i, true)
    const btf = Btf.parse(bytes)
    expect(btf.find('x')).toBeUndefined()
    expect(() => [...btf]).toThrow('its name is not in the strings, or too long')
  })
})
