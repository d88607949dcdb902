/**
 * Network namespaces: made, named, opened, entered for one call, removed.
 *
 * @module
 */
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn, type SpawnOptions } from 'node:child_process'
import { fstatSync, statSync } from 'node:fs'

import { check, ClosedError, errnoOf, Fd, KernelError, NR, syscall } from '../sys/index.ts'
import { mountHere, names, pathOf, remove, removeAsync, reserve } from './directory.ts'
import { CLONE_NEWNET, HERE, inside, insideNew, openFile } from './window.ts'

/** `NS_GET_NSTYPE`: which kind of namespace a descriptor is of. */
const NS_GET_NSTYPE = 0xb703
const F_DUPFD_CLOEXEC = 1030
const ENOENT = -errnoOf('ENOENT')

/**
 * Where to find a network namespace: the name that `ip netns` knows, a path (`/proc/7/ns/net`, what a container runtime mounted), a process,
 * or a descriptor that is open already.
 */
export type NetNsSpec = string | { readonly path: string } | { readonly pid: number } | { readonly fd: number }

/** Makes a function that gives a promise an error of the compiler: what it does after its first `await` would happen somewhere else. */
export type Synchronous<T> = [T] extends [never]
  ? []
  : T extends PromiseLike<unknown>
    ? [error: 'the function has to be synchronous']
    : []

function locate(spec: NetNsSpec): { path: string; hint: string } {
  if (typeof spec === 'string') {
    return { path: pathOf(spec), hint: `no network namespace of that name; there are: ${names().join(', ') || 'none'}` }
  }
  if ('path' in spec) return { path: spec.path, hint: 'no such file' }
  const { pid } = spec as { readonly pid: number }
  if (!Number.isInteger(pid) || pid <= 0) throw new TypeError(`${pid} is no process id`)
  return { path: `/proc/${pid}/ns/net`, hint: 'no such process' }
}

function describe(spec: NetNsSpec): string {
  if (typeof spec === 'string') return `network namespace "${spec}"`
  if ('path' in spec) return `network namespace ${spec.path}`
  return 'pid' in spec ? `network namespace of process ${spec.pid}` : `network namespace of descriptor ${spec.fd}`
}

/** Makes sure that a descriptor is of a network namespace, and says what it is instead. */
function verify(fd: Fd, what: string): void {
  const type = syscall(NR.ioctl, fd.number, NS_GET_NSTYPE)
  if (type === CLONE_NEWNET) return
  throw new KernelError({
    errno: type < 0 ? type : errnoOf('EINVAL'),
    syscall: 'ioctl(NS_GET_NSTYPE)',
    attempted: `open ${what}`,
    detail: type < 0 ? 'it is no namespace' : 'it is a namespace of another kind',
    hint: type < 0 ? 'a file in /run/netns without a mount is what an interrupted creation left: delete it' : undefined,
  })
}

/**
 * A network namespace, held open by a descriptor: it lives at least as long as this object is open.
 *
 * One that was made with {@link NetNs.create} is deleted when a `using` ends; one that was opened is only closed.
 *
 * ```ts
 * using lab = NetNs.create('lab')
 * lab.run(() => server.listen(80))           // the socket lives in lab for good
 * lab.spawn('ping', ['-c1', '10.0.0.1'])
 * ```
 */
export class NetNs implements Disposable, AsyncDisposable {
  /** The name under `/run/netns`; `undefined` for one that has none, or was opened in another way. */
  readonly name: string | undefined
  /**
   * The namespace's inode number on nsfs, its identity together with {@link device}: what `readlink /proc/PID/ns/net` shows. The numbers of
   * two open namespaces differ; the number of one that is gone may come back.
   */
  readonly inode: number
  /** The device number of nsfs. */
  readonly device: number
  readonly #fd: Fd
  readonly #owned: boolean

  /**
   * Makes a network namespace.
   *
   * With a name it is what `ip netns add` makes: visible in `/run/netns`, alive until it is deleted. Without one it lives as long as this object,
   * a socket or a process in it does. Its `lo` is down.
   *
   * @throws KernelError EEXIST when the name is taken; EPERM without CAP_SYS_ADMIN. Nothing is left behind.
   */
  static create(name?: string): NetNs {
    const path = name === undefined ? undefined : reserve(name)
    try {
      const fd = insideNew(() => {
        if (path !== undefined) mountHere(path)
        return Fd.own(check(openFile(HERE), 'openat', HERE), 'the network namespace')
      })
      return new NetNs(fd, name, true)
    } catch (error) {
      if (path !== undefined) remove(path)
      throw error
    }
  }

  /**
   * Opens a network namespace that exists. A descriptor is duplicated: the caller's own stays the caller's.
   *
   * @throws KernelError ENOENT when there is none; EINVAL or ENOTTY when it is something else.
   */
  static open(spec: NetNsSpec): NetNs {
    const what = describe(spec)
    let fd: Fd
    if (typeof spec === 'object' && 'fd' in spec) {
      const copy = syscall(NR.fcntl, spec.fd, F_DUPFD_CLOEXEC, 3)
      fd = Fd.own(check(copy, 'fcntl(F_DUPFD_CLOEXEC)', `open ${what}`), 'the network namespace')
    } else {
      const { path, hint } = locate(spec)
      const number = openFile(path)
      check(number, 'openat', () => ({ attempted: `open ${what}`, hint: number === ENOENT ? hint : undefined }))
      fd = Fd.own(number, 'the network namespace')
    }
    try {
      verify(fd, what)
      return new NetNs(fd, typeof spec === 'string' ? spec : undefined, false)
    } catch (error) {
      fd.close()
      throw error
    }
  }

