import { describe, expect, test } from 'vitest'
import { DecodeError } from '../../../src/codec/index.ts'
import {
  Netlink,
  type NetlinkError,
  NLM_F_CREATE,
  NLM_F_ECHO,
  NLM_F_EXCL,
  NoAnswerError,
} from '../../../src/netlink/index.ts'
import { ClosedError, KernelError, NR, useKernel } from '../../../src/sys/index.ts'
import {
  ack,
  type Answer,
  attribute,
  FakeKernel,
  join,
  message,
  type Seen,
  u32,
  against,
  errno,
  caught,
} from './fake-kernel.ts'
import { getThing, newThing, reply } from './thing.ts'

describe('a request', () => {
  test('always asks for an acknowledgement, and ends with it', () => {
    against(
      (request) => [ack(request)],
      (nl, kernel) => {
        expect(nl.request(newThing, { name: 'a' }, { flags: NLM_F_CREATE | NLM_F_EXCL })).toEqual({
          replies: [],
          warning: undefined,
        })
        expect(kernel.requests[0]).toMatchObject({ type: 16, flags: 0x605, sequence: 1 })
        nl.request(newThing, { name: 'b' })
        expect(kernel.requests[1]).toMatchObject({ flags: 5, sequence: 2, socket: kernel.requests[0]!.socket })
      },
    )
  })

  test('is bound to a port of the kernel, with extended and capped acknowledgements and strict checking', () => {
    against(
      (request) => [ack(request)],
      (nl, kernel) => {
        nl.request(newThing, {})
        expect(kernel.options).toEqual(
          expect.arrayContaining([
            [270, 11],
            [270, 10],
            [270, 12],
            [1, 33],
            [1, 20],
          ]),
        )
      },
    )
  })

  test('gives what the kernel made of it (NLM_F_ECHO), and leaves nothing for the next one', () => {
    against(
      (request) => [reply(request, { index: 7, name: 'a' }), ack(request)],
      (nl) => {
        for (let i = 0; i < 3; i++) {
          expect(nl.request(newThing, { name: 'a' }, { flags: NLM_F_ECHO }).replies).toMatchObject([
            { index: 7, name: 'a' },
          ])
        }
      },
    )
  })

  test('takes answer and acknowledgement from one datagram too, and an unpadded last message', () => {
    against(
      (request) => [join(reply(request, { name: 'abc' }), ack(request)).slice()],
      (nl) => expect(nl.get(getThing, {}).name).toBe('abc'),
    )
  })

  test('says so when the kernel agrees without sending the object', () => {
    const error = against(
      (request) => [ack(request)],
      (nl) => caught(() => nl.get(getThing, { index: 3 }, { attempted: 'find thing 3' })),
    )
    expect(error).toMatchObject({
      code: 'ENODATA',
      message: 'find thing 3: RTM_GETTHING: ENODATA the kernel agreed but sent no object',
    })
  })

  test('skips messages of another type than the answer has', () => {
    against(
      (request) => [message(24, 0, request, u32(0)), reply(request, { index: 1 }), ack(request)],
      (nl) => expect(nl.get(getThing, {}).index).toBe(1),
    )
  })

  test('whose body cannot be written is not sent', () => {
    against(
      (request) => [ack(request)],
      (nl, kernel) => {
        expect(caught(() => nl.request(newThing, { mtu: -1 }))).toEqual(
          new RangeError('mtu: expected an integer from 0 to 4294967295, got -1'),
        )
        expect(kernel.requests).toEqual([])
        nl.request(newThing, { mtu: 1 })
        expect(kernel.open.size).toBe(1)
      },
    )
  })

  test('with an answer that is too short to be one is a DecodeError', () => {
    const error = against(
      (request) => [message(16, 0, request, u32(0)), ack(request)],
      (nl) => caught(() => nl.get(getThing, {})),
    )
    expect(error).toBeInstanceOf(DecodeError)
  })

  test('after close is refused', () => {
    against(
      (request) => [ack(request)],
      (nl) => {
        nl.close()
        expect(caught(() => nl.request(newThing, {}))).toBeInstanceOf(ClosedError)
      },
    )
  })

  test('runs on a thread of the pool as well', async () => {
    const kernel = new FakeKernel((request) => [reply(request, { index: 9 }), ack(request)])
    using _ = useKernel(kernel)
    using nl = new Netlink()
    const all = await Promise.all([1, 2, 3].map((index) => nl.requestAsync(getThing, { index })))
    expect(all.map(({ replies }) => replies[0]?.index)).toEqual([9, 9, 9])
    expect(new Set(kernel.requests.map(({ socket }) => socket)).size).toBe(3)
    nl.close()
    expect(kernel.open.size).toBe(0)
  })
})

