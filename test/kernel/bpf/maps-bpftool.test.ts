/** bpftool sees the maps that we made as we made them, and we read what it made. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BpfMap, Collection, possibleCpus } from '../../../src/bpf/index.ts'
import { run } from '../lab.ts'
import { lacks, needs } from '../needs.ts'
import { Places } from './maps-places.ts'
import { make, ROWS } from './maps-rows.ts'
import { Bpffs } from './programs.ts'

/** Runs bpftool once for all of the commands; gives what each printed. */
function bpftool(commands: readonly string[]): unknown[] {
  const folder = mkdtempSync(join(tmpdir(), 'bpftool-'))
  const file = join(folder, 'commands')
  try {
    writeFileSync(file, commands.map((command) => `${command}\n`).join(''))
    // Some versions fail when they are through with the file: what counts is that each command has an answer.
    const { stdout, stderr } = run(['bpftool', '-j', 'batch', 'file', file], { mayFail: true })
    const answers = (JSON.parse(stdout) as { command?: unknown; output?: unknown }[]).filter(({ command }) => command)
    if (answers.length !== commands.length) throw new Error(`bpftool: ${stderr}${stdout}`)
    return answers.map(({ output }) => output)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const hex = (bytes: Uint8Array): string[] => Array.from(bytes, (byte) => `0x${byte.toString(16).padStart(2, '0')}`)

interface Shown {
  readonly id: number
  readonly type: string | number
  readonly name: string
  readonly bytes_key: number
  readonly bytes_value: number
  readonly max_entries: number
  readonly flags: number
}

interface Dumped {
  readonly key: string[]
  readonly value?: string[]
  readonly values?: { readonly cpu: number; readonly value: string[] }[]
}

describe('bpftool', needs('command:bpftool'), () => {
  test('lists every map as it was made, and dumps what was put in', () => {
    using places = new Places()
    const rows = ROWS.filter((row) => lacks(...(row.needs ?? [])).length === 0)
    const maps = rows.map((row) => make(row, places))
    try {
      // What it dumps is walked by keys and looked up; objects it resolves in ways of its own.
      const dumped = rows.flatMap((row, index) => {
        const elements = row.elements(places)
        if (row.answers.set !== undefined || elements.length === 0) return []
        for (const [key, value] of elements) maps[index]!.set(key, value)
        const plain = row.reads === undefined && row.answers.keys === undefined && row.answers.get === undefined
        return plain ? [{ map: maps[index]!, elements }] : []
      })
      expect(dumped.length).toBeGreaterThanOrEqual(10)
      const [shown, ...dumps] = bpftool(['map show', ...dumped.map(({ map }) => `map dump id ${map.id}`)])
      for (const [index, { type }] of rows.entries()) {
        const map = maps[index]!
        const found = (shown as Shown[]).find(({ id }) => id === map.id)!
        const info = map.info()
        expect(found).toMatchObject({
          name: info.name,
          bytes_key: info.keySize,
          bytes_value: info.valueSize,
          max_entries: info.maxEntries,
          flags: info.flags,
        })
        // A type that is newer than bpftool is a number there.
        expect(typeof found.type === 'string' ? found.type : type).toBe(type)
      }
      for (const [index, { map, elements }] of dumped.entries()) {
        const dump = dumps[index] as Dumped[]
        for (const [key, value] of elements) {
          const found = dump.find((one) => String(one.key) === String(hex(key)))
          const bytes = found?.value ?? found?.values?.flatMap((one) => one.value)
          expect([map.title, bytes]).toEqual([map.title, hex(value)])
        }
      }
    } finally {
      for (const map of maps) map.close()
    }
  })

  test('makes and fills maps that we open by pin and by id', () => {
    using bpffs = new Bpffs()
    const path = (name: string): string => `${bpffs.path}/${name}`
    const cpu = '05 00 00 00 00 00 00 00'
    bpftool([
      `map create ${path('hash')} type hash key 4 value 8 entries 16 name from_bpftool`,
      `map update pinned ${path('hash')} key hex 01 00 00 00 value hex 2a 00 00 00 00 00 00 01`,
      `map create ${path('trie')} type lpm_trie key 8 value 4 entries 16 name trie flags 1`,
      `map update pinned ${path('trie')} key hex 08 00 00 00 0a 00 00 00 value hex 07 00 00 00`,
      `map create ${path('queue')} type queue value 4 entries 4 name queue`,
      `map push pinned ${path('queue')} value hex 09 00 00 00`,
      `map create ${path('each')} type percpu_array key 4 value 8 entries 1 name each`,
      `map update pinned ${path('each')} key hex 00 00 00 00 value hex ${cpu}`,
    ])
    using hash = BpfMap.loadPinned(path('hash'), { type: 'hash' })
    expect(hash.info()).toMatchObject({ type: 'hash', name: 'from_bpftool', maxEntries: 16 })
    using byId = BpfMap.fromId(hash.id)
    expect([...byId]).toEqual([[Uint8Array.of(1, 0, 0, 0), Uint8Array.of(42, 0, 0, 0, 0, 0, 0, 1)]])
    using trie = BpfMap.loadPinned(path('trie'))
    // 10/8 contains 10.1.2.3/32.
    expect(trie.raw.get(Uint8Array.of(32, 0, 0, 0, 10, 1, 2, 3))).toEqual(Uint8Array.of(7, 0, 0, 0))
    using queue = BpfMap.loadPinned(path('queue'))
    expect(queue.pop()).toEqual(Uint8Array.of(9, 0, 0, 0))
    using each = BpfMap.loadPinned(path('each'), { type: 'percpu_array' })
    expect(each.get(0)).toEqual(Array.from({ length: possibleCpus() }, () => Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0)))
  })

  test('formats a typed map as its types say, which are those that we read it by', () => {
    using object = Collection.load(new URL('../../../bpf/tests/maps.bpf.o', import.meta.url))
    const { id } = object.map('flows')
    using flows = BpfMap.fromId(id).typed<object, object>()
    const key = { group: 1, item: 2 }
    const value = { packets: 3n, bytes: 2n ** 40n }
    flows.set(key, value)
    expect(flows.get(key)).toEqual(value)
    expect([...flows]).toEqual([[key, value]])
    const [dump] = bpftool([`map dump id ${id}`]) as [{ formatted: unknown }[]]
    expect(dump[0]!.formatted).toEqual({ key, value: { packets: 3, bytes: 2 ** 40 } })
    expect(() => flows.set(key, { packets: 'many' })).toThrow('flows value.packets: u64 takes a number, not "many"')
    expect(() => flows.get({ group: 1, item: -1 })).toThrow('flows key.item: -1 does not fit into u32')
    expect(() => flows.get({ group: 1, name: 1 })).toThrow('flows key.name: there is no such member in struct key')
    using swapped = BpfMap.fromId(id)
    expect([...swapped.typed({ bigEndian: ['key.item', 'packets'] })]).toEqual([
      [
        { group: 1, item: 0x0200_0000 },
        { packets: 3n << 56n, bytes: 2n ** 40n },
      ],
    ])
    expect(() => object.map('slots').typed()).toThrow('the kernel has no types of map "slots"')
  })
})