  /** Opens the network namespace that this thread is in. */
  static current(): NetNs {
    return NetNs.open({ path: HERE })
  }

  /** The names in `/run/netns`, sorted: what `ip netns list` shows. */
  static list(): string[] {
    return names()
  }

  /**
   * Deletes a name, and with it the namespace, once nothing else holds it: a process in it, an open descriptor, a socket (an open netlink
   * handle too). The kernel takes it down in the background, and creating links is about ten times slower while it does.
   *
   * @throws KernelError ENOENT when there is no such name.
   */
  static delete(name: string): void {
    remove(pathOf(name))
  }

  /** {@link NetNs.delete} without holding up the event loop while the kernel waits for a grace period. */
  static deleteAsync(name: string): Promise<void> {
    return removeAsync(pathOf(name))
  }

  private constructor(fd: Fd, name: string | undefined, owned: boolean) {
    const { ino, dev } = fstatSync(fd.number)
    this.#fd = fd
    this.#owned = owned
    this.name = name
    this.inode = ino
    this.device = dev
  }

  /** The descriptor's number, for as long as this is open: what `IFLA_NET_NS_FD` and `setns(2)` take.  @throws ClosedError after `close()`. */
  get fd(): number {
    return this.#fd.number
  }

  /** Whether it has been closed or deleted. */
  get closed(): boolean {
    return this.#fd.closed
  }

  /** Whether both are the same namespace. */
  equals(other: NetNs): boolean {
    return this.inode === other.inode && this.device === other.device
  }

  /**
   * Runs one synchronous function inside the namespace, in this thread, and gives its result.
   *
   * A socket made in it stays in the namespace. Only this thread moves, for the length of the call: whatever Node does on threads of its own or on
   * a later tick happens at home. So `server.listen(80)` binds inside, and `server.listen(80, host)` does not, as Node looks the host up first;
   * sockets of `node:dgram` never do. Do not start a `Worker` in it: it would live in there. `/sys` shows the namespace of whoever mounted it; read
   * `/proc/thread-self/net` instead.
   *
   * @throws TypeError for an asynchronous function. One that is not declared `async` and gives a promise has run already when that shows.
   * @throws KernelError EPERM without CAP_SYS_ADMIN.
   * @throws LostNamespaceError when the thread could not return: end the process.
   */
  run<T>(work: () => T, ..._refused: Synchronous<T>): T {
    const refuse = (): never => {
      throw new TypeError('NetNs.run() takes a synchronous function: what comes after an await runs outside')
    }
    if (Object.prototype.toString.call(work).startsWith('[object Async')) refuse()
    const result = inside(this.fd, work)
    if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') refuse()
    return result
  }

  /**
   * Starts a program inside the namespace, as `child_process.spawn` does outside. It is born there, and stays.
   *
   * Node forks within the call, so the window closes behind it. The pipes to the child are sockets made in the window: they keep the
   * namespace alive until they are closed, which is when the child has ended and its output was read. Unlike `ip netns exec` it neither mounts
   * another `/sys` nor files from `/etc/netns`.
   *
   * @throws KernelError EPERM without CAP_SYS_ADMIN. A program that cannot be started is an `error` event, as ever.
   */
  spawn(command: string, args?: readonly string[]): ChildProcessWithoutNullStreams
  spawn(command: string, args: readonly string[] | undefined, options: SpawnOptions): ChildProcess
  spawn(command: string, args: readonly string[] = [], options: SpawnOptions = {}): ChildProcess {
    return inside(this.fd, () => spawn(command, args, options))
  }

  /** Whether the name still leads to this namespace, and not to one that somebody made since. */
  #named(): string | undefined {
    if (this.name === undefined) return undefined
    const path = pathOf(this.name)
    const there = statSync(path, { throwIfNoEntry: false })
    return there?.ino === this.inode && there.dev === this.device ? path : undefined
  }

  /**
   * Deletes the namespace's name and closes this handle.
   *
   * Without a name, or when it leads to another namespace by now, there is only the handle to close. See {@link NetNs.delete} for when the
   * kernel takes the namespace down.
   */
  delete(): void {
    if (this.closed) throw new ClosedError('the network namespace')
    const path = this.#named()
    this.close()
    if (path !== undefined) remove(path)
  }

  /** {@link NetNs.delete | delete} without holding up the event loop while the kernel waits for a grace period. */
  async deleteAsync(): Promise<void> {
    if (this.closed) throw new ClosedError('the network namespace')
    const path = this.#named()
    this.close()
    if (path !== undefined) await removeAsync(path)
  }

  /** Closes this handle; the namespace stays if it has a name or somebody is in it. A second call does nothing. */
  close(): void {
    this.#fd.close()
  }

  /** Deletes one that {@link NetNs.create} made, closes one that was opened. */
  [Symbol.dispose](): void {
    if (this.closed) return
    if (this.#owned) this.delete()
    else this.close()
  }

  /** The same without holding up the event loop. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.closed) return
    if (this.#owned) await this.deleteAsync()
    else this.close()
  }
}
