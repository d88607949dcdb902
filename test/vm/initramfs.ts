/** The guest's first file system: busybox, `init`, the programs laid over the host's, and what this run asks for. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, readlinkSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cpio, type Entry } from './cpio.ts'
import { type Kernel } from './kernels.ts'
import { type Tools } from './tools.ts'

/** What `init` is told about a run. */
export interface GuestConf {
  /** Seconds until the guest's own watchdog ends the command. */
  readonly timeout: number
  readonly cwd: string
  /** Report that PID 1 runs, and stop. */
  readonly probe?: boolean
  /** Put the command on the console. */
  readonly tty?: boolean
  /** Paths below `cwd` to bring back. */
  readonly files?: readonly string[]
}

const initFile = new URL('init', import.meta.url)

const applets =
  'sh mount cat sleep usleep mkdir mknod ln cp mkfifo insmod chroot poweroff ifconfig hostname tr kill setsid'.split(
    ' ',
  )

/** Quotes a word for a shell. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** The initramfs of one run: what is the same for every run of a kernel comes from the cache. */
export function initramfs(kernel: Kernel, tools: Tools, conf: GuestConf, script: string): Uint8Array {
  const settings = {
    TIMEOUT: `${conf.timeout}`,
    MODULES: kernel.modules,
    RELEASE: kernel.release,
    PROBE: conf.probe === true ? '1' : '',
    TTY: conf.tty === true ? '1' : '',
    FILES: (conf.files ?? []).join(' '),
    CWD: conf.cwd,
  }
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${quote(value)}\n`)
  const bytes = new TextEncoder()
  const run = cpio([
    { path: 'vm', mode: 0o755 },
    { path: 'vm/conf', mode: 0o644, data: bytes.encode(lines.join('')) },
    { path: 'vm/cmd', mode: 0o755, data: bytes.encode(script) },
  ])
  return Buffer.concat([baseOf(kernel, tools), run])
}

function baseOf(kernel: Kernel, tools: Tools): Uint8Array {
  const init = readFileSync(initFile)
  const busybox = readFileSync(tools.busybox)
  const key = createHash('sha256').update(init).update(busybox).update(`${applets.join()} ${tools.guest ?? ''}`).digest('hex') // prettier-ignore
  const file = join(kernel.folder, `initramfs-${key.slice(0, 12)}.cpio`)
  if (existsSync(file)) return readFileSync(file)
  const dirs = ['bin', 'sbin', 'dev', 'proc', 'sys', 'lib', 'lower', 'rw', 'new', 'guest']
  const overlay = join(kernel.modules, kernel.release, 'kernel/fs/overlayfs/overlay.ko')
  const base = cpio([
    ...dirs.map((path) => ({ path, mode: 0o755 })),
    { path: 'init', mode: 0o755, data: init },
    { path: 'bin/busybox', mode: 0o755, data: busybox },
    ...applets.map((name) => ({ path: `bin/${name}`, link: 'busybox' })),
    // absolute: ".." would step onto what is mounted over the root, the guest's
    { path: 'sbin/modprobe', link: '/bin/busybox' },
    ...(existsSync(overlay) ? [{ path: 'overlay.ko', mode: 0o644, data: readFileSync(overlay) }] : []),
    ...(tools.guest === undefined ? [] : tree(tools.guest, 'guest')),
  ])
  writeFileSync(`${file}.${process.pid}`, base)
  renameSync(`${file}.${process.pid}`, file)
  return base
}

/** A folder's content, below a path of the archive. */
function* tree(folder: string, at: string): Generator<Entry> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const [from, path] = [join(folder, entry.name), `${at}/${entry.name}`]
    if (entry.isSymbolicLink()) yield { path, link: readlinkSync(from) }
    else if (entry.isFile()) yield { path, mode: statSync(from).mode & 0o777, data: readFileSync(from) }
    else if (entry.isDirectory()) {
      yield { path, mode: 0o755 }
      yield* tree(from, path)
    }
  }
}
