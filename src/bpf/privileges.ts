/**
 * Why the kernel says EPERM: which capability is missing.
 *
 * @module
 */
import { readFileSync } from 'node:fs'

/** The capabilities that `bpf(2)` asks for, by their bit. */
const CAPABILITIES = { CAP_NET_ADMIN: 12, CAP_SYS_ADMIN: 21, CAP_PERFMON: 38, CAP_BPF: 39 } as const

/** A capability that a command of `bpf(2)` may need. */
export type Capability = keyof typeof CAPABILITIES

/** Whether this process has the capability; undefined where `/proc` does not tell. */
export function hasCapability(capability: Capability): boolean | undefined {
  try {
    const mask = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    return mask === undefined ? undefined : ((BigInt(`0x${mask}`) >> BigInt(CAPABILITIES[capability])) & 1n) === 1n
  } catch {
    return undefined
  }
}

/** The remedy of an EPERM where these capabilities are needed; undefined when all are there, so that the cause is another one. */
export function missingCapabilities(needed: readonly Capability[]): string | undefined {
  // CAP_SYS_ADMIN contains CAP_BPF and CAP_PERFMON; CAP_NET_ADMIN stays a thing of its own.
  const admin = hasCapability('CAP_SYS_ADMIN') === true
  const missing = needed.filter(
    (one) => hasCapability(one) === false && !(admin && (one === 'CAP_BPF' || one === 'CAP_PERFMON')),
  )
  if (missing.length === 0) return undefined
  return `this process lacks ${missing.join(' and ')}: run it as root, or grant it`
}
