/**
 * What to do about each refusal of an ordered hook: one row for each error number, said with what can be found out at that moment.
 *
 * @module
 */
import { type AttachType, type ProgramType } from '../names.ts'
import { missingCapabilities } from '../privileges.ts'
import { type Program } from '../programs/program.ts'
import { hasDeviceHook, type HookState, queryPrograms } from './query.ts'

/** An attachment that the kernel refused. */
export interface Attempt {
  readonly kind: 'netkit' | 'tcx'
  readonly ifindex: number
  readonly attachType: AttachType
  readonly program: Program<ProgramType>
  /** Whether a place beside another program was asked for. */
  readonly anchored: boolean
  readonly expectedRevision?: bigint | number | undefined
}

/** Which kernel brought a hook. */
const SINCE = { netkit: 'Linux 6.7 with CONFIG_NETKIT', tcx: 'Linux 6.6' } as const

const ATTACH: Readonly<Record<string, (attempt: Attempt) => string | undefined>> = {
  EPERM: () => missingCapabilities(['CAP_BPF', 'CAP_NET_ADMIN']),
  EACCES: ({ kind, ifindex }) =>
    kind === 'netkit'
      ? `interface ${ifindex} is the peer of its pair: both sides are governed through the primary, use the primary's ifindex`
      : undefined,
  ENXIO: ({ ifindex }) => `interface ${ifindex} is not a netkit device`,
  ENODEV: ({ ifindex, attachType }) =>
    `there is no interface ${ifindex} in this network namespace${attachType === 'netkit_peer' ? ', or its peer is gone' : ''}`,
  EOPNOTSUPP: ({ kind, ifindex }) =>
    kind === 'netkit' ? `interface ${ifindex} is a single netkit device, without a peer: use tcx on it` : undefined,
  EINVAL(attempt) {
    const { kind, attachType, program, anchored } = attempt
    if (hasDeviceHook(attachType) === false) return `this kernel has no ${kind} hooks: they need ${SINCE[kind]}`
    if (program.type !== 'sched_cls') return `${kind} takes programs of type sched_cls, this one is ${program.type}`
    return anchored ? 'the anchor is of another program type, or the flags do not fit' : 'the flags do not fit'
  },
  EEXIST(attempt) {
    const held = stateOf(attempt)?.programs.find(({ programId }) => programId === idOf(attempt.program))
    if (!held) return 'the program is on this hook already'
    return held.linkId
      ? `the program is on this hook already, held by link ${held.linkId}: update or detach that link`
      : 'the program is on this hook already, attached without a link: detach it first'
  },
  ENOENT: ({ anchored }) =>
    anchored
      ? 'the anchor is not on this hook'
      : 'replacing is done through the link that holds the program, by its update()',
  EBADF: () => 'the descriptor of the program or of the anchor is not open, or is of another kind',
  ESTALE(attempt) {
    const state = stateOf(attempt)
    if (!state) return 'the hook has changed: query it again'
    if (attempt.kind === 'netkit' && state.programs.length === 0) {
      return 'a netkit hook that was emptied tells no true revision: attach without expectedRevision'
    }
    return `the hook is at revision ${state.revision} now, not ${attempt.expectedRevision}: query it again`
  },
  ERANGE: (attempt) =>
    (stateOf(attempt)?.programs.length ?? 0) >= FULL
      ? `the hook is full: ${FULL} programs is the most`
      : 'a place both before and after cannot be',
}

const FULL = 63

function stateOf({ ifindex, attachType }: Attempt): HookState | undefined {
  try {
    return queryPrograms({ ifindex, attachType })
  } catch {
    return undefined // The remedy is only a help: the error that is told is the one of the attachment.
  }
}

function idOf(program: Program<ProgramType>): number | undefined {
  try {
    return program.id
  } catch {
    return undefined
  }
}

/** The remedy of a refused attachment. */
export const attachHint = (code: string, attempt: Attempt): string | undefined => ATTACH[code]?.(attempt)

/** The remedies of a refused update of a link, one row each. */
const UPDATE: Readonly<Record<string, string>> = {
  ENOLINK: 'the link is detached, or the device it was on is gone: attach anew',
  EEXIST: 'the program is on this hook already',
  EPERM: 'another program than `old` is attached by now',
  EINVAL: 'the hook takes no program of this type or attach type, or no such flags',
  EOPNOTSUPP: 'links of this kind cannot be updated',
  EBADF: 'the descriptor of the program is not open, or is of another kind',
}

/** The remedy of a refused update. */
export const updateHint = (code: string): string | undefined => UPDATE[code]

/** The remedies of a refused classic detachment, one row each. */
const DETACH: Readonly<Record<string, string>> = {
  ENOENT: 'the program is not on this hook',
  EBUSY: 'a link holds the program: detach or close that link',
  ESTALE: 'the hook has changed: query it again',
  EINVAL: 'the hook takes no such flags',
  ERANGE: 'the kernel finds no last program on a full hook: name the program',
}

/** The remedy of a refused detachment. */
export const detachHint = (code: string): string | undefined => DETACH[code]
