import { describe, expect, test } from 'vitest'
import { Netlink, NLM_F_CREATE, request, type Request } from '../../../src/netlink/index.ts'
import { useKernel } from '../../../src/sys/index.ts'
import { ack, type Answer, attribute, FakeKernel, type Seen, u32, against, errno } from './fake-kernel.ts'
import { delThing, getThing, newThing, reply } from './thing.ts'

const ACK = 4

/** The kernel's rules for a batch: it goes on after errors, and reports them whether or not an acknowledgement was asked for. */
function kernelThatRefuses(
  bad: ReadonlySet<number>,
  words: Uint8Array[] = [],
): (seen: Seen, index: number) => Answer[] {
  return (seen, index) => {
    if (bad.has(index)) return [ack(seen, errno('EEXIST'), words)]
    return seen.flags & ACK ? [ack(seen)] : []
  }
}

const many = (count: number): Request[] =>
  Array.from({ length: count }, (_, i) => request(delThing, { name: `thing-${i}` }, { flags: NLM_F_CREATE }))

describe('a batch', () => {
  test('asks for one acknowledgement per system call', () => {
    against(kernelThatRefuses(new Set()), (nl, kernel) => {
      const result = nl.batch(many(2500))
      expect(result).toMatchObject({ ok: true, answered: 2500 })
      const asked = kernel.requests.flatMap(({ flags }, i) => (flags & ACK ? [i] : []))
      // 212992 bytes hold 166 answers of 1280 each
      expect(asked[0]).toBe(165)
      expect(asked.at(-1)).toBe(2499)
      expect(asked).toHaveLength(Math.ceil(2500 / 166))
      expect(kernel.requests.every(({ sequence }, i) => sequence === i + 1)).toBe(true)
    })
  })

  test('or for one each', () => {
    against(kernelThatRefuses(new Set([1])), (nl, kernel) => {
      const result = nl.batch(many(4), { acknowledge: 'each' })
      expect(kernel.requests.every(({ flags }) => flags & ACK)).toBe(true)
      expect([...result.errors.keys()]).toEqual([1])
    })
  })

  test.each(['each', 'last'] as const)('tells what became of each request (%s acknowledged)', (acknowledge) => {
    const bad = new Set([0, 7, 200, 499])
    const words = [attribute(1, 'exists'), attribute(2, u32(32))]
    against(kernelThatRefuses(bad, words), (nl) => {
      const result = nl.batch(many(500), { acknowledge })
      expect(new Set(result.errors.keys())).toEqual(bad)
      expect(result.ok).toBe(false)
      expect(result.answered).toBe(500)
      expect(result.errors.get(200)).toMatchObject({ code: 'EEXIST', path: 'name', syscall: 'RTM_DELTHING' })
      expect(() => result.throwIfFailed()).toThrow('RTM_DELTHING: EEXIST exists, at name')
    })
  })

  test('of nothing does nothing', () => {
    against(
      () => [],
      (nl, kernel) => {
        expect(nl.batch([])).toMatchObject({ ok: true, answered: 0 })
        expect(kernel.requests).toEqual([])
      },
    )
  })

  test('keeps below what the socket may send, and lets the kernel refuse what alone is too long', () => {
    const long = request(newThing, { name: 'x'.repeat(60_000) })
    against(kernelThatRefuses(new Set()), (nl, kernel) => {
      expect(nl.batch(Array.from({ length: 10 }, () => long)).answered).toBe(10)
      expect(kernel.requests).toHaveLength(10)
      kernel.sendBuffer = 50_000
      using small = new Netlink({ timeout: 40 })
      const result = small.batch([many(1)[0]!, long, many(1)[0]!])
      expect(result.errors.get(1)).toMatchObject({ code: 'EMSGSIZE' })
      expect(result.errors.size).toBe(1)
    })
  })

  test('collects objects, with room for them', () => {
    against(
      (seen) => [reply(seen, { index: seen.sequence }), ...(seen.flags & ACK ? [ack(seen)] : [])],
      (nl, kernel) => {
        const result = nl.batch(Array.from({ length: 50 }, () => request(getThing, {})))
        expect(result.replies.size).toBe(50)
        expect(result.replies.get(9)).toMatchObject([{ index: 10 }])
        expect(kernel.requests.findIndex(({ flags }) => flags & ACK)).toBe(19)
      },
    )
  })

  test('collects remarks when each is acknowledged', () => {
    against(
      (seen, index) => [ack(seen, 0, index === 1 ? [attribute(1, 'hm')] : [])],
      (nl) =>
        expect([...nl.batch(many(3), { acknowledge: 'each' }).warnings]).toEqual([
          [1, { message: 'hm', path: undefined }],
        ]),
    )
  })

  test('whose answers are lost says from where on nothing is known', () => {
    against(
      (seen, index) => {
        if (index === 20) return [ack(seen, errno('EEXIST')), { error: 'ENOBUFS' }]
        return seen.flags & ACK ? [ack(seen)] : []
      },
      (nl) => {
        const result = nl.batch(many(100), { size: 10 })
        expect(result).toMatchObject({ ok: false, answered: 20, lost: { code: 'ENOBUFS', name: 'NoAnswerError' } })
        expect(result.errors.get(20)).toMatchObject({ code: 'EEXIST' })
        expect(() => nl.batch(many(1)).throwIfFailed()).not.toThrow()
      },
    )
  })

  test('with a body that cannot be written throws and leaves nothing open', () => {
    against(kernelThatRefuses(new Set()), (nl) => {
      expect(() => nl.batch([...many(3), request(delThing, { mtu: -1 })])).toThrow(RangeError)
      expect(nl.batch(many(3)).ok).toBe(true)
    })
  })

  test('runs on a thread of the pool as well', async () => {
    const kernel = new FakeKernel(kernelThatRefuses(new Set([3])))
    using _ = useKernel(kernel)
    using nl = new Netlink()
    const result = await nl.batchAsync(many(300))
    expect(result.answered).toBe(300)
    expect([...result.errors.keys()]).toEqual([3])
  })
})
