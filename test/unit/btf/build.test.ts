import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Btf, BtfBuilder, BtfError, formatC, sanitize, type BtfTypeSpec } from '../../../src/btf/index.ts'
import { specsOf } from './arbitrary.ts'
import { BUILDS, btfOf, bytesOf, idOf } from './fixtures.ts'

const INT: BtfTypeSpec<'int'> = {
  kind: 'int',
  name: 'int',
  size: 4,
  signed: true,
  char: false,
  bool: false,
  bits: 32,
  bitOffset: 0,
}

/** All own types; the ids, which follow from the order, aside. */
const typesOf = (btf: Btf): unknown[] => [...btf].slice(btf.firstId).map((type) => ({ ...type, id: 0 }))

describe.each(BUILDS)('%s', (build) => {
  const btf = btfOf(build)

  it('writes the bytes it has read', () => expect(btf.encode()).toEqual(bytesOf(`${build}.btf`)))

  it('goes to the other byte order and back', () => {
    const other = Btf.parse(btf.encode({ endian: build.endsWith('el') ? 'big' : 'little' }))
    expect(other.endian).not.toBe(btf.endian)
    expect(typesOf(other)).toEqual(typesOf(btf))
    expect(other.encode({ endian: btf.endian })).toEqual(bytesOf(`${build}.btf`))
  })

  it('keeps ids and string offsets when types are replaced and added', () => {
    const builder = BtfBuilder.from(btf)
    const id = idOf(btf, 'list', 'struct')
    builder.replace(id, { kind: 'fwd', name: 'brand_new', target: 'union' })
    expect(builder.add({ kind: 'ptr', type: id })).toBe(btf.count)
    const changed = Btf.parse(builder.build())
    expect(changed.type(id)).toEqual({ kind: 'fwd', id, name: 'brand_new', target: 'union' })
    expect(changed.type(btf.count)).toMatchObject({ kind: 'ptr', type: id })
    expect(
      typesOf(changed)
        .toSpliced(id - 1, 1)
        .slice(0, -1),
    ).toEqual(typesOf(btf).toSpliced(id - 1, 1))
    expect(changed.strings.bytes.subarray(0, btf.strings.bytes.length)).toEqual(btf.strings.bytes)
    expect(builder.string('list')).toBe(BtfBuilder.from(btf).string('list'))
    expect(btf.string(builder.string('list'))).toBe('list')
  })
})

