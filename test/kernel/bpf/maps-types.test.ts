/**
 * `testMap`: every type of map that the kernel has is made from data alone, and does each operation, or is refused it by name.
 */
import { inspect, isDeepStrictEqual } from 'node:util'
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

/** What is not as it should be: `faults` stays empty where all is well. */
class Faults {
  readonly list: string[] = []

  same(what: string, actual: unknown, expected: unknown): void {
    if (!isDeepStrictEqual(actual, expected)) this.list.push(`${what}: ${inspect(actual)}, not ${inspect(expected)}`)
  }
}

/** The answer to an operation; a refusal must say what was attempted, and why. */
function answer(
  map: RawMap,
  operation: Operation,
  elements: Elements,
  faults: Faults,
): { code: string; value?: unknown } {
  try {
    const value = ACTS[operation](map, elements)
    return { code: value === 'none' ? 'none' : 'ok', value }
  } catch (error) {
    if (!(error instanceof KernelError)) throw error
    const { code, message } = error
    if (operation === 'mmap') return { code }
    faults.same(`${operation} names the map`, message.includes(map.title), true)
    const absent = code.endsWith('NOTSUPP') && operation !== 'freeze'
    if (absent) faults.same(`${operation} says why`, message.includes(`a ${map.type} map has no such operation`), true)
    return { code }
  }
}

/** What was written is read: by key, by walk, by batch. */
function checkContents(map: RawMap, { answers, reads, type }: MapRow, elements: Elements, faults: Faults): void {
  if (answers.get !== undefined || elements.length === 0) return
  if (map.keySize === 0) {
    if (type === 'bloom_filter') faults.same('includes', map.includes(elements[0]![1]), true)
    else faults.same('peek', map.peek(), elements[type === 'queue' ? 0 : 1]![1])
    return
  }
  for (const [key, value] of elements) {
    const found = map.get(key)
    if (reads === undefined) faults.same('get', found, value)
    else
      faults.same(
        'get gives an id',
        found?.some((byte) => byte !== 0),
        true,
      )
  }
  if (answers.keys !== undefined) return
  const met = [...map]
  for (const [key] of elements) {
    const own = met.find(([one]) => isDeepStrictEqual(one, key))
    faults.same('entries', own, [key, map.get(key)])
  }
  if (answers.batches === undefined) faults.same('batches', [...map.batches({ size: 1 })!].flat().length, met.length)
}

/** Does each operation on a map that has the row's elements, but for those that put them there. */
function exercise(map: RawMap, row: MapRow, elements: Elements): string[] {
  const faults = new Faults()
  const works = (operation: Operation): boolean => row.answers[operation] === undefined
  for (const operation of OPERATIONS) {
    const fills = operation === 'set' || operation === 'setMany'
    empty(map, row, elements)
    if (!fills && works('set')) ACTS.set(map, elements)
    const { code, value } = answer(map, operation, elements, faults)
    const allowed = [row.answers[operation] ?? 'ok'].flat()
    if (!allowed.includes(code)) faults.same(operation, code, allowed)
    if (code !== 'ok' || !works('set')) continue
    if (fills) checkContents(map, row, elements, faults)
    if (operation === 'take' && map.keySize > 0) faults.same('taken', map.get(keyOf(map, elements)), undefined)
    if (operation === 'keys') {
      const keys = (value as Bytes[]).map(String)
      for (const [key] of elements) faults.same('keys', keys.includes(String(key)), true)
    }
    if (operation === 'freeze') faults.same('frozen', answer(map, 'set', elements, faults), { code: 'EPERM' })
  }
  return faults.list
}

describe('testMap', needs(), () => {
  test('every type of the kernel is a row', () => {
    expect(ROWS.map(({ type }) => type)).toEqual(Object.keys(MAP_TYPES).slice(1))
  })

  for (const row of ROWS) {
    test(`${row.type}`, needs(...(row.needs ?? [])), () => {
      using places = new Places()
      using map = make(row, places)
      const name = `a_${row.type}`.slice(0, 15)
      expect(map.info()).toMatchObject({ id: map.id, type: row.type, keySize: map.keySize, name })
      expect(map.usage().memory).toBeGreaterThanOrEqual(0)
      expect(exercise(map, row, row.elements(places))).toEqual([])
    })
  }
})
