/** Values of one CPU, values with a lock, values that belong to something; walks over maps that change meanwhile. */
import { describe, expect, test } from 'vitest'
import { BtfBuilder } from '../../../src/btf/index.ts'
import {
  BpfMap,
  Collection,
  IterationError,
  loadBtf,
  openProcess,
  possibleCpus,
  u32Codec,
  u64Codec,
  WrongKindError,
} from '../../../src/bpf/index.ts'
import { ClosedError } from '../../../src/sys/index.ts'
import { can, needs } from '../needs.ts'
import { Places } from './maps-places.ts'
import { outcome, refusal } from './programs.ts'

const last = possibleCpus() - 1

/** The values of all CPUs: `value` on one of them, `others` on the rest. */
const only = (cpu: number, value: bigint, others = 0n): bigint[] =>
  Array.from({ length: possibleCpus() }, (_, at) => (at === cpu ? value : others))

describe('one CPU of a per-CPU map', needs(), () => {
  test.each(['percpu_hash', 'percpu_array', 'lru_percpu_hash'] as const)('%s', (type) => {
    using map = BpfMap.create({ type, name: 'each', maxEntries: 4, key: u32Codec, value: u64Codec })
    const alone = can('btf:BPF_F_CPU') === true
    const mine = map.cpu(last)
    expect(mine.get(1)).toBe(type === 'percpu_array' ? 0n : undefined)
    map.set(1, only(last, 7n, 1n))
    expect(mine.get(1)).toBe(7n)
    expect(map.cpu(0).get(1)).toBe(last === 0 ? 7n : 1n)

    // Writing it alone is one kernel's privilege; the other way is taken only when it is asked for.
    expect(message(() => mine.set(1, 8n))).toMatch(
      alone ? /^$/ : /value of CPU \d+ in map "each".*requires Linux 7\.0; with { rewrite: true }/,
    )
    mine.set(1, 8n, { rewrite: true })
    expect(map.get(1)).toEqual(only(last, 8n, 1n))
    const index = type === 'percpu_array' ? 3 : 2
    mine.set(index, 9n, { rewrite: true })
    expect(map.get(index)).toEqual(only(last, 9n))
    const met = [...mine].filter(([, value]) => value !== 0n).toSorted(([a], [b]) => a - b)
    expect(met).toEqual([[1, 8n], [index, 9n]]) // prettier-ignore
    mine.setMany([[1, 10n], [index, 11n]], { rewrite: true }) // prettier-ignore
    expect([map.get(1), map.get(index)]).toEqual([only(last, 10n, 1n), only(last, 11n)])
    map.setEvery(0, 5n)
    expect(map.get(0)).toEqual(only(0, 5n, 5n))
    expect(outcome(() => map.setEvery(0, 5n, { mode: 'noexist' }))).toBe('EEXIST')
    expect(mine.entries().next().value).toBeDefined()
    expect(() => map.cpu(possibleCpus())).toThrow(`there is no CPU ${possibleCpus()}`)
  })

  test('a map with one value for all has none', () => {
    using map = BpfMap.create({ type: 'hash', name: 'whole', maxEntries: 1, key: u32Codec, value: u64Codec })
    expect(() => (map as never as BpfMap<number, bigint[]>).cpu(0)).toThrow(WrongKindError)
  })
})

/** The message of the kernel's refusal, empty where there is none. */
const message = (attempt: () => unknown): string => (outcome(attempt) === 'ok' ? '' : refusal(attempt))

/** A map whose values have a lock of their own: `struct { struct bpf_spin_lock lock; __u32 count; }`. */
function locked(): BpfMap<number, Uint8Array> {
  const builder = new BtfBuilder()
  const u32 = builder.add({
    kind: 'int',
    name: 'unsigned int',
    size: 4,
    bits: 32,
    bitOffset: 0,
    signed: false,
    char: false,
    bool: false,
  })
  const member = (name: string, type: number, bitOffset: number) => ({ name, type, bitOffset, bitfieldSize: 0 })
  const lock = builder.add({
    kind: 'struct',
    name: 'bpf_spin_lock',
    size: 4,
    bitfields: false,
    members: [member('val', u32, 0)],
  })
  const members = [member('lock', lock, 0), member('count', u32, 32)]
  const value = builder.add({ kind: 'struct', name: 'counted', size: 8, bitfields: false, members })
  using types = loadBtf(builder.build())
  const btf = { fd: types.number, keyTypeId: u32, valueTypeId: value }
  return BpfMap.create({ type: 'hash', name: 'locked', maxEntries: 4, key: u32Codec, valueSize: 8, btf })
}

