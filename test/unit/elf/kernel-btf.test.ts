import { describe, expect, it } from 'vitest'
import { Btf, type BtfDatasec } from '../../../src/btf/index.ts'
import { kernelBtf, type ObjectSpec, programInfo, readObject } from '../../../src/elf/index.ts'
import { bytesOf, specOf, testObjects } from './objects.ts'
import { writeElf } from './writer.ts'

function prepared(spec: ObjectSpec): Btf {
  const builder = kernelBtf(spec)
  if (builder === undefined) throw new Error('no types')
  return Btf.parse(builder.build())
}

const section = (btf: Btf, name: string): BtfDatasec => {
  const found = btf.find(name, 'datasec')
  if (found === undefined) throw new Error(`no section ${name}`)
  return found
}

const names = (btf: Btf, { vars }: BtfDatasec): string[] => vars.map(({ type }) => btf.nameOf(type))

describe('types for the kernel', () => {
  it('have the sizes of the maps, and their variables in order', () => {
    const spec = specOf('globals')
    const btf = prepared(spec)
    for (const map of Object.values(spec.maps)) {
      const { size, vars } = section(btf, map.name)
      expect(size).toBe(map.valueSize)
      expect(vars.map(({ offset }) => offset)).toEqual(vars.map(({ offset }) => offset).sort((a, b) => a - b))
    }
    expect(names(btf, section(btf, '.data'))).toEqual(['counter', 'origin', 'hidden_counter'])
  })

  it('follow a map that was resized', () => {
    const spec = specOf('globals')
    const { ['.data']: data } = spec.maps
    if (data !== undefined) data.valueSize = 4096
    expect(section(prepared(spec), '.data').size).toBe(4096)
  })

  it('keep ids and strings', () => {
    for (const name of testObjects) {
      const spec = specOf(name)
      const btf = prepared(spec)
      const before = spec.btf
      if (before === undefined) throw new Error('no types')
      const named = (of: Btf): string[] =>
        Array.from({ length: before.count }, (_, id) => of.nameOf(id)).filter((each) => !each.startsWith('.'))
      // Sections that are left empty lose their name; all else keeps it.
      expect(named(btf).filter((each) => each !== '')).toEqual(named(before).filter((each) => each !== ''))
      const text = spec.programs[Object.keys(spec.programs)[0] ?? '']?.instructions[0]?.source?.text ?? ''
      expect(btf.string(kernelBtf(spec)?.string(text) ?? -1)).toBe(text)
    }
  })

  it('have nothing that is only declared', () => {
    for (const name of ['ksyms', 'ksyms-typed', 'kfuncs', 'kconfig', 'missing', 'linked-a']) {
      const declared = [...prepared(specOf(name))].filter(
        (type) => (type.kind === 'func' || type.kind === 'var') && type.linkage === 'extern',
      )
      expect(declared).toEqual([])
    }
    const btf = prepared(specOf('ksyms'))
    expect(section(btf, '.ksyms').vars.map(({ offset, size }) => [offset, size])).toEqual([
      [0, 4],
      [4, 4],
      [8, 4],
    ])
    expect(prepared(specOf('kfuncs')).find('.ksyms')).toBeUndefined()
  })

  it('name the parameters that the source does not', () => {
    const btf = prepared(specOf('kfuncs'))
    const proto = btf.resolve(btf.find('bpf_no_such_function', 'func')?.type ?? 0)
    expect(proto.kind === 'funcProto' && proto.params.every(({ name }) => name !== '')).toBe(true)
  })

  it('leave out of sections what another file defines', () => {
    expect(names(prepared(specOf('linked-b')), section(prepared(specOf('linked-b')), '.data'))).not.toContain(
      'shared_map',
    )
    expect(prepared(specOf('linked-b')).find('.maps')).toBeUndefined()
  })

  it('place configuration values as their map does', () => {
    const spec = specOf('kconfig')
    const btf = prepared(spec)
    const { vars, size } = section(btf, '.kconfig')
    expect(size).toBe(40)
    for (const { type, offset } of vars) expect(offset).toBe(spec.externs[btf.nameOf(type)]?.offset)
    expect(vars).toHaveLength(9)
  })

  it('let hidden functions be static, and no others', () => {
    const linkage = (name: string): string | undefined => prepared(specOf('subprograms')).find(name, 'func')?.linkage
    expect([linkage('hidden_function'), linkage('global_function')]).toEqual(['static', 'global'])
  })

  it('can be given lines that the object did not have', () => {
    const spec = readObject(bytesOf('static'))
    const builder = kernelBtf(spec)
    const [entry, ...rest] = spec.programs['hidden_program']?.instructions ?? []
    if (builder === undefined || entry === undefined) throw new Error('no program')
    const source = { file: 'mine.ts', line: 3, column: 1, text: 'const x = 1' }
    const { lines } = programInfo([{ ...entry, source }, ...rest], { intern: (text) => builder.string(text) })
    const btf = Btf.parse(builder.build())
    const view = new DataView(lines?.buffer ?? new ArrayBuffer(16))
    expect([btf.string(view.getUint32(4, true)), btf.string(view.getUint32(8, true))]).toEqual([
      'mine.ts',
      'const x = 1',
    ])
  })

  it('are none for an object without', () => {
    expect(kernelBtf(readObject(writeElf({ sections: [] })))).toBeUndefined()
  })
})
