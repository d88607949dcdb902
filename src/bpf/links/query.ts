/**
 * Who is on a hook (`BPF_PROG_QUERY`).
 *
 * @module
 */
import { errnoName } from '../../sys/index.ts'
import { ProgQuery } from '../attrs/index.ts'
import { bpfReply, checkReply } from '../call.ts'
import { ATTACH_TYPES, type AttachType, numberOf } from '../names.ts'
import { missingCapabilities } from '../privileges.ts'

/** A hook: an interface, or what a descriptor stands for (a cgroup, a namespace, a map), and the attach type. */
export type HookTarget = (
  { readonly ifindex: number; readonly fd?: undefined } | { readonly fd: number; readonly ifindex?: undefined }
) & {
  readonly attachType: AttachType
  /** `BPF_F_QUERY_EFFECTIVE` and what else the hook knows; netkit and tcx know none. */
  readonly flags?: number | undefined
}

/** One program on a hook. */
export interface HookProgram {
  readonly programId: number
  /** The link that holds it; 0 for a program that was attached without one. */
  readonly linkId: number
  /** The `BPF_F_*` flags of its attachment. */
  readonly flags: number
}

/** A hook as it is now. */
export interface HookState {
  /** In the order in which they run. */
  readonly programs: readonly HookProgram[]
  /**
   * Counts the changes of the hook, for `expectedRevision`; 0 for a kind of hook that has none.
   *
   * An emptied netkit hook says 1 while its counter goes on, so it is no promise there.
   */
  readonly revision: bigint
  /** The flags that the hook itself has, of a cgroup for one. */
  readonly flags: number
}

/** A netkit or tcx hook holds 63 programs at the most. */
const SLOTS = 64

/**
 * Tells which programs are on a hook, in order, and the hook's revision. Needs CAP_NET_ADMIN.
 *
 * @throws KernelError `ENODEV` for an interface that is not in this network namespace, `EACCES` for the peer of a netkit pair, `EINVAL` for a
 * hook that the kernel does not have.
 */
export function queryPrograms(target: HookTarget): HookState {
  const attachType = numberOf(ATTACH_TYPES, target.attachType)
  const where = target.fd === undefined ? { targetIfindex: target.ifindex } : { targetFd: target.fd }
  for (let slots = SLOTS; ;) {
    const lists = new Uint32Array(slots * 3)
    const part = (index: number): Uint8Array => new Uint8Array(lists.buffer, index * slots * 4, slots * 4)
    const { result, out } = bpfReply(ProgQuery, {
      ...where,
      attachType,
      queryFlags: target.flags,
      count: slots,
      progIds: part(0),
      linkIds: part(1),
      // The kernel has no answer for a single program's flags when it is asked for those that are in effect.
      ...(!target.flags && { progAttachFlags: part(2) }),
    })
    if (result < 0 && errnoName(result) === 'ENOSPC' && out.count > slots) {
      slots = out.count + SLOTS
      continue
    }
    checkReply(ProgQuery, result, (code) => ({
      attempted: `query ${target.attachType} of ${target.fd === undefined ? `interface ${target.ifindex}` : `descriptor ${target.fd}`}`,
      hint: code === 'EPERM' ? missingCapabilities(['CAP_NET_ADMIN']) : HINTS[code]?.(target),
    }))
    const programs = Array.from({ length: out.count }, (_, index) => ({
      programId: lists[index]!,
      linkId: lists[slots + index]!,
      flags: lists[2 * slots + index]!,
    }))
    return { programs, revision: out.revision, flags: out.attachFlags }
  }
}

/** The remedies of a failed query, one row each. */
const HINTS: Readonly<Record<string, (target: HookTarget) => string>> = {
  ENODEV: ({ ifindex }) => `there is no interface ${ifindex} in this network namespace`,
  ENXIO: ({ ifindex }) => `interface ${ifindex} is not a netkit device`,
  EACCES: ({ ifindex }) =>
    `interface ${ifindex} is the peer of its netkit pair: both sides are asked through the primary, use its ifindex`,
  EINVAL: ({ attachType }) => `this kernel has no hook ${attachType}, or takes no such flags there`,
}

/** An index that no interface has. */
const NO_INTERFACE = 0xffff_ffff

/** Whether the kernel has this hook of network interfaces; undefined where it does not tell, for want of a privilege. */
export function hasDeviceHook(attachType: AttachType): boolean | undefined {
  const { result } = bpfReply(ProgQuery, {
    targetIfindex: NO_INTERFACE,
    attachType: numberOf(ATTACH_TYPES, attachType),
  })
  const code = errnoName(result)
  return code === 'EPERM' ? undefined : code === 'ENODEV'
}
