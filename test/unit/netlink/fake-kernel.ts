import { expect } from 'vitest'
import { Netlink } from '../../../src/netlink/index.ts'
import { bytesAt, errnoOf, type Kernel, NR, putBytesAt, useKernel } from '../../../src/sys/index.ts'

/** What a fake socket hands out at one `recvfrom`: a datagram, perhaps from a stranger, perhaps longer than it says, or an error number. */
export type Answer =
  | Uint8Array
  | { readonly from: number; readonly bytes: Uint8Array }
  | { readonly length: number; readonly bytes: Uint8Array }
  | { readonly error: string }
  | { readonly forever: Uint8Array; readonly from: number }

/** One request as the fake kernel sees it. */
export interface Seen {
  readonly socket: number
  readonly type: number
  readonly flags: number
  readonly sequence: number
  readonly port: number
  /** The whole message. */
  readonly bytes: Uint8Array
}

/** Answers the datagrams of netlink sockets from a function: no privileges, no namespaces, any fault. */
export class FakeKernel implements Kernel {
  readonly requests: Seen[] = []
  /** Numbers of the sockets that are open. */
  readonly open = new Set<number>()
  readonly options: [level: number, option: number][] = []
  /** What `sendto` returns instead of doing anything, by turn. */
  readonly refuseSend: string[] = []
  sendBuffer = 212_992
  receiveBuffer = 212_992
  #next = 100
  readonly #queues = new Map<number, Answer[]>()
  readonly #answer: (request: Seen, index: number) => readonly Answer[]

  constructor(answer: (request: Seen, index: number) => readonly Answer[]) {
    this.#answer = answer
  }

  syscall(nr: number, a: number, b: number, c: number, d: number, e: number): number {
    switch (nr) {
      case NR.socket: {
        const fd = this.#next++
        this.open.add(fd)
        this.#queues.set(fd, [])
        return fd
      }
      case NR.close:
        return this.open.delete(a) ? 0 : -errnoOf('EBADF')
      case NR.setsockopt:
        this.options.push([b, c])
        return 0
      case NR.getsockopt:
        putBytesAt(d, u32(c === 7 ? this.sendBuffer : this.receiveBuffer))
        return 0
      case NR.bind:
        return 0
      case NR.getsockname:
        putBytesAt(b, Uint8Array.of(16, 0, 0, 0, ...u32(portOf(a)), 0, 0, 0, 0))
        return 0
      case NR.sendto:
        return this.#send(a, bytesAt(b, c))
      case NR.recvfrom:
        return this.#receive(a, b, c, e)
      default:
        return -errnoOf('ENOSYS')
    }
  }

  #send(fd: number, bytes: Uint8Array): number {
    const refused = this.refuseSend.shift()
    if (refused !== undefined) return -errnoOf(refused)
    if (!this.open.has(fd)) return -errnoOf('EBADF')
    if (bytes.length > this.sendBuffer - 32) return -errnoOf('EMSGSIZE')
    const view = new DataView(bytes.buffer)
    for (let at = 0; at < bytes.length;) {
      const size = view.getUint32(at, true)
      const request: Seen = {
        socket: fd,
        type: view.getUint16(at + 4, true),
        flags: view.getUint16(at + 6, true),
        sequence: view.getUint32(at + 8, true),
        port: portOf(fd),
        bytes: bytes.slice(at, at + size),
      }
      this.#queues.get(fd)!.push(...this.#answer(request, this.requests.length))
      this.requests.push(request)
      at += (size + 3) & ~3
    }
    return bytes.length
  }

  #receive(fd: number, address: number, room: number, from: number): number {
    const queue = this.#queues.get(fd) ?? []
    const answer = queue.shift()
    if (answer === undefined) return -errnoOf('EAGAIN')
    if ('error' in answer) return -errnoOf(answer.error)
    if ('forever' in answer) queue.unshift(answer)
    const bytes = answer instanceof Uint8Array ? answer : 'forever' in answer ? answer.forever : answer.bytes
    putBytesAt(address, bytes.slice(0, room))
    putBytesAt(from, Uint8Array.of(16, 0, 0, 0, ...u32('from' in answer ? answer.from : 0), 0, 0, 0, 0))
    return 'length' in answer && !(answer instanceof Uint8Array) ? answer.length : bytes.length
  }
}

function portOf(fd: number): number {
  return (0x8000_0000 + fd) >>> 0
}

/** Four bytes in host order. */
export function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer)
}

/** One message with its header, padded. */
export function message(
  type: number,
  flags: number,
  { sequence, port }: { readonly sequence: number; readonly port: number },
  ...payload: readonly Uint8Array[]
): Uint8Array {
  const body = join(...payload)
  const header = join(
    u32(16 + body.length),
    new Uint8Array(Uint16Array.of(type, flags).buffer),
    u32(sequence),
    u32(port),
  )
  const padding = new Uint8Array(-body.length & 3)
  return join(header, body, padding)
}

/** One attribute, padded. */
export function attribute(type: number, payload: Uint8Array | string): Uint8Array {
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(`${payload}\0`) : payload
  return join(new Uint8Array(Uint16Array.of(4 + bytes.length, type).buffer), bytes, new Uint8Array(-bytes.length & 3))
}

/** Bytes one after another. */
export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** `NLMSG_ERROR`, without the request (`NLM_F_CAPPED`) unless `echo` is set. */
export function ack(request: Seen, error = 0, tlvs: readonly Uint8Array[] = [], echo = false): Uint8Array {
  const flags = (echo ? 0 : 0x100) | (tlvs.length > 0 ? 0x200 : 0)
  const copy = echo ? join(request.bytes, new Uint8Array(-request.bytes.length & 3)) : request.bytes.slice(0, 16)
  return message(2, flags, request, u32(error >>> 0), copy, ...tlvs)
}

/** `NLMSG_DONE`. */
export function done(request: Seen, error = 0, tlvs: readonly Uint8Array[] = [], flags = 0): Uint8Array {
  return message(3, 2 | flags | (tlvs.length > 0 ? 0x200 : 0), request, u32(error >>> 0), ...tlvs)
}

/** Runs `work` against a kernel that answers by `answer`, and checks that every socket is closed at the end. */
export function against<T>(
  answer: (request: Seen, index: number) => readonly Answer[],
  work: (nl: Netlink, kernel: FakeKernel) => T,
): T {
  const kernel = new FakeKernel(answer)
  using _ = useKernel(kernel)
  try {
    using nl = new Netlink({ timeout: 40 })
    return work(nl, kernel)
  } finally {
    expect([...kernel.open]).toEqual([])
  }
}

/** What a function throws. */
export function caught(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

/** An error number as the kernel writes it. */
export const errno = (code: string): number => -errnoOf(code)
