/**
 * The maps of the kernel, one row a type: what goes in comes out, by element, by batch, by walk.
 */
import { describe, expect, test } from 'vitest'
import {
  BatchError,
  BpfMap,
  type MapOptions,
  type MapType,
  possibleCpus,
  Program,
  u32Codec,
  u64Codec,
  unpin,
  WrongKindError,
} from '../../../src/bpf/index.ts'
import { ClosedError, openDescriptors } from '../../../src/sys/index.ts'
import { needs } from '../needs.ts'
import { Bpffs, outcome, refusal, returning } from './programs.ts'

const NO_PREALLOC = 1
const MMAPABLE = 1024

/** Every map that is looked up by a key of its own. */
const TABLES: readonly (readonly [MapType, Partial<MapOptions>])[] = [
  ['hash', {}],
  ['lru_hash', {}],
  ['hash', { flags: NO_PREALLOC }],
  ['array', {}],
  ['lpm_trie', { flags: NO_PREALLOC }],
]

const u64Key = { ...u64Codec, read: (view: DataView, at: number) => Number(view.getBigUint64(at, true)) }

/** An LPM key: the prefix length, then the data. */
const prefix = {
  size: 8,
  read: (view: DataView, at: number) => view.getUint32(at + 4, true),
  write(view: DataView, at: number, value: number) {
    view.setUint32(at, 32, true)
    view.setUint32(at + 4, value, true)
  },
}

