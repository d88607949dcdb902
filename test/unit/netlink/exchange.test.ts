import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Source } from '../../../src/codec/index.ts'
import { Exchange, extack, policy, readAck } from '../../../src/netlink/index.ts'
import { checkTable } from '../codec/check-table.ts'
import { ack, attribute, done, errno, join, message, type Seen, u32 } from './fake-kernel.ts'

checkTable('extack', extack)
checkTable('policy', policy)

const asked: Seen = {
  socket: 3,
  type: 16,
  flags: 5,
  sequence: 10,
  port: 0x8000_0001,
  bytes: join(u32(36), new Uint8Array(32).fill(1)),
}
const at = (index: number): Seen => ({ ...asked, sequence: 10 + index })

function exchange(
  count = 1,
  lastOnly = false,
): Exchange & { readonly taken: [index: number, type: number, size: number][] } {
  const taken: [number, number, number][] = []
  const one = new Exchange({
    port: asked.port,
    sequence: 10,
    count,
    lastOnly,
    take: (index, _source, start, end, type) => taken.push([index, type, end - start]),
  })
  return Object.assign(one, { taken })
}

const feed = (to: Exchange, bytes: Uint8Array, sender = 0): boolean => to.feed(new Source(bytes), bytes.length, sender)

describe('an exchange', () => {
  test('is over when each request has ended, in whatever order', () => {
    const one = exchange(3)
    expect(feed(one, join(ack(at(2)), ack(at(0), errno('EPERM'))))).toBe(true)
    expect(one.done).toBe(false)
    feed(one, ack(at(0)))
    expect(one.done).toBe(false) // the same end twice is one end
    feed(one, ack(at(1)))
    expect(one.done).toBe(true)
    expect([...one.remarks!]).toEqual([[0, { errno: errno('EPERM'), extack: undefined }]])
  })

  test('is over with the last acknowledgement when only that was asked for', () => {
    const one = exchange(4, true)
    feed(one, ack(at(1), errno('EEXIST')))
    expect(one.done).toBe(false)
    feed(one, ack(at(3)))
    expect(one.done).toBe(true)
    expect([...one.remarks!.keys()]).toEqual([1])
  })

  test('takes nothing from strangers, for others, or from other times', () => {
    const one = exchange()
    expect(feed(one, ack(at(0)), 4711)).toBe(false)
    expect(feed(one, ack({ ...at(0), port: 5 }))).toBe(false)
    expect(feed(one, ack(at(-1)))).toBe(false)
    expect(feed(one, ack(at(1)))).toBe(false)
    expect(feed(one, new Uint8Array(0))).toBe(false)
    expect(one.done).toBe(false)
  })

  test('counts sequence numbers across their end', () => {
    const one = new Exchange({ port: 1, sequence: 0xffff_fffe, count: 2, take: () => {} })
    feed(
      one,
      join(ack({ ...asked, port: 1, sequence: 0xffff_ffff }), ack({ ...asked, port: 1, sequence: 0xffff_fffe })),
    )
    expect(one.done).toBe(true)
  })

  test('hands out many messages of one datagram, the last one unpadded', () => {
    const one = exchange()
    const last = message(17, 2, at(0), Uint8Array.of(1, 2, 3)).slice(0, 19)
    feed(one, join(message(16, 2, at(0), u32(1)), message(1, 0, at(0)), last))
    expect(one.taken).toEqual([
      [0, 16, 4],
      [0, 17, 3],
    ])
    expect(one.malformed).toBe(false)
  })

  test('notes what the kernel says about the dump on any message', () => {
    for (const bytes of [message(16, 0x12, at(0)), done(at(0), 0, [], 0x10)]) {
      const one = exchange()
      feed(one, bytes)
      expect([one.interrupted, one.filtered]).toEqual([true, false])
    }
    const one = exchange()
    feed(one, message(16, 0x22, at(0)))
    expect([one.interrupted, one.filtered]).toEqual([false, true])
  })

  test('stops at an impossible length, and ends on any input', () => {
    for (const size of [0, 15, 21, 0xffff_ffff]) {
      const one = exchange()
      feed(one, join(u32(size), message(16, 2, at(0), u32(1)).slice(4)))
      expect([one.malformed, one.done]).toEqual([true, false])
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(60), (noise, cut) => {
        const one = exchange(2)
        expect(() => {
          feed(one, noise)
          feed(one, join(ack(at(0), errno('EPERM'), [attribute(1, 'x'), noise]), noise))
          feed(one, done(at(1), errno('EPERM'), [noise]).slice(0, cut))
        }).not.toThrow()
      }),
    )
  })
})

describe('the end of a request', () => {
  const read = (bytes: Uint8Array): ReturnType<typeof readAck> => {
    const source = new Source(bytes)
    return readAck(
      source,
      0,
      source.view.getUint32(0, true),
      source.view.getUint16(4, true),
      source.view.getUint16(6, true),
    )
  }
  const words = [
    attribute(1, 'no'),
    attribute(2, u32(32)),
    attribute(3, Uint8Array.of(9)),
    attribute(5, u32(1)),
    attribute(6, u32(40)),
  ]
  const story = { message: 'no', offset: 32, cookie: Uint8Array.of(9), missingType: 1, missingNest: 40 }

  test.each([
    ['capped', ack(asked, -22, words), { errno: -22, extack: story }],
    ['with the request echoed', ack(asked, -22, words, true), { errno: -22, extack: story }],
    ['of a dump', done(asked, -22, words), { errno: -22, extack: story }],
    ['without words', ack(asked, -1), { errno: -1, extack: undefined }],
    ['without anything', message(3, 2, asked), { errno: 0, extack: undefined }],
    ['with words announced that are missing', message(3, 0x202, asked, u32(0)), { errno: 0, extack: undefined }],
    ['with an echo that is cut', message(2, 0x200, asked, u32(-1 >>> 0), u32(5000)), { errno: -1, extack: undefined }],
    ['with unknown words', ack(asked, -1, [attribute(77, 'x')]), { errno: -1, extack: { unknown: expect.anything() } }],
  ])('%s', (_name, bytes, expected) => expect(read(bytes)).toEqual(expected))
})
