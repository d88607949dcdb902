/**
 * Commands of the set-up: awaited, with their output kept for the error.
 *
 * @module
 */
import { spawnSync, type SpawnSyncOptions } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/** Why something cannot be had. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable'
}

/** Runs a command and gives what it printed.  @throws Unavailable with the end of what it said when it fails. */
export function run(
  command: string,
  args: readonly string[],
  options: Pick<SpawnSyncOptions, 'cwd' | 'env' | 'timeout'> = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    timeout: 600_000,
    ...options,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  })
  if (error) throw new Unavailable(`${command}: ${error.message}`)
  if (status !== 0) {
    const said = (stderr.trim() || stdout.trim()).split('\n').slice(-4).join(' / ')
    throw new Unavailable(`${command} ${args[0] ?? ''} failed: ${said}`)
  }
  return stdout
}

/** Where a program of the machine is, also where only root's PATH would look. */
export function which(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/bin', '/bin']
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** Says what goes on, where a person sees it and a program that reads our output does not. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
