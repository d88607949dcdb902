import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ElfError, readElf, readObject, readRelocations } from '../../../src/elf/index.ts'
import { bytesOf } from './objects.ts'
import { writeElf } from './writer.ts'

const failure = (bytes: Uint8Array): unknown => {
  try {
    readObject(bytes)
    return undefined
  } catch (error) {
    return error
  }
}

const messageOf = (bytes: Uint8Array): string => String(failure(bytes))

describe('an ELF file', () => {
  it('is read with its sections, symbols and relocations, in either byte order', () => {
    const [little, big] = (['little', 'big'] as const).map((endian) => readElf(bytesOf('globals', endian)))
    expect([little?.endian, big?.endian, little?.machine, little?.type]).toEqual(['little', 'big', 247, 1])
    expect(little?.sections.map(({ name }) => name)).toEqual(big?.sections.map(({ name }) => name))
    expect(little?.symbols).toEqual(big?.symbols)
    const code = little?.sections.find(({ name }) => name === 'tc')
    if (little === undefined || big === undefined || code === undefined) throw new Error('no code')
    const relocations = readRelocations(little, code)
    expect(relocations.length).toBeGreaterThan(5)
    expect(readRelocations(big, code)).toEqual(relocations)
    expect(relocations[0]?.type).toBe(1)
  })

  it('is read as the writer of these tests wrote it', () => {
    const draft = {
      sections: [
        { name: '.data', flags: 3, bytes: new Uint8Array([1, 2, 3, 4]) },
        { name: '.bss', type: 8, flags: 3, size: 100 },
      ],
      symbols: [{ name: 'x', section: '.data', size: 4, type: 1, visibility: 2, binding: 2 }],
    }
    for (const endian of ['little', 'big'] as const) {
      const file = readElf(writeElf({ ...draft, endian }))
      expect(file.sections[1]).toMatchObject({ name: '.data', size: 4, flags: 3, bytes: new Uint8Array([1, 2, 3, 4]) })
      expect(file.sections[2]).toMatchObject({ name: '.bss', size: 100, bytes: new Uint8Array() })
      expect(file.symbols[1]).toEqual({
        name: 'x',
        value: 0,
        size: 4,
        section: 1,
        binding: 'weak',
        type: 'object',
        visibility: 'hidden',
      })
    }
  })

  it('of another kind is refused by what it is', () => {
    expect(messageOf(new Uint8Array())).toBe('ElfError: file at byte 0: not an ELF file')
    expect(messageOf(new TextEncoder().encode('#!/bin/sh'))).toContain('not an ELF file')
    const bytes = bytesOf('globals')
    const changed = (at: number, value: number): Uint8Array => bytes.with(at, value)
    expect(messageOf(changed(4, 1))).toContain('a 32-bit ELF file')
    expect(messageOf(changed(5, 3))).toContain('unknown byte order')
    expect(messageOf(changed(0x12, 62))).toContain('compiled for machine 62, not for BPF')
    expect(messageOf(readFileSync(process.execPath).subarray(0, 64))).toContain('ElfError')
    expect(messageOf(writeElf({ sections: [], type: 3 }))).toContain('no object file')
    expect(failure(writeElf({ sections: [], machine: 0 }))).toBeUndefined()
  })

  it('that is cut off or damaged is refused with the section and the place', () => {
    const bytes = bytesOf('globals')
    expect(messageOf(bytes.subarray(0, 40))).toContain('file at byte 40: cut off within its header')
    expect(messageOf(bytes.subarray(0, 300))).toMatch(/^ElfError: file at byte \d+: /)
    const file = readElf(bytes)
    const data = file.sections.find(({ name }) => name === '.data')
    if (data === undefined) throw new Error('no data')
    const header = Number(new DataView(bytes.buffer).getBigUint64(0x28, true)) + data.index * 64
    const damaged = bytes.slice()
    new DataView(damaged.buffer).setBigUint64(header + 0x20, 1n << 40n, true)
    expect(failure(damaged)).toMatchObject({ name: 'ElfError', code: 'ERR_ELF', section: '.data' })
    new DataView(damaged.buffer).setBigUint64(header + 0x20, 1n << 60n, true)
    expect(messageOf(damaged)).toContain('is too large to be a size or a place')
    const many = bytes.slice()
    new DataView(many.buffer).setUint16(0x3c, 0xff00, true)
    expect(messageOf(many)).toContain('65280 sections do not fit into the file')
  })

  it('with a section of zeros larger than memory costs nothing to read', () => {
    const spec =
      (size: number): (() => unknown) =>
      () =>
        readObject(writeElf({ sections: [{ name: '.bss', type: 8, flags: 3, size }] })).maps['.bss']?.valueSize
    expect(spec(0xffff_ffff)()).toBe(0xffff_ffff)
    expect(spec(2 ** 33)).toThrow('section .bss: 8589934592 bytes are more than a map')
  })

  it('says its errors as data', () => {
    const error = failure(new Uint8Array(3))
    expect(error).toBeInstanceOf(ElfError)
    expect(error).toMatchObject({ code: 'ERR_ELF', section: undefined, offset: 0 })
  })
})

