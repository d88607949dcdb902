/** The programs that run a machine, and those that are laid over the guest's own. */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { Apt, elsewhere, unpack } from './apt.ts'
import { cacheRoot, locked, UnsupportedHost, VmError } from './cache.ts'

/** A program and the arguments that go before its own. */
export interface Program {
  readonly file: string
  readonly args: readonly string[]
}

/** What a machine is run with. */
export interface Tools {
  readonly qemu: Program
  readonly virtiofsd: Program
  /** Statically linked: it is the guest's first program. */
  readonly busybox: string
  /** Laid over the guest's `/usr`: an `ip`, `tc`, `bpftool` and `strace` that know netkit; undefined: the host's own. */
  readonly guest?: string | undefined
}

/**
 * QEMU from one release for every host: 7.2, Debian 12's own, mis-emulates `cmpxchg16b` (random panics of the guest) and has a
 * race in its multi-threaded TCG. It runs through the loader and the libraries of its own release, so that it does not matter
 * what the host has.
 */
const toolPackages = { release: 'trixie', packages: ['qemu-system-x86', 'virtiofsd', 'busybox-static', 'zstd', 'kmod'] }

/** The guest's programs run with the host's C library, so they come from the host's own release. */
const guestPackages: Record<string, readonly string[]> = {
  bookworm: ['iproute2/bookworm-backports', 'bpftool/bookworm-backports', 'iputils-ping', 'strace'],
  trixie: ['iproute2', 'bpftool', 'iputils-ping', 'strace'],
}
const guestPrograms = ['ip', 'tc', 'bridge', 'ss', 'devlink', 'genl', 'nstat', 'ping', 'bpftool', 'strace']

/** Part of the folders' names: a change of what is in them makes new ones. */
const edition = 1

const root = join(cacheRoot, `tools-${edition}`)
const libraries = join(root, 'usr/lib/x86_64-linux-gnu')

/** A program of the cache, started through the cache's own loader. */
function own(path: string, argv0?: string): Program {
  const name = argv0 === undefined ? [] : ['--argv0', argv0]
  const args = ['--library-path', libraries, ...name, join(root, path)]
  return { file: join(libraries, 'ld-linux-x86-64.so.2'), args }
}

/** Runs a program of the cache (`zstd`, `depmod`) and returns what it printed. */
export function runTool(name: 'zstd' | 'depmod', args: readonly string[], input?: Uint8Array): Buffer {
  const program = name === 'zstd' ? own('usr/bin/zstd') : own('usr/bin/kmod', 'depmod') // kmod goes by the name it is called by
  const done = spawnSync(program.file, [...program.args, ...args], { input, maxBuffer: 1 << 29 })
  if (done.status !== 0)
    throw new VmError(`${name} ${args.join(' ')}: ${done.error?.message ?? done.stderr.toString()}`)
  return done.stdout
}

/** Sees to it that the tools are in the cache, and says where they are. */
export async function fetchTools(): Promise<Tools> {
  if (process.arch !== 'x64')
    throw new UnsupportedHost(`the machine emulates x86-64 on x86-64; this is ${process.arch}`)
  const codename = hostRelease()
  const guest = join(cacheRoot, `guest-${codename}-${edition}`)
  if (!existsSync(root) || !existsSync(guest)) {
    await locked(async () => {
      if (!existsSync(root)) await unpackTools(await Apt.open())
      if (!existsSync(guest)) await unpackGuest(await Apt.open(), codename, guest)
    })
  }
  return { ...cachedTools(), guest }
}

function cachedTools(): Tools {
  const data = ['-L', join(root, 'usr/share/qemu'), '-L', join(root, 'usr/share/seabios')]
  const qemu = own('usr/bin/qemu-system-x86_64')
  return {
    qemu: { file: qemu.file, args: [...qemu.args, ...data] },
    virtiofsd: own('usr/libexec/virtiofsd'),
    busybox: join(root, 'usr/bin/busybox'),
  }
}