describe('a lock in the value', needs(), () => {
  test('is taken by every operation that can, and never read', () => {
    using map = locked()
    map.set(1, Uint8Array.of(9, 9, 9, 9, 5, 0, 0, 0))
    map.set(1, Uint8Array.of(9, 9, 9, 9, 6, 0, 0, 0), { lock: true, mode: 'exist' })
    const stored = Uint8Array.of(0, 0, 0, 0, 6, 0, 0, 0)
    expect(map.get(1, { lock: true })).toEqual(stored)
    expect([...map.batches({ lock: true })!]).toEqual([[[1, stored]]])
    map.setMany([[2, stored]], { lock: true })
    expect(map.take(2, { lock: true })).toEqual(stored)
    expect([...map.drain({ lock: true })!]).toEqual([[[1, stored]]])
    using plain = BpfMap.create({ type: 'hash', maxEntries: 1, key: u32Codec, valueSize: 8 })
    expect(outcome(() => plain.get(1, { lock: true }))).toBe('EINVAL')
  })
})

describe('local storage', needs(), () => {
  test.each(['sk_storage', 'inode_storage', 'task_storage', 'cgrp_storage'] as const)('%s', (type) => {
    using places = new Places()
    const owner = {
      sk_storage: 'stream',
      inode_storage: 'file',
      task_storage: 'process',
      cgrp_storage: 'cgroup',
    } as const
    const place = places[owner[type]]
    using map = BpfMap.create({ type, name: 'owned', value: u64Codec })
    expect(map.get(place)).toBeUndefined()
    map.set(place, 5n, { mode: 'noexist' })
    expect(outcome(() => map.set(place, 6n, { mode: 'noexist' }))).toBe('EEXIST')
    expect(map.get(place.fd)).toBe(5n)
    expect(map.delete(place)).toBe(true)
    expect(map.delete(place)).toBe(false)
    expect(outcome(() => map.set(-1 >>> 1, 1n))).toBe('EBADF')
    expect(() => map.get('me' as never)).toThrow('the key is a descriptor')
  })
})

describe('storage of a task', needs(), () => {
  test('belongs to a process that was opened by its number, and goes with it', () => {
    using map = BpfMap.create({ type: 'task_storage', name: 'tasks', value: u64Codec })
    using self = openProcess(process.pid)
    using first = openProcess(1)
    map.set(self, 1n)
    expect([map.get(self), map.get(first)]).toEqual([1n, undefined])
    expect(outcome(() => openProcess(0x3fff_ffff))).toBe('ESRCH')
  })
})

