/** Where the machine's parts are kept between runs, and the lock that lets one run fill it at a time. */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Something a person must know or do before a machine can run; shown without a stack. */
export class VmError extends Error {
  override readonly name: string = 'VmError'
}

/** This system cannot have the machine at all; no download or second try would change it. */
export class UnsupportedHost extends VmError {}

/** The cache: `$NETKIT_VM_CACHE`, or `netkit-vm` in the user's cache folder. Outside the project, so that every checkout shares it. */
export const cacheRoot: string =
  process.env['NETKIT_VM_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'netkit-vm')

/** Tells a person what is going on, apart from the command's output. */
export function say(text: string): void {
  process.stderr.write(`vm: ${text}\n`)
}

/**
 * Runs `fill` while no other process fills the cache; a second run waits for the first.
 *
 * Node has no file locks, so `flock` holds this one for as long as its input, a pipe of ours, is open: the kernel closes
 * that pipe however this process ends, and no stale lock can remain.
 */
export async function locked<T>(fill: () => Promise<T>): Promise<T> {
  mkdirSync(cacheRoot, { recursive: true })
  const file = join(cacheRoot, 'lock')
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = setTimeout(() => say(`another run is filling ${cacheRoot}; waiting for it`), 1000)
  try {
    await new Promise<void>((resolve, reject) => {
      holder.once('error', () => reject(new VmError('the command flock (package util-linux) is missing')))
      holder.once('exit', () => reject(new VmError(`cannot lock ${file}`)))
      holder.stdout.once('data', () => resolve())
    })
    clearTimeout(waiting)
    return await fill()
  } finally {
    clearTimeout(waiting)
    holder.stdin.on('error', () => undefined)
    holder.stdin.end()
  }
}
