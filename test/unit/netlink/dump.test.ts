import { describe, expect, test } from 'vitest'
import { DumpInterruptedError, type Netlink, NoAnswerError } from '../../../src/netlink/index.ts'
import {
  ack,
  type Answer,
  attribute,
  done,
  join,
  message,
  type Seen,
  u32,
  against,
  errno,
  caught,
} from './fake-kernel.ts'
import { getThing, reply, type Thing } from './thing.ts'

const MULTI = 2
const INTR = 0x10
const FILTERED = 0x20

const indexes = (things: Iterable<Thing>): number[] => Array.from(things, ({ index }) => index)

/** Things in datagrams of two, then the end. */
function things(request: Seen, count: number, flags = 0, end = done(request)): Uint8Array[] {
  const all = Array.from({ length: count }, (_, i) => reply(request, { index: i + 1, name: `t${i}` }, MULTI | flags))
  const datagrams: Uint8Array[] = []
  for (let i = 0; i < count; i += 2) datagrams.push(join(...all.slice(i, i + 2)))
  return [...datagrams, end]
}

/** The kernel's own rule: one dump at a time on a socket; a broken-off one keeps it busy. */
function oneAtATime(count: number): (request: Seen) => readonly Answer[] {
  const busy = new Set<number>()
  return (request) => {
    if (busy.has(request.socket)) return [ack(request, errno('EBUSY'))]
    busy.add(request.socket)
    return things(request, count)
  }
}

describe('a dump', () => {
  test('gives every object of every datagram, as a list and one after another', () => {
    against(
      (request) => things(request, 5),
      (nl, kernel) => {
        expect(indexes(nl.list(getThing, {}))).toEqual([1, 2, 3, 4, 5])
        expect(indexes(nl.dump(getThing, {}))).toEqual([1, 2, 3, 4, 5])
        expect(kernel.requests[0]!.flags).toBe(0x305)
        expect(kernel.open.size).toBe(1)
      },
    )
  })

  test('ends with DONE in the datagram of the last objects too', () => {
    against(
      (request) => [join(...things(request, 3))],
      (nl) => expect(nl.list(getThing, {})).toHaveLength(3),
    )
  })

  test('ends with a DONE that has no payload, or a positive number', () => {
    against(
      (request) => things(request, 1, 0, message(3, 2, request)),
      (nl) => expect(nl.list(getThing, {})).toHaveLength(1),
    )
    against(
      (request) => things(request, 1, 0, done(request, 7)),
      (nl) => expect(nl.list(getThing, {})).toHaveLength(1),
    )
  })

  test('fails with the error of DONE and its words', () => {
    const words = [attribute(1, 'Filter by device index not supported for link dumps')]
    for (const run of [
      (nl: Netlink) => nl.list(getThing, { index: 1 }),
      (nl: Netlink) => [...nl.dump(getThing, { index: 1 })],
    ]) {
      const error = against(
        (request) => things(request, 0, 0, done(request, errno('EINVAL'), words)),
        (nl) => caught(() => run(nl)),
      )
      expect(error.message).toBe('RTM_GETTHING: EINVAL Filter by device index not supported for link dumps')
    }
  })

  test('takes words that are announced and not there', () => {
    const error = against(
      (request) => [message(3, 0x202, request, u32(errno('EINVAL') >>> 0))],
      (nl) => caught(() => nl.list(getThing, {})),
    )
    expect(error).toMatchObject({ code: 'EINVAL', kernelMessage: undefined })
  })

  test('fails at once with an error instead of objects', () => {
    const error = against(
      (request) => [ack(request, errno('EOPNOTSUPP'))],
      (nl) => caught(() => nl.list(getThing, {})),
    )
    expect(error).toMatchObject({ code: 'EOPNOTSUPP' })
  })

  test('of what is not there may count as empty', () => {
    against(
      (request) => [done(request, errno('ENOENT'), [attribute(1, 'ipv4: FIB table does not exist')], 0x20)],
      (nl) => {
        expect(nl.list(getThing, {}, { emptyOn: ['ENOENT'] })).toEqual([])
        expect([...nl.dump(getThing, {}, { emptyOn: ['ENOENT'] })]).toEqual([])
        expect(caught(() => nl.list(getThing, {}))).toMatchObject({ code: 'ENOENT' })
      },
    )
  })

  test('is sorted out here when the kernel did not filter', () => {
    const where = ({ index }: Thing): boolean => index > 2
    against(
      (request) => things(request, 4),
      (nl) => expect(indexes(nl.list(getThing, {}, { where }))).toEqual([3, 4]),
    )
    against(
      (request) => things(request, 4, FILTERED),
      (nl) => expect(indexes(nl.list(getThing, {}, { where }))).toEqual([1, 2, 3, 4]),
    )
  })

  test('that is left early does not harm the next one', () => {
    against(oneAtATime(6), (nl, kernel) => {
      for (const { index } of nl.dump(getThing, {})) if (index === 2) break
      expect(kernel.open.size).toBe(0)
      expect(indexes(nl.list(getThing, {}))).toEqual([1, 2, 3, 4, 5, 6])
    })
  })

  test('may run while others run, and requests inside its loop', () => {
    against(
      (request) => (request.flags & 0x300 ? things(request, 4) : [reply(request, { index: 50 }), ack(request)]),
      (nl, kernel) => {
        let seen = 0
        for (const outer of nl.dump(getThing, {})) {
          for (const inner of nl.dump(getThing, {})) seen += inner.index > 0 && outer.index > 0 ? 1 : 0
          expect(nl.get(getThing, {}).index).toBe(50)
        }
        expect(seen).toBe(16)
        expect(kernel.open.size).toBe(2)
      },
    )
  })

  test('that meets a busy socket takes another', () => {
    const stuck = 100 // the first socket: its dump broke down in the kernel
    against(
      (request) => (request.socket === stuck ? [ack(request, errno('EBUSY'))] : things(request, 2)),
      (nl, kernel) => {
        expect(nl.list(getThing, {})).toHaveLength(2)
        expect(kernel.requests).toHaveLength(2)
      },
    )
  })

  test('that is always refused as busy says so', () => {
    const error = against(
      (request) => [ack(request, errno('EBUSY'))],
      (nl) => caught(() => nl.list(getThing, {}, { attempts: 3 })),
    )
    expect(error).toMatchObject({ code: 'EBUSY' })
  })
})