describe('what does not belong to the conversation is dropped', () => {
  test('late answers to earlier requests, notifications, answers to other ports', () => {
    against(
      (request) => [
        ack({ ...request, sequence: request.sequence - 1 }, errno('EPERM')),
        ack({ ...request, sequence: 0 }, errno('EPERM')),
        ack({ ...request, port: 4711 }, errno('EPERM')),
        ack(request),
      ],
      (nl) => expect(nl.request(newThing, {}).replies).toEqual([]),
    )
  })

  test('what another process sent', () => {
    against(
      (request) => [
        { from: 4711, bytes: ack(request, errno('EPERM')) },
        { from: 1, bytes: Uint8Array.of(1, 2, 3) },
        ack(request),
      ],
      (nl) => expect(nl.request(newThing, {}).replies).toEqual([]),
    )
  })

  test('however much of it: it does not prolong the wait', () => {
    const error = against(
      (request) => [{ forever: ack(request), from: 9 }],
      (nl) => caught(() => nl.request(newThing, {})),
    )
    expect(error).toMatchObject({ name: 'NoAnswerError', code: 'ETIMEDOUT' })
  })
})

describe('an answer that is lost', () => {
  const cases: [string, (request: Seen) => Answer[], string, RegExp][] = [
    ['never comes', () => [], 'ETIMEDOUT', /no answer within 40 ms/],
    ['found no room', (request) => [{ error: 'ENOBUFS' }, ack(request)], 'ENOBUFS', /unknown/],
    ['was lost by the kernel (NLMSG_OVERRUN)', (request) => [message(4, 0, request)], 'ENOBUFS', /lost a part/],
    [
      'has a length below the header',
      (request) => [join(u32(8), ack(request).slice(4))],
      'EBADMSG',
      /impossible length/,
    ],
    ['has a length beyond the datagram', (request) => [ack(request).slice(0, 24)], 'EBADMSG', /impossible length/],
    [
      'is cut (MSG_TRUNC)',
      (request) => [{ length: 2 << 20, bytes: ack(request) }],
      'EMSGSIZE',
      /2097152 bytes was cut/,
    ],
  ]
  test.each(cases)('%s', (_name, answer, code, text) => {
    against(
      (request, index) => (index === 0 ? answer(request) : [ack(request)]),
      (nl, kernel) => {
        const error = caught(() => nl.request(newThing, {}))
        expect(error).toBeInstanceOf(NoAnswerError)
        expect(error).toMatchObject({ code, syscall: 'RTM_NEWTHING' })
        expect(error.message).toMatch(text)
        expect(error.message).toMatch(/look before trying again/)
        // the suspect socket is gone, and the handle goes on with a new one
        expect(kernel.open.size).toBe(0)
        nl.request(newThing, {})
        expect(kernel.requests[1]!.socket).not.toBe(kernel.requests[0]!.socket)
      },
    )
  })

  test('and cut is asked for again when asking changes nothing', () => {
    against(
      (request, index) => [
        index === 0 ? { length: 5 << 20, bytes: ack(request) } : reply(request, { index: 4 }),
        ack(request),
      ],
      (nl) => expect(nl.get(getThing, {}).index).toBe(4),
    )
  })

  test('signals do not lose it', () => {
    against(
      (request) => [{ error: 'EINTR' }, { error: 'EINTR' }, ack(request)],
      (nl, kernel) => {
        kernel.refuseSend.push('EINTR', 'EINTR')
        expect(nl.request(newThing, {}).replies).toEqual([])
        expect(kernel.requests).toHaveLength(1)
      },
    )
  })
})

