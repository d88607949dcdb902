/**
 * `testMap`: every type of map that the kernel has is made from data alone, and does each operation, or is refused it by name.
 */
import { describe, expect, test } from 'vitest'
import { type BpfMap, MAP_TYPES } from '../../../src/bpf/index.ts'
import { KernelError } from '../../../src/sys/index.ts'
import { needs } from '../needs.ts'
import { Places } from './maps-places.ts'
import { make, type MapRow, type Operation, OPERATIONS, ROWS } from './maps-rows.ts'
import { outcome } from './programs.ts'

type Bytes = Uint8Array
type RawMap = BpfMap<Bytes, Bytes>
type Elements = readonly (readonly [key: Bytes, value: Bytes])[]

/** What each operation does; `none` where the kernel has no such batch. */
const ACTS: { readonly [O in Operation]: (map: RawMap, elements: Elements) => unknown } = {
  set: (map, elements) => elements.forEach(([key, value]) => map.set(key, value)),
  get: (map, elements) => map.get(keyOf(map, elements)),
  keys: (map) => [...map.keys()],
  batches: (map) => (map.batches() ? [...map.batches({ size: 1 })!] : 'none'),
  take: (map, elements) => map.take(keyOf(map, elements)),
  delete: (map, elements) => map.delete(keyOf(map, elements)),
  setMany: (map, elements) => map.setMany(elements),
  deleteMany: (map, elements) => map.deleteMany(elements.map(([key]) => key)),
  drain: (map) => (map.drain() ? [...map.drain()!] : 'none'),
  mmap: (map) => map.mmap().close(),
  freeze: (map) => map.freeze(),
}

const keyOf = (map: RawMap, elements: Elements): Bytes => elements[0]?.[0] ?? new Uint8Array(map.keySize)

/** Empties a map as far as its type can be emptied. */
function empty(map: RawMap, { answers }: MapRow, elements: Elements): void {
  if (map.keySize > 0) for (const [key] of elements) outcome(() => map.delete(key))
  else if (answers.take === undefined) while (map.pop());
}

/** The answer to an operation; a refusal must say what was attempted, and why. */
function answer(map: RawMap, operation: Operation, elements: Elements): { code: string; value?: unknown } {
  try {
    const value = ACTS[operation](map, elements)
    return { code: value === 'none' ? 'none' : 'ok', value }
  } catch (error) {
    if (!(error instanceof KernelError)) throw error
    if (operation === 'mmap') return { code: error.code }
    expect(error.message).toContain(map.title)
    if (/NOTSUPP$/.test(error.code) && operation !== 'freeze') {
      expect(error.message).toContain(`a ${map.type} map has no such operation`)
    }
    return { code: error.code }
  }
}

describe('testMap', needs(), () => {
  test('every type of the kernel is a row', () => {
    expect(ROWS.map(({ type }) => type)).toEqual(Object.keys(MAP_TYPES).slice(1))
  })

  for (const row of ROWS) {
    test(row.type, needs(...(row.needs ?? [])), () => {
      using places = new Places()
      using map = make(row, places)
      expect(map.info()).toMatchObject({
        id: map.id,
        type: row.type,
        keySize: map.keySize,
        name: `a_${row.type}`.slice(0, 15),
      })
      expect(map.usage().memory).toBeGreaterThanOrEqual(0)
      const elements = row.elements(places)
      const works = (operation: Operation): boolean => row.answers[operation] === undefined
      for (const operation of OPERATIONS) {
        // Each operation finds the elements there, but for those that put them there.
        empty(map, row, elements)
        if (operation !== 'set' && operation !== 'setMany' && works('set')) ACTS.set(map, elements)
        const { code, value } = answer(map, operation, elements)
        expect([row.answers[operation] ?? 'ok'].flat(), `${operation} of ${row.type}`).toContain(code)
        if (code !== 'ok') continue
        if ((operation === 'set' || operation === 'setMany') && elements.length > 0) check(map, row, elements)
        if (operation === 'take' && works('set') && map.keySize > 0)
          expect(map.get(keyOf(map, elements))).toBeUndefined()
        if (operation === 'keys' && works('set') && elements.length > 0) {
          for (const [key] of elements) expect(value).toContainEqual(key)
        }
        if (operation === 'freeze' && works('set')) expect(answer(map, 'set', elements)).toEqual({ code: 'EPERM' })
      }
    })
  }
})

/** What was written is read: by key, by walk, by batch. */
function check(map: RawMap, { answers, reads, type }: MapRow, elements: Elements): void {
  if (answers.get !== undefined) return
  if (map.keySize === 0) {
    if (type === 'bloom_filter') expect(map.includes(elements[0]![1])).toBe(true)
    else expect(map.peek()).toEqual(elements[type === 'queue' ? 0 : 1]![1])
    return
  }
  for (const [key, value] of elements) {
    const found = map.get(key)
    if (reads === undefined) expect(found).toEqual(value)
    else expect(found?.some((byte) => byte !== 0)).toBe(true)
  }
  if (answers.keys !== undefined) return
  const met = [...map]
  for (const [key] of elements) expect(met).toContainEqual([key, map.get(key)])
  if (answers.batches === undefined) expect([...map.batches({ size: 1 })!].flat().length).toBe(met.length)
}
