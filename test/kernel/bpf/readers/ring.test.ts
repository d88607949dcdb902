import { closeSync, openSync, readFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { Collection, WrongKindError } from '../../../../src/bpf/index.ts'
import { RingGroup, RingReader } from '../../../../src/bpf/readers/index.ts'
import { valueCodec } from '../../../../src/btf/index.ts'
import { ClosedError, openDescriptors } from '../../../../src/sys/index.ts'
import { importing } from '../../../bundle/script.ts'
import { needs } from '../../needs.ts'
import { createMap, createRing, numbers, Producer, toRing } from './producer.ts'

const OBJECT = new URL('../../../../bpf/tests/readers.bpf.o', import.meta.url)
const BPF_F_RB_OVERWRITE = 1 << 19
const emulated = process.env['NKVM'] !== undefined
const collect = (): void => (globalThis as { gc?: () => void }).gc?.()
const mappings = (): number => readFileSync('/proc/self/maps', 'utf8').split('\n').length

describe('a ring reader', needs(), () => {
  test('decodes records by the types of the object that sends them', async () => {
    using object = Collection.load(OBJECT, { programs: { emit: 'sched_cls' }, onlyUsed: true })
    const { btf } = object.spec
    const decode = valueCodec<{ sequence: number; time: bigint; port: number; comm: string }>(
      btf!,
      btf!.findId('event', 'struct')!,
    )
    using events = RingReader.open(object.map('events'), { decode })
    object.programs.emit.run({ data: new Uint8Array(64), repeat: 3 })
    const seen = []
    for await (const event of events) {
      seen.push(event)
      if (event.sequence === 2) break
    }
    const event = { time: 1n << 60n, port: 443, comm: 'reader' }
    expect(seen).toEqual([0, 1, 2].map((sequence) => ({ ...event, sequence })))
  })

  test('tells its size and what is there', () => {
    using map = createRing(8192)
    using producer = new Producer(map, 60)
    using reader = RingReader.open(map)
    expect(reader).toMatchObject({ size: 8192, overwrites: false, availableBytes: 0, overwrittenBytes: 0n })
    producer.send(3)
    expect(reader.availableBytes).toBe(3 * 72)
    expect(reader.read()).toHaveLength(60)
    expect(reader.availableBytes).toBe(2 * 72)
    using group = new RingGroup([RingReader.open(map)])
    expect(group.availableBytes).toBe(2 * 72)
  })

  test('copies are whole and the caller’s own, at every length', () => {
    for (const size of [8, 64, 65, 1000, 4096, 5000]) {
      using map = createRing(16_384)
      using producer = new Producer(map, size)
      using reader = RingReader.open(map)
      for (let round = 0; round < 3; round++) {
        producer.send(3)
        const copies = reader.take()
        producer.send(3)
        reader.drain(() => {})
        const expected = [0, 1, 2].map((i) => {
          const record = new Uint8Array(size)
          record[0] = round * 6 + i
          return record
        })
        expect(copies.map((copy) => [...copy])).toEqual(expected.map((record) => [...record]))
      }
    }
  })

  test('a record that the decoder refuses ends the call, and none is lost with it', async () => {
    using map = createRing(8192)
    using producer = new Producer(map, 16)
    const decode = {
      read(view: DataView, offset: number) {
        const number = view.getUint32(offset, true)
        if (number % 3 === 2) throw new RangeError(`no ${number}`)
        return number
      },
    }
    using reader = RingReader.open(map, { decode })
    producer.send(9)
    expect(reader.take()).toEqual([0, 1])
    expect(() => reader.take()).toThrow('no 2')
    expect([reader.read(), reader.read()]).toEqual([3, 4])
    expect(() => reader.read()).toThrow('no 5')
    const seen: number[] = []
    const iterate = async (): Promise<void> => {
      for await (const value of reader) seen.push(value)
    }
    await expect(iterate()).rejects.toThrow('no 8')
    expect(seen).toEqual([6, 7])
  })

  test('lives on when the map is closed, and refuses another kind of map', () => {
    using array = createMap('array', { keySize: 4, valueSize: 4, maxEntries: 1 })
    expect(() => RingReader.open(array)).toThrow(WrongKindError)
    const map = createRing(4096)
    using producer = new Producer(map, 16)
    using reader = RingReader.open(map, { decode: numbers })
    map[Symbol.dispose]()
    producer.send(2)
    expect(reader.take()).toEqual([0, 1])
    expect(() => RingReader.open(map)).toThrow(ClosedError)
    expect(() => ((reader.close(), reader) as RingReader<number>).availableBytes).toThrow(ClosedError)
  })

  test('is woken by a record that asked for no wake-up only with the next one that does', async () => {
    using map = createRing(8192)
    using silent = new Producer(map, 16, toRing(1))
    using loud = new Producer(map, 16, toRing(2))
    using reader = RingReader.open(map, { decode: numbers })
    const batches = reader.batches()
    const first = batches.next()
    for (let i = 0; i < 4; i++) await turn()
    silent.send(3)
    let woken = false
    void first.then(() => (woken = true))
    for (let i = 0; i < 4; i++) await turn()
    expect(woken).toBe(false)
    loud.send(1)
    expect((await first).value).toEqual([0, 1, 2, 0])
    await batches.return?.()
  })

  test(
    'of an overwriting ring gives the newest records, and tells how many bytes came too late',
    needs('btf:BPF_F_RB_OVERWRITE'),
    () => {
      using map = createRing(64 * 1024, BPF_F_RB_OVERWRITE)
      using producer = new Producer(map, 64)
      using reader = RingReader.open(map, { decode: numbers })
      let lost = 0
      for (let round = 1; round <= 3; round++) {
        producer.send(3000)
        expect(reader.availableBytes).toBeGreaterThan(60 * 1024)
        const seen = reader.take()
        const first = seen[0] ?? 0
        expect(seen).toEqual(Array.from({ length: 3000 * round - first }, (_, index) => first + index))
        lost += 3000 - seen.length
        expect(reader.overwrittenBytes).toBe(BigInt(72 * lost))
        expect(reader.availableBytes).toBe(0)
      }
      expect(producer.refused).toBe(0)
    },
  )

  test('several streams of one reader share its records', async () => {
    using map = createRing(8192)
    using producer = new Producer(map, 16)
    using reader = RingReader.open(map, { decode: numbers })
    const streams = [reader.records(), reader.records(), reader.records()]
    const waiting = streams.map((stream) => stream.next())
    await turn()
    producer.send(3)
    const got = await Promise.all(waiting)
    expect(got.map(({ value }) => value)).toEqual([0, 1, 2])
    for (const stream of streams) await stream.return?.()
  })

  test('reads in a worker', async () => {
    using map = createRing(64 * 1024)
    using producer = new Producer(map, 32)
    const start = importing(fileURLToPath(new URL('./worker.ts', import.meta.url)))
    const worker = new Worker(start, { eval: true, workerData: { fd: map.fd.number, count: 1000 } })
    const said = await new Promise<unknown>((resolve, reject) => {
      worker.on('error', reject)
      worker.on('message', (message: unknown) => {
        if (message === 'ready') producer.send(1000)
        else resolve(message)
      })
    })
    expect(said).toEqual({ count: 1000, sum: 499_500, descriptors: 0 })
    await worker.terminate()
  })

  test('survives garbage collections while it reads', async () => {
    using map = createRing(64 * 1024)
    using producer = new Producer(map, 100)
    using reader = RingReader.open(map)
    const kept: Uint8Array[] = []
    producer.send(100)
    for await (const record of reader) {
      kept.push(record)
      if (kept.length === 500) break
      if (kept.length % 100 === 0) {
        collect()
        producer.send(100)
      }
    }
    collect()
    expect(kept.map((record) => record[0]! + 256 * record[1]!)).toEqual(kept.map((_, index) => index))
  })

  test('opened and closed again and again it leaks nothing', async () => {
    const cycles = emulated ? 500 : 10_000
    using map = createRing(4096)
    const before = openDescriptors()
    const mapped = mappings()
    for (let i = 0; i < cycles; i++) {
      const reader = RingReader.open(map)
      const waits = i % 50 === 0 ? reader.records().next() : undefined
      reader.close()
      await waits
    }
    for (let i = 0; i < cycles / 10; i++) {
      using ring = createRing(4096)
      using reader = RingReader.open(ring)
      reader.read()
    }
    expect(openDescriptors()).toBe(before)
    // Until the next garbage collection Node 20 keeps the address space of closed mappings, in few pieces: a process has no more than 65,530.
    expect(mappings() - mapped).toBeLessThan(cycles / 2)
    const lowest = openSync('/dev/null', 'r')
    expect(lowest).toBeLessThan(200)
    closeSync(lowest)
  })
})
