import { describe, expect, test, vi } from 'vitest'

// The poison of a failed return is a module's state: each test has a window, and a ground floor beneath it, of its own.
async function load(calls: string[], answers: Record<string, number[]> = {}) {
  vi.resetModules()
  const sys = await import('../../../src/sys/index.ts')
  const window = await import('../../../src/netns/window.ts')
  let next = 100
  const kernel = sys.useKernel({
    syscall(nr, a, b) {
      const name = sys.syscallName(nr)
      calls.push(name === 'setns' ? `setns ${a} ${b.toString(16)}` : name === 'close' ? `close ${a}` : name)
      return answers[name]?.shift() ?? (name === 'openat' ? next++ : 0)
    },
  })
  return { ...window, [Symbol.dispose]: () => kernel[Symbol.dispose]() }
}

const EPERM = 1
const ENOMEM = 12

describe('the window', () => {
  test('opens home, enters, works, returns, closes', async () => {
    const calls: string[] = []
    using window = await load(calls)
    expect(window.inside(7, () => calls.push('work'))).toBe(3)
    expect(calls).toEqual(['openat', 'setns 7 40000000', 'work', 'setns 100 40000000', 'close 100'])
  })

  test('returns when the work throws', async () => {
    const calls: string[] = []
    using window = await load(calls)
    expect(() =>
      window.inside(7, () => {
        throw new RangeError('x')
      }),
    ).toThrow(RangeError)
    expect(calls.slice(2)).toEqual(['setns 100 40000000', 'close 100'])
  })

  test('does not work, nor return, when it could not enter', async () => {
    const calls: string[] = []
    using window = await load(calls, { setns: [-EPERM] })
    expect(() => window.inside(7, () => calls.push('work'))).toThrow(/setns\(CLONE_NEWNET\): EPERM .*CAP_SYS_ADMIN/)
    expect(calls).toEqual(['openat', 'setns 7 40000000', 'close 100'])
  })

  test('a failed return is fatal: thrown over all else, and again at every later use', async () => {
    const calls: string[] = []
    using window = await load(calls, { setns: [0, -ENOMEM] })
    const inner = new Error('what the work threw')
    const fail = (): never => {
      throw inner
    }
    let lost: unknown
    try {
      window.inside(7, fail)
    } catch (error) {
      lost = error
    }
    expect(lost).toBeInstanceOf(window.LostNamespaceError)
    expect(lost).toMatchObject({ code: 'ENOMEM', cause: inner, message: expect.stringContaining('end the process') })
    calls.length = 0
    expect(() => window.inside(7, () => 1)).toThrow(lost as Error)
    expect(() => window.insideNew(() => 1)).toThrow(lost as Error)
    expect(calls).toEqual([])
  })
})
