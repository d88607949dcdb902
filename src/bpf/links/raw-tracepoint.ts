/**
 * Links on raw tracepoints.
 *
 * @module
 */
import { LINK_INFOS, linkText } from '../info.ts'
import { RawTracepointOpen } from '../attrs/index.ts'
import { perform, performAsync, type Steps } from '../call.ts'
import { type Program } from '../programs/program.ts'
import { type Fd } from '../../sys/index.ts'
import { creating } from './create.ts'
import { Link, type LinkInfo } from './link.ts'

/** The program types that a raw tracepoint takes. */
export type RawTracepointProgramType = 'raw_tracepoint' | 'raw_tracepoint_writable' | 'tracing'

/** How a program is attached to a raw tracepoint. */
export interface RawTracepointAttachOptions {
  /** The tracepoint without its subsystem: `sys_enter`, `sched_switch`. Left out for a tracing program (`tp_btf`), which was loaded for one. */
  readonly name?: string | undefined
  /** What `bpf_get_attach_cookie` gives the program. Requires Linux 6.9. */
  readonly cookie?: bigint | number | undefined
}

/** What the kernel tells about a link on a raw tracepoint. */
export interface RawTracepointLinkInfo extends LinkInfo {
  readonly name: string
  readonly cookie: bigint
}

/** A program on a raw tracepoint (`BPF_LINK_TYPE_RAW_TRACEPOINT`): it gets the tracepoint's arguments as they are. Requires Linux 4.17. */
export class RawTracepointLink extends Link {
  static readonly kind = 'raw_tracepoint'

  /**
   * Attaches a program to a raw tracepoint. The caller closes the link, which detaches it.
   *
   * @throws KernelError `ENOENT` for a tracepoint that the kernel does not have.
   */
  static attach(
    program: Program<RawTracepointProgramType>,
    options: RawTracepointAttachOptions = {},
  ): RawTracepointLink {
    return new RawTracepointLink(perform(attaching(program, options)), 'raw_tracepoint')
  }

  /** {@link attach} on a thread of the pool. */
  static async attachAsync(
    program: Program<RawTracepointProgramType>,
    options: RawTracepointAttachOptions = {},
  ): Promise<RawTracepointLink> {
    return new RawTracepointLink(await performAsync(attaching(program, options)), 'raw_tracepoint')
  }

  /** What the kernel tells about it now. */
  override info(): RawTracepointLinkInfo {
    const { tpName: _, tpNameLen: __, ...info } = this.read(LINK_INFOS.raw_tracepoint)
    return { ...info, name: linkText(this.fd.number, LINK_INFOS.raw_tracepoint, 'tpName', 'tpNameLen') }
  }
}

function attaching(
  program: Program<RawTracepointProgramType>,
  { name, cookie }: RawTracepointAttachOptions,
): Steps<Fd> {
  return creating(RawTracepointOpen, { name, progFd: program.fd.number, cookie }, program, {
    kind: 'raw_tracepoint',
    takes: ['raw_tracepoint', 'raw_tracepoint_writable', 'tracing'],
    where: name === undefined ? 'its tracepoint' : `raw tracepoint ${name}`,
    hints: { ENOENT: 'the kernel has no such tracepoint; /sys/kernel/tracing/available_events names those it has' },
  })
}
