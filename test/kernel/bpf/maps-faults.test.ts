/** What must not happen to a map: a leak, a use after its end, a view of what is no longer there, memory that moves under the kernel. */
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { BpfMap, u32Codec, u64Codec } from '../../../src/bpf/index.ts'
import { ClosedError, openDescriptors } from '../../../src/sys/index.ts'
import { needs } from '../needs.ts'
import { load } from './programs.ts'

const MMAPABLE = 1024
/** The emulated machine is ten times as slow. */
const slow = process.env['NKVM'] !== undefined
const CYCLES = slow ? 300 : 10_000

const collect = (): void => (globalThis as { gc?: () => void }).gc?.()
const descriptors = (): number => readdirSync('/proc/self/fd').length

/** Bytes that this process holds, in and beside the heap of JavaScript, when all garbage is gone. */
async function held(): Promise<{ heap: number; resident: number }> {
  for (let round = 0; round < 3; round++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed + external, resident: rss }
}

describe('leaks', needs(), () => {
  test(`${CYCLES} maps and programs made, used and closed leave nothing`, async () => {
    const cycle = (): void => {
      using map = BpfMap.create({ type: 'hash', name: 'cycle', maxEntries: 4, key: u32Codec, value: u64Codec })
      map.set(1, 2n)
      map.get(1)
      map.setMany([[2, 3n]])
      using program = load('sched_cls', 0)
      void program.id
    }
    const mapped = (): void => {
      using map = BpfMap.create({ type: 'array', maxEntries: 1, value: u64Codec, flags: MMAPABLE })
      using memory = map.mmap({ write: true })
      memory.bytes[0] = 1
    }
    for (let warm = 0; warm < CYCLES / 10; warm++) cycle()
    for (let warm = 0; warm < CYCLES / 10; warm++) mapped()
    const before = { ...(await held()), open: openDescriptors(), fds: descriptors() }
    for (let round = 0; round < CYCLES; round++) {
      cycle()
      mapped()
      // What Node 20 cannot detach is given back when it is collected, which happens between turns of the event loop.
      if (round % 1000 === 999) await held()
    }
    const after = await held()
    expect(openDescriptors()).toBe(before.open)
    expect(descriptors()).toBe(before.fds)
    // A cycle takes some kilobytes: what is left is the collector's and the compiler's own, whatever the number of cycles.
    expect(after.heap - before.heap).toBeLessThan(1_000_000)
    expect(after.resident - before.resident).toBeLessThan(20_000_000)
  })
})

