/**
 * Why the kernel lacks a feature, or does not let this process find out.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { linuxVersion, runningKconfig } from '../collection/kconfig.ts'
import { missingCapabilities } from '../privileges.ts'
import { type Feature, type Finding } from './outcome.ts'
import { type Requirement } from './requirements.ts'

let config: { readonly options: ReadonlyMap<string, string> | undefined } | undefined

/** Whether the kernel is built with an option (without `CONFIG_`); undefined where its configuration is kept nowhere. */
export function configured(option: string): boolean | undefined {
  config ??= { options: runningKconfig() }
  return config.options && /^[ym]$/.test(config.options.get(`CONFIG_${option}`) ?? '')
}

/** The text of an option of the kernel's configuration. */
const builtIn = (option: string): string | undefined =>
  runningKconfig()
    ?.get(`CONFIG_${option}`)
    ?.replace(/^"(.*)"$/, '$1')

/** The version as the kernel counts it. */
function code(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major * 65536 + minor * 256
}

/** The version in words. */
export function versionText(): string {
  const version = linuxVersion()
  return `${version >> 16}.${(version >> 8) & 255}.${version & 255}`
}

/** Makes an answer of what a probe found: yes and no are, what was refused is unknown, with the reason as far as it can be known. */
export function explained(finding: Finding, requirement: Requirement | undefined): Feature {
  if (finding === 'yes') return { supported: true }
  if (finding === 'no') return { supported: false, reason: absence(requirement) }
  return { supported: undefined, reason: refusal(finding.refused) }
}

/** Which option or release is missing. */
export function absence(requirement: Requirement | undefined): string | undefined {
  if (!requirement) return undefined
  const { since, config: options = [] } = requirement
  const missing = options.filter((option) => configured(option) === false).map((option) => `CONFIG_${option}`)
  if (missing.length > 0) return `the kernel is built without ${missing.join(' and ')}`
  if (linuxVersion() < code(since)) return `Linux ${since} has it, this is ${versionText()}`
  const unknown = options.filter((option) => configured(option) === undefined).map((option) => `CONFIG_${option}`)
  return unknown.length > 0 ? `the kernel may be built without ${unknown.join(' or ')}` : undefined
}

/** The capabilities that probes need. */
const NEEDED = ['CAP_BPF', 'CAP_PERFMON', 'CAP_NET_ADMIN', 'CAP_SYS_ADMIN'] as const

/** Why a probe was refused: for want of a capability, by lockdown, by a security module. */
function refusal(error: string): string {
  if (error !== 'EPERM' && error !== 'EACCES') return `the kernel answered ${error}`
  const capabilities = missingCapabilities(NEEDED)
  if (capabilities !== undefined) return capabilities
  const { lockdown, modules } = restrictions()
  if (lockdown !== undefined && lockdown !== 'none') return `the kernel is locked down (${lockdown})`
  const judges = modules.filter((module) => JUDGES.has(module))
  const who = judges.length > 0 ? `: a security module may (${judges.join(', ')})` : ''
  return `the kernel refuses it with ${error}, though no capability is missing${who}`
}

/** The security modules that are asked about each program and map: `bpf` asks programs of its own. */
const JUDGES: ReadonlySet<string> = new Set(['selinux', 'bpf'])

/** What may forbid `bpf(2)` beside capabilities. */
export interface Restrictions {
  /** `none`, `integrity` or `confidentiality`; undefined where the kernel has no lockdown. */
  readonly lockdown: string | undefined
  /** The security modules, in order; those that the kernel is built for where securityfs is not mounted. */
  readonly modules: readonly string[]
  /** `kernel.unprivileged_bpf_disabled`: 0 anybody may load some programs, 1 and 2 nobody without CAP_BPF. */
  readonly unprivilegedDisabled: number | undefined
}

/** Reads what may forbid `bpf(2)`. */
export function restrictions(): Restrictions {
  const chosen = /\[(\w+)\]/.exec(read('/sys/kernel/security/lockdown') ?? '')?.[1]
  const modules = (read('/sys/kernel/security/lsm')?.trim() ?? builtIn('LSM'))?.split(',') ?? []
  const disabled = read('/proc/sys/kernel/unprivileged_bpf_disabled')
  return { lockdown: chosen, modules, unprivilegedDisabled: disabled === undefined ? undefined : Number(disabled) }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