describe('a refusal', () => {
  const refuse = (code: string, tlvs: Uint8Array[] = [], echo = false) =>
    against(
      (request) => [ack(request, errno(code), tlvs, echo)],
      (nl) =>
        caught(() =>
          nl.request(
            newThing,
            { name: 'nk0', linkinfo: { kind: 'special', data: { mode: 7, inner: { mtu: 3 } } } },
            {
              attempted: 'create thing "nk0"',
              hint: ({ code: c }) => (c === 'EEXIST' ? 'choose another name' : undefined),
            },
          ),
        ),
    ) as NetlinkError

  test('without words has the text of its number', () => {
    const error = refuse('EEXIST')
    expect(error).toBeInstanceOf(KernelError)
    expect(error.message).toBe('create thing "nk0": RTM_NEWTHING: EEXIST File exists (choose another name)')
    expect(error).toMatchObject({
      code: 'EEXIST',
      errno: -17,
      syscall: 'RTM_NEWTHING',
      hint: 'choose another name',
      path: undefined,
    })
  })

  test.each([false, true])('has the kernel’s words, the path, and what is allowed (request echoed: %s)', (echo) => {
    const policy = attribute(
      0x8004,
      join(attribute(1, u32(4)), attribute(4, join(u32(0), u32(0))), attribute(5, join(u32(1), u32(0)))),
    )
    const error = refuse(
      'ERANGE',
      [attribute(1, 'integer out of range'), attribute(2, u32(16 + 16 + 8 + 4 + 12 + 4)), policy],
      echo,
    )
    expect(error.message).toBe(
      'create thing "nk0": RTM_NEWTHING: ERANGE integer out of range, at linkinfo.data.mode, allowed: l2, l3',
    )
    expect(error).toMatchObject({
      kernelMessage: 'integer out of range',
      path: 'linkinfo.data.mode',
      policy: { type: 'u32', min: 0n, max: 1n },
    })
  })

  test('finds a field of the header', () => {
    expect(refuse('EINVAL', [attribute(1, 'no'), attribute(2, u32(16 + 4))]).path).toBe('index')
  })

  test('finds an attribute inside a nested message', () => {
    const at = 16 + 16 + 8 + 4 + 12 + 4 + 8 + 4 + 16
    expect(refuse('EINVAL', [attribute(2, u32(at))]).path).toBe('linkinfo.data.inner.mtu')
  })

  test('outside the request has no path', () => {
    expect(refuse('EINVAL', [attribute(2, u32(4000))]).path).toBeUndefined()
    expect(refuse('EINVAL', [attribute(2, u32(4))]).path).toBeUndefined()
  })

  test('names what is missing, at the top and in a nest', () => {
    expect(refuse('EINVAL', [attribute(5, u32(4))]).message).toMatch(/EINVAL missing mtu$/)
    const nest = 16 + 16 + 8 + 4 + 12
    expect(refuse('EINVAL', [attribute(5, u32(8)), attribute(6, u32(nest))])).toMatchObject({
      missing: 'linkinfo.data.room',
    })
    expect(refuse('EINVAL', [attribute(5, u32(99)), attribute(6, u32(nest))])).toMatchObject({
      missing: 'linkinfo.data.attribute 99',
    })
  })

  test('announces words that are not there (NLM_F_ACK_TLVS alone)', () => {
    const bare = against(
      (request) => [message(2, 0x300, request, u32(errno('EPERM') >>> 0), request.bytes.slice(0, 16))],
      (nl) => caught(() => nl.request(newThing, {})),
    )
    expect(bare.message).toBe(
      'RTM_NEWTHING: EPERM Operation not permitted (it needs CAP_NET_ADMIN over the network namespace: run as root)',
    )
    const uncapped = against(
      (request) => [message(2, 0x200, request, u32(errno('EPERM') >>> 0), u32(0xffff))],
      (nl) => caught(() => nl.request(newThing, {})),
    )
    expect(uncapped).toMatchObject({ code: 'EPERM' })
  })

  test('of the send itself', () => {
    against(
      (request) => [ack(request)],
      (nl, kernel) => {
        kernel.refuseSend.push('EMSGSIZE')
        expect(caught(() => nl.request(newThing, {}))).toMatchObject({ code: 'EMSGSIZE' })
      },
    )
  })

  test('of a socket option names it and the kernel that has it', () => {
    const kernel = new FakeKernel(() => [])
    using _ = useKernel({
      syscall: (nr, a, b, c, d, e) =>
        nr === NR.setsockopt && c === 12 ? errno('ENOPROTOOPT') : kernel.syscall(nr, a, b, c, d, e),
    })
    using nl = new Netlink()
    expect(caught(() => nl.request(newThing, {})).message).toMatch(/NETLINK_GET_STRICT_CHK.*ENOPROTOOPT.*Linux 4\.20/)
    expect(kernel.open.size).toBe(0)
  })
})

test('a remark on a success is a warning', () => {
  const { warning } = against(
    (request) => [ack(request, 0, [attribute(1, 'deprecated'), attribute(2, u32(32))])],
    (nl) => nl.request(newThing, { mtu: 5 }),
  )
  expect(warning).toEqual({ message: 'deprecated', path: 'mtu' })
})
