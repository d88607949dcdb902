import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type AnyCodec, type Codec, decode, encode } from '../../../src/codec/index.ts'
import {
  actionKinds,
  actionMessage,
  classKinds,
  classMessage,
  filterKinds,
  filterMessage,
  formatHandle,
  gotoChain,
  parseHandle,
  qdiscKinds,
  qdiscMessage,
  u32Handle,
} from '../../../src/netlink/route/tc/index.ts'
import { ratespec, rateToWire } from '../../../src/netlink/route/tc/rate.ts'
import { bytesIn, ticksOf } from '../../../src/netlink/route/tc/units.ts'
import { type Custom, valueOf } from '../codec/arbitrary.ts'
import { checkTable } from '../codec/check-table.ts'

const u32 = fc.nat(0xffff_ffff)
const bytes = fc.integer({ min: 1, max: 1_000_000 })
/** Rates at which these bursts take less time than 32 bits of ticks. */
const rate = fc.integer({ min: 10_000, max: 1_000_000_000 })
const measure = { mpu: fc.nat(100), overhead: fc.nat(100), linklayer: fc.constantFrom('ethernet', 'atm') }
const some = (values: Record<string, fc.Arbitrary<unknown>>, ...required: string[]): fc.Arbitrary<unknown> =>
  fc.record(values, { requiredKeys: required })

/** Options whose members depend on one another. */
const reckoned = new Map<unknown, fc.Arbitrary<unknown>>([
  [
    qdiscKinds.tbf,
    some({ rate, burst: bytes, limit: u32, peakrate: rate, mtu: bytes, ...measure }, 'rate', 'burst', 'limit'),
  ],
  [
    classKinds.htb,
    some({ rate, ceil: rate, burst: bytes, cburst: bytes, prio: fc.nat(7), quantum: u32, ...measure }, 'rate'),
  ],
  [
    actionKinds.police,
    some({
      rate,
      burst: bytes,
      peakrate: rate,
      mtu: bytes,
      avrate: u32,
      pktrate: rate,
      pktburst: bytes,
      action: fc.constantFrom('drop', 'pass', gotoChain(7)),
      result: fc.constantFrom('pipe', 9),
      ...measure,
    }),
  ],
])

const custom: Custom = {
  link: () => fc.nat(0x7fff_ffff),
  handle: () => u32.map(formatHandle),
  program: () => u32,
  probability: () => u32.map((part) => part / 0xffff_ffff),
  u32Selector: () =>
    fc.record({
      flags: fc.nat(255),
      offmask: fc.nat(0xffff),
      hmask: u32,
      keys: fc.array(fc.record({ mask: u32, val: u32, off: fc.integer({ min: -64, max: 64 }), offmask: fc.nat(9) }), {
        maxLength: 4,
      }),
    }),
  // as what was read, which is what can be written
  shaped: (codec) =>
    reckoned.get(codec) ??
    valueOf((codec as AnyCodec & { readonly of: AnyCodec }).of, { custom, family: 0, depth: 2 }).map((wire) =>
      decode(
        codec as unknown as Codec<unknown>,
        encode((codec as unknown as { readonly of: Codec<unknown> }).of, wire),
      ),
    ),
}

checkTable('a qdisc', qdiscMessage, { custom, runs: 100 })
checkTable('a class', classMessage, { custom, runs: 60 })
checkTable('a filter', filterMessage, { custom, runs: 60 })
checkTable('an action by itself', actionMessage, { custom, runs: 60 })

describe('handles', () => {
  test.each([
    ['1:', 0x1_0000],
    ['1:10', 0x1_0010],
    [':5', 5],
    ['ffff:fff1', 0xffff_fff1],
    ['8001:', 0x8001_0000],
    ['0:', 0],
  ])('%s', (text, number) => {
    expect(parseHandle(text)).toBe(number)
    expect(formatHandle(number)).toBe(text)
  })

  test('no handles', () => {
    for (const text of ['', ':', '1', 'root', '1:2:3', '12345:', 'x:1']) expect(parseHandle(text)).toBeUndefined()
    expect(parseHandle('none')).toBe(0)
    expect(() => encode(qdiscMessage, { handle: 'one' })).toThrow(/^handle: expected a handle like 1:10, got "one"$/)
    expect(() => encode(qdiscMessage, { parent: 'up' })).toThrow(/root, clsact, ingress/)
  })

  test('words of each place', () => {
    const parents = (message: typeof qdiscMessage | typeof filterMessage, parent: string | number): unknown =>
      decode(message as unknown as Codec<{ parent: string }, never>, encode(message as Codec<unknown>, { parent }))
        .parent
    expect(parents(qdiscMessage, 0xffff_ffff)).toBe('root')
    expect(parents(qdiscMessage, 'ingress')).toBe('clsact')
    expect(parents(filterMessage, 0xffff_fff3)).toBe('egress')
    expect(parents(filterMessage, '1:')).toBe('1:')
  })

  test('of u32 filters', () => {
    expect(u32Handle(0x800, 0, 0x800)).toBe(0x8000_0800)
  })
})

describe('rates', () => {
  test('a tick is 64 ns', () => {
    expect(ticksOf(125_000, 125_000)).toBe(15_625_000)
    expect(ticksOf(1, 125_000_000)).toBe(1)
    expect(ticksOf(1, 0)).toBe(0)
    expect(ticksOf(2 ** 32, 1)).toBe(0xffff_ffff)
    expect(bytesIn(15_625_000, 125_000)).toBe(125_000)
  })

  test('a burst that was read is told again', () => {
    fc.assert(
      fc.property(rate, bytes, (perSecond, burst) => {
        const once = bytesIn(ticksOf(burst, perSecond), perSecond)
        expect(once).toBeGreaterThanOrEqual(burst)
        expect(bytesIn(ticksOf(once, perSecond), perSecond)).toBe(once)
      }),
    )
  })

  test('the table covers the longest packet', () => {
    expect(rateToWire(1000, {}).spec).toMatchObject({ cellLog: 3, cellAlign: -1, linklayer: 'ethernet' })
    expect(rateToWire(1000, {}, 64_000).spec.cellLog).toBe(8)
    expect(rateToWire(1000, {}, 100).spec.cellLog).toBe(1)
    expect(rateToWire(125_000, { linklayer: 'atm' }).table[0]).toBe(53 * 125)
    expect(rateToWire(125_000, { mpu: 64 }).table.slice(0, 9)).toEqual([...Array.from({ length: 8 }, () => 8000), 9000])
    expect(rateToWire(2 ** 33, {})).toMatchObject({ wide: 2 ** 33, spec: { rate: 0xffff_ffff } })
    expect(encode(ratespec, rateToWire(1, {}).spec)).toHaveLength(12)
  })
})

test('a program is a descriptor, or has one, and lends its name', () => {
  const name = (options: object): unknown =>
    decode(filterKinds.bpf as Codec<object, never>, encode(filterKinds.bpf as Codec<unknown>, options))
  expect(name({ fd: 7 })).toEqual({ fd: 7 })
  expect(name({ fd: { fd: 7, name: 'prog' } })).toEqual({ fd: 7, name: 'prog' })
  expect(name({ fd: { fd: { number: 7 }, name: 'prog' }, name: 'mine' })).toEqual({ fd: 7, name: 'mine' })
  expect(() => name({ fd: 'x' })).toThrow(/fd: expected a loaded program/)
})
