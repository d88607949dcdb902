import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Collection, WrongKindError } from '../../../../src/bpf/index.ts'
import { RingFullError, RingReader, UserRing } from '../../../../src/bpf/readers/index.ts'
import { ClosedError } from '../../../../src/sys/index.ts'
import { needs } from '../../needs.ts'

const OBJECT = new URL('../../../../bpf/tests/readers.bpf.o', import.meta.url)

/** A ring of 4096 bytes, the program that drains it, and what the program makes of it: a count and a sum. */
function setUp() {
  const object = Collection.load(OBJECT, { programs: { drain: 'sched_cls' }, onlyUsed: true })
  const ring = UserRing.open(object.map('orders'))
  return {
    ring,
    object,
    drain: () => object.programs.drain.run({ data: new Uint8Array(64) }).returnValue,
    received: () => [object.variable<bigint>('received').get(), object.variable<bigint>('sum').get()],
    [Symbol.dispose]() {
      ring.close()
      object.close()
    },
  }
}

const u64 = (value: number): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)

describe('a user ring', needs('btf:bpf_user_ringbuf_drain'), () => {
  test('gives records to the program that drains it, in order, without those that were discarded', () => {
    using lab = setUp()
    const { ring } = lab
    expect(ring.size).toBe(4096)
    ring.write(u64(5))
    const second = ring.reserve(8)
    const third = ring.reserve(8)
    const fourth = ring.reserve(8)
    second.view.setBigUint64(second.offset, 30n, true)
    third.view.setBigUint64(third.offset, 1000n, true)
    fourth.bytes.set(u64(200))
    fourth.submit()
    // What is not settled yet holds up all that follows.
    expect(lab.drain()).toBe(1)
    expect(ring.pendingBytes).toBe(48)
    third.discard()
    second.submit()
    expect(lab.drain()).toBe(2)
    expect(lab.received()).toEqual([3n, 235n])
    expect(ring.pendingBytes).toBe(0)
    expect(() => second.submit()).toThrow(ClosedError)
    expect(() => third.discard()).toThrow(ClosedError)
  })

  test('says when it is full, and takes more when a program has drained it', () => {
    using lab = setUp()
    const { ring } = lab
    for (let round = 1; round <= 3; round++) {
      for (let i = 0; i < 256; i++) ring.write(u64(1))
      expect(ring.tryReserve(8)).toBeUndefined()
      expect(() => ring.reserve(8)).toThrow(RingFullError)
      expect(lab.drain()).toBe(256)
      expect(lab.received()).toEqual([BigInt(256 * round), BigInt(256 * round)])
    }
    // Goes over the end of the ring: its pages are mapped twice.
    ring.reserve(4000).discard()
    lab.drain()
    const over = ring.reserve(4000)
    over.bytes.fill(0)
    over.bytes.set(u64(7))
    over.submit()
    lab.drain()
    expect(lab.received()).toEqual([769n, 775n])
    for (const length of [4096, 4089, 2 ** 31, -1, 1.5]) expect(() => ring.reserve(length)).toThrow(RangeError)
    expect(ring.tryReserve(4088)?.length).toBe(4088)
  })

  test('waits for room on the event loop', async () => {
    using lab = setUp()
    const { ring } = lab
    for (let i = 0; i < 256; i++) ring.write(u64(1))
    let there = false
    const waiting = ring.writeAsync(u64(9)).then(() => (there = true))
    await turn()
    await turn()
    expect(there).toBe(false)
    expect(lab.drain()).toBe(256)
    await waiting
    expect(lab.drain()).toBe(1)
    expect(lab.received()).toEqual([257n, 265n])
    await ring.writeAsync(u64(1))

    for (let i = 0; i < 255; i++) ring.write(u64(1))
    const reason = new Error('enough')
    const abort = new AbortController()
    const aborted = ring.reserveAsync(8, { signal: abort.signal })
    const closed = ring.reserveAsync(8)
    const told = Promise.allSettled([aborted, closed])
    await turn()
    abort.abort(reason)
    ring.close()
    expect(await told).toMatchObject([{ reason }, { reason: { code: 'ERR_CLOSED' } }])
    await expect(ring.reserveAsync(8)).rejects.toThrow(ClosedError)
  })

  test('is its own kind of map, lives on when the map is closed, and is closed once', () => {
    using lab = setUp()
    const { ring } = lab
    expect(() => RingReader.open(lab.object.map('orders'))).toThrow(WrongKindError)
    lab.object.map('orders').close()
    const record = ring.reserve(8)
    ring.close()
    ring.close()
    expect(ring.closed).toBe(true)
    expect(() => ring.reserve(8)).toThrow(ClosedError)
    expect(() => record.submit()).toThrow(ClosedError)
    expect(() => ring.pendingBytes).toThrow(ClosedError)
  })
})
