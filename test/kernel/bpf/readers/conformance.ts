/**
 * What every reader of records does, whatever it reads from: each kind is a row.
 */
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type EventReader, ReaderBusyError } from '../../../../src/bpf/readers/index.ts'
import { ClosedError } from '../../../../src/sys/index.ts'
import { type Capability, needs } from '../../needs.ts'

/** What a row sets up: a reader, and a way to send it numbered records. */
export interface ReaderSetup extends Disposable {
  readonly reader: EventReader<unknown>
  /** The number that a value stands for; undefined for one that is no record of the program's, such as a loss. */
  readonly numberOf: (value: unknown) => number | undefined
  /** Sends so many records; those that arrive are numbered by the list `expected` of {@link ReaderRow}. */
  send(count: number): void
  sendAsync(count: number): Promise<void>
  /** Records that were refused. */
  refused(): number
}

export interface ReaderRow {
  readonly name: string
  readonly needs?: readonly Capability[]
  readonly setup: () => ReaderSetup
  /** Which of `count` records that were sent, the first with the number `first`, arrive. All unless said. */
  readonly arrive?: (number: number) => boolean
  /** Whether a full buffer refuses the newest records; else it overwrites the oldest. */
  readonly refuses?: boolean
  /** Whether records arrive in order even if several were sent at once. */
  readonly ordered?: boolean
}

const range = (first: number, count: number): number[] => Array.from({ length: count }, (_, index) => first + index)

