/**
 * Attaching without a link (`BPF_PROG_ATTACH`): the program stays until it is detached or its hook is gone, whoever lives or dies.
 *
 * @module
 */
import { ATTACH_FLAGS, ProgAttach, ProgDetach } from '../attrs/index.ts'
import { command, perform, performAsync, type Steps } from '../call.ts'
import { type Fields, type Input } from '../fields.ts'
import { ATTACH_TYPES, numberOf } from '../names.ts'
import { type Program } from '../programs/program.ts'
import { type PlaceOptions, placeOf } from './anchor.ts'
import { type HookTarget } from './query.ts'
import { attachHint, detachHint } from './remedies.ts'

/** How a program is attached without a link. */
export type ClassicAttachOptions = HookTarget &
  PlaceOptions & {
    /** The program whose place it takes, `BPF_F_REPLACE`. */
    readonly replace?: Program | undefined
  }

/** How a program that no link holds is detached; without a program the last one of the hook goes (the first with `anchor: 'head'`). */
export type ClassicDetachOptions = HookTarget & PlaceOptions & { readonly program?: Program | undefined }

const targetOf = (target: HookTarget): Input<typeof ProgAttach.fields> => ({
  ...(target.fd === undefined ? { targetIfindex: target.ifindex } : { targetFd: target.fd }),
  attachType: numberOf(ATTACH_TYPES, target.attachType),
})

const whereOf = (target: HookTarget): string =>
  `${target.attachType} of ${target.fd === undefined ? `interface ${target.ifindex}` : `descriptor ${target.fd}`}`

function placeIn(options: PlaceOptions): Input<typeof ProgAttach.fields> {
  const { flags, ...place } = placeOf(options)
  return { ...place, attachFlags: flags }
}

function* attaching(program: Program, options: ClassicAttachOptions): Steps<void> {
  const { replace } = options
  const values: Input<Fields & typeof ProgAttach.fields> = {
    ...targetOf(options),
    ...placeIn(replace ? { ...options, flags: (options.flags ?? 0) | ATTACH_FLAGS.replace } : options),
    attachBpfFd: program.fd.number,
    ...(replace && { replaceBpfFd: replace.fd.number }),
  }
  yield* command(ProgAttach, values, (code) => ({
    attempted: `attach program ${JSON.stringify(program.name)} to ${whereOf(options)}`,
    hint:
      replace && code === 'EBUSY'
        ? 'a link holds the program that is to be replaced: update that link'
        : hintOf(code, program, options),
  }))
}

function hintOf(code: string, program: Program, options: ClassicAttachOptions): string | undefined {
  const { ifindex, attachType, anchor, expectedRevision } = options
  const kind = /^(netkit|tcx)_/.exec(String(attachType))?.[1] as 'netkit' | 'tcx' | undefined
  if (ifindex === undefined || kind === undefined) return undefined
  return attachHint(code, {
    kind,
    ifindex,
    attachType,
    program,
    anchored: typeof anchor === 'object',
    expectedRevision,
  })
}

function* detaching(options: ClassicDetachOptions): Steps<void> {
  const values = {
    ...targetOf(options),
    ...placeIn(options),
    ...(options.program && { attachBpfFd: options.program.fd.number }),
  }
  yield* command(ProgDetach, values, (code) => ({
    attempted: `detach ${options.program ? `program ${JSON.stringify(options.program.name)}` : 'a program'} from ${whereOf(options)}`,
    hint: detachHint(code),
  }))
}

/**
 * Attaches a program to a hook without a link (`BPF_PROG_ATTACH`): it stays until {@link detachProgram}, or until the hook is gone.
 *
 * @throws KernelError what the kernel refused; the remedies are those of attaching by a link.
 */
export function attachProgram(program: Program, options: ClassicAttachOptions): void {
  perform(attaching(program, options))
}

/** {@link attachProgram} on a thread of the pool, in the network namespace of the process. */
export function attachProgramAsync(program: Program, options: ClassicAttachOptions): Promise<void> {
  return performAsync(attaching(program, options))
}

/**
 * Takes a program that no link holds off its hook (`BPF_PROG_DETACH`).
 *
 * @throws KernelError `ENOENT` when it is not there, `EBUSY` when a link holds it.
 */
export function detachProgram(options: ClassicDetachOptions): void {
  perform(detaching(options))
}

/** {@link detachProgram} on a thread of the pool, in the network namespace of the process. */
export function detachProgramAsync(options: ClassicDetachOptions): Promise<void> {
  return performAsync(detaching(options))
}
