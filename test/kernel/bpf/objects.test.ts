/**
 * What the programs of the test objects do: every one that its source says a result of is loaded and run, and must
 * give that result. One row for each object; the compilers that made them are in `bpf/build.ts`.
 */
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Collection, readObjectFile } from '../../../src/bpf/index.ts'
import { type Capability, needs } from '../needs.ts'
import { loadConntrack } from './programs.ts'

const DIRECTORY = new URL('../../../bpf/tests/', import.meta.url)
const urlOf = (name: string): URL => new URL(`${name}.bpf.o`, DIRECTORY)

/** What the objects need of the kernel beside what every kernel of the matrix has. */
const OBJECTS: Readonly<Record<string, readonly Capability[]>> = {
  arena: ['btf:BPF_MAP_TYPE_ARENA'],
  callbacks: [],
  core: ['btf'],
  'core-newer': ['btf'],
  'cpu-v4': [],
  exceptions: ['btf:bpf_throw'],
  globals: [],
  kconfig: [],
  'kconfig-types': [],
  kfuncs: ['btf:bpf_cast_to_kern_ctx'],
  ksyms: [],
  // Kernels without kprobes do not keep the names of per-CPU variables.
  'ksyms-typed': ['kprobes'],
  'legacy-maps': [],
  linked: [],
  'map-in-map': [],
  maps: [],
  missing: [],
  'module-kfuncs': ['module:nf_conntrack'],
  optional: [],
  readers: [],
  ringbuf: [],
  static: [],
  strings: [],
  subprograms: [],
  tailcalls: [],
  'type-tags': [],
}

/** Without a result of their own: halves of `linked`, a table of names, and what other tests attach, pin and register. */
const SILENT = new Set(['linked-a', 'linked-b', 'sections', 'attached', 'targets', 'pinning', 'struct-ops'])

/** What has to be done before the programs of an object are loaded. */
const BEFORE: Readonly<Record<string, () => void>> = { 'module-kfuncs': loadConntrack }

/** What programs that look at packets run on. */
const PACKET = { data: new Uint8Array(64) }

const RESULT = /^returns:(-?\d+)$/

/** The programs of an object that say what they return. */
function expected(name: string): { program: string; value: number }[] {
  return Object.values(readObjectFile(urlOf(name)).programs).flatMap(({ name: program, tags }) => {
    const value = tags.map((tag) => RESULT.exec(tag)?.[1]).find((text) => text !== undefined)
    return value === undefined ? [] : [{ program, value: Number(value) }]
  })
}

describe('objects', () => {
  for (const [name, capabilities] of Object.entries(OBJECTS)) {
    test(`${name}`, needs(...capabilities), () => {
      BEFORE[name]?.()
      const wanted = expected(name)
      expect(wanted.length).toBeGreaterThan(0)
      const spec = readObjectFile(urlOf(name))
      // Its other programs are there to be refused.
      if (name === 'missing') spec.programs = { fine: spec.programs['fine']! }
      using collection = Collection.load(spec)
      const got = wanted.map(({ program }) => {
        const loaded = collection.program(program)
        return { program, value: loaded.run(loaded.is('syscall') ? {} : PACKET).returnValue }
      })
      expect(got).toEqual(wanted)
    })
  }

  test('are all here', () => {
    const files = readdirSync(DIRECTORY).filter((file) => file.endsWith('.bpf.o') && !file.endsWith('.eb.bpf.o'))
    const names = files.map((file) => file.replace('.bpf.o', '')).filter((name) => !SILENT.has(name))
    expect(names.sort()).toEqual(Object.keys(OBJECTS).sort())
  })
})
