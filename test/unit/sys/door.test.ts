import { describe, expect, it } from 'vitest'
import {
  arena,
  type Call,
  check,
  errnoName,
  errnoOf,
  errnoText,
  KernelError,
  NR,
  record,
  release,
  replay,
  syscall,
  syscallAsync,
  syscallName,
  take,
  takeBytes,
  takeText,
  useKernel,
} from '../../../src/sys/index.ts'

describe('the door', () => {
  it('gives results, and errors as negative numbers', () => {
    expect(syscall(NR.getpid)).toBe(process.pid)
    expect(syscall(NR.close, 99_999)).toBe(-9)
  })

  it('reads errno right between garbage collections', () => {
    let wrong = 0
    for (let i = 0; i < 20_000; i++) {
      const junk = { i, text: `${i}` }
      if (syscall(NR.close, 99_999) !== -9 || junk.i !== i) wrong++
      if (i % 2000 === 0) globalThis.gc?.()
    }
    expect(wrong).toBe(0)
  })

  it('reads errno of a call on a pool thread', async () => {
    const results = await Promise.all(Array.from({ length: 50 }, () => syscallAsync(NR.close, 99_999)))
    expect(new Set(results)).toEqual(new Set([-9]))
    expect(await syscallAsync(NR.getpid)).toBe(process.pid)
  })

  it('lets a test stand in it, and puts the kernel back', async () => {
    {
      using _ = useKernel({ syscall: (nr) => (nr === NR.getpid ? 42 : -38) })
      expect(syscall(NR.getpid)).toBe(42)
      expect(await syscallAsync(NR.getpid)).toBe(42)
      expect(syscall(NR.close, 1)).toBe(-38)
    }
    expect(syscall(NR.getpid)).toBe(process.pid)
  })

  it('names system calls', () => {
    expect(syscallName(NR.bpf)).toBe('bpf')
    expect(syscallName(9999)).toBe('syscall 9999')
  })
})

describe('record and replay', () => {
  const O_CLOEXEC = 0o2000000
  const pair = (): [number, number] => {
    const at = take(8)
    check(syscall(NR.socketpair, 1, 1, 0, arena.address + at), 'socketpair')
    const fds: [number, number] = [arena.view.getInt32(at, true), arena.view.getInt32(at + 4, true)]
    release(at)
    return fds
  }
  const send = (fd: number, bytes: Uint8Array): number => {
    const at = takeBytes(bytes)
    const sent = syscall(NR.sendto, fd, arena.address + at, bytes.length)
    release(at)
    return sent
  }
  const receive = (fd: number): Uint8Array => {
    const at = take(64)
    const got = syscall(NR.recvfrom, fd, arena.address + at, 64)
    const bytes = arena.bytes.slice(at, at + Math.max(got, 0))
    release(at)
    return bytes
  }

  it('records the bytes of a request and its answer, and answers from them', () => {
    const calls: Call[] = []
    const [a, b] = pair()
    {
      using _ = record(calls)
      send(a, new Uint8Array([1, 2, 3]))
      receive(b)
      syscall(NR.close, 99_999)
    }
    syscall(NR.close, a)
    syscall(NR.close, b)
    expect(calls.map(({ name, result }) => [name, result])).toEqual([
      ['sendto', 3],
      ['recvfrom', 3],
      ['close', -9],
    ])
    expect([...calls[0]!.input!]).toEqual([1, 2, 3])
    expect([...calls[1]!.output!]).toEqual([1, 2, 3])
    expect(calls[0]!.args[1]).toBe(0)

    {
      using _ = replay(calls)
      expect(send(a, new Uint8Array([1, 2, 3]))).toBe(3)
      expect([...receive(b)]).toEqual([1, 2, 3])
      expect(syscall(NR.close, 99_999)).toBe(-9)
      expect(() => syscall(NR.getpid)).toThrow(/call 4 is getpid; the recording has ended/)
    }
    {
      using _ = replay(calls)
      expect(() => send(a, new Uint8Array([1, 2, 4]))).toThrow(/010204\n {2}010203/)
    }
    {
      using _ = replay(calls)
      expect(() => syscall(NR.openat, -100, 0, O_CLOEXEC)).toThrow(/call 1 is openat; the recording has sendto/)
    }
  })
})

describe('errors', () => {
  it('know every name of Linux', () => {
    // asm-generic/errno.h: 95 is EOPNOTSUPP, which Node calls ENOTSUP; 524 is the kernel's own ENOTSUPP.
    expect([1, -22, 95, 116, 524, 4000].map(errnoName)).toEqual([
      'EPERM',
      'EINVAL',
      'EOPNOTSUPP',
      'ESTALE',
      'ENOTSUPP',
      'E4000',
    ])
    expect(errnoText(-1)).toBe('Operation not permitted')
    expect(errnoText(4000)).toBe('Unknown error 4000')
    expect(errnoOf('ENOLINK')).toBe(67)
    expect(() => errnoOf('ENOSUCH')).toThrow(RangeError)
  })

  it('say in a line what was tried, what the kernel said and what to do', () => {
    const error = new KernelError({
      errno: 1,
      syscall: 'bpf(BPF_PROG_LOAD)',
      attempted: 'load program "pass"',
      hint: 'needs CAP_BPF',
    })
    expect(error.message).toBe('load program "pass": bpf(BPF_PROG_LOAD): EPERM Operation not permitted (needs CAP_BPF)')
    expect(error).toMatchObject({ name: 'KernelError', code: 'EPERM', errno: -1, syscall: 'bpf(BPF_PROG_LOAD)' })
    expect(() => check(-2, 'openat', 'open "x"')).toThrow('open "x": openat: ENOENT No such file or directory')
    expect(check(3, 'openat')).toBe(3)
  })
})

describe('the arena', () => {
  it('gives zeroed, aligned bytes and takes them back', () => {
    const first = take(3)
    arena.bytes.fill(255, first, first + 8)
    const second = take(8)
    expect(second - first).toBe(8)
    release(first)
    const again = take(3)
    expect(again).toBe(first)
    expect([...arena.bytes.subarray(again, again + 3)]).toEqual([0, 0, 0])
    release(again)
  })

  it('refuses what it cannot hold, and a text with a NUL', () => {
    expect(() => take(1 << 20)).toThrow(RangeError)
    expect(() => takeText('a\0b')).toThrow(TypeError)
    const at = takeText('é')
    expect([...arena.bytes.subarray(at, at + 3)]).toEqual([0xc3, 0xa9, 0])
    release(at)
  })
})
