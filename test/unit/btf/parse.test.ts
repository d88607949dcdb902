import { describe, expect, it } from 'vitest'
import { Btf, BtfBuilder, BtfError, BtfExt, essentialName } from '../../../src/btf/index.ts'
import { BUILDS, btfOf, bytesOf, idOf, textOf } from './fixtures.ts'
import { rawLine } from './raw.ts'

describe.each(BUILDS)('%s', (build) => {
  const btf = btfOf(build)

  it('decodes every type as bpftool does', () => {
    const ours = [...btf].slice(1).map((type) => rawLine(btf, type))
    expect(`${ours.join('\n')}\n`).toBe(textOf(`${build}.raw.txt`))
  })

  it('has the sizes, alignments and offsets that the compiler says', () => {
    const lines = textOf('types.bpf.c').matchAll(/^\t(SIZE|OFFSET)\((struct|union) (\w+)(?:, (.+))?\),$/gm)
    const section = bytesOf(`${build}.expect`)
    const view = new DataView(section.buffer)
    const littleEndian = build.endsWith('el')
    let at = 0
    for (const [line, what, kind, name, path] of lines) {
      const [first, second] = [view.getBigUint64(at, littleEndian), view.getBigUint64(at + 8, littleEndian)].map(Number)
      at += 16
      const id = idOf(btf, name ?? '', kind as 'struct')
      const field = what === 'OFFSET' ? btf.field(id, path ?? '') : undefined
      const ours = field === undefined ? [btf.sizeOf(id), btf.alignOf(id)] : [field.offset, btf.sizeOf(field.type)]
      expect([line, ...ours]).toEqual([line, first, second])
    }
    expect(at).toBe(section.length)
  })

  it('finds by name and kind', () => {
    expect(btf.find('number', 'union')?.members.map(({ name }) => name)).toEqual(['word', 'bytes', '', 'real'])
    expect(btf.find('program', 'func')?.linkage).toBe('global')
    expect(btf.find('program', 'struct')).toBeUndefined()
    expect(btf.find('')).toBeUndefined()
    expect(btf.find('nonsense')).toBeUndefined()
    // A struct and a variable share the name.
    expect(
      btf
        .findAll('node')
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['struct', 'var'])
    expect(btf.find('node')?.id).toBe(Math.min(...btf.findAll('node').map(({ id }) => id)))
    const named = [...btf].filter((type) => 'name' in type && type.name !== '')
    expect(named.length).toBeGreaterThan(50)
    expect(named.filter((type) => !btf.findAll(btf.nameOf(type.id)).some(({ id }) => id === type.id))).toEqual([])
  })

  it('decodes a type once', () => {
    const id = idOf(btf, 'node', 'struct')
    expect(btf.type(id)).toBe(btf.type(id))
    expect(btf.type(0)).toEqual({ kind: 'void', id: 0 })
  })

  it('looks through typedefs, qualifiers and tags', () => {
    expect(btf.resolve(idOf(btf, '__be32'))).toMatchObject({ kind: 'int', size: 4 })
    const cv = btf.find('scalars', 'struct')?.members.at(-1)
    expect(btf.resolve(cv?.type ?? 0)).toMatchObject({ kind: 'int', name: 'int' })
  })

  it('refuses what has no size, and paths to nowhere', () => {
    const scalars = idOf(btf, 'scalars', 'struct')
    expect(() => btf.sizeOf(0)).toThrow(BtfError)
    expect(() => btf.sizeOf(idOf(btf, 'program'))).toThrow('a func has no size')
    expect(() => btf.type(btf.count)).toThrow(`type ${btf.count} does not exist`)
    expect(() => btf.field(scalars, 'nothing')).toThrow('there is no nothing in scalars')
    expect(() => btf.field(scalars, 'u8.x')).toThrow(BtfError)
    expect(() => btf.field(scalars, 'u8[')).toThrow('is not a path')
    expect(() => btf.field(scalars, '')).toThrow('is not a path')
  })

  it('tells bitfields', () => {
    expect(btf.field(idOf(btf, 'bits', 'struct'), 'g')).toMatchObject({ bitfieldSize: 33, offset: 8 })
  })

  it('reads from any address', () => {
    const shifted = new Uint8Array(btf.bytes.length + 3)
    shifted.set(btf.bytes, 3)
    expect([...Btf.parse(shifted.subarray(3))]).toEqual([...btf])
  })

  it('reads BTF.ext', () => {
    const ext = BtfExt.parse(bytesOf(`${build}.btf.ext`), btf)
    expect(ext.funcInfo.map(({ section, records }) => [section, records.map((r) => btf.nameOf(r.typeId))])).toEqual([
      ['socket', ['program']],
      ['.text', ['helper']],
    ])
    expect(ext.coreRelos).toEqual([])
    const lines = ext.lineInfo.flatMap(({ records }) => records)
    const source = textOf('types.bpf.c').split('\n')
    expect(lines.length).toBeGreaterThan(3)
    for (const { lineOff, line, fileNameOff } of lines) {
      expect(btf.string(fileNameOff)).toMatch(/types\.bpf\.c$/)
      expect(btf.string(lineOff)).toBe(source[line - 1] ?? '')
    }
  })
})

