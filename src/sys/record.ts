/**
 * Record and replay at the door: golden tests of every request without a kernel.
 *
 * @module
 */
import { currentKernel, type Kernel, useKernel } from './door.ts'
import { bytesAt, getAddress, putBytesAt } from './memory.ts'
import { NR, syscallName } from './numbers.ts'

/** One system call as it went through the door. */
export interface Call {
  /** Its name, `sendto`. */
  readonly name: string
  /** The arguments that are numbers by nature; an address is 0. */
  readonly args: readonly number[]
  /** The bytes that the kernel was given, where an argument points to some. */
  readonly input?: Uint8Array | undefined
  /** The bytes that the kernel gave. */
  readonly output?: Uint8Array | undefined
  /** The result, or the negative error number. */
  readonly result: number
}

interface Shape {
  /** Which arguments are addresses. */
  readonly pointers: readonly number[]
  readonly input?: (args: readonly number[]) => readonly [address: number, length: number]
  readonly output?: (args: readonly number[], result: number) => readonly [address: number, length: number]
}

const iovec = (header: number): readonly [number, number] => {
  const message = new DataView(bytesAt(header, 56).buffer)
  const vector = new DataView(bytesAt(getAddress(message, 16), 16).buffer)
  return [getAddress(vector, 0), getAddress(vector, 8)]
}

/** The calls whose memory matters: one row each. Any other is recorded by its numbers. */
const SHAPES = new Map<number, Shape>([
  [NR.sendto, { pointers: [1, 4], input: (a) => [a[1]!, a[2]!] }],
  [NR.recvfrom, { pointers: [1, 4, 5], output: (a, n) => [a[1]!, Math.min(Math.max(n, 0), a[2]!)] }],
  [NR.sendmsg, { pointers: [1], input: (a) => iovec(a[1]!) }],
  [
    NR.recvmsg,
    {
      pointers: [1],
      output: (a, n) => {
        const [address, length] = iovec(a[1]!)
        return [address, Math.min(Math.max(n, 0), length)]
      },
    },
  ],
  [NR.bind, { pointers: [1], input: (a) => [a[1]!, a[2]!] }],
  [NR.getsockname, { pointers: [1, 2], output: (a) => [a[1]!, 12] }],
  [NR.setsockopt, { pointers: [3], input: (a) => [a[3]!, a[4]!] }],
  [NR.getsockopt, { pointers: [3, 4], output: (a) => [a[3]!, 4] }],
  [NR.bpf, { pointers: [1], input: (a) => [a[1]!, a[2]!], output: (a) => [a[1]!, a[2]!] }],
])

const plain = (args: readonly number[], shape: Shape | undefined): number[] =>
  args.map((value, index) => (shape?.pointers.includes(index) ? 0 : value))

/** Records every system call from here on into the list, passing it on to the kernel; disposing the result stops it. */
export function record(calls: Call[]): Disposable {
  const inner = currentKernel()
  return useKernel({
    syscall(nr, a, b, c, d, e, f) {
      const args = [a, b, c, d, e, f]
      const shape = SHAPES.get(nr)
      const input = shape?.input && bytesAt(...shape.input(args))
      const result = inner.syscall(nr, a, b, c, d, e, f)
      const output = shape?.output && bytesAt(...shape.output(args, result))
      calls.push({ name: syscallName(nr), args: plain(args, shape), input, output, result })
      return result
    },
  } satisfies Kernel)
}

/**
 * Answers system calls from a recording, in order.
 *
 * A call of another name, or with other bytes, throws with both: that is the golden test. The bytes of `bpf` hold addresses, which differ
 * from run to run, so `compare` may leave them out.
 */
export function replay(calls: readonly Call[], compare: (call: Call, input: Uint8Array) => boolean = same): Disposable {
  let next = 0
  let failure: Error | undefined
  const fail = (text: string): never => {
    // what cleans up after a failure makes calls too: it is told of the first difference, not of its own
    failure ??= new Error(text)
    throw failure
  }
  return useKernel({
    syscall(nr, a, b, c, d, e, f) {
      if (failure) throw failure
      const call = calls[next++]
      const name = syscallName(nr)
      if (call?.name !== name) return fail(`call ${next} is ${name}; the recording has ${call?.name ?? 'ended'}`)
      const args = [a, b, c, d, e, f]
      const shape = SHAPES.get(nr)
      if (shape?.input && !compare(call, bytesAt(...shape.input(args)))) {
        const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex')
        const got = hex(bytesAt(...shape.input(args)))
        return fail(`call ${next}, ${name}, has other bytes than recorded:\n  ${got}\n  ${hex(call.input)}`)
      }
      if (shape?.output && call.output) putBytesAt(shape.output(args, call.result)[0], call.output)
      return call.result
    },
  })
}

function same(call: Call, input: Uint8Array): boolean {
  return Buffer.compare(call.input ?? new Uint8Array(), input) === 0
}
