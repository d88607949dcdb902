/**
 * Named network namespaces as iproute2 keeps them: a file in `/run/netns`, and the namespace mounted on it.
 *
 * @module
 */
import { readdirSync } from 'node:fs'

import { arena, check, errnoOf, keepAlive, NR, Pinned, release, syscall, syscallAsync, takeText } from '../sys/index.ts'
import { HERE, openFile } from './window.ts'

/** Where `ip netns` looks for names. */
export const DIRECTORY = '/run/netns'

const AT_FDCWD = -100
const O_CREAT = 0o100
const O_EXCL = 0o200
const O_DIRECTORY = 0o200_000
const LOCK_EX = 2
const MS_BIND = 4096
const MS_REC = 16384
const MS_SHARED = 1 << 20
const MNT_DETACH = 2

const EINVAL = -errnoOf('EINVAL')
const EEXIST = -errnoOf('EEXIST')
const ENOENT = -errnoOf('ENOENT')

/** The path of a name.  @throws TypeError for a text that could not be a file's name, so that none leads out of the directory. */
export function pathOf(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
    throw new TypeError(`${JSON.stringify(name)} is no name of a network namespace: it has to be a plain file name`)
  }
  return `${DIRECTORY}/${name}`
}

function mount(source: string, target: string, flags: number): number {
  const at = takeText(source)
  try {
    const targetAt = takeText(target)
    // The type is not looked at for a bind mount or a change of propagation, but old kernels want a string there.
    const typeAt = takeText('none')
    const { address } = arena
    return syscall(NR.mount, address + at, address + targetAt, address + typeAt, flags, 0)
  } finally {
    release(at)
  }
}

function onPath(nr: number, path: string, a = 0): number {
  const at = takeText(path)
  try {
    return syscall(nr, AT_FDCWD, arena.address + at, a)
  } finally {
    release(at)
  }
}

const unlink = (path: string): number => onPath(NR.unlinkat, path)

/**
 * Makes the directory, and makes it a *shared* mount: a namespace deleted here is then deleted in the mount namespaces of others too, which
 * otherwise would keep it alive without knowing.
 */
function prepare(): void {
  const made = onPath(NR.mkdirat, DIRECTORY, 0o755)
  if (made < 0 && made !== EEXIST) check(made, 'mkdirat', DIRECTORY)
  const lock = check(openFile(DIRECTORY, O_DIRECTORY), 'openat', DIRECTORY)
  try {
    // Two at once would each mount the directory on itself; iproute2 takes the same lock.
    check(syscall(NR.flock, lock, LOCK_EX), 'flock', DIRECTORY)
    const shared = mount('', DIRECTORY, MS_SHARED | MS_REC)
    if (shared === EINVAL) {
      // It is no mount point yet.
      check(mount(DIRECTORY, DIRECTORY, MS_BIND | MS_REC), 'mount(MS_BIND)', DIRECTORY)
      check(mount('', DIRECTORY, MS_SHARED | MS_REC), 'mount(MS_SHARED)', DIRECTORY)
    } else {
      check(shared, 'mount(MS_SHARED)', () => ({ attempted: DIRECTORY, hint: 'it needs CAP_SYS_ADMIN: run as root' }))
    }
  } finally {
    syscall(NR.close, lock)
  }
}

/**
 * Takes a name: makes its file, so that nobody else can.
 *
 * @throws KernelError EEXIST when the name is taken.
 */
export function reserve(name: string): string {
  const path = pathOf(name)
  prepare()
  const file = check(openFile(path, O_CREAT | O_EXCL), 'openat', () => ({
    attempted: `create network namespace "${name}"`,
    hint: `the name exists: NetNs.open(${JSON.stringify(name)}), or delete it first`,
  }))
  syscall(NR.close, file)
  return path
}

/** Mounts the namespace that this thread is in on a reserved name. */
export function mountHere(path: string): void {
  check(mount(HERE, path, MS_BIND), 'mount(MS_BIND)', path)
}

function describeRemoval(path: string, result: number): { attempted: string; hint?: string } {
  const attempted = `delete network namespace ${path}`
  return result === ENOENT ? { attempted, hint: 'there is none of that name' } : { attempted }
}

function finishRemoval(path: string, unmounted: number): void {
  // EINVAL: a file without a mount, what an interrupted creation leaves. Removing it is what the caller wants.
  if (unmounted < 0 && unmounted !== EINVAL) {
    check(unmounted, 'umount2(MNT_DETACH)', () => describeRemoval(path, unmounted))
  }
  const removed = unlink(path)
  check(removed, 'unlinkat', () => describeRemoval(path, removed))
}

/** Unmounts a name and removes its file. */
export function remove(path: string): void {
  const at = takeText(path)
  let unmounted: number
  try {
    unmounted = syscall(NR.umount2, arena.address + at, MNT_DETACH)
  } finally {
    release(at)
  }
  finishRemoval(path, unmounted)
}

/** The same with the unmounting on a thread of the pool: it waits for an RCU grace period. */
export async function removeAsync(path: string): Promise<void> {
  const bytes = new TextEncoder().encode(`${path}\0`)
  const text = new Pinned(bytes.length)
  text.bytes.set(bytes)
  const unmounted = await syscallAsync(NR.umount2, text.address, MNT_DETACH)
  keepAlive(text)
  finishRemoval(path, unmounted)
}

/** The names there are, sorted. A directory that does not exist has none. */
export function names(): string[] {
  try {
    return readdirSync(DIRECTORY).toSorted()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
