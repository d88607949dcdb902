/**
 * Files that `bpf(2)` wants as descriptors: cgroups, namespaces, executables.
 *
 * @module
 */
import { arena, check, Fd, NR, release, syscall, takeText } from '../sys/index.ts'

const AT_FDCWD = -100
const O_CLOEXEC = 0o2_000_000

/** A file by path or by descriptor. A descriptor that is given stays the caller's. */
export type FileRef = string | { readonly fd: number | Fd }

/** Opens a file for reading. The caller closes it.  @throws KernelError `ENOENT`, `EACCES`. */
export function openFile(path: string): Fd {
  const at = takeText(path)
  try {
    const result = syscall(NR.openat, AT_FDCWD, arena.address + at, O_CLOEXEC, 0)
    return Fd.own(check(result, 'openat', `open ${path}`), path)
  } finally {
    release(at)
  }
}

/**
 * Opens a process by its number (`pidfd_open`): what its values in a `task_storage` map are keyed by. The caller closes it.
 *
 * @throws KernelError `ESRCH` when there is no such process, `EINVAL` for a thread that is not the first of its process.
 */
export function openProcess(pid: number): Fd {
  return Fd.own(check(syscall(NR.pidfd_open, pid, 0), 'pidfd_open', `open process ${pid}`), `process ${pid}`)
}

/** The descriptor of a file for the length of some work, and what to call the file in an error. */
export function refer(file: FileRef): { readonly number: number; readonly name: string } & Disposable {
  if (typeof file !== 'string') {
    const number = typeof file.fd === 'number' ? file.fd : file.fd.number
    return { number, name: `descriptor ${number}`, [Symbol.dispose]() {} }
  }
  const fd = openFile(file)
  return { number: fd.number, name: file, [Symbol.dispose]: () => fd.close() }
}
