/**
 * System call numbers of the machines that the library runs on.
 *
 * x86-64 has a table of its own (`asm/unistd_64.h`); arm64, riscv64 and loong64 share the generic one (`asm-generic/unistd.h`).
 *
 * @module
 */

/** One row a system call: its number on x86-64 and in the generic table. */
const TABLE = {
  read: [0, 63],
  write: [1, 64],
  openat: [257, 56],
  mkdirat: [258, 34],
  unlinkat: [263, 35],
  flock: [73, 32],
  close: [3, 57],
  fcntl: [72, 25],
  ioctl: [16, 29],
  mmap: [9, 222],
  munmap: [11, 215],
  madvise: [28, 233],
  pipe2: [293, 59],
  eventfd2: [290, 19],
  ppoll: [271, 73],
  epoll_create1: [291, 20],
  epoll_ctl: [233, 21],
  epoll_pwait: [281, 22],
  socket: [41, 198],
  socketpair: [53, 199],
  bind: [49, 200],
  connect: [42, 203],
  getsockname: [51, 204],
  setsockopt: [54, 208],
  getsockopt: [55, 209],
  sendto: [44, 206],
  recvfrom: [45, 207],
  sendmsg: [46, 211],
  recvmsg: [47, 212],
  recvmmsg: [299, 243],
  setns: [308, 268],
  unshare: [272, 97],
  mount: [165, 40],
  umount2: [166, 39],
  memfd_create: [319, 279],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  pidfd_open: [434, 434],
  pidfd_getfd: [438, 438],
  prctl: [157, 167],
  capget: [125, 90],
  capset: [126, 91],
  gettid: [186, 178],
  getpid: [39, 172],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  move_mount: [429, 429],
} as const satisfies Record<string, readonly [x64: number, generic: number]>

/** A system call by the name of its manual page. */
export type SyscallName = keyof typeof TABLE

const GENERIC = new Set(['arm64', 'riscv64', 'loong64'])

function column(): 0 | 1 {
  if (process.arch === 'x64') return 0
  if (GENERIC.has(process.arch)) return 1
  // Left for the first call, not the import: reading an object file needs no system call and works anywhere.
  return 0
}

/** Whether the system call numbers of this machine are known: x86-64, arm64, riscv64 or loong64 under Linux. */
export const supported: boolean = process.platform === 'linux' && (process.arch === 'x64' || GENERIC.has(process.arch))

/** The number of each system call on this machine. */
export const NR: Readonly<Record<SyscallName, number>> = Object.freeze(
  Object.fromEntries(Object.entries(TABLE).map(([name, numbers]) => [name, numbers[column()]])) as Record<
    SyscallName,
    number
  >,
)

const NAMES = new Map<number, SyscallName>(
  Object.entries(NR).map(([name, number]) => [number, name as SyscallName] as const),
)

/** The name of a system call number of this machine, `syscall N` for one that the library never makes. */
export function syscallName(nr: number): string {
  return NAMES.get(nr) ?? `syscall ${nr}`
}
