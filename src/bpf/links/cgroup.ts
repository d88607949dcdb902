/**
 * Links on cgroups.
 *
 * @module
 */
import { LinkCreateCgroup } from '../attrs/index.ts'
import { perform, performAsync, type Steps } from '../call.ts'
import { type FileRef, refer } from '../files.ts'
import { LINK_INFOS } from '../info.ts'
import { ATTACH_TYPES, type AttachType, nameOf, numberOf } from '../names.ts'
import { type Program } from '../programs/program.ts'
import { type Fd } from '../../sys/index.ts'
import { type PlaceOptions, placeOf } from './anchor.ts'
import { creating } from './create.ts'
import { type LinkInfo, UpdatableLink } from './link.ts'
import { AttachTypeError } from './device.ts'

/** The program types that a cgroup takes. */
export type CgroupProgramType =
  | 'cgroup_skb'
  | 'cgroup_sock'
  | 'cgroup_sock_addr'
  | 'cgroup_sockopt'
  | 'cgroup_sysctl'
  | 'cgroup_device'
  | 'sock_ops'
  | 'lsm'

const CGROUP_PROGRAMS: readonly CgroupProgramType[] = [
  'cgroup_skb',
  'cgroup_sock',
  'cgroup_sock_addr',
  'cgroup_sockopt',
  'cgroup_sysctl',
  'cgroup_device',
  'sock_ops',
  'lsm',
]

/** How a program is attached to a cgroup. A place beside others (`anchor`, `expectedRevision`) requires Linux 6.17. */
export interface CgroupAttachOptions extends PlaceOptions {
  /** The cgroup: the path of its directory (version 2), or a descriptor of it. */
  readonly cgroup: FileRef
  /** Which of its hooks; the one that the program was written for unless said. */
  readonly attachType?: AttachType | undefined
}

/** What the kernel tells about a cgroup link. */
export interface CgroupLinkInfo extends LinkInfo {
  /** The cgroup by its id: the inode of its directory; 0 when it is gone. */
  readonly cgroupId: bigint
  readonly attachType: AttachType
}

/** A program on a cgroup and all below it (`BPF_LINK_TYPE_CGROUP`), beside those of others. Requires Linux 5.7. */
export class CgroupLink extends UpdatableLink<CgroupProgramType> {
  static readonly kind = 'cgroup'

  /**
   * Attaches a program to a cgroup. The caller closes the link, which detaches it.
   *
   * @throws AttachTypeError when neither the options nor the program say which hook.
   * @throws KernelError `EBADF` for something that is no cgroup of version 2, `EPERM` when an ancestor allows no other program.
   */
  static attach(program: Program<CgroupProgramType>, options: CgroupAttachOptions): CgroupLink {
    return new CgroupLink(perform(attaching(program, options)), 'cgroup')
  }

  /** {@link attach} on a thread of the pool. */
  static async attachAsync(program: Program<CgroupProgramType>, options: CgroupAttachOptions): Promise<CgroupLink> {
    return new CgroupLink(await performAsync(attaching(program, options)), 'cgroup')
  }

  /** What the kernel tells about it now. */
  override info(): CgroupLinkInfo {
    const { attachType, ...info } = this.read(LINK_INFOS.cgroup)
    return { ...info, attachType: nameOf(ATTACH_TYPES, attachType) }
  }
}

function* attaching(program: Program<CgroupProgramType>, options: CgroupAttachOptions): Steps<Fd> {
  const attachType = options.attachType ?? program.attachType
  if (attachType === undefined) {
    throw new AttachTypeError(`program ${JSON.stringify(program.name)} names no hook of a cgroup: say attachType`)
  }
  using cgroup = refer(options.cgroup)
  const values = {
    progFd: program.fd.number,
    targetFd: cgroup.number,
    attachType: numberOf(ATTACH_TYPES, attachType),
    ...placeOf(options),
  }
  return yield* creating(LinkCreateCgroup, values, program, {
    kind: 'cgroup',
    takes: CGROUP_PROGRAMS,
    where: `${attachType} of cgroup ${cgroup.name}`,
    hints: {
      EBADF: 'this is no directory of a cgroup of version 2',
      EPERM: 'an ancestor has a program that allows no others below it',
      ESTALE: 'the hook has changed: query it again',
      ENOENT: 'the anchor is not on this hook',
    },
  })
}
