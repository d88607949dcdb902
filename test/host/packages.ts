/** What this system must have for the tests, and how it gets it: Debian packages, installed where this is root. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execute, tail } from '../suite-process.ts'

/** The packages that the kernel suite needs on this system, and the program that shows that each is there. */
const programs = { iproute2: 'ip', 'iputils-ping': 'ping', strace: 'strace' } as const

/** True when a program is where root's shells would find it. */
function isThere(program: string): boolean {
  const dirs = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/bin', '/bin']
  return dirs.some((dir) => existsSync(join(dir, program)))
}

/** The packages of the kernel suite that are missing here. */
export function missingPackages(): string[] {
  return Object.entries(programs).flatMap(([name, program]) => (isThere(program) ? [] : [name]))
}

/**
 * Installs packages where this is root, saying so.
 *
 * Returns undefined when they are there, or why they are not, with the one command that would change it.
 */
export async function install(packages: readonly string[]): Promise<string | undefined> {
  if (packages.length === 0) return undefined
  const missing = `missing: ${packages.join(', ')}`
  const command = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`
  if (!isThere('apt-get')) return `${missing} (this system has no apt-get: install them your way)`
  if (process.getuid?.() !== 0) return `${missing}; to install: sudo sh -c '${command}'`
  process.stdout.write(`     installing ${packages.join(', ')}: ${command}\n`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const { code, output } = await execute('sh', ['-c', command], { timeout: 900, env })
  if (code === 0) return undefined
  const error = output.split('\n').findLast((line) => line.startsWith('E: ')) ?? tail(output, 5)
  return `${missing}, and this system's apt-get cannot install them: ${error}`
}
