/**
 * Links on the receiving side of an interface, before the kernel makes a packet of what came in.
 *
 * @module
 */
import { LinkCreate } from '../attrs/index.ts'
import { perform, performAsync, type Steps } from '../call.ts'
import { LINK_INFOS } from '../info.ts'
import { ATTACH_TYPES } from '../names.ts'
import { type Program } from '../programs/program.ts'
import { type Fd } from '../../sys/index.ts'
import { creating } from './create.ts'
import { type LinkInfo, UpdatableLink } from './link.ts'

/** Where in the path an XDP program runs: `XDP_FLAGS_*_MODE`. */
const MODES = { generic: 1 << 1, native: 1 << 2, offload: 1 << 3 } as const

/** How an XDP program is attached. */
export interface XdpAttachOptions {
  /** The interface, by its index in the network namespace of the caller. */
  readonly ifindex: number
  /** `native` in the driver, `generic` in the stack, `offload` on the card; the kernel chooses unless said. */
  readonly mode?: keyof typeof MODES | undefined
  /** More `XDP_FLAGS_*`. */
  readonly flags?: number | undefined
}

/** What the kernel tells about an XDP link. */
export interface XdpLinkInfo extends LinkInfo {
  /** The interface; 0 when detached or when the device is gone. */
  readonly ifindex: number
}

/** The XDP program of an interface (`BPF_LINK_TYPE_XDP`). An interface has one for each mode. Requires Linux 5.9. */
export class XdpLink extends UpdatableLink<'xdp'> {
  static readonly kind = 'xdp'

  /**
   * Attaches a program to an interface. The caller closes the link, which detaches it.
   *
   * @throws KernelError `EBUSY` when the interface has an XDP program, `EOPNOTSUPP` when it has not this mode, `ENODEV` for none.
   */
  static attach(program: Program<'xdp'>, options: XdpAttachOptions): XdpLink {
    return new XdpLink(perform(attaching(program, options)), 'xdp')
  }

  /** {@link attach} on a thread of the pool, in the network namespace of the process. */
  static async attachAsync(program: Program<'xdp'>, options: XdpAttachOptions): Promise<XdpLink> {
    return new XdpLink(await performAsync(attaching(program, options)), 'xdp')
  }

  /** What the kernel tells about it now. */
  override info(): XdpLinkInfo {
    return this.read(LINK_INFOS.xdp)
  }
}

function attaching(program: Program<'xdp'>, { ifindex, mode, flags = 0 }: XdpAttachOptions): Steps<Fd> {
  const values = {
    progFd: program.fd.number,
    targetIfindex: ifindex,
    attachType: ATTACH_TYPES.xdp,
    flags: flags | (mode ? MODES[mode] : 0),
  }
  return creating(LinkCreate, values, program, {
    kind: 'xdp',
    takes: ['xdp'],
    where: `XDP of interface ${ifindex}`,
    hints: {
      ENODEV: `there is no interface ${ifindex} in this network namespace`,
      EBUSY: 'the interface has an XDP program already',
      EEXIST: 'the interface has an XDP program of another mode already',
      EOPNOTSUPP:
        mode === 'generic' ? 'the interface takes no XDP program' : "its driver has no such mode: try mode 'generic'",
    },
  })
}
