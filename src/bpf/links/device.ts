/**
 * The ordered hooks of a network interface, netkit and tcx: one way of attaching for both.
 *
 * @module
 */
import { type Fd } from '../../sys/index.ts'
import { LinkCreateNetkit, LinkCreateTcx } from '../attrs/index.ts'
import { descriptor, type Steps } from '../call.ts'
import { ATTACH_TYPES, type AttachType, numberOf } from '../names.ts'
import { type Program } from '../programs/program.ts'
import { type PlaceOptions, placeOf } from './anchor.ts'
import { attachHint } from './remedies.ts'

/** The two kinds: the attribute they are made by, and the hooks they have. */
export const DEVICE_HOOKS = {
  netkit: { use: LinkCreateNetkit, attachTypes: ['netkit_primary', 'netkit_peer'] },
  tcx: { use: LinkCreateTcx, attachTypes: ['tcx_ingress', 'tcx_egress'] },
} as const

/** `netkit` or `tcx`. */
export type DeviceHookKind = keyof typeof DEVICE_HOOKS

/** The attach types of a kind. */
export type DeviceAttachType<K extends DeviceHookKind> = (typeof DEVICE_HOOKS)[K]['attachTypes'][number]

/** How a program is attached to a hook of an interface. */
export interface DeviceAttachOptions<K extends DeviceHookKind> extends PlaceOptions {
  /** The interface, by its index in the network namespace of the caller. */
  readonly ifindex: number
  /** Which of its hooks; the one that the program was written for unless said. */
  readonly attachType?: DeviceAttachType<K> | undefined
  /** Asked after a refusal, with the name of the error number: a better remedy than the one that is known here. */
  readonly explain?: ((code: string) => string | undefined) | undefined
}

/** Nothing says which hook a program is to go on. */
export class AttachTypeError extends TypeError {
  override readonly name: string = 'AttachTypeError'
  readonly code: string = 'ERR_ATTACH_TYPE'
}

/** The hook that was asked for, or that the program was written for. */
export function attachTypeOf<A extends AttachType>(
  program: Pick<Program, 'name' | 'attachType'>,
  asked: A | undefined,
  allowed: readonly A[],
): A {
  if (asked !== undefined) return asked
  const own = allowed.find((type) => type === program.attachType)
  if (own !== undefined) return own
  const written = program.attachType === undefined ? 'names no hook' : `is written for ${program.attachType}`
  throw new AttachTypeError(
    `program ${JSON.stringify(program.name)} ${written}: say attachType, one of ${allowed.join(', ')}`,
  )
}

/** Attaches a program to a hook of an interface. */
export function attachingDevice<K extends DeviceHookKind>(
  kind: K,
  program: Program<'sched_cls'>,
  options: DeviceAttachOptions<K>,
): Steps<Fd> {
  const { use, attachTypes } = DEVICE_HOOKS[kind]
  const attachType = attachTypeOf<DeviceAttachType<DeviceHookKind>>(program, options.attachType, attachTypes)
  const { ifindex, anchor, expectedRevision, explain } = options
  return descriptor(
    use,
    {
      progFd: program.fd.number,
      targetIfindex: ifindex,
      attachType: numberOf(ATTACH_TYPES, attachType),
      ...placeOf(options),
    },
    `the ${kind} link`,
    (code) => ({
      attempted: `attach program ${JSON.stringify(program.name)} to ${attachType} of interface ${ifindex}`,
      hint:
        explain?.(code) ??
        attachHint(code, {
          kind,
          ifindex,
          attachType,
          program,
          anchored: typeof anchor === 'object',
          expectedRevision,
        }),
    }),
  )
}
