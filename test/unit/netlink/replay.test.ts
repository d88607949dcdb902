import { expect, test } from 'vitest'
import { Netlink } from '../../../src/netlink/index.ts'
import { type Call, record, replay, useKernel } from '../../../src/sys/index.ts'
import { ack, errno, FakeKernel } from './fake-kernel.ts'
import { getThing, newThing, reply } from './thing.ts'

function story(name: string): unknown[] {
  using nl = new Netlink()
  const made = nl.request(newThing, { name, mtu: 1500 }, { flags: 0x600 })
  try {
    nl.get(getThing, { name: 'nobody' })
  } catch (error) {
    return [made, String(error)]
  }
  return [made]
}

test('a conversation recorded at the door can be had again without a kernel, and only with the same bytes', () => {
  const calls: Call[] = []
  let first: unknown[]
  {
    using _ = useKernel(
      new FakeKernel((seen) =>
        seen.type === 16 ? [reply(seen, { index: 3 }), ack(seen)] : [ack(seen, errno('ENODEV'))],
      ),
    )
    using __ = record(calls)
    first = story('nk0')
  }
  expect(calls.map(({ name }) => name)).toEqual([
    'socket',
    ...Array.from({ length: 5 }, () => 'setsockopt'),
    'bind',
    'getsockname',
    'getsockopt',
    'getsockopt',
    'sendto',
    'recvfrom',
    'recvfrom',
    'sendto',
    'recvfrom',
    'close',
  ])
  {
    using _ = replay(calls)
    expect(story('nk0')).toEqual(first)
  }
  using _ = replay(calls)
  expect(() => story('nk1')).toThrow(/has other bytes than recorded/)
})

test('the bytes of a request are these', () => {
  const calls: Call[] = []
  {
    using _ = useKernel(new FakeKernel((seen) => [ack(seen)]))
    using __ = record(calls)
    story('nk0')
  }
  const sent = calls.find(({ name }) => name === 'sendto')!.input!
  expect(
    Buffer.from(sent)
      .toString('hex')
      .match(/.{1,8}/g)!
      .join(' '),
  ).toBe('30000000 10000506 01000000 00000000 00000000 00000000 00000000 00000000 08000300 6e6b3000 08000400 dc050000')
})