describe('an interrupted dump', () => {
  const flagged = (request: Seen, where: 'message' | 'done'): Uint8Array[] =>
    where === 'message'
      ? [...things(request, 2, INTR).slice(0, -1), ...things(request, 2)]
      : things(request, 2, 0, done(request, 0, [], INTR))

  test.each(['message', 'done'] as const)('is fetched again (flag on one %s)', (where) => {
    against(
      (request, index) => (index < 3 ? flagged(request, where) : things(request, 3)),
      (nl, kernel) => {
        expect(indexes(nl.list(getThing, {}))).toEqual([1, 2, 3])
        expect(kernel.requests).toHaveLength(4)
      },
    )
  })

  test('gives up after so many attempts, and hands over what it has', () => {
    against(
      (request) => flagged(request, 'done'),
      (nl, kernel) => {
        const error = caught(() => nl.list(getThing, {}, { attempts: 4, attempted: 'list things' }))
        expect(error).toBeInstanceOf(DumpInterruptedError)
        expect(error).toMatchObject({ code: 'EINTR', partial: [{ index: 1 }, { index: 2 }] })
        expect(error.message).toMatch(/^list things: RTM_GETTHING: EINTR .*in each of 4 attempts/)
        expect(kernel.requests).toHaveLength(4)
      },
    )
  })

  test('that is streamed says so at its end', () => {
    against(
      (request) => flagged(request, 'message'),
      (nl) => {
        const seen: number[] = []
        const error = caught(() => {
          for (const { index } of nl.dump(getThing, {})) seen.push(index)
        })
        expect(error).toBeInstanceOf(DumpInterruptedError)
        expect(seen.length).toBeGreaterThan(1)
      },
    )
  })
})

describe('a dump whose answer is lost', () => {
  test.each(['ENOBUFS', 'EMSGSIZE'])('(%s) is fetched again on another socket', (code) => {
    against(
      (request, index) => {
        const [first, ...rest] = things(request, 4)
        if (index > 0) return [first!, ...rest]
        return [first!, code === 'ENOBUFS' ? { error: code } : { length: 8 << 20, bytes: new Uint8Array(16) }, ...rest]
      },
      (nl, kernel) => {
        expect(indexes(nl.list(getThing, {}))).toEqual([1, 2, 3, 4])
        expect(new Set(kernel.requests.map(({ socket }) => socket)).size).toBe(2)
      },
    )
  })

  test('in the middle is a timeout, and the socket is replaced', () => {
    against(
      (request, index) => (index === 0 ? things(request, 4).slice(0, 1) : things(request, 1)),
      (nl, kernel) => {
        const error = caught(() => nl.list(getThing, {}))
        expect(error).toBeInstanceOf(NoAnswerError)
        expect(error).toMatchObject({ code: 'ETIMEDOUT' })
        expect(kernel.open.size).toBe(0)
        expect(nl.list(getThing, {})).toHaveLength(1)
      },
    )
  })

  test('in the middle of a stream too', () => {
    against(
      (request) => [...things(request, 2).slice(0, 1), { error: 'ENOBUFS' }],
      (nl) => {
        const seen: number[] = []
        const error = caught(() => {
          for (const { index } of nl.dump(getThing, {})) seen.push(index)
        })
        expect(error).toMatchObject({ code: 'ENOBUFS' })
        expect(seen).toEqual([1, 2])
      },
    )
  })
})
