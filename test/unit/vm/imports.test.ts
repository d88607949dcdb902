import { describe, expect, test } from 'vitest'
import { violations } from '../../imports.ts'

const told = (file: string, text: string): string[] =>
  violations(file, text).map(({ line, what }) => `${line}: ${what}`)

describe('the import laws', () => {
  test('downhill is allowed, uphill and sideways are not', () => {
    expect(told('src/netkit/a.ts', "import { x } from '../bpf/index.ts'\n")).toEqual([])
    expect(told('src/netlink/a.ts', "import '../netns/index.ts'\nimport { x } from '../sys/index.ts'\n")).toEqual([])
    expect(told('src/netlink/a.ts', "\nimport { x } from '../bpf/index.ts'\n")).toEqual([
      '2: src/netlink may not import src/bpf',
    ])
    expect(told('src/sys/a.ts', "import { x } from '../netlink/index.ts'\n")).toEqual([
      '1: src/sys may not import src/netlink',
    ])
    expect(told('src/bpf/maps/a.ts', "import { x } from '../../index.ts'\n")).toEqual(['1: src/bpf may not import the front door, src/index.ts']) // prettier-ignore
    expect(told('src/index.ts', "export * from './cli/index.ts'\n")).toEqual([])
  })

  test('every way to import is seen', () => {
    const ways = [
      "export * from '../bpf/a.ts'",
      "type A = import('../bpf/a.ts').A",
      "const a = () => import('../bpf/a.ts')",
    ]
    for (const way of ways) expect(told('src/codec/a.ts', way)).toEqual(['1: src/codec may not import src/bpf'])
  })

  test('koffi is for sys alone, and src depends on nothing else', () => {
    expect(told('src/sys/a.ts', "import koffi from 'koffi'")).toEqual([])
    expect(told('src/bpf/a.ts', "import koffi from 'koffi'")).toEqual(['1: only src/sys may import koffi'])
    expect(told('src/bpf/a.ts', "import x from 'lodash'")).toEqual(['1: src depends on koffi alone, not on lodash'])
    expect(told('src/bpf/a.ts', "import x from '../../test/kernel/lab.ts'")).toHaveLength(1)
  })

  test('pure rooms touch nothing of Node', () => {
    expect(told('src/btf/a.ts', "import { readFileSync } from 'node:fs'")).toEqual(['1: src/btf is pure: it may not import node:fs']) // prettier-ignore
    expect(told('src/btf/a.ts', 'export const x = Buffer.from([1])')).toEqual([
      '1: src/btf is pure: Buffer exists in Node alone',
    ])
    expect(told('src/btf/a.ts', 'export const x = (a: { process: 1 }) => a.process')).toEqual([])
    expect(told('src/bpf/a.ts', "import { readFileSync } from 'node:fs'\nexport const x = Buffer.alloc(1)")).toEqual([])
  })

  test('no top-level await, which require() cannot wait for', () => {
    expect(told('src/bpf/a.ts', 'await x()')).toHaveLength(1)
    expect(told('src/bpf/a.ts', 'export const f = async () => { await x() }')).toEqual([])
    expect(told('test/main.ts', 'await x()')).toEqual([])
  })

  test('no file of src over 400 lines', () => {
    expect(told('src/bpf/a.ts', 'x\n'.repeat(400))).toEqual([])
    expect(told('src/bpf/a.ts', 'x\n'.repeat(401))).toEqual(['401: 401 lines; at most 400 in a file of src'])
    expect(told('test/main.ts', 'x\n'.repeat(500))).toEqual([])
  })

  test('unit tests need no root', () => {
    expect(told('test/unit/a.test.ts', "import { Lab } from '../kernel/lab.ts'")).toEqual(['1: test/unit runs without root: it may not import test/kernel/lab.ts']) // prettier-ignore
  })
})