/** Every reader keeps these promises. */
export function testReader(row: ReaderRow): void {
  describe(`${row.name}`, needs(...(row.needs ?? [])), () => {
    const arriving = (first: number, count: number): number[] => range(first, count).filter(row.arrive ?? (() => true))
    const sorted = (list: readonly number[]): number[] =>
      row.ordered === false ? list.toSorted((a, b) => a - b) : [...list]

    function taken(setup: ReaderSetup, values: readonly unknown[]): number[] {
      return sorted(values.map((value) => setup.numberOf(value)).filter((number) => number !== undefined))
    }

    test('gives what is there, once, by visit, by value and as a list', () => {
      using setup = row.setup()
      const { reader } = setup
      expect(reader.read()).toBeUndefined()
      expect(reader.take()).toEqual([])
      expect(reader.drain(() => {})).toBe(0)

      setup.send(8)
      const seen: number[] = []
      const count = reader.drain((view, offset, length, _source, bytes) => {
        expect(length).toBeGreaterThanOrEqual(16)
        expect(bytes[offset]).toBe(view.getUint8(offset))
        seen.push(view.getUint32(offset, true))
      })
      expect(sorted(seen)).toEqual(arriving(0, 8))
      expect(count).toBe(seen.length)

      setup.send(8)
      const values = [reader.read(), reader.read(), ...reader.take({ limit: 1 }), ...reader.take()]
      expect(taken(setup, values)).toEqual(arriving(8, 8))
      expect(reader.read()).toBeUndefined()
    })

    test('a visit ends the round by false or by a throw, and its record counts as read', () => {
      using setup = row.setup()
      const { reader } = setup
      setup.send(8)
      expect(reader.drain(() => false)).toBe(1)
      expect(reader.drain(() => {}, { limit: 1 })).toBe(1)
      expect(() =>
        reader.drain(() => {
          throw new RangeError('no')
        }),
      ).toThrow(RangeError)
      expect(reader.drain(() => {})).toBe(arriving(0, 8).length - 3)
    })

    test('a visit cannot read on from inside', () => {
      using setup = row.setup()
      const { reader } = setup
      setup.send(4)
      expect(() => reader.drain(() => void reader.read())).toThrow(ReaderBusyError)
      expect(reader.drain(() => {})).toBe(arriving(0, 4).length - 1)
    })

    test('iterates as records come, and break leaves the rest', async () => {
      using setup = row.setup()
      const { reader } = setup
      const got: unknown[] = []
      const later = turn().then(() => setup.send(4))
      for await (const value of reader) {
        got.push(value)
        if (got.length === 2) break
      }
      await later
      got.push(...reader.take())
      expect(taken(setup, got)).toEqual(arriving(0, 4))
    })

    test('gives batches as records come', async () => {
      using setup = row.setup()
      const batches = setup.reader.batches({ limit: 3 })
      const first = batches.next()
      await turn()
      setup.send(8)
      const got = [...((await first).value ?? [])]
      expect(got.length).toBeLessThanOrEqual(3)
      while (got.length < arriving(0, 8).length) got.push(...((await batches.next()).value ?? []))
      expect(taken(setup, got)).toEqual(arriving(0, 8))
      await batches.return?.()
      expect(await batches.next()).toEqual({ done: true, value: undefined })
    })

    test('visits records as they come until a visit says false', async () => {
      using setup = row.setup()
      const seen: number[] = []
      const all = arriving(0, 12).length
      const done = setup.reader.consume((view, offset) => {
        seen.push(view.getUint32(offset, true))
        return seen.length < all
      })
      for (let round = 0; round < 3; round++) {
        await sleep(1)
        setup.send(4)
      }
      await done
      expect(sorted(seen)).toEqual(arriving(0, 12))
    })

    test('a signal ends what waits, with its reason', async () => {
      using setup = row.setup()
      const { reader } = setup
      const reason = new Error('enough')
      const controller = new AbortController()
      const { signal } = controller
      const records = reader.records({ signal })
      const waiting = [records.next(), reader.batches({ signal }).next(), reader.consume(() => {}, { signal })]
      const told = Promise.allSettled(waiting)
      await turn()
      controller.abort(reason)
      expect(await told).toEqual(waiting.map(() => ({ status: 'rejected', reason })))
      expect(await records.next()).toEqual({ done: true, value: undefined })
      await expect(reader.records({ signal }).next()).rejects.toBe(reason)
      setup.send(2)
      expect(taken(setup, reader.take())).toEqual(arriving(0, 2))
    })

    test('close ends streams; all else throws then', async () => {
      using setup = row.setup()
      const { reader } = setup
      const records = reader.records()
      const waiting = [records.next(), reader.consume(() => {})]
      await turn()
      reader.close()
      reader.close()
      expect(reader.closed).toBe(true)
      expect(await Promise.all(waiting)).toEqual([{ done: true, value: undefined }, undefined])
      expect(await records.next()).toEqual({ done: true, value: undefined })
      expect(() => reader.drain(() => {})).toThrow(ClosedError)
      expect(() => reader.read()).toThrow(ClosedError)
      expect(() => reader.take()).toThrow(ClosedError)
      expect(() => reader.records()).toThrow(ClosedError)
      await expect(reader.consume(() => {})).rejects.toThrow(ClosedError)
    })

    test('closed by a visit, or by who iterates, it ends there; its memory is out of reach', async () => {
      let view: DataView | undefined
      {
        using setup = row.setup()
        setup.send(8)
        const count = setup.reader.drain((records) => {
          view = records
          setup.reader.close()
        })
        expect(count).toBe(1)
      }
      // Node 22 and later detach the view; before, it shows zeros. Never the kernel's memory, never a fault.
      const kept = view
      const look = (): string => {
        try {
          return typeof kept?.getUint32(0, true)
        } catch (error) {
          return (error as Error).name
        }
      }
      expect(look()).toBe('transfer' in ArrayBuffer.prototype && row.refuses !== false ? 'TypeError' : 'number')

      using setup = row.setup()
      setup.send(8)
      let seen = 0
      for await (const _ of setup.reader) {
        seen++
        setup.reader.close()
      }
      expect(seen).toBe(1)
    })

    test('a fast producer does not starve the event loop', async () => {
      using setup = row.setup()
      let turns = 0
      let running = true
      const ticking = (async () => {
        while (running) {
          await turn()
          turns++
        }
      })()
      let count = 0
      setup.send(16)
      for await (const _ of setup.reader) {
        if (++count >= 1500) break
        if (count % 4 === 0) setup.send(16)
      }
      running = false
      await ticking
      expect(turns).toBeGreaterThanOrEqual(2)
    })

    test('under overload nothing is lost that the kernel accepted, and what it refused is counted', async () => {
      using setup = row.setup()
      const { reader } = setup
      const total = 20_000
      const seen: number[] = []
      const sending = setup.sendAsync(total).then(() => setup.sendAsync(4)) // a reader that slept through the rest is woken
      let over = false
      void sending.then(() => (over = true))
      const abort = new AbortController()
      const consuming = reader
        .consume((view, offset) => void seen.push(view.getUint32(offset, true)), { signal: abort.signal })
        .catch(() => {})
      while (!over) await sleep(1)
      await sending
      await sleep(5)
      abort.abort()
      await consuming
      reader.drain((view, offset) => void seen.push(view.getUint32(offset, true)))
      expect(new Set(seen).size).toBe(seen.length)
      expect(seen).toEqual(row.ordered === false ? seen : seen.toSorted((a, b) => a - b))
      expect(seen.every(row.arrive ?? (() => true))).toBe(true)
      const exact = row.refuses !== false && !row.arrive
      expect(exact ? seen.length + setup.refused() : total + 4).toBe(total + 4)
    })
  })
}