describe('building', () => {
  it('keeps each string once', () => {
    const builder = new BtfBuilder()
    expect([builder.string(''), builder.string('a'), builder.string('bc'), builder.string('a')]).toEqual([0, 1, 3, 1])
    builder.add({ ...INT, name: 'bc' })
    expect(Btf.parse(builder.build()).strings.bytes).toEqual(new TextEncoder().encode('\0a\0bc\0'))
  })

  it('goes on from a base', () => {
    const base = btfOf('types.19.el')
    const builder = new BtfBuilder({ base })
    const node = idOf(base, 'node', 'struct')
    const pointer = builder.add({ kind: 'ptr', type: node })
    const own = builder.add({ kind: 'typedef', name: 'own_t', type: pointer })
    const bytes = builder.build()
    const split = Btf.parse(bytes, { base, name: 'module' })
    expect([pointer, own, split.firstId, split.count]).toEqual([base.count, base.count + 1, base.count, base.count + 2])
    expect(split.type(own)).toEqual({ kind: 'typedef', id: own, name: 'own_t', type: pointer })
    expect(split.type(node)).toBe(base.type(node))
    expect(split.find('own_t')?.id).toBe(own)
    expect(split.find('node', 'struct')?.id).toBe(node)
    expect(split.findAll('node')).toEqual(base.findAll('node'))
    expect(split.flavoursOf('node')).toEqual([])
    expect(split.nameOf(node)).toBe('node')
    expect(split.kindOf(node)).toBe('struct')
    expect(split.findId('node')).toBe(node)
    expect(split.findOwnId('node')).toBeUndefined()
    expect(split.findOwnId('own_t', 'typedef')).toBe(own)
    expect(split.sizeOf(own)).toBe(8)
    expect([...split].map(({ id }) => id)).toEqual(Array.from({ length: split.count }, (_, id) => id))
    expect(split.encode()).toEqual(bytes)
    expect(formatC(split, { types: [own] })).toBe('struct node;\n\ntypedef struct node *own_t;\n')
    expect(() => Btf.parse(bytes)).toThrow('a module is read with its base')
    expect(() => Btf.parse(bytes, { base: btfOf('types.19.eb') })).toThrow("byte order is little, its base's is big")
    // A name that is the base's.
    const again = BtfBuilder.from(split)
    again.add({ kind: 'fwd', name: 'own_t', target: 'struct' })
    expect(Btf.parse(again.build(), { base }).findAll('own_t')).toHaveLength(2)
  })

  it('finds names that are among the strings of the base', () => {
    const base = btfOf('types.19.el')
    const offset = BtfBuilder.from(base).string('node_t')
    const builder = new BtfBuilder({ base })
    builder.add({ kind: 'fwd', name: 'x', target: 'struct' })
    const bytes = builder.build()
    new DataView(bytes.buffer).setUint32(24, offset, true)
    const split = Btf.parse(bytes, { base })
    expect(split.nameOf(base.count)).toBe('node_t')
    expect(split.flavoursOf('node_t')).toEqual([base.count])
    expect(split.findAll('node_t').map(({ id }) => id)).toEqual([idOf(base, 'node_t'), base.count])
  })

  it('refuses what does not hang together', () => {
    const builder = new BtfBuilder()
    builder.add({ kind: 'ptr', type: 2 })
    expect(() => builder.build()).toThrow('reference to type 2; ids run to 1')
    expect(() => builder.replace(2, INT)).toThrow(BtfError)
    expect(() => builder.type(2)).toThrow(BtfError)
    expect(() => builder.string('a\0')).toThrow(BtfError)
    builder.replace(1, { kind: 'void' })
    expect(() => builder.build()).toThrow('void is type 0 and cannot be written down')
    builder.replace(1, {
      kind: 'struct',
      name: 's',
      size: 4,
      bitfields: false,
      members: [{ name: 'm', type: 0, bitOffset: 0, bitfieldSize: 3 }],
    })
    expect(() => builder.build()).toThrow('struct s: member m is a bitfield, yet bitfields is false')
  })

  it('reads what it wrote, whatever it is', () => {
    fc.assert(
      fc.property(specsOf(), fc.constantFrom('little', 'big'), fc.boolean(), (specs, endian, layout) => {
        const builder = new BtfBuilder()
        for (const spec of specs) builder.add(spec)
        const bytes = builder.build({ endian, layout })
        const btf = Btf.parse(bytes)
        expect(typesOf(btf)).toEqual(specs.map((spec) => ({ ...spec, id: 0 })))
        expect(btf.encode({ layout })).toEqual(bytes)
      }),
    )
  })
})

describe('kinds that are not known', () => {
  /** A kind 25 of twelve bytes and eight for each element, laid out by the header. */
  function withUnknown(): Uint8Array {
    const builder = new BtfBuilder()
    builder.add(INT)
    builder.add({ ...INT, name: 'after' })
    const bytes = builder.build({ layout: true })
    const view = new DataView(bytes.buffer)
    const [typesEnd, layoutOff, stringsOff] = [
      32 + view.getUint32(12, true),
      32 + view.getUint32(24, true),
      32 + view.getUint32(16, true),
    ]
    const unknown = new Uint8Array(12 + 12 + 2 * 8).map((_, i) => (i < 12 ? 0 : i))
    new DataView(unknown.buffer).setUint32(0, 1, true)
    new DataView(unknown.buffer).setUint32(4, ((0x80 | 25) << 24) | 2, true)
    new DataView(unknown.buffer).setUint32(8, 77, true)
    const layout = new Uint8Array(26 * 4)
    layout.set(bytes.subarray(layoutOff, stringsOff))
    layout.set([12, 8], 25 * 4)
    const result = new Uint8Array([
      ...bytes.subarray(0, typesEnd - 16),
      ...unknown,
      ...bytes.subarray(typesEnd - 16, typesEnd),
      ...layout,
      ...bytes.subarray(stringsOff),
    ])
    const out = new DataView(result.buffer)
    const types = typesEnd - 32 + unknown.length
    for (const [at, value] of [
      [12, types],
      [16, types + layout.length],
      [24, types],
      [28, layout.length],
    ] as const)
      out.setUint32(at, value, true)
    return result
  }

  it('survive where the input describes their layout', () => {
    const bytes = withUnknown()
    const btf = Btf.parse(bytes)
    expect(btf.count).toBe(4)
    expect(btf.type(2)).toMatchObject({
      kind: 'unknown',
      name: 'int',
      kindNumber: 25,
      kindFlag: true,
      vlen: 2,
      sizeOrType: 77,
    })
    expect(btf.find('after')?.id).toBe(3)
    expect(btf.find('int', 'unknown')?.id).toBe(2)
    expect(btf.unknownKinds.get(25)).toEqual({ fixed: 12, element: 8 })
    expect(btf.encode()).toEqual(bytes)
    expect(() => btf.encode({ endian: 'big' })).toThrow(
      'kind 25 is not known, so its bytes cannot be put into big-endian order',
    )
    expect(() => btf.sizeOf(2)).toThrow(BtfError)
    expect(formatC(btf)).toBe('')
  })

  it('are refused where nothing does', () => {
    const bytes = withUnknown()
    new DataView(bytes.buffer).setUint32(28, 24 * 4, true)
    expect(() => Btf.parse(bytes)).toThrow('BTF at byte 48: kind 25 is not known, nor laid out by the input')
  })

  it('take more than 65535 elements', () => {
    const builder = new BtfBuilder()
    const values = Array.from({ length: 70000 }, (_, value) => ({ name: 'x', value }))
    builder.add({ kind: 'enum', name: 'many', size: 4, signed: false, values })
    expect(Btf.parse(builder.build()).find('many', 'enum')?.values).toEqual(values)
  })
})

