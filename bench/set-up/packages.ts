/**
 * Debian's packages, through a state of apt of our own: nothing is installed, the machine's configuration is not touched, and apt checks the
 * archive's signature. They come from Debian's newest suite, because an old peer would flatter us.
 *
 * @module
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cache } from './cache.ts'
import { run, say, Unavailable } from './shell.ts'

const SUITE = 'sid'
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
const A_WEEK = 7 * 24 * 3600 * 1000

/** What each family of peers needs. A name that ends in `*` is the newest of those that match. */
export const packagesOf = {
  c: ['libbpf-dev', 'libelf-dev', 'zlib1g-dev', 'libzstd-dev', 'libc6-dev', 'linux-libc-dev'],
  go: [
    'golang-*-go',
    'golang-*-src',
    'golang-github-cilium-ebpf-dev',
    'golang-github-vishvananda-netlink-dev',
    'golang-github-vishvananda-netns-dev',
    'golang-github-mdlayher-netlink-dev',
    'golang-github-mdlayher-socket-dev',
    'golang-github-jsimonetti-rtnetlink-dev',
    'golang-golang-x-sys-dev',
    'golang-golang-x-net-dev',
    'golang-golang-x-sync-dev',
  ],
  python: ['python3-pyroute2'],
} as const satisfies Record<string, readonly string[]>

export type Family = keyof typeof packagesOf

function mirror(): string {
  const known = run('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'])
  const found = known.split('\n').find((uri) => /\/debian\/?$/.test(uri))
  if (!found) throw new Unavailable('apt knows no mirror of Debian')
  return found
}

function apt(tool: 'apt-get' | 'apt-cache', args: readonly string[], cwd?: string): string {
  const state = cache.apt()
  const settings = {
    'Dir::State': state,
    'Dir::State::Lists': join(state, 'lists'),
    'Dir::State::status': join(state, 'status'),
    'Dir::Cache': join(state, 'cache'),
    'Dir::Etc::SourceList': join(state, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::Etc::Preferences': '/dev/null',
    'Dir::Etc::PreferencesParts': '/dev/null',
    'Acquire::Languages': 'none',
    'APT::Sandbox::User': '',
    'Debug::NoLocking': '1',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  return run(tool, ['-q', ...options, ...args], cwd === undefined ? {} : { cwd })
}

let updated = false

/** Brings the list of packages up to date, at most once a week. */
function update(): void {
  if (updated) return
  const state = cache.apt()
  const stamp = join(state, 'updated')
  if (!existsSync(stamp) || Date.now() - statSync(stamp).mtimeMs > A_WEEK) {
    say(`Reading the list of Debian ${SUITE}'s packages …`)
    for (const folder of ['lists/partial', 'cache/archives/partial'])
      mkdirSync(join(state, folder), { recursive: true })
    writeFileSync(join(state, 'sources.list'), `deb [signed-by=${KEYRING}] ${mirror()} ${SUITE} main\n`)
    writeFileSync(join(state, 'status'), '')
    apt('apt-get', ['update'])
    writeFileSync(stamp, '')
  }
  updated = true
}

/** `golang-*-go` → `golang-1.27-go`: Debian names a package after each version of Go. */
function resolve(name: string): string {
  if (!name.includes('*')) return name
  const pattern = `^${name.replace('*', '[0-9.]+')}$`
  const names = apt('apt-cache', ['search', '--names-only', pattern])
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((found) => found !== '')
  const newest = names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)
  if (newest === undefined) throw new Unavailable(`Debian ${SUITE} has no ${name}`)
  return newest
}

/** A family's packages, unpacked. */
export interface Unpacked {
  /** Stands for `/`. */
  readonly root: string
  /** Package → version. */
  readonly versions: Readonly<Record<string, string>>
}

/** Fetches and unpacks what a family needs, unless that was done.  @throws Unavailable with the reason. */
export function unpacked(family: Family): Unpacked {
  const root = join(cache.packages(), family)
  const record = join(root, 'versions.json')
  if (!existsSync(record)) {
    update()
    const names = packagesOf[family].map(resolve)
    say(`Fetching ${names.length} packages for ${family} …`)
    const fresh = `${root}.new`
    rmSync(fresh, { recursive: true, force: true })
    const archives = join(fresh, 'archives')
    mkdirSync(archives, { recursive: true })
    apt('apt-get', ['download', ...names], archives)
    const versions: Record<string, string> = {}
    for (const archive of readdirSync(archives)) {
      const path = join(archives, archive)
      run('dpkg-deb', ['-x', path, fresh])
      const [name = '', version = ''] = run('dpkg-deb', ['-W', '--showformat=${Package} ${Version}', path]).split(' ')
      versions[name] = version
    }
    rmSync(archives, { recursive: true })
    writeFileSync(join(fresh, 'versions.json'), JSON.stringify(versions, null, 2))
    rmSync(root, { recursive: true, force: true })
    renameSync(fresh, root)
  }
  return { root, versions: JSON.parse(readFileSync(record, 'utf8')) as Record<string, string> }
}