describe('tables', needs(), () => {
  test.each(TABLES)('%s: elements, batches, walks', (type, extra) => {
    const key = type === 'array' ? u32Codec : type === 'lpm_trie' ? prefix : u64Key
    using map = BpfMap.create({
      type,
      name: 'table',
      maxEntries: 600,
      key,
      value: u64Codec,
      ...extra,
    } as never) as BpfMap<number, bigint>
    const fixed = type === 'array'

    expect(map.get(7)).toBe(fixed ? 0n : undefined)
    map.set(7, 70n)
    expect(map.get(7)).toBe(70n)
    expect(map.has(8)).toBe(fixed)
    expect(outcome(() => map.set(7, 1n, { mode: 'noexist' }))).toBe('EEXIST')
    map.set(7, 71n, { mode: 'exist' })
    const into = new Uint8Array(8)
    expect(map.readInto(7, into)).toBe(true)
    expect(into[0]).toBe(71)
    expect(fixed || map.delete(7)).toBe(true)
    expect(!fixed && map.delete(7)).toBe(false)

    const many = Array.from({ length: 500 }, (_, index) => [index, BigInt(index * 3)] as const)
    map.setMany(many)
    const sorted = (list: Iterable<readonly [number, bigint]>) => [...list].toSorted(([a], [b]) => a - b)
    expect(sorted(map).slice(0, 500)).toEqual(many)
    expect([...map.keys()].length).toBe(fixed ? 600 : 500)
    expect([...(map.batches({ size: 64 }) ?? [])].every((batch) => batch.length > 0)).toBe(true)
    expect(fixed ? 4 : map.deleteMany([1, 2, 9999, 3, 4])).toBe(4)
  })

  test('a hash gives and removes in one step, and drains', () => {
    using map = BpfMap.create({ type: 'hash', maxEntries: 100, key: u32Codec, value: u32Codec })
    map.set(1, 10)
    expect(map.take(1)).toBe(10)
    expect(map.take(1)).toBeUndefined()
    map.setMany([[1, 1], [2, 2], [3, 3]]) // prettier-ignore
    expect([...map.drain()!].flat().length).toBe(3)
    expect([...map]).toEqual([])
  })

  test('a full map says so, and how far a batch got', () => {
    using map = BpfMap.create({ type: 'hash', name: 'small', maxEntries: 2, key: u32Codec, value: u32Codec })
    map.set(1, 1)
    map.set(2, 2)
    expect(refusal(() => map.set(3, 3))).toMatch(/^update in map "small": .*E2BIG .*it holds 2 entries/)
    map.delete(2)
    const error = (() => {
      try {
        return map.setMany([[1, 5], [2, 5], [3, 5], [4, 5]]) // prettier-ignore
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toBeInstanceOf(BatchError)
    expect(error).toMatchObject({ code: 'E2BIG', processed: 2 })
    using array = BpfMap.create({ type: 'array', maxEntries: 2, valueSize: 4 })
    expect(refusal(() => array.set(2, new Uint8Array(4)))).toMatch(/E2BIG .*index must be below 2/)
  })

  test('a walk meets what stays, though all else is removed under it', () => {
    using map = BpfMap.create({ type: 'hash', maxEntries: 1000, key: u32Codec, value: u32Codec })
    map.setMany(Array.from({ length: 1000 }, (_, index) => [index, index] as const))
    const met = new Set<number>()
    for (const [key] of map) {
      met.add(key)
      if (key % 2) map.delete(key)
    }
    for (let key = 0; key < 1000; key += 2) expect(met.has(key)).toBe(true)
  })

  test('without codecs keys and values are bytes, of the map’s sizes', () => {
    using map = BpfMap.create({ type: 'hash', maxEntries: 2, keySize: 3, valueSize: 5 })
    map.set(new Uint8Array([1, 2, 3]), new Uint8Array([9, 8, 7, 6, 5]))
    expect(map.get(new Uint8Array([1, 2, 3]))).toEqual(new Uint8Array([9, 8, 7, 6, 5]))
    expect(() => map.get(new Uint8Array(4))).toThrow('the key has 4 bytes, the map takes 3')
    expect(() => map.set(new Uint8Array(3), new Uint8Array(4))).toThrow('the value has 4 bytes')
  })
})

describe('other shapes', needs(), () => {
  test.each(['percpu_hash', 'percpu_array', 'lru_percpu_hash'] as const)('%s has a value for each CPU', (type) => {
    using map = BpfMap.create({ type, maxEntries: 4, key: u32Codec, value: u32Codec })
    const values = Array.from({ length: possibleCpus() }, (_, cpu) => 100 + cpu)
    map.set(1, values)
    expect(map.get(1)).toEqual(values)
    expect([...map].find(([key]) => key === 1)).toEqual([1, values])
    expect(() => map.set(1, [1, 2, 3, 4, 5, 6, 7, 8, 9])).toThrow(TypeError)
  })

  test.each([
    ['queue', [1, 2]],
    ['stack', [2, 1]],
  ] as const)('%s', (type, order) => {
    using map = BpfMap.create({ type, maxEntries: 2, value: u32Codec })
    map.push(1)
    map.push(2)
    expect(outcome(() => map.push(3))).toBe('E2BIG')
    expect(map.peek()).toBe(order[0])
    expect([map.pop(), map.pop(), map.pop()]).toEqual([...order, undefined])
  })

  test('bloom filter', () => {
    using map = BpfMap.create({ type: 'bloom_filter', maxEntries: 100, value: u64Codec, extra: 3 })
    map.push(5n)
    expect(map.includes(5n)).toBe(true)
    expect(map.includes(6n)).toBe(false)
  })

  test('maps of maps and of programs take objects and tell ids', () => {
    using inner = BpfMap.create({ type: 'array', maxEntries: 1, valueSize: 4 })
    using outer = BpfMap.create({ type: 'array_of_maps', maxEntries: 2, inner })
    outer.set(1, inner)
    expect(outer.get(1)).toBe(inner.id)
    expect(outer.get(0)).toBeUndefined()
    using byName = BpfMap.create({ type: 'hash_of_maps', maxEntries: 2, keySize: 8, inner })
    byName.set(new Uint8Array(8), inner)
    expect(byName.get(new Uint8Array(8))).toBe(inner.id)
    using program = Program.load({ type: 'sched_cls', instructions: returning(0) })
    using programs = BpfMap.create({ type: 'prog_array', maxEntries: 2 })
    programs.set(0, program)
    expect(programs.get(0)).toBe(program.id)
    expect(programs.usage().owner).toEqual({ programType: 'sched_cls', jited: program.info().jitedSize > 0 })
    expect(outer.usage().owner).toBeUndefined()
    expect(programs.delete(0)).toBe(true)
    expect(() => programs.set(0, 3 as never)).toThrow('give the object')
  })

  test.each([
    ['ringbuf', { maxEntries: 65536 }],
    ['perf_event_array', {}],
    ['stack_trace', { valueSize: 8 * 20, maxEntries: 10 }],
    ['devmap_hash', { maxEntries: 4 }],
    ['cpumap', { maxEntries: 1 }],
    ['xskmap', { maxEntries: 4 }],
    ['sockhash', { keySize: 4, maxEntries: 4 }],
    ['sockmap', { maxEntries: 4 }],
    ['reuseport_sockarray', { maxEntries: 4 }],
    ['cgroup_array', { maxEntries: 4 }],
  ] as const)('%s is made and described', (type, options) => {
    using map = BpfMap.create({ type, name: 'a-map.x', ...options })
    expect(map.info()).toMatchObject({ type, name: 'a_map.x', id: map.id })
    expect([...BpfMap.ids()]).toContain(map.id)
    expect(map.usage().memory).toBeGreaterThan(0)
  })
})

describe('a map as an object', needs(), () => {
  test('opened by id it is the same map, and another type is refused', () => {
    using map = BpfMap.create({ type: 'array', name: 'one', maxEntries: 1, value: u64Codec })
    map.set(0, 5n)
    using same = BpfMap.fromId(map.id, { type: 'array', value: u64Codec })
    expect(same.get(0)).toBe(5n)
    expect(() => BpfMap.fromId(map.id, { type: 'hash' })).toThrow(WrongKindError)
    expect(() => BpfMap.fromId(map.id, { value: u32Codec })).toThrow('the value codec is for 4 bytes, map "one" has 8')
    expect(outcome(() => BpfMap.fromId(0x7fff_ffff))).toBe('ENOENT')
    using any = BpfMap.fromId(map.id)
    expect(any.is('hash')).toBe(false)
    expect(same.raw.get(new Uint8Array(4))).toEqual(new Uint8Array([5, 0, 0, 0, 0, 0, 0, 0]))
  })

  test('pinned it outlives its descriptor', () => {
    using bpffs = new Bpffs()
    const path = `${bpffs.path}/map`
    const map = BpfMap.create({ type: 'array', maxEntries: 1, value: u64Codec })
    map.set(0, 9n)
    map.pin(path)
    expect(refusal(() => map.pin(path))).toMatch(/EEXIST .*must be new/)
    map.close()
    using again = BpfMap.loadPinned(path, { value: u64Codec })
    expect(again.get(0)).toBe(9n)
    expect(() => Program.loadPinned(path)).toThrow(`${path} is a map, not a program`)
    unpin(path)
  })

  test('its memory is shared, and frozen it cannot be written', () => {
    using map = BpfMap.create({ type: 'array', maxEntries: 4, value: u64Codec, flags: MMAPABLE })
    {
      using memory = map.mmap({ write: true })
      map.set(2, 77n)
      expect(new BigUint64Array(memory.buffer, 0, 4)[2]).toBe(77n)
      new BigUint64Array(memory.buffer, 0, 4)[3] = 78n
      expect(map.get(3)).toBe(78n)
      expect(outcome(() => map.freeze())).toBe('EBUSY')
    }
    map.freeze()
    expect(map.usage().frozen).toBe(true)
    expect(refusal(() => map.set(0, 1n))).toMatch(/EPERM .*frozen/)
    expect(outcome(() => map.mmap({ write: true }))).toBe('EPERM')
  })

  test('closed it is closed, and nothing leaks', () => {
    const before = openDescriptors()
    for (let round = 0; round < 200; round++) {
      const map = BpfMap.create({ type: 'array', maxEntries: 1, valueSize: 4 })
      map.clone().close()
      map.close()
      map.close()
      expect(() => map.get(0)).toThrow(ClosedError)
    }
    expect(openDescriptors()).toBe(before)
    expect(outcome(() => BpfMap.create({ type: 'array', maxEntries: 1, valueSize: 0 }))).toBe('EINVAL')
    expect(() => BpfMap.create({ type: 'array', maxEntries: 1, valueSize: 4, value: u64Codec })).toThrow(WrongKindError)
    expect(openDescriptors()).toBe(before)
  })
})
