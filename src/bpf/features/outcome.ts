/**
 * Whether the kernel has a feature, and why not.
 *
 * @module
 */

/** An answer about one feature of the kernel. */
export interface Feature {
  /** Whether the kernel has it; undefined where it could not be told, as for want of a privilege. */
  readonly supported: boolean | undefined
  /** Why it is not there, or could not be told, where that is known: a version, a configuration option, a capability, a security module. */
  readonly reason?: string | undefined
}

/** What a probe found out by itself: the kernel's answer, before anything explains it. */
export type Finding = 'yes' | 'no' | { readonly refused: string }

/** Answers that will not change while the kernel runs. One that could not be given is asked for again. */
const known = new Map<string, Feature>()

/** Answers from what is known, or by the probe: only an answer that is conclusive is kept. */
export function remembered(key: string, probe: () => Feature): Feature {
  let feature = known.get(key)
  if (!feature) {
    feature = probe()
    if (feature.supported !== undefined) known.set(key, feature)
  }
  return feature
}
