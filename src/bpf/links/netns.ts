/**
 * Links on network namespaces.
 *
 * @module
 */
import { LinkCreate } from '../attrs/index.ts'
import { perform, performAsync, type Steps } from '../call.ts'
import { type FileRef, refer } from '../files.ts'
import { LINK_INFOS } from '../info.ts'
import { ATTACH_TYPES, type AttachType, nameOf } from '../names.ts'
import { type Program } from '../programs/program.ts'
import { type Fd } from '../../sys/index.ts'
import { creating } from './create.ts'
import { type LinkInfo, UpdatableLink } from './link.ts'

/** The program types that a network namespace takes. */
export type NetnsProgramType = 'sk_lookup' | 'flow_dissector'

/** How a program is attached to a network namespace. */
export interface NetnsAttachOptions {
  /** The namespace: a path such as `/run/netns/lab`, or something with its descriptor, as `NetNs` has; the caller's own unless said. */
  readonly netns?: FileRef | undefined
}

/** What the kernel tells about a link on a network namespace. */
export interface NetnsLinkInfo extends LinkInfo {
  /** The inode of the namespace; 0 when it is gone. */
  readonly netnsIno: number
  readonly attachType: AttachType
}

/** A program of a network namespace (`BPF_LINK_TYPE_NETNS`): which socket gets a connection, how packets are dissected. Requires Linux 5.8. */
export class NetnsLink extends UpdatableLink<NetnsProgramType> {
  static readonly kind = 'netns'

  /**
   * Attaches a program to a network namespace. The caller closes the link, which detaches it.
   *
   * @throws KernelError `EEXIST` when the namespace has a flow dissector, `E2BIG` when it has 64 socket lookups.
   */
  static attach(program: Program<NetnsProgramType>, options: NetnsAttachOptions = {}): NetnsLink {
    return new NetnsLink(perform(attaching(program, options)), 'netns')
  }

  /** {@link attach} on a thread of the pool. */
  static async attachAsync(program: Program<NetnsProgramType>, options: NetnsAttachOptions = {}): Promise<NetnsLink> {
    return new NetnsLink(await performAsync(attaching(program, options)), 'netns')
  }

  /** What the kernel tells about it now. */
  override info(): NetnsLinkInfo {
    const { attachType, ...info } = this.read(LINK_INFOS.netns)
    return { ...info, attachType: nameOf(ATTACH_TYPES, attachType) }
  }
}

function* attaching(program: Program<NetnsProgramType>, options: NetnsAttachOptions): Steps<Fd> {
  using netns = refer(options.netns ?? '/proc/thread-self/ns/net')
  const values = {
    progFd: program.fd.number,
    targetFd: netns.number,
    attachType: ATTACH_TYPES[program.type],
  }
  return yield* creating(LinkCreate, values, program, {
    kind: 'netns',
    takes: ['sk_lookup', 'flow_dissector'],
    where: `network namespace ${netns.name}`,
    hints: { EEXIST: 'the namespace has a program of this type already', EINVAL: 'this is no network namespace' },
  })
}