/** The tools of a host whose QEMU a person named. */
export function hostTools(qemu: string): Tools {
  const find = (what: string, names: readonly string[]): string => {
    const dirs = [
      ...(process.env['PATH'] ?? '').split(':'),
      '/usr/libexec',
      '/usr/lib',
      '/usr/lib/qemu',
      '/usr/sbin',
      '/sbin',
    ]
    const found = names.flatMap((name) => dirs.map((dir) => join(dir, name))).find((path) => existsSync(path))
    if (found === undefined)
      throw new VmError(`no ${what} here: with --qemu the machine uses this system's own; install it`)
    return found
  }
  return {
    qemu: { file: qemu, args: [] },
    virtiofsd: { file: find('virtiofsd (the Rust one)', ['virtiofsd']), args: [] },
    busybox: find('statically linked busybox (package busybox-static)', [
      'busybox.static',
      'busybox-static',
      'busybox',
    ]),
  }
}

function hostRelease(): string {
  const file = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(file)?.[1] ?? ''
  if (guestPackages[codename] !== undefined) return codename
  const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(file)?.[1] ?? 'an unknown system'
  throw new UnsupportedHost(`This is neither Debian 12 nor 13 but ${name}. ${elsewhere}`)
}

async function fetchAll(
  apt: Apt,
  what: string,
  work: string,
  release: string,
  packages: readonly string[],
): Promise<string[]> {
  rmSync(work, { recursive: true, force: true })
  const debs = join(work, 'debs')
  await apt.downloadClosure(what, debs, release, packages)
  return readdirSync(debs).filter((name) => name.endsWith('.deb')).map((name) => join(debs, name)) // prettier-ignore
}

async function unpackTools(apt: Apt): Promise<void> {
  const work = `${root}.new`
  for (const deb of await fetchAll(apt, 'QEMU, about 42 MB', work, toolPackages.release, toolPackages.packages))
    unpack(deb, work)
  const unused = [
    'debs',
    'var',
    'etc',
    'usr/share/doc',
    'usr/share/man',
    'usr/share/locale',
    'usr/share/bash-completion',
  ]
  for (const path of unused) rmSync(join(work, path), { recursive: true, force: true })
  renameSync(work, root)
}

async function unpackGuest(apt: Apt, codename: string, guest: string): Promise<void> {
  const work = `${guest}.new`
  const debs = await fetchAll(
    apt,
    'iproute2, ping, bpftool and strace, about 12 MB',
    work,
    codename,
    guestPackages[codename] ?? [],
  )
  const stage = join(work, 'stage')
  // the C library is the host's; a second one beside it would be taken by half of the programs
  for (const deb of debs) if (!/^(libc6|libgcc-s1|libstdc\+\+6)_/.test(basename(deb))) unpack(deb, stage)
  const staged = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'].map((dir) => join(stage, dir))
  const [bin, sbin, lib] = ['usr/bin', 'usr/sbin', 'usr/lib/x86_64-linux-gnu'].map((dir) => join(work, dir)) as [string, string, string] // prettier-ignore
  for (const dir of [bin, sbin, lib]) mkdirSync(dir, { recursive: true })
  for (const name of guestPrograms) {
    const places = ['usr/bin', 'usr/sbin', 'bin', 'sbin'].map((dir) => join(stage, dir, name))
    // Debian 12's iproute2 links /sbin/ip to /bin/ip by an absolute path that leads out of the stage
    const found = places.find((path) => existsSync(path) && realpathSync(path).startsWith(work))
    if (found === undefined) throw new VmError(`the packages of ${codename} hold no ${name}`)
    copyFileSync(realpathSync(found), join(bin, name))
    symlinkSync(`../bin/${name}`, join(sbin, name))
    for (const library of needed(found, staged)) copyFileSync(library, join(lib, basename(library)))
  }
  rmSync(stage, { recursive: true })
  rmSync(join(work, 'debs'), { recursive: true })
  renameSync(work, guest)
}

/** The staged libraries that a program needs, directly or not, as its loader finds them. */
function needed(program: string, staged: readonly string[]): string[] {
  const loader = own('').file
  const search = ['--library-path', [...staged, libraries].join(':')]
  const { stdout } = spawnSync(loader, [...search, '--list', program], { encoding: 'utf8' })
  const paths = [...stdout.matchAll(/=> (\S+)/g)].map((match) => match[1] ?? '')
  return paths.filter((path) => staged.some((dir) => path.startsWith(dir)))
}
