/**
 * The same objects through libbpf and through us, on the same kernel: the verdict on each program, its translated
 * length, and the attributes of maps. `NETKIT_OBJECTS` names more folders of objects, separated by colons.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KernelTypes } from '../../../src/bpf/index.ts'
import { needs } from '../needs.ts'
import { compare, type Comparison, Libbpf } from './libbpf/compare.ts'
import { reasonOf } from './libbpf/known.ts'

const OWN = fileURLToPath(new URL('../../../bpf/tests/', import.meta.url))
const FOLDERS = [OWN, ...(process.env['NETKIT_OBJECTS'] ?? '').split(':').filter((folder) => folder !== '')]

const objectsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.o') && !name.endsWith('.eb.bpf.o'))
    .sort()

describe('as libbpf', needs(...Libbpf.needs()), () => {
  let libbpf: Libbpf
  let kernel: KernelTypes

  beforeAll(() => {
    libbpf = new Libbpf()
    kernel = new KernelTypes()
  })

  afterAll(() => {
    libbpf?.[Symbol.dispose]()
    kernel?.close()
  })

  for (const folder of FOLDERS) {
    test.each(objectsIn(folder))('%s', (name) => {
      const comparison: Comparison = { differences: [], both: 0, neither: 0 }
      compare(join(folder, name), libbpf, kernel, comparison)
      expect(comparison.differences.filter((difference) => reasonOf(difference) === undefined)).toEqual([])
    })
  }
})
