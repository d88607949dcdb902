/**
 * Debian's archive through a private apt state: signatures and checksums are apt's own, nothing is installed, no root is
 * needed and the system's apt is not touched.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheRoot, say, UnsupportedHost, VmError } from './cache.ts'

/** Where kernels, QEMU and iproute2 come from; apt takes the newest unless told a suite. */
const suites = ['bookworm', 'bookworm-backports', 'trixie', 'trixie-backports', 'sid']

const keyrings = ['/usr/share/keyrings/debian-archive-keyring.gpg', '/usr/share/keyrings/debian-archive-keyring.pgp']

/** What to do on a system that the parts cannot be fetched for. */
export const elsewhere =
  'The machine is put together from Debian packages. Elsewhere, name its parts: --kernel-image PATH (a kernel with CONFIG_NETKIT=y, virtiofs and overlayfs built in) and --qemu PATH (QEMU ≥ 8; virtiofsd and a static busybox are looked for on the search path).'

/** The mirror that this machine's apt uses already. */
function mirror(): string {
  const told = process.env['NETKIT_VM_MIRROR']
  if (told !== undefined) return told
  const format = ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages']
  const { stdout } = spawnSync('apt-get', format, { encoding: 'utf8' })
  const found = stdout.split('\n').find((uri) => /^https?:.*\/debian\/?$/.test(uri))
  if (found === undefined) {
    throw new VmError(
      "this machine's apt knows no Debian mirror: set NETKIT_VM_MIRROR to the address of one (…/debian)",
    )
  }
  return found.replace(/\/$/, '')
}

/** A private apt. Used inside {@link locked} only: it does no locking of its own. */
export class Apt {
  static #shared: Apt | undefined
  readonly #root = join(cacheRoot, 'apt')
  readonly #env: NodeJS.ProcessEnv
  #fresh = false

  private constructor(keyring: string) {
    for (const dir of ['lists/partial', 'archives/partial']) mkdirSync(join(this.#root, dir), { recursive: true })
    const sources = suites.map((suite) => `deb [arch=amd64 signed-by=${keyring}] ${mirror()} ${suite} main\n`)
    const settings: Record<string, string> = {
      'Dir::State': this.#root,
      'Dir::State::Lists': join(this.#root, 'lists'),
      // an empty system: what is resolved is the whole closure, whatever this machine has installed
      'Dir::State::status': join(this.#root, 'status'),
      'Dir::Cache': this.#root,
      'Dir::Etc::SourceList': join(this.#root, 'sources.list'),
      'Dir::Etc::SourceParts': '/dev/null',
      'Dir::Etc::PreferencesParts': '/dev/null',
      'Dir::Etc::Preferences': '/dev/null',
      'Acquire::Languages': 'none',
      'Acquire::Retries': '3',
      'APT::Sandbox::User': '',
      'APT::Architecture': 'amd64',
      'APT::Architectures': 'amd64',
      'APT::Install-Recommends': 'false',
      'Debug::NoLocking': '1',
    }
    const lines = Object.entries(settings).map(([key, value]) => `${key} "${value}";\n`)
    const write = (name: string, text: string): void => writeFileSync(join(this.#root, name), text)
    write('status', '')
    write('sources.list', sources.join(''))
    write('apt.conf', lines.join(''))
    const APT_CONFIG = join(this.#root, 'apt.conf')
    this.#env = { ...process.env, APT_CONFIG, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }
  }

  /** The one apt of this run, with its package lists read. */
  static async open(): Promise<Apt> {
    if (Apt.#shared === undefined) {
      const keyring = keyrings.find((file) => existsSync(file))
      if (keyring === undefined || spawnSync('apt-get', ['--version']).status !== 0)
        throw new UnsupportedHost(elsewhere)
      Apt.#shared = new Apt(keyring)
    }
    await Apt.#shared.#update()
    return Apt.#shared
  }

  async #update(): Promise<void> {
    if (this.#fresh) return
    await this.#get("Debian's package lists", join(this.#root, 'lists'), ['update'])
    this.#fresh = true
  }

  /** The names of all packages that start so. */
  names(prefix: string): string[] {
    const { stdout } = spawnSync('apt-cache', ['pkgnames', prefix], { encoding: 'utf8', env: this.#env })
    return stdout.split('\n').filter((name) => name !== '')
  }

  /** Downloads packages, and nothing that they depend on, into a folder. */
  async download(what: string, folder: string, packages: readonly string[]): Promise<void> {
    mkdirSync(folder, { recursive: true })
    await this.#get(what, folder, ['download', ...packages])
  }

  /** Downloads packages with all that they depend on into a folder, as a system of that release would install them. */
  async downloadClosure(what: string, folder: string, release: string, packages: readonly string[]): Promise<void> {
    mkdirSync(join(folder, 'partial'), { recursive: true })
    const where = ['-o', `Dir::Cache::archives=${folder}`, '-o', `APT::Default-Release=${release}`]
    await this.#get(what, folder, ['-y', '--download-only', ...where, 'install', ...packages])
  }

  /** apt-get, with how much has come shown: apt's own bars are for terminals alone, and its lines are one per file. */
  async #get(what: string, folder: string, args: readonly string[]): Promise<void> {
    const { isTTY } = process.stderr
    let most = 0
    const show = (): void => {
      const megabytes = Math.round(bytesIn(folder) / 1e6)
      if (megabytes <= most) return // what was unpacked and thrown away has come, too
      most = megabytes
      process.stderr.write(isTTY ? `\rvm:   ${what}: ${most} MB` : `vm:   ${what}: ${most} MB\n`)
    }
    say(`fetching ${what}`)
    const timer = setInterval(show, isTTY ? 500 : 5000)
    const child = spawn('apt-get', ['-qq', ...args], {
      cwd: folder,
      env: this.#env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let words = ''
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()))
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    clearInterval(timer)
    show()
    if (isTTY) process.stderr.write('\n')
    if (code !== 0) throw new VmError(`apt-get ${args.join(' ')} failed:\n${words.trimEnd()}`)
  }
}

/** The size of the files in a folder and its `partial`, where apt keeps what is on its way. */
function bytesIn(folder: string): number {
  let total = 0
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    total += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0
  }
  return total
}

/** Unpacks a package into a folder; none of its scripts run. */
export function unpack(deb: string, folder: string): void {
  const { status, stderr } = spawnSync('dpkg-deb', ['-x', deb, folder], { encoding: 'utf8' })
  if (status !== 0) throw new VmError(`dpkg-deb -x ${deb}: ${stderr}`)
}
