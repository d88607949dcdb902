/** What `tc` sends reads as what the same row tells the library, and is written back to the same bytes. */
import { describe, expect, test } from 'vitest'

import { type Codec, decode, Writer } from '../../../src/codec/index.ts'
import { canonical } from '../route/canonical.ts'
import { BODIES, captured, rows } from './tc-golden.ts'

const golden = captured()

/** Members that the library sends as others; and devices, whose numbers are the machine's. */
const OWN = new Set(['latency', 'ifindex', 'block', 'mtu'])

const near = (value: number): unknown => expect.closeTo(value, 8)

/** What a row says, as far as it has to stand in the request. */
function said(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(said)
  // a probability, that the wire has as a part of 2³²−1
  if (typeof value === 'number' && !Number.isInteger(value)) return near(value)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  const entries = Object.entries(value).filter(
    ([name, member]) =>
      member !== undefined && !(OWN.has(name) && member !== 0n && typeof member !== 'bigint') && member !== 0n,
  )
  return Object.fromEntries(entries.map(([name, member]) => [name, said(member)]))
}

const RTAB_SIZE = 1024

/** `tc` cuts its times to whole µs: 15.6 ticks of 64 ns. */
const MICROSECOND = 16
/** With rates of more than 32 bits it reckons bursts as if they were 2³²−1, and the kernel looks at the burst in bytes. */
const NARROW = 2000

const allowance = (options: unknown): number =>
  delays(options)
    ? Infinity
    : /"rate":\d{10}/.test(JSON.stringify(options, (_, value: unknown) => (typeof value === 'bigint' ? 0 : value)))
      ? NARROW
      : MICROSECOND

/** A delay is in ticks there, and by the library in ns in an attribute of its own: read alike, and not written alike. */
const delays = (options: unknown): boolean =>
  typeof options === 'object' &&
  options !== null &&
  'latency' in options &&
  typeof options.latency === 'bigint' &&
  options.latency > 0n

/** How far the numbers of two messages are apart at most. */
function apart(ours: Buffer, theirs: Buffer): number {
  if (ours.length !== theirs.length) return Infinity
  const words = Array.from({ length: ours.length / 4 }, (_, i) => i * 4)
  return Math.max(...words.map((at) => Math.abs(ours.readUInt32LE(at) - theirs.readUInt32LE(at))))
}

/** What `tc` sends after the options of a prio, for kernels before 2.6.27. */
const EMPTY_NEST = /04000200$/

test('there is a request for each row', () => {
  expect(golden.map(({ command }) => command)).toEqual(rows.map(({ tc }) => `tc ${tc.trim()}`))
})

describe('requests that tc makes', () => {
  test.each(golden.map((request, index) => [request.command, request, rows[index]!] as const))(
    '%s',
    (_, { type, body }, { spec }) => {
      const codec = BODIES.get(type)!
      const told = spec.kind === 'prio' ? body.replace(EMPTY_NEST, '').replace('1c000200', '18000200') : body
      const bytes = new Uint8Array(Buffer.from(told, 'hex'))
      const read = decode(codec as Codec<object, never>, bytes)
      expect(read).toMatchObject(said(spec) as object)
      const timed = body.length > 2 * RTAB_SIZE
      const writer = new Writer()
      // what the tables were made for is not to be told from them
      codec.write(writer, (timed ? { ...read, options: spec['options'] } : read) as never)
      const ours = canonical(Buffer.from(writer.toBytes()), codec)
      const theirs = canonical(Buffer.from(bytes), codec)
      expect(apart(ours, theirs)).toBeLessThanOrEqual(timed || delays(spec['options']) ? allowance(spec['options']) : 0)
    },
  )
})
