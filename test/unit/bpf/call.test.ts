/** What goes through the door: the bytes of the attribute, repetitions, errors. */
import { describe, expect, test } from 'vitest'
import * as attrs from '../../../src/bpf/attrs/index.ts'
import { ATTR_SIZE, bpf, bpfAsync, bpfReply, perform, performAsync, reply } from '../../../src/bpf/call.ts'
import { Program } from '../../../src/bpf/index.ts'
import { bytesAt, errnoOf, getAddress, type Kernel, KernelError, NR, useKernel } from '../../../src/sys/index.ts'

/** A kernel that answers `bpf(2)` from a list, and what it was asked. */
function kernelOf(...answers: number[]): { calls: { command: number; attr: Uint8Array }[]; kernel: Kernel } {
  const calls: { command: number; attr: Uint8Array }[] = []
  const kernel: Kernel = {
    syscall(nr, command, address, size) {
      if (nr !== NR.bpf) return 0
      calls.push({ command, attr: bytesAt(address, size) })
      return answers.shift() ?? 0
    },
  }
  return { calls, kernel }
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

describe('the attribute', () => {
  test('is full-size, zeroed, with each value in its field', () => {
    const { calls, kernel } = kernelOf(7)
    using _ = useKernel(kernel)
    const values = { progFd: 5, targetIfindex: 9, attachType: 54, flags: 8, relativeId: 3, expectedRevision: 1n << 40n }
    expect(bpf(attrs.LinkCreateNetkit, values)).toBe(7)
    const { command, attr } = calls[0]!
    expect(command).toBe(28)
    expect(attr.length).toBe(ATTR_SIZE)
    const expected = new Uint8Array(ATTR_SIZE)
    for (const [at, value] of [[0, 5], [4, 9], [8, 54], [12, 8], [16, 3]] as const) view(expected).setUint32(at, value, true) // prettier-ignore
    view(expected).setBigUint64(24, 1n << 40n, true)
    expect(attr).toEqual(expected)
  })

  test('points to bytes and to texts that end with a NUL', () => {
    let seen = ''
    using _ = useKernel({
      syscall(_nr, _command, address) {
        const at = getAddress(view(bytesAt(address, ATTR_SIZE)), 0)
        seen = Buffer.from(bytesAt(at, 6)).toString('latin1')
        return 3
      },
    })
    bpf(attrs.ObjGet, { pathname: '/x/yz' })
    expect(seen).toBe('/x/yz\0')
    expect(() => bpf(attrs.ObjGet, { pathname: 'a\0b' })).toThrow('NUL')
  })

  test('refuses what its fields cannot hold', () => {
    using _ = useKernel(kernelOf().kernel)
    for (const value of [1.5, Number.NaN, 2 ** 32, -(2 ** 31) - 1]) {
      expect(() => bpf(attrs.LinkDetach, { linkFd: value })).toThrow(RangeError)
    }
    expect(() => bpf(attrs.ProgLoad, { progName: 'sixteen_bytes_xx' })).toThrow('over 15 bytes')
  })
})

describe('errors and repetitions', () => {
  const error = (code: string): number => -errnoOf(code)

  test('an interrupted command is repeated, and an interrupted verifier', () => {
    const one = kernelOf(error('EINTR'), error('EINTR'), 4)
    using _ = useKernel(one.kernel)
    expect(bpf(attrs.MapFreeze, { mapFd: 1 })).toBe(4)
    expect(one.calls.length).toBe(3)
  })

  test('EAGAIN is repeated for the verifier alone', () => {
    const load = kernelOf(error('EAGAIN'), 4)
    {
      using _ = useKernel(load.kernel)
      expect(bpf(attrs.ProgLoad, {})).toBe(4)
    }
    const other = kernelOf(error('EAGAIN'), 4)
    using _ = useKernel(other.kernel)
    expect(() => bpf(attrs.MapFreeze, {})).toThrow('EAGAIN')
    expect(load.calls.length + other.calls.length).toBe(3)
  })

  test('never for ever', () => {
    const { calls, kernel } = kernelOf(...Array.from({ length: 200 }, () => error('EINTR')))
    using _ = useKernel(kernel)
    expect(() => bpf(attrs.MapFreeze, {})).toThrow('EINTR')
    expect(calls.length).toBeLessThan(100)
  })

  test('an error names the command, what was attempted, and the remedy', () => {
    using _ = useKernel(kernelOf(error('EPERM')).kernel)
    const describe = (code: string) => ({ attempted: 'do it', hint: `not with ${code}` })
    const attempt = () => bpf(attrs.LinkDetach, { linkFd: 1 }, describe)
    expect(attempt).toThrow(KernelError)
    using again = useKernel(kernelOf(error('EPERM')).kernel)
    expect(attempt).toThrow('do it: bpf(BPF_LINK_DETACH): EPERM Operation not permitted (not with EPERM)')
    expect(again).toBeDefined()
  })

  test('the asynchronous twin says the same', async () => {
    const { calls, kernel } = kernelOf(error('EINTR'), 9, error('ENOENT'))
    using _ = useKernel(kernel)
    expect(await bpfAsync(attrs.ObjGet, { pathname: '/a' })).toBe(9)
    await expect(bpfAsync(attrs.ObjGet, { pathname: '/a' })).rejects.toMatchObject({ code: 'ENOENT' })
    expect(calls.length).toBe(3)
  })

  test('what the kernel writes comes out', () => {
    using _ = useKernel({
      syscall(_nr, _command, address) {
        const attr = new DataView(bytesAt(address, ATTR_SIZE).buffer)
        return attr.getUint32(24, true) // the count that it was given
      },
    })
    expect(bpfReply(attrs.ProgQuery, { count: 64 })).toEqual({
      result: 64,
      out: { attachFlags: 0, count: 64, revision: 0n },
    })
  })

  test('work in steps is the same in both ways', async () => {
    function* work() {
      const first = yield* reply(attrs.MapFreeze, { mapFd: 1 })
      const second = yield* reply(attrs.MapFreeze, { mapFd: first.result })
      return second.result
    }
    using _ = useKernel(kernelOf(5, 6, 5, 6).kernel)
    expect(perform(work())).toBe(6)
    expect(await performAsync(work())).toBe(6)
  })

  test('a descriptor below 3 is moved, for 0 means none', () => {
    const moved: number[] = []
    using _ = useKernel({
      syscall(nr, a) {
        if (nr === NR.bpf) return 0
        if (nr === NR.fcntl) {
          moved.push(a)
          return 42
        }
        return 0
      },
    })
    using program = Program.load({ type: 'xdp', instructions: new Uint8Array(8) })
    expect(program.fd.number).toBe(42)
    expect(moved).toEqual([0])
  })
})