describe('BTF.ext', () => {
  const btf = btfOf('types.19.el')
  const name = BtfBuilder.from(btf).string('socket')

  /** A section with one table of each kind, which has the words given. */
  function ext(...tables: number[][]): Uint8Array {
    const body = tables.flat()
    const bytes = new Uint8Array(32 + 4 * body.length)
    const words = new Uint32Array(bytes.buffer)
    new DataView(bytes.buffer).setUint32(0, 0x0001eb9f, true)
    words[1] = 32
    let at = 0
    for (const [i, table] of tables.entries()) {
      words[2 + 2 * i] = at
      words[3 + 2 * i] = 4 * table.length
      at += 4 * table.length
    }
    words.set(body, 8)
    return bytes
  }

  it('takes records that have grown', () => {
    const zero = BtfBuilder.from(btf).string('')
    const read = BtfExt.parse(
      ext(
        [16, name, 2, 0, 5, 77, 78, 8, 6, 79, 80],
        [20, name, 1, 24, 1, 2, (7 << 10) | 3, 99],
        [24, name, 1, 8, 3, zero, 1, 7, 7],
      ),
      btf,
    )
    expect(read.funcInfo).toEqual([
      {
        section: 'socket',
        records: [
          { insnOff: 0, typeId: 5 },
          { insnOff: 8, typeId: 6 },
        ],
      },
    ])
    expect(read.lineInfo).toEqual([
      { section: 'socket', records: [{ insnOff: 24, fileNameOff: 1, lineOff: 2, line: 7, column: 3 }] },
    ])
    expect(read.coreRelos).toEqual([
      { section: 'socket', records: [{ insnOff: 8, typeId: 3, accessStr: '', kind: 1 }] },
    ])
    expect(read.funcInfo).toBe(read.funcInfo)
  })

  it.each([
    ['small records', [4, name, 1, 0], 'func_info: records of 4 bytes'],
    ['no records', [8, name, 0], 'func_info: a section without records'],
    ['too many records', [8, name, 2, 0, 5], 'func_info: 2 records run past the end of the table'],
    ['half a section', [8, name], 'func_info: the table is cut off'],
    ['a name past the strings', [8, 0xffffff, 1, 0, 5], 'a name that is not in the strings'],
  ])('refuses %s', (_, table, message) =>
    expect(() => BtfExt.parse(ext(table), btf, { name: 'object' }).funcInfo).toThrow(message),
  )
})

describe('names', () => {
  it.each([
    ['task_struct', 'task_struct'],
    ['task_struct___old', 'task_struct'],
    ['a___b___c', 'a___b'],
    ['a____b', 'a____b'],
    ['___a', '___a'],
    ['a___', 'a___'],
    ['a__b', 'a__b'],
    ['a___b____c', 'a'],
    ['', ''],
  ])('the essence of %j is %j', (name, essence) => expect(essentialName(name)).toBe(essence))
})
