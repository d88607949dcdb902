/** What the values of some maps stand for: sockets, a process, a cgroup, a program, another map. Made when first asked for. */
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import { BpfMap, type Program } from '../../../src/bpf/index.ts'
import { check, Fd, NR, Pinned, syscall } from '../../../src/sys/index.ts'
import { openFile } from '../../../src/bpf/files.ts'
import { load } from './programs.ts'

const AF_INET = 2
const AF_XDP = 44
const SOCK_STREAM = 1
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0x80000
const SOL_SOCKET = 1
const SO_REUSEPORT = 15
const LISTEN = 50
const PERF_TYPE_SOFTWARE = 1
const PERF_COUNT_SW_BPF_OUTPUT = 10
const PERF_SAMPLE_RAW = 1 << 10
const PERF_ATTR_SIZE = 64
const PERF_FLAG_FD_CLOEXEC = 8

/** A thing by its descriptor. */
export interface Place {
  readonly fd: number
}

const socket = (family: number, type: number): Fd =>
  Fd.own(check(syscall(NR.socket, family, type | SOCK_CLOEXEC, 0), 'socket'))

/** Binds to a port of the kernel's choice on 127.0.0.1; gives the address. */
function bind(fd: Fd): Pinned {
  const address = new Pinned(16)
  address.view.setUint16(0, AF_INET, true)
  address.bytes.set([127, 0, 0, 1], 4)
  check(syscall(NR.bind, fd.number, address.address, 16), 'bind')
  const length = new Pinned(4)
  length.view.setUint32(0, 16, true)
  check(syscall(NR.getsockname, fd.number, address.address, length.address), 'getsockname')
  return address
}

/** Where the second version of cgroups is mounted. */
export function cgroupRoot(): string {
  const mount = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, , type]) => type === 'cgroup2')
  if (!mount) throw new Error('cgroup2 is not mounted')
  return mount[1]!
}

/** Everything that a map can hold or belong to; closing it closes what was made. */
export class Places implements Disposable {
  readonly #made = new Map<string, Disposable & { readonly fd?: Fd; readonly number?: number }>()
  #cgroup: string | undefined

  #once<T extends Fd | Program | BpfMap>(what: string, open: () => T): T {
    let found = this.#made.get(what) as T | undefined
    if (!found) this.#made.set(what, (found = open()))
    return found
  }

  /** The shape of maps in maps. */
  get inner(): BpfMap {
    return this.#once(
      'inner',
      () => BpfMap.create({ type: 'array', maxEntries: 1, valueSize: 4, name: 'inner' }) as BpfMap,
    )
  }

  get innerMap(): Place {
    return { fd: this.inner.fd.number }
  }

  get program(): Place {
    return { fd: this.#once('program', () => load('sched_cls', 0)).fd.number }
  }

  get event(): Place {
    return {
      fd: this.#once('event', () => {
        const attr = new Pinned(PERF_ATTR_SIZE)
        attr.view.setUint32(0, PERF_TYPE_SOFTWARE, true)
        attr.view.setUint32(4, PERF_ATTR_SIZE, true)
        attr.view.setUint32(8, PERF_COUNT_SW_BPF_OUTPUT, true)
        attr.view.setUint32(24, PERF_SAMPLE_RAW, true)
        return Fd.own(
          check(syscall(NR.perf_event_open, attr.address, -1, 0, -1, PERF_FLAG_FD_CLOEXEC), 'perf_event_open'),
        )
      }).number,
    }
  }

  /** A TCP connection to a socket that listens here. */
  get stream(): Place {
    const connected = this.#once('stream', () => {
      const listener = this.#once('listener', () => socket(AF_INET, SOCK_STREAM))
      const address = bind(listener)
      check(syscall(LISTEN, listener.number, 1), 'listen')
      const client = socket(AF_INET, SOCK_STREAM)
      check(syscall(NR.connect, client.number, address.address, 16), 'connect')
      return client
    })
    return { fd: connected.number }
  }

  get xdpSocket(): Place {
    return { fd: this.#once('xdp', () => socket(AF_XDP, SOCK_RAW)).number }
  }

  /** A socket that shares its port. */
  get reuseport(): Place {
    const shared = this.#once('reuseport', () => {
      const fd = socket(AF_INET, SOCK_STREAM)
      const on = new Pinned(4)
      on.view.setUint32(0, 1, true)
      check(syscall(NR.setsockopt, fd.number, SOL_SOCKET, SO_REUSEPORT, on.address, 4), 'setsockopt')
      bind(fd)
      check(syscall(LISTEN, fd.number, 1), 'listen')
      return fd
    })
    return { fd: shared.number }
  }

  get file(): Place {
    return { fd: this.#once('file', () => openFile('/proc/self/exe')).number }
  }

  get process(): Place {
    return {
      fd: this.#once('process', () => Fd.own(check(syscall(NR.pidfd_open, process.pid, 0), 'pidfd_open'))).number,
    }
  }

  get cgroup(): Place {
    const opened = this.#once('cgroup', () => {
      this.#cgroup = `${cgroupRoot()}/maps-${process.pid}`
      mkdirSync(this.#cgroup)
      return openFile(this.#cgroup)
    })
    return { fd: opened.number }
  }

  [Symbol.dispose](): void {
    for (const one of this.#made.values()) one[Symbol.dispose]()
    if (this.#cgroup) rmdirSync(this.#cgroup)
  }
}
