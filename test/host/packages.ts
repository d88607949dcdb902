/** What this system must have for the tests, and how it gets it: Debian packages, installed where this is root. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execute, tail } from '../suite-process.ts'

/** A package, and the program that shows that it is there. */
export const packages = {
  iproute2: 'ip',
  'iputils-ping': 'ping',
  strace: 'strace',
  'clang-14': 'clang-14',
} as const

/** The name of a package that the tests can need. */
export type Package = keyof typeof packages

/** True when a program is where root's shells would find it. */
export function isThere(program: string): boolean {
  const dirs = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/bin', '/bin']
  return dirs.some((dir) => existsSync(join(dir, program)))
}

/** The one command that installs what is missing. */
export function installCommand(missing: readonly string[]): string {
  return `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`
}

/**
 * Installs what is missing of these, saying so.
 *
 * Returns undefined when all are there, or why they are not and the command that would change it.
 */
export async function ensurePackages(wanted: readonly Package[]): Promise<string | undefined> {
  const missing = wanted.filter((name) => !isThere(packages[name]))
  if (missing.length === 0) return undefined
  const command = installCommand(missing)
  if (!isThere('apt-get')) return `missing: ${missing.join(', ')} (this system has no apt-get: install them your way)`
  if (process.getuid?.() !== 0) return `missing: ${missing.join(', ')}; to install them: sudo sh -c '${command}'`
  process.stdout.write(`     installing ${missing.join(', ')}: ${command}\n`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const { code, output } = await execute('sh', ['-c', command], { timeout: 600, env })
  return code === 0 ? undefined : `missing: ${missing.join(', ')}; "${command}" failed:\n${tail(output, 20)}`
}
