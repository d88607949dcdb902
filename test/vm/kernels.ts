/** Kernels with netkit: Debian's cloud kernels, the newest patch of a minor, fetched and made quick to boot. */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Apt, unpack } from './apt.ts'
import { imagePayload, imageRelease } from './bzimage.ts'
import { cacheRoot, locked, say, VmError } from './cache.ts'
import { keptModules } from './modules.ts'
import { runTool, type Tools } from './tools.ts'
import { newestKernels, type Offer } from './versions.ts'

/** A kernel that can be booted. */
export interface Kernel {
  /** What a person calls it: `7.3`, or its release. */
  readonly name: string
  /** What `uname -r` prints in the guest. */
  readonly release: string
  /** What QEMU loads: an ELF where it could be taken out of its compressed image, else the image. */
  readonly image: string
  /** The folder that holds `RELEASE/modules.dep`. */
  readonly modules: string
  /** A folder of the cache for what is made of this kernel. */
  readonly folder: string
}

const root = join(cacheRoot, 'kernels')

/**
 * The kernels of these minors, fetched where the cache lacks them; a minor that it has is not looked up again unless
 * `refresh` asks for a newer patch. With `lenient`, minors that Debian no longer offers are left out, and said.
 */
export async function fetchKernels(
  series: readonly string[],
  tools: Tools,
  { refresh = false, lenient = false } = {},
): Promise<Kernel[]> {
  const missing = series.filter((minor) => refresh || !existsSync(join(root, minor)))
  if (missing.length > 0) {
    await locked(async () => {
      const still = missing.filter((minor) => refresh || !existsSync(join(root, minor)))
      if (still.length > 0) await fetchSeries(still, tools, lenient)
    })
  }
  return series.filter((minor) => existsSync(join(root, minor))).map(cachedKernel)
}

function cachedKernel(minor: string): Kernel {
  const { release } = JSON.parse(readFileSync(join(root, minor), 'utf8')) as { release: string }
  const folder = join(root, release)
  const elf = join(folder, 'vmlinux')
  const image = existsSync(elf) ? elf : join(folder, 'vmlinuz')
  return { name: minor, release, image, modules: join(folder, 'lib/modules'), folder }
}

/** A kernel that a person names by its image; its modules are looked for beside it and in `/lib/modules`. */
export function namedKernel(image: string): Kernel {
  const path = resolve(image)
  const release = imageRelease(readFileSync(path))
  const places = [join(dirname(path), 'modules'), join(dirname(path), 'lib/modules'), '/lib/modules']
  const modules = places.find((dir) => existsSync(join(dir, release)))
  if (modules === undefined) say(`no modules of ${release} found: only what is built in will be there`)
  const folder = join(root, `named-${release}`)
  mkdirSync(folder, { recursive: true })
  return { name: release, release, image: path, modules: modules ?? '/lib/modules', folder }
}

async function fetchSeries(series: readonly string[], tools: Tools, lenient: boolean): Promise<void> {
  const apt = await Apt.open()
  const offers = newestKernels(
    ['image', 'binary', 'modules', 'base'].flatMap((kind) => apt.names(`linux-${kind}-`)),
    series,
  )
  mkdirSync(root, { recursive: true })
  for (const minor of series) {
    const offer = offers.get(minor)
    if (offer === undefined) {
      if (!lenient) throw new VmError(`Debian offers no cloud kernel ${minor}`)
      say(`Debian offers no cloud kernel ${minor} now: left out`)
      continue
    }
    const folder = join(root, offer.release)
    if (!existsSync(folder)) await unpackKernel(apt, offer, folder, tools)
    // the pointer is replaced in one step: another run reads the old one or the new one
    writeFileSync(join(root, `${minor}.new`), JSON.stringify({ release: offer.release }))
    renameSync(join(root, `${minor}.new`), join(root, minor))
  }
}

async function unpackKernel(apt: Apt, offer: Offer, folder: string, tools: Tools): Promise<void> {
  const work = `${folder}.new`
  const stage = join(work, 'stage')
  rmSync(work, { recursive: true, force: true })
  await apt.download(`kernel ${offer.release}, 35 to 50 MB`, join(work, 'debs'), offer.packages)
  for (const deb of readdirSync(join(work, 'debs'))) unpack(join(work, 'debs', deb), stage)
  const all = [join(stage, 'usr/lib/modules'), join(stage, 'lib/modules')].find((dir) => existsSync(dir))
  if (all === undefined) throw new VmError(`the packages of ${offer.release} hold no modules`)
  // newer packages keep image and configuration with the modules, older ones in /boot
  const pick = (name: string): void => {
    const places = [join(all, offer.release, name), join(stage, 'boot', `${name}-${offer.release}`)]
    const found = places.find((path) => existsSync(path))
    if (found === undefined) throw new VmError(`the packages of ${offer.release} hold no ${name}`)
    renameSync(found, join(work, name))
  }
  pick('vmlinuz')
  pick('config')
  mkdirSync(join(work, 'lib'))
  renameSync(all, join(work, 'lib/modules'))
  // where an installed kernel has it too: programs that ask for options look there
  copyFileSync(join(work, 'config'), join(work, 'lib/modules', offer.release, 'config'))
  thinOut(work, offer.release, tools)
  rmSync(stage, { recursive: true })
  rmSync(join(work, 'debs'), { recursive: true })
  uncompress(work)
  renameSync(work, folder)
}

/** Removes the modules that no test needs and unpacks the others: quicker to load, and the guest needs no unpacker. */
function thinOut(folder: string, release: string, tools: Tools): void {
  const depmod = (): Buffer => runTool('depmod', ['-b', folder, release])
  const modules = join(folder, 'lib/modules', release)
  depmod()
  const kept = keptModules(readFileSync(join(modules, 'modules.dep'), 'utf8'))
  const packed: string[] = []
  for (const name of readdirSync(modules, { recursive: true, encoding: 'utf8' })) {
    if (!/\.ko(\.\w+)?$/.test(name)) continue
    if (!kept.has(name)) rmSync(join(modules, name))
    else if (name.endsWith('.xz')) packed.push(join(modules, name))
  }
  const unxz = spawnSync(tools.busybox, ['unxz', ...packed], { encoding: 'utf8' })
  if (unxz.status !== 0) throw new VmError(`unxz of the modules of ${release}: ${unxz.stderr}`)
  depmod()
}

/** Takes the ELF out of the image: QEMU boots it directly (PVH), and the guest need not unpack itself, a second under TCG. */
function uncompress(folder: string): void {
  const payload = imagePayload(readFileSync(join(folder, 'vmlinuz')))
  if (payload.compression !== 'zstd') return
  const elf = runTool('zstd', ['-dcq'], payload.bytes)
  if (elf.toString('latin1', 1, 4) === 'ELF') writeFileSync(join(folder, 'vmlinux'), elf)
}