describe('after close', needs(), () => {
  const closed = () => {
    const map = BpfMap.create({ type: 'percpu_hash', name: 'gone', maxEntries: 4, key: u32Codec, value: u64Codec })
    map.close()
    return map
  }

  const values = (map: { value: { size: number } }) => Array.from({ length: map.value.size / 8 }, () => 1n)

  const uses: Readonly<Record<string, (map: ReturnType<typeof closed>) => unknown>> = {
    get: (map) => map.get(1),
    readInto: (map) => map.readInto(1, new Uint8Array(64)),
    has: (map) => map.has(1),
    set: (map) => map.set(1, values(map)),
    setEvery: (map) => map.setEvery(1, 1n),
    cpu: (map) => map.cpu(0).get(1),
    delete: (map) => map.delete(1),
    take: (map) => map.take(1),
    keys: (map) => [...map.keys()],
    entries: (map) => [...map],
    batches: (map) => map.batches(),
    drain: (map) => map.drain(),
    setMany: (map) => map.setMany([[1, values(map)]]),
    deleteMany: (map) => map.deleteMany([1]),
    info: (map) => map.info(),
    id: (map) => map.id,
    usage: (map) => map.usage(),
    freeze: (map) => map.freeze(),
    mmap: (map) => map.mmap(),
    pin: (map) => map.pin('/sys/fs/bpf/gone'),
    clone: (map) => map.clone(),
    raw: (map) => map.raw.get(new Uint8Array(4)),
  }

  test.each(Object.keys(uses))('%s is refused', (use) => {
    const map = closed()
    expect(() => uses[use]!(map)).toThrow(ClosedError)
    expect(map.closed).toBe(true)
  })

  test('a second close closes nobody else’s descriptor', () => {
    const first = BpfMap.create({ type: 'array', maxEntries: 1, value: u64Codec })
    const { number } = first.fd
    first.close()
    using second = BpfMap.create({ type: 'array', maxEntries: 1, value: u64Codec })
    expect(second.fd.number).toBe(number)
    first.close()
    first[Symbol.dispose]()
    second.set(0, 5n)
    expect(second.get(0)).toBe(5n)
  })

  test('a walk that is under way ends with the map', () => {
    const map = BpfMap.create({ type: 'lru_hash', name: 'walked', maxEntries: 64, key: u32Codec, value: u32Codec })
    map.setMany(Array.from({ length: 10 }, (_, index) => [index, index] as const))
    const keys = map.keys()
    expect(keys.next().done).toBe(false)
    const batches = map.batches({ size: 4 })!
    map.close()
    expect(() => keys.next()).toThrow(ClosedError)
    expect(() => [...batches]).toThrow(ClosedError)
  })

  test('a view of its memory shows nothing of the map, and a mapping outlives the object', () => {
    const map = BpfMap.create({ type: 'array', maxEntries: 4, value: u64Codec, flags: MMAPABLE })
    using other = map.clone()
    const memory = map.mmap({ write: true })
    const view = new BigUint64Array(memory.buffer, 0, 4)
    map.close()
    view[1] = 7n
    expect(other.get(1)).toBe(7n)
    memory.close()
    memory.close()
    expect([undefined, 0n]).toContain(view[1])
    view[1] = 8n
    expect(other.get(1)).toBe(7n)
    expect(() => memory.bytes).toThrow(ClosedError)
    expect(() => memory.buffer).toThrow(ClosedError)
  })
})

describe('garbage collection', needs(), () => {
  test('has nothing to do after raw access', () => {
    using map = BpfMap.create({ type: 'hash', maxEntries: 4, keySize: 4, valueSize: 8 })
    using wide = BpfMap.create({ type: 'hash', maxEntries: 4, keySize: 64, valueSize: 256 })
    const [key, value] = [new Uint8Array(4), new Uint8Array(8)]
    const [wideKey, wideValue] = [new Uint8Array(64), new Uint8Array(256)]
    const access = (times: number): void => {
      for (let i = 0; i < times; i++) {
        map.set(key, value)
        map.readInto(key, value)
        map.has(key)
        wide.set(wideKey, wideValue)
        wide.readInto(wideKey, wideValue)
        wide.delete(wideKey)
      }
    }
    // Compiled first; then few enough that whatever is left behind is still there to be seen.
    access(slow ? 3_000 : 30_000)
    const left = Array.from({ length: 4 }, () => {
      collect()
      const before = process.memoryUsage().heapUsed
      access(2_500)
      return process.memoryUsage().heapUsed - before
    })
    // 15,000 operations, of which each would leave 12 bytes at least; what the compiler leaves, it leaves once.
    expect(Math.min(...left)).toBeLessThan(100_000)
  })

  test('under load moves nothing that the kernel reads or writes', async () => {
    const rounds = slow ? 2 : 8
    for (let round = 0; round < rounds; round++) {
      using map = BpfMap.create({ type: 'hash', maxEntries: 512, keySize: 4, valueSize: 48 })
      const entries = Array.from({ length: 128 }, (_, index) => {
        const key = new Uint8Array(Uint32Array.of(index).buffer)
        return [key, new Uint8Array(48).fill(index)] as const
      })
      map.setMany(entries)
      collect()
      const batches = map.batches({ size: 32 })!
      for (const batch of batches) {
        collect()
        for (const [key, value] of batch) expect(value.every((byte) => byte === key[0])).toBe(true)
      }
      const into = new Uint8Array(48)
      for (const [key, value] of entries) {
        if (key[0]! % 32 === 0) collect()
        expect(map.readInto(key, into)).toBe(true)
        expect(into).toEqual(value)
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  })
})