describe('for older kernels', () => {
  const btf = btfOf('types.19.el')
  const kindsOf = (features: Parameters<typeof sanitize>[1]): Set<string> =>
    new Set([...Btf.parse(sanitize(btf, features).build())].map(({ kind }) => kind))

  it('changes nothing that is understood', () => {
    expect(sanitize(btf, {}).build()).toEqual(btf.bytes)
    expect(sanitize(btf, { float: true }).build()).toEqual(btf.bytes)
  })

  it('leaves no kind that is not understood', () => {
    const all = ['func', 'funcProto', 'datasec', 'var', 'float', 'declTag', 'typeTag', 'enum64']
    expect([...kindsOf({})]).toEqual(expect.arrayContaining(all))
    const left = kindsOf({ func: false, datasec: false, float: false, declTag: false, typeTag: false, enum64: false })
    expect(all.filter((kind) => left.has(kind))).toEqual([])
  })

  it('keeps ids and sizes', () => {
    const features = { func: false, datasec: false, float: false, declTag: false, typeTag: false, enum64: false }
    const older = Btf.parse(sanitize(btf, features).build())
    for (const name of ['node', 'uses', 'arrays', 'bits']) {
      const id = idOf(btf, name, 'struct')
      expect(older.sizeOf(id)).toBe(btf.sizeOf(id))
    }
    expect(older.count).toBe(btf.count + 1)
  })

  it.each<[string, Parameters<typeof sanitize>[1], string, object]>([
    ['float', { float: false }, 'float', { kind: 'struct', name: '', size: 4, members: [] }],
    [
      'a wide enum',
      { enum64: false },
      'big',
      { kind: 'union', name: 'big', size: 8, members: [{ name: 'SMALL' }, { name: 'HUGE' }] },
    ],
    [
      'a signed enum',
      { enum64: false },
      'color',
      { kind: 'enum', signed: false, values: [{}, {}, { name: 'BLUE', value: 0xfffffff9 }] },
    ],
    ['a function', { func: false }, 'program', { kind: 'typedef', name: 'program' }],
    ['a global function', { funcGlobal: false }, 'program', { kind: 'func', linkage: 'static' }],
    [
      'a section',
      { datasec: false },
      '.data.bits',
      { kind: 'struct', name: '_data_bits', members: [{ name: 'bits' }] },
    ],
    ['a variable', { datasec: false }, 'padded', { kind: 'struct' }],
    ['a type tag', { typeTag: false }, 'user', { kind: 'const' }],
    ['a tag', { declTag: false }, 'whole', { kind: 'int', size: 1 }],
  ])('%s', (_, features, name, expected) => {
    const id = idOf(btf, name)
    expect(Btf.parse(sanitize(btf, features).build()).type(id)).toMatchObject(expected)
  })

  it('takes the question mark from section names', () => {
    const builder = new BtfBuilder()
    builder.add({ kind: 'datasec', name: '?.struct_ops', size: 0, vars: [] })
    expect(sanitize(builder, { datasecQuestionMark: false }).type(1)).toMatchObject({
      kind: 'datasec',
      name: '_.struct_ops',
    })
  })
})
