/**
 * Programs on sockets: they go there by `setsockopt(2)`, and no link holds them.
 *
 * @module
 */
import { arena, check, type Fd, NR, release, syscall, take } from '../../sys/index.ts'
import { type Program } from '../programs/program.ts'

const SOL_SOCKET = 1
const SO_DETACH_FILTER = 27
const SO_ATTACH_BPF = 50
const SO_ATTACH_REUSEPORT_EBPF = 52
const SO_DETACH_REUSEPORT_BPF = 68

/** A socket, by its descriptor, which stays the caller's. */
export interface SocketRef {
  readonly fd: number | Fd
}

function setOption({ fd }: SocketRef, option: number, value: number, attempted: string): void {
  const at = take(4)
  try {
    arena.view.setInt32(at, value, true)
    const number = typeof fd === 'number' ? fd : fd.number
    const describe = (): { attempted: string } => ({ attempted })
    check(syscall(NR.setsockopt, number, SOL_SOCKET, option, arena.address + at, 4), 'setsockopt', describe)
  } finally {
    release(at)
  }
}

/** Lets a socket see only the packets that the program returns a length for (`SO_ATTACH_BPF`), in place of a former filter. */
export function attachSocketFilter(program: Program<'socket_filter'>, socket: SocketRef): void {
  setOption(socket, SO_ATTACH_BPF, program.fd.number, `attach program ${JSON.stringify(program.name)} to a socket`)
}

/** Takes the filter off a socket.  @throws KernelError `ENOENT` when it has none. */
export function detachSocketFilter(socket: SocketRef): void {
  setOption(socket, SO_DETACH_FILTER, 0, 'detach the filter of a socket')
}

/** Lets a program choose among the sockets that share a port with this one (`SO_ATTACH_REUSEPORT_EBPF`). */
export function attachReuseport(program: Program<'sk_reuseport' | 'socket_filter'>, socket: SocketRef): void {
  const attempted = `attach program ${JSON.stringify(program.name)} to a group of sockets`
  setOption(socket, SO_ATTACH_REUSEPORT_EBPF, program.fd.number, attempted)
}

/** Leaves the choice among sockets that share a port to the kernel again. Requires Linux 5.3. */
export function detachReuseport(socket: SocketRef): void {
  setOption(socket, SO_DETACH_REUSEPORT_BPF, 0, 'detach the program of a group of sockets')
}