describe('walks', needs(), () => {
  test.each(['hash', 'lpm_trie'] as const)(
    'over the keys of a %s end, and say so when its keys go and come',
    (type) => {
      using map = BpfMap.create({ type, name: 'churn', maxEntries: 4, keySize: 8, value: u32Codec })
      const keys = [Uint8Array.of(32, 0, 0, 0, 1, 1, 1, 1), Uint8Array.of(32, 0, 0, 0, 2, 2, 2, 2)]
      for (const key of keys) map.set(key, 1)
      const walk = (): void => {
        let steps = 0
        for (const key of map.keys()) {
          // The kernel stands at the second key, which goes, and begins anew; then it comes back.
          if (steps++ % 2 === 1) map.delete(key)
          else for (const one of keys) map.set(one, 1)
        }
      }
      expect(walk).toThrow(IterationError)
      expect(walk).toThrow('map "churn" changes so fast that a walk over it does not end')
    },
  )

  test('in batches of a trie end likewise', () => {
    using map = BpfMap.create({ type: 'lpm_trie', name: 'churn', maxEntries: 2, keySize: 8, value: u32Codec })
    const keys = [Uint8Array.of(32, 0, 0, 0, 1, 1, 1, 1), Uint8Array.of(32, 0, 0, 0, 2, 2, 2, 2)]
    for (const key of keys) map.set(key, 1)
    const walk = (): void => {
      let steps = 0
      for (const [[key] = []] of map.batches({ size: 1 })!) {
        if (steps++ % 2 === 1) map.delete(key!)
        else for (const one of keys) map.set(one, 1)
      }
    }
    expect(walk).toThrow(IterationError)
  })

  test('in batches that are too small for a bucket read every element once', () => {
    using map = BpfMap.create({ type: 'hash', maxEntries: 200, key: u32Codec, value: u32Codec })
    map.setMany(Array.from({ length: 200 }, (_, index) => [index, index] as const))
    const read = [...map.batches({ size: 1 })!].flat().map(([key]) => key)
    expect(read.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index))
    expect([...map.drain({ size: 1 })!].flat().length).toBe(200)
    expect([...map]).toEqual([])
  })

  test('in packed bytes give the same, from and into memory of the caller’s', () => {
    using map = BpfMap.create({ type: 'hash', name: 'packed', maxEntries: 400, key: u32Codec, value: u64Codec })
    const keys = Uint32Array.from({ length: 300 }, (_, index) => index)
    const values = BigUint64Array.from(keys, (key) => BigInt(key) * 3n)
    map.packed.set(new Uint8Array(keys.buffer), new Uint8Array(values.buffer))
    expect(map.get(299)).toBe(897n)
    const met = new Map<number, bigint>()
    for (const batch of map.packed.batches({ size: 16 })!) {
      expect([batch.keys.length, batch.values.length]).toEqual([batch.count * 4, batch.count * 8])
      const view = new DataView(batch.keys.buffer, batch.keys.byteOffset)
      const found = new DataView(batch.values.buffer, batch.values.byteOffset)
      for (let at = 0; at < batch.count; at++) met.set(view.getUint32(at * 4, true), found.getBigUint64(at * 8, true))
    }
    expect([...met].toSorted(([a], [b]) => a - b)).toEqual(Array.from(keys, (key) => [key, BigInt(key) * 3n]))
    expect(map.packed.delete(new Uint8Array(Uint32Array.of(1, 9999, 2, 9998, 9997, 3).buffer))).toBe(3)
    expect([...map.packed.drain()!].reduce((sum, { count }) => sum + count, 0)).toBe(297)
    expect(() => map.packed.set(new Uint8Array(8), new Uint8Array(8))).toThrow(
      '2 keys take 16 bytes of values in map "packed", not 8',
    )
    expect(() => map.packed.delete(new Uint8Array(7))).toThrow('7 bytes are no whole keys of map "packed"')
    using programs = BpfMap.create({ type: 'prog_array', name: 'none', maxEntries: 1 })
    expect(programs.packed.batches()).toBeUndefined()
    expect(() => programs.packed.delete(new Uint8Array(4))).toThrow('the kernel has no batches of map "none"')
  })

  test('in batches go on while elements come and go', () => {
    using map = BpfMap.create({ type: 'hash', maxEntries: 400, key: u32Codec, value: u32Codec })
    map.setMany(Array.from({ length: 200 }, (_, index) => [index, index] as const))
    const met = new Set<number>()
    let next = 1000
    for (const batch of map.batches({ size: 8 })!) {
      for (const [key] of batch) met.add(key)
      map.deleteMany(batch.map(([key]) => key).filter((key) => key % 2 === 1))
      map.set(next++, 0)
    }
    for (let key = 0; key < 200; key++) expect(met.has(key)).toBe(true)
  })
})

describe('a variable that is an array', needs(), () => {
  test('is a typed array that changes as the program runs', () => {
    const object = Collection.load(new URL('../../../bpf/tests/globals.bpf.o', import.meta.url))
    const hits = object.variable<bigint>('hits').array(BigUint64Array)
    const table = object.variable('table').array(Uint8Array)
    const words = object.variable('table').array(Uint32Array)
    expect([hits.length, table.length, words.length]).toEqual([1, 16, 4])
    object.program('count').run({ data: new Uint8Array(64), repeat: 3 })
    expect(hits[0]).toBe(3n)
    expect(table.subarray(0, 5)).toEqual(Uint8Array.of(0, 1, 2, 3, 0))
    hits[0] = 8n
    object.program('count').run({ data: new Uint8Array(64) })
    expect(table[9]).toBe(9)
    expect(words[2]).toBe(9 << 8)
    expect(() => object.variable('counter').array(BigUint64Array)).toThrow(
      'variable counter has 4 bytes, no whole number of 8',
    )
    const { map } = { map: object.maps['.bss']! }
    using same = map.clone()
    object.close()
    // The array shows the map no more, and writes to it no more.
    hits[0] = 99n
    expect(new BigUint64Array(same.raw.get(new Uint8Array(4))!.slice().buffer, 0, 1)[0]).not.toBe(99n)
    expect(() => object.variable('hits').bytes).toThrow(ClosedError)
  })
})

describe('a refused map', needs(), () => {
  test('is told why in the kernel’s words', needs('btf:bpf_common_attr'), () => {
    const wrong = () =>
      BpfMap.create({ type: 'hash', name: 'wrong', keySize: 4, valueSize: 4, maxEntries: 4, extra: 1 })
    expect(refusal(wrong)).toBe('create hash map "wrong": bpf(BPF_MAP_CREATE): EINVAL Invalid map_extra.')
  })
})
