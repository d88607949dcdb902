/**
 * Where everything lies that the benchmarks fetch and build: outside the repository, shared by its checkouts.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of this checkout. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/\.cache\/bench\/build\/$/, '/')

/** The folder of the benchmarks' sources. */
export const bench: string = join(root, 'bench')

const base =
  process.env['NETKIT_BENCH_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'netkit-bench')

function folder(name: string): string {
  const path = join(base, name)
  mkdirSync(path, { recursive: true })
  return path
}

/** Folders of the cache; each is made by the first who asks. */
export const cache = {
  /** The private state of apt. */
  apt: () => folder('apt'),
  /** Debian's packages, unpacked. */
  packages: () => folder('packages'),
  /** What was built of the peers: programs. */
  programs: () => folder('programs'),
  /** Go's workspace and its build cache. */
  go: () => folder('go'),
  /** Results of single runs. */
  scratch: () => folder('scratch'),
}

/** The library and the benchmarks as JavaScript: inside the checkout, because `koffi` is found from there. */
export const build: string = join(root, '.cache', 'bench', 'build')

/** Every file below a folder whose name ends so, sorted. */
export function filesBelow(path: string, ending: RegExp): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => join(path, name))
    .filter((name) => statSync(name).isFile())
    .toSorted()
}

/** A fingerprint of files and of whatever else a result depends on. */
export function fingerprint(files: readonly string[], ...more: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(file).update('\0').update(readFileSync(file)).update('\0')
  for (const text of more) hash.update(text).update('\0')
  return hash.digest('hex').slice(0, 16)
}
