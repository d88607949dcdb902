/** Rings in a file, where a test plays the kernel: any position, any state of a record. */
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { OverwriteWalk } from '../../../../src/bpf/readers/overwrite-walk.ts'
import { type Walked } from '../../../../src/bpf/readers/reader.ts'
import { BUSY, DISCARDED, RingMemory, type RingSide } from '../../../../src/bpf/readers/ring-memory.ts'
import { walkRing } from '../../../../src/bpf/readers/ring-walk.ts'
import { Fd, Mapping, pageSize } from '../../../../src/sys/index.ts'

const SIZE = 4096
const supported = process.platform === 'linux'

/** A ring whose other side is this test. */
class FakeRing implements Disposable {
  readonly memory: RingMemory
  readonly #folder = mkdtempSync(join(tmpdir(), 'netkit-ring-'))
  readonly #fd: Fd
  readonly #file: Mapping
  readonly #positions: BigUint64Array
  readonly #data: DataView

  constructor(side: RingSide = 'consumer') {
    const page = pageSize()
    const length = 2 * page + 2 * SIZE
    const path = join(this.#folder, 'ring')
    writeFileSync(path, new Uint8Array(length))
    this.#fd = Fd.own(openSync(path, 'r+'))
    this.#file = new Mapping(this.#fd.number, length, { write: true })
    this.#positions = new BigUint64Array(this.#file.buffer, 0, (2 * page) / 8)
    this.#data = new DataView(this.#file.buffer, 2 * page)
    this.memory = new RingMemory(this.#fd.number, SIZE, side)
  }

  get consumed(): bigint {
    return this.#positions[0]!
  }

  get produced(): bigint {
    return this.#positions[pageSize() / 8]!
  }

  /** Puts both positions somewhere, and how far the ring has overwritten itself. */
  moveTo(consumed: bigint, produced = consumed, overwritten = consumed): this {
    this.#positions[0] = consumed
    this.#positions[pageSize() / 8] = produced
    this.#positions[pageSize() / 8 + 2] = overwritten
    return this
  }

  set overwritten(position: bigint) {
    this.#positions[pageSize() / 8 + 2] = position
  }

  /** Writes a record at a position: its header, and a number. */
  put(position: bigint, length: number, number: number, flags = 0): void {
    const at = Number(position % BigInt(SIZE))
    this.#data.setInt32(at, length | flags, true)
    this.#data.setUint32(at + 8, number, true)
  }

  /** Writes a record where the producer is, and moves on. */
  produce(length: number, number: number, flags = 0): void {
    const position = this.produced
    this.put(position, length, number, flags)
    this.#positions[pageSize() / 8] = position + BigInt((length + 15) & ~7)
  }

  [Symbol.dispose](): void {
    this.memory.close()
    this.#file.close()
    this.#fd.close()
    rmSync(this.#folder, { recursive: true })
  }
}

const fresh = (): Walked => ({ moved: false, stopped: false, values: false, linger: false })

function walk(ring: FakeRing, limit = Infinity): { numbers: number[]; walked: Walked } {
  const numbers: number[] = []
  const walked = fresh()
  walkRing(ring.memory, (view, offset) => void numbers.push(view.getUint32(offset, true)), limit, 0, walked)
  return { numbers, walked }
}

describe.skipIf(!supported)('walking through a ring', () => {
  test.each([0n, 2n ** 31n - 48n, 2n ** 32n - 48n, 2n ** 33n - 48n, 2n ** 45n - 48n])(
    'goes on over the end of a half of the position: from %i',
    (start) => {
      using ring = new FakeRing()
      ring.moveTo(start)
      for (let i = 0; i < 6; i++) ring.produce(8, i)
      expect(walk(ring, 2).numbers).toEqual([0, 1])
      expect(ring.consumed).toBe(start + 32n)
      expect(walk(ring).numbers).toEqual([2, 3, 4, 5])
      expect(ring.consumed).toBe(start + 96n)
      expect(walk(ring)).toEqual({ numbers: [], walked: fresh() })
    },
  )

  test('stops at a record that is not submitted, and moves past those that were discarded', () => {
    using ring = new FakeRing()
    ring.produce(8, 0, DISCARDED)
    ring.produce(8, 1, DISCARDED)
    ring.produce(8, 2, BUSY)
    ring.produce(8, 3)
    expect(walk(ring)).toEqual({ numbers: [], walked: { ...fresh(), moved: true } })
    expect(ring.consumed).toBe(32n)
    expect(walk(ring)).toEqual({ numbers: [], walked: fresh() })
    ring.put(32n, 8, 2)
    expect(walk(ring).numbers).toEqual([2, 3])
    ring.produce(0, 4)
    ring.produce(1, 5)
    expect(walk(ring).numbers).toHaveLength(2)
    expect(ring.consumed).toBe(64n + 8n + 16n)
  })

  test('gives room back to the producer while it goes on', () => {
    using ring = new FakeRing()
    for (let i = 0; i < SIZE / 64; i++) ring.produce(56, i)
    const seen: bigint[] = []
    walkRing(ring.memory, () => void seen.push(ring.consumed), Infinity, 0, fresh())
    expect([...new Set(seen)]).toEqual([0n, 1024n, 2048n, 3072n])
    expect(ring.consumed).toBe(4096n)
  })

  test('counts a record as read whose visit throws', () => {
    using ring = new FakeRing()
    ring.produce(8, 0)
    ring.produce(8, 1)
    const fail = (): never => {
      throw new Error('no')
    }
    expect(() => walkRing(ring.memory, fail, Infinity, 0, fresh())).toThrow('no')
    expect(walk(ring).numbers).toEqual([1])
  })

  test('is out of the ring at once when a visit unmaps it', () => {
    using ring = new FakeRing()
    for (let i = 0; i < 4; i++) ring.produce(8, i)
    expect(walkRing(ring.memory, () => ring.memory.close(), Infinity, 0, fresh())).toBe(1)
    expect(ring.consumed).toBe(0n)
  })

  test('moves the producer’s own position over the end of its low half', () => {
    using ring = new FakeRing('producer')
    ring.moveTo(2n ** 32n - 8n)
    ring.memory.publish(-8, 8)
    expect(ring.produced).toBe(2n ** 32n + 8n)
  })
})

describe.skipIf(!supported)('walking through a ring that overwrites itself', () => {
  test('begins with the oldest record that is left, and counts what is gone', () => {
    using ring = new FakeRing()
    const start = 2n ** 32n - 4096n
    ring.moveTo(start)
    for (let i = 0; i < 4; i++) ring.produce(8, i)
    ring.overwritten = start + 32n
    const over = new OverwriteWalk(ring.memory)
    const numbers: number[] = []
    const count = over.walk((view, offset) => void numbers.push(view.getUint32(offset, true)), 1, 0, fresh())
    expect([count, numbers, over.lost]).toEqual([1, [2], 32n])
    expect(ring.consumed).toBe(start + 48n)
  })

  test('gives no record that was overwritten while it was copied, nor while others were visited', () => {
    using ring = new FakeRing()
    for (let i = 0; i < 6; i++) ring.produce(i === 3 ? 1000 : 8, i)
    const over = new OverwriteWalk(ring.memory)
    const numbers: number[] = []
    const walked = fresh()
    const visit = (view: DataView, offset: number): void => {
      const number = view.getUint32(offset, true)
      numbers.push(number)
      // The kernel takes the place of records 1 to 3 for a new one.
      if (number === 0) {
        ring.put(16n, 100, 99, BUSY)
        ring.overwritten = 16n + 16n + 16n + 1008n
      }
    }
    expect(over.walk(visit, Infinity, 0, walked)).toBe(3)
    expect([numbers, over.lost, walked.moved]).toEqual([[0, 4, 5], 1040n, true])
  })
})
