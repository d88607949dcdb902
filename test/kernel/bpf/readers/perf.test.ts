import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { WrongKindError } from '../../../../src/bpf/index.ts'
import { PerfReader } from '../../../../src/bpf/readers/index.ts'
import { openDescriptors, pageSize } from '../../../../src/sys/index.ts'
import { needs } from '../../needs.ts'
import { createMap, createRing, numbers, Producer, type TestMap, toPerf } from './producer.ts'

const array = (maxEntries = 64): TestMap => createMap('perf_event_array', { keySize: 4, valueSize: 4, maxEntries })

describe('a perf reader', needs(), () => {
  test('has a buffer for each CPU that is on, a power of two of pages', () => {
    using map = array()
    using reader = PerfReader.open(map, { perCpuBytes: pageSize() + 1 })
    expect(reader.cpus.length).toBeGreaterThan(0)
    expect(reader.perCpuBytes).toBe(2 * pageSize())
    expect(reader.overwrites).toBe(false)
    using small = array(1)
    using one = PerfReader.open(small)
    expect(one.cpus).toEqual([0])
    using ring = createRing(4096)
    expect(() => PerfReader.open(ring)).toThrow(WrongKindError)
    expect(() => PerfReader.open(map, { perCpuBytes: 0 })).toThrow(RangeError)
  })

  test('tells what was lost: as a record where it happened, and in all', () => {
    using map = array()
    using reader = PerfReader.open(map, { decode: numbers, perCpuBytes: pageSize() })
    using producer = new Producer(map, 60, toPerf)
    producer.send(200)
    const { refused } = producer
    expect(refused).toBeGreaterThan(0)
    expect(reader.lost()).toBe(BigInt(refused))
    const before = reader.take()
    expect(before).toHaveLength(200 - refused)
    // The kernel writes of a loss with the next record that finds room; enough of them reach every CPU that lost some.
    const after: typeof before = []
    for (let round = 0; round < 50; round++) {
      producer.send(1)
      after.push(...reader.take())
    }
    const lost = after.filter((record) => record.kind === 'lost')
    expect(lost.reduce((sum, { count }) => sum + count, 0n)).toBeLessThanOrEqual(BigInt(refused))
    expect(lost.length).toBeGreaterThan(0)
    expect(after.filter(({ kind }) => kind === 'sample')).toHaveLength(50)
    for (const { cpu } of after) expect(reader.cpus).toContain(cpu)
    // A visit sees samples only.
    producer.send(200)
    reader.drain(() => {})
    producer.send(1)
    expect(reader.drain((_view, _offset, length, cpu) => expect([length, cpu]).toEqual([60, reader.cpus[cpu]]))).toBe(1)
  })

  test('pauses and goes on', () => {
    using map = array()
    using reader = PerfReader.open(map, { decode: numbers })
    using producer = new Producer(map, 28, toPerf)
    producer.send(2)
    reader.pause()
    reader.pause()
    producer.send(3)
    expect(producer.refused).toBe(3)
    expect(reader.take()).toHaveLength(2)
    reader.resume()
    reader.resume()
    producer.send(1)
    expect(reader.take()).toMatchObject([{ kind: 'sample', value: 5 }])
    expect(reader.lost()).toBe(0n)
  })

  test('wakes at the watermark, and drains what is below it', async () => {
    using map = array()
    using reader = PerfReader.open(map, { decode: numbers, watermark: 1024 })
    using producer = new Producer(map, 60, toPerf)
    const batch = reader.batches().next()
    let woken = false
    void batch.then(() => (woken = true))
    for (let i = 0; i < 4; i++) await turn()
    producer.send(3)
    for (let i = 0; i < 4; i++) await turn()
    expect(woken).toBe(false)
    // Whatever CPUs these run on, one of them gets over the mark.
    const all = 3 + 15 * reader.cpus.length
    producer.send(all - 3)
    const first = (await batch).value?.length ?? 0
    expect(first).toBeGreaterThanOrEqual(15)
    expect(reader.take()).toHaveLength(all - first)
    producer.send(2)
    expect(reader.take()).toHaveLength(2)
  })

  test('keeps the newest records when it overwrites, and gives the oldest of them first', () => {
    using map = array()
    using reader = PerfReader.open(map, { decode: numbers, perCpuBytes: pageSize(), overwrite: true })
    using producer = new Producer(map, 60, toPerf)
    for (let round = 0; round < 3; round++) {
      producer.send(500)
      expect(producer.refused).toBe(0)
      const records = reader.take()
      const newest = Math.max(...records.map((record) => (record.kind === 'sample' ? record.value : -1)))
      expect(newest).toBe(500 * (round + 1) - 1)
      expect(records.length).toBeGreaterThan(pageSize() / 72 - 3)
      for (const cpu of reader.cpus) {
        const values = records.filter((record) => record.cpu === cpu).map((r) => (r.kind === 'sample' ? r.value : -1))
        expect(values).toEqual(values.toSorted((a, b) => a - b))
      }
      expect(reader.take()).toEqual([])
    }
  })

  test('takes its buffers out of the map when it is closed', () => {
    using map = array()
    using producer = new Producer(map, 28, toPerf)
    const before = openDescriptors()
    for (let i = 0; i < 100; i++) PerfReader.open(map, { perCpuBytes: pageSize() }).close()
    expect(openDescriptors()).toBe(before)
    producer.send(5)
    expect(producer.refused).toBe(5)
  })
})
