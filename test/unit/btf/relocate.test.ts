/** Types of modules that were built apart from their kernel: `fixtures/distill.c` has libbpf make them, and put them upon another kernel's. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Btf, BtfBuilder, BtfError, formatC, relocateBtf } from '../../../src/btf/index.ts'
import { readTypesAt } from '../../../src/cli/object/files.ts'
import { writeElf } from '../elf/writer.ts'
import { bytesOf } from './fixtures.ts'

const distilled = Btf.parse(bytesOf('distilled.base.btf'), { name: '.BTF.base' })
const module = Btf.parse(bytesOf('distilled.btf'), { base: distilled, name: 'module' })
const kernel = (name: string): Btf => Btf.parse(bytesOf(`distill.${name}.btf`), { name })

describe('types on a distilled base', () => {
  test('are put upon a kernel as libbpf puts them', () => {
    const base = kernel('new')
    const theirs = Btf.parse(bytesOf('distilled.new.btf'), { base, name: 'module' })
    const ours = relocateBtf(module, base)
    expect([...ours].slice(base.count)).toEqual([...theirs].slice(base.count))
    expect(ours.count).toBe(theirs.count)
    expect(ours.sizeOf(ours.findId('device_t', 'typedef')!)).toBe(96)
    expect(ours.field(ours.findId('device', 'struct')!, 'list.prev').bitOffset).toBe(128)
    expect(formatC(ours, { types: [ours.findId('device', 'struct')!] })).toContain('struct list_head {')
  })

  test('are put upon the kernel that they were made for', () => {
    const base = kernel('old')
    const ours = relocateBtf(module, base)
    expect(ours.resolve(ours.findId('device_t', 'typedef')!)).toMatchObject({ kind: 'struct', name: 'device' })
  })

  test('are refused, by name, where the kernel has none that fits', () => {
    expect(() => relocateBtf(module, kernel('grown'))).toThrow(
      'module type 1: struct by_size of its base has 4 bytes, none in grown has',
    )
    const empty = Btf.parse(new BtfBuilder().build(), { name: 'empty' })
    expect(() => relocateBtf(module, empty)).toThrow('struct by_size of its base is not in empty')
    expect(() => relocateBtf(kernel('old'), kernel('new'))).toThrow(BtfError)
    const twice = BtfBuilder.from(kernel('new'))
    twice.add({ kind: 'float', name: 'float', size: 4 })
    const doubled = Btf.parse(twice.build(), { name: 'doubled' })
    expect(() => relocateBtf(module, doubled)).toThrow(/float float of its base may be any of \d+, \d+ in doubled/)
  })

  test('are found in a file of a module', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'netkit-module-')), 'module.ko')
    try {
      const sections = [
        { name: '.BTF', bytes: bytesOf('distilled.btf') },
        { name: '.BTF.base', bytes: bytesOf('distilled.base.btf') },
      ]
      writeFileSync(file, writeElf({ sections }))
      const base = kernel('new')
      expect([...readTypesAt(file, base)]).toEqual([...relocateBtf(module, base)])
      expect([...readTypesAt(file)]).toEqual([...module])
    } finally {
      rmSync(dirname(file), { recursive: true })
    }
  })
})
