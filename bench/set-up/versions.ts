/**
 * Who ran, in which version, on what.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, version as kernelBuild } from 'node:os'
import { join } from 'node:path'
import { root } from './cache.ts'
import { type Family, unpacked } from './packages.ts'
import { run, Unavailable, which } from './shell.ts'

/** The machine of a run. */
export interface Machine {
  readonly kernel: string
  readonly build: string
  readonly processor: string
  readonly cores: number
  readonly memory: number
  readonly node: string
}

/** This machine. */
export function machine(): Machine {
  return {
    kernel: release(),
    build: kernelBuild(),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory: totalmem(),
    node: process.version,
  }
}

/** Peer → the package of a family that has its version. */
const packaged: readonly (readonly [peer: string, family: Family, name: RegExp])[] = [
  ['libbpf', 'c', /^libbpf-dev$/],
  ['Go', 'go', /^golang-[0-9.]+-go$/],
  ['cilium/ebpf', 'go', /^golang-github-cilium-ebpf-dev$/],
  ['vishvananda/netlink', 'go', /^golang-github-vishvananda-netlink-dev$/],
  ['mdlayher/netlink', 'go', /^golang-github-mdlayher-netlink-dev$/],
  ['jsimonetti/rtnetlink', 'go', /^golang-github-jsimonetti-rtnetlink-dev$/],
  ['pyroute2', 'python', /^python3-pyroute2$/],
]

const installed: readonly (readonly [peer: string, program: string, option: string, shape: RegExp])[] = [
  ['iproute2', 'ip', '-V', /iproute2-([^ ,\n]+)/],
  ['bpftool', 'bpftool', 'version', /v(\S+)/],
  ['gcc', 'gcc', '--version', /\) (\S+)/],
  ['Python', 'python3', '--version', /Python (\S+)/],
]

function attempt(work: () => string | undefined, versions: Record<string, string>, name: string): void {
  try {
    const version = work()
    if (version !== undefined) versions[name] = version
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
  }
}

/** The version of everything that the given families consist of; what cannot be had is left to the report of what is missing. */
export function versions(families: ReadonlySet<string>): Record<string, string> {
  const known: Record<string, string> = {}
  const read = (path: string): string =>
    (JSON.parse(readFileSync(join(root, path), 'utf8')) as { version: string }).version
  known['netkit'] = read('package.json')
  known['koffi'] = read('node_modules/koffi/package.json')
  known['Node'] = process.version
  for (const [peer, family, name] of packaged) {
    if (!families.has(family)) continue
    const version = (): string | undefined =>
      Object.entries(unpacked(family).versions)
        .find(([found]) => name.test(found))?.[1]
        ?.replace(/^\d+:/, '')
    attempt(version, known, peer)
  }
  for (const [peer, program, option, shape] of installed) {
    const path = which(program)
    if (path !== undefined) attempt(() => shape.exec(run(path, [option]))?.[1], known, peer)
  }
  return known
}
