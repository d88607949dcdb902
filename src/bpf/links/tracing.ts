/**
 * Links of programs that go onto a function by its type: tracing, LSM hooks, replacements of another program's functions.
 *
 * @module
 */
import { LinkCreateTracing } from '../attrs/index.ts'
import { perform, performAsync, type Steps } from '../call.ts'
import { LINK_INFOS } from '../info.ts'
import { ATTACH_TYPES, type AttachType, nameOf, numberOf } from '../names.ts'
import { type AttachTarget } from '../programs/load.ts'
import { type Program } from '../programs/program.ts'
import { type Fd } from '../../sys/index.ts'
import { creating } from './create.ts'
import { AttachTypeError } from './device.ts'
import { Link, type LinkInfo } from './link.ts'

/** The program types that go onto a function by its type. */
export type TracingProgramType = 'tracing' | 'lsm' | 'ext'

/** How such a program is attached: onto the function that it was loaded for, unless said. */
export interface TracingAttachOptions {
  /** What `bpf_get_attach_cookie` gives the program. Requires Linux 6.0. */
  readonly cookie?: bigint | number | undefined
  /** Another function of the same type, in another program: for replacements. Requires Linux 5.10. */
  readonly target?: Pick<AttachTarget, 'btfId' | 'programFd'> | undefined
}

/** What the kernel tells about such a link. */
export interface TracingLinkInfo extends LinkInfo {
  readonly attachType: AttachType
  /** The program that the function is in, or the id of the BTF object. */
  readonly targetObjectId: number
  /** The function. */
  readonly targetBtfId: number
  readonly cookie: bigint
}

/** A program on a function of the kernel or of another program (`BPF_LINK_TYPE_TRACING`). Requires Linux 5.5, for `lsm` 5.7, for `ext` 5.6. */
export class TracingLink extends Link {
  static readonly kind = 'tracing'

  /**
   * Attaches a program to its function. The caller closes the link, which detaches it.
   *
   * @throws KernelError `EBUSY` when something else replaces the function, `EINVAL` for a program that has no function.
   */
  static attach(program: Program<TracingProgramType>, options: TracingAttachOptions = {}): TracingLink {
    return new TracingLink(perform(attaching(program, options)), 'tracing')
  }

  /** {@link attach} on a thread of the pool: the kernel rewrites its code and waits until nobody runs the old one. */
  static async attachAsync(
    program: Program<TracingProgramType>,
    options: TracingAttachOptions = {},
  ): Promise<TracingLink> {
    return new TracingLink(await performAsync(attaching(program, options)), 'tracing')
  }

  /** What the kernel tells about it now. */
  override info(): TracingLinkInfo {
    const { attachType, targetObjId, ...info } = this.read(LINK_INFOS.tracing)
    return { ...info, attachType: nameOf(ATTACH_TYPES, attachType), targetObjectId: targetObjId }
  }
}

/** What tracing programs of other attach types are attached by. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  trace_raw_tp: 'RawTracepointLink',
  trace_iter: 'IterLink',
  trace_fentry_multi: 'TracingMultiLink',
  trace_fexit_multi: 'TracingMultiLink',
  trace_fsession_multi: 'TracingMultiLink',
}

function attaching(program: Program<TracingProgramType>, { cookie, target }: TracingAttachOptions): Steps<Fd> {
  const kind = ELSEWHERE[String(program.attachType)]
  if (kind !== undefined) {
    throw new AttachTypeError(
      `program ${JSON.stringify(program.name)} is written for ${program.attachType}: use ${kind}`,
    )
  }
  const values = {
    progFd: program.fd.number,
    attachType: program.attachType === undefined ? 0 : numberOf(ATTACH_TYPES, program.attachType),
    cookie,
    ...(target && { targetFd: target.programFd, targetBtfId: target.btfId }),
  }
  return creating(LinkCreateTracing, values, program, {
    kind: 'tracing',
    takes: ['tracing', 'lsm', 'ext'],
    where: 'its function',
    hints: {
      EBUSY: 'the function is replaced by another program, or its code cannot be changed now',
      ENOTSUPP: 'this kernel cannot change the code of that function: it lacks CONFIG_FUNCTION_TRACER or the JIT',
    },
  })
}