describe('definitions of the old form', () => {
  const map = (bytes: Uint8Array, symbols = [{ name: 'm', section: 'maps', type: 1 }]): Uint8Array =>
    writeElf({ sections: [{ name: 'maps', flags: 3, bytes }], symbols })
  const five = new Uint8Array(new Uint32Array([1, 4, 8, 16, 1]).buffer)

  it('are five numbers, with zeros behind them at most', () => {
    const expected = { type: 'hash', keySize: 4, valueSize: 8, maxEntries: 16, flags: 1, origin: 'legacy' }
    expect(readObject(map(five)).maps['m']).toMatchObject(expected)
    expect(readObject(map(new Uint8Array([...five, 0, 0, 0, 0]))).maps['m']).toMatchObject(expected)
    expect(messageOf(map(new Uint8Array([...five, 0, 1, 0, 0])))).toContain(
      'section maps at byte 21: map m has fields that are not known',
    )
    expect(messageOf(map(five.subarray(0, 16)))).toContain('are not 1 map definitions')
  })

  it('stand one after the other', () => {
    const twice = new Uint8Array([...five, ...five])
    const named = (at: number) => ({ name: `m${at}`, section: 'maps', type: 1, value: at })
    expect(Object.keys(readObject(map(twice, [named(0), named(20)])).maps)).toEqual(['m0', 'm20'])
    expect(messageOf(map(twice, [named(0), named(16)]))).toContain(
      'map m16 does not start where the one before it ends',
    )
  })

  it('with a number that no map type has keep the number', () => {
    const unknown = new Uint8Array(new Uint32Array([999, 4, 8, 16, 1]).buffer)
    expect(readObject(map(unknown)).maps['m']?.type).toBe(999)
  })
})

describe('an object without types', () => {
  it('has maps for its data, and variables by its symbols', () => {
    const spec = readObject(
      writeElf({
        sections: [{ name: '.data', flags: 3, bytes: new Uint8Array([1, 0, 0, 0, 2, 0, 0, 0]) }],
        symbols: [{ name: 'b', section: '.data', value: 4, size: 4, type: 1, binding: 0 }],
      }),
    )
    expect(spec.btf).toBeUndefined()
    expect(spec.maps['.data']).toMatchObject({ valueSize: 8, flags: 0 })
    expect(spec.variables['b']).toEqual({
      name: 'b',
      map: '.data',
      section: '.data',
      offset: 4,
      size: 4,
      linkage: 'static',
      tags: [],
    })
  })

  it('cannot define maps or callbacks by type', () => {
    const of = (name: string): string =>
      messageOf(writeElf({ sections: [{ name, flags: 3, bytes: new Uint8Array(32) }] }))
    expect(of('.maps')).toContain('section .maps: it has no types (compile with -g)')
    expect(of('.struct_ops')).toContain('section .struct_ops: it has no types')
    expect(of('.addr_space.1')).toContain('section .addr_space.1: globals in an arena need exactly one map')
  })
})
