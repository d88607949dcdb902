/**
 * What `netkit features --json` prints: one value of a stable shape.
 *
 * @module
 */
import { release } from 'node:os'
import { type Feature, Features, restrictions } from '../../bpf/index.ts'

/** One feature: whether the kernel has it (null where it could not be told), and why not. */
export interface FeatureJson {
  readonly supported: boolean | null
  readonly reason: string | null
}

/** Features of a kind, by the kernel's name. */
export type FeaturesJson = Readonly<Record<string, FeatureJson>>

/** What the running kernel can do of `bpf(2)`. */
export interface FeaturesReport {
  /** As `uname -r` prints it. */
  readonly kernel: string
  /** `none`, `integrity` or `confidentiality`; null where the kernel has no lockdown or does not show it. */
  readonly lockdown: string | null
  /** The security modules, in order. */
  readonly securityModules: readonly string[]
  /** `kernel.unprivileged_bpf_disabled`. */
  readonly unprivilegedBpfDisabled: number | null
  readonly programTypes: FeaturesJson
  readonly mapTypes: FeaturesJson
  readonly attachTypes: FeaturesJson
  readonly linkTypes: FeaturesJson
  /** The functions that are marked as being for programs to call. */
  readonly kfuncs: readonly string[]
  /** The helpers of each program type; null unless they were asked for. */
  readonly helpers: Readonly<Record<string, readonly string[]>> | null
}

/** The kinds of feature that have an answer each, in the order in which they are printed. */
export const KINDS = ['programTypes', 'mapTypes', 'attachTypes', 'linkTypes'] as const

const plain = (features: Readonly<Record<string, Feature>>): FeaturesJson =>
  Object.fromEntries(
    Object.entries(features).map(([name, { supported, reason }]) => [
      name,
      { supported: supported ?? null, reason: reason ?? null },
    ]),
  )

/** Asks the kernel for everything. */
export function featuresReport(helpers: boolean): FeaturesReport {
  using features = new Features()
  const found = features.report({ helpers })
  const { lockdown, modules, unprivilegedDisabled } = restrictions()
  return {
    kernel: release(),
    lockdown: lockdown ?? null,
    securityModules: modules,
    unprivilegedBpfDisabled: unprivilegedDisabled ?? null,
    programTypes: plain(found.programTypes),
    mapTypes: plain(found.mapTypes),
    attachTypes: plain(found.attachTypes),
    linkTypes: plain(found.linkTypes),
    kfuncs: found.kfuncs,
    helpers: found.helpers ?? null,
  }
}
