/**
 * Links on the hooks of netfilter.
 *
 * @module
 */
import { LinkCreateNetfilter } from '../attrs/index.ts'
import { perform, performAsync, type Steps } from '../call.ts'
import { LINK_INFOS } from '../info.ts'
import { ATTACH_TYPES, nameOf } from '../names.ts'
import { type Program } from '../programs/program.ts'
import { type Fd } from '../../sys/index.ts'
import { creating } from './create.ts'
import { Link, type LinkInfo } from './link.ts'

/** `NFPROTO_*` */
const FAMILIES = { ipv4: 2, ipv6: 10 } as const
/** `enum nf_inet_hooks` */
const HOOKS = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 } as const
/** `BPF_F_NETFILTER_IP_DEFRAG` */
const DEFRAG = 1

/** How a program is attached to a hook of netfilter, in the network namespace of the caller. */
export interface NetfilterAttachOptions {
  readonly family: keyof typeof FAMILIES
  readonly hook: keyof typeof HOOKS
  /** Its place among the hook's functions: those with a lower number come first. Some numbers are the kernel's own. */
  readonly priority: number
  /** Put fragments together before the program sees them; the priority must be above -400. Requires Linux 6.6. */
  readonly defrag?: boolean | undefined
}

/** What the kernel tells about a link on a hook of netfilter. */
export interface NetfilterLinkInfo extends LinkInfo {
  readonly family: keyof typeof FAMILIES | number
  readonly hook: keyof typeof HOOKS | number
  readonly priority: number
  readonly defrag: boolean
}

/** A program on a hook of netfilter (`BPF_LINK_TYPE_NETFILTER`): it returns 0 to drop and 1 to accept. Requires Linux 6.4. */
export class NetfilterLink extends Link {
  static readonly kind = 'netfilter'

  /**
   * Attaches a program to a hook. The caller closes the link, which detaches it.
   *
   * @throws KernelError `EEXIST` when the priority is taken, `EINVAL` for one that is the kernel's own.
   */
  static attach(program: Program<'netfilter'>, options: NetfilterAttachOptions): NetfilterLink {
    return new NetfilterLink(perform(attaching(program, options)), 'netfilter')
  }

  /** {@link attach} on a thread of the pool, in the network namespace of the process. */
  static async attachAsync(program: Program<'netfilter'>, options: NetfilterAttachOptions): Promise<NetfilterLink> {
    return new NetfilterLink(await performAsync(attaching(program, options)), 'netfilter')
  }

  /** What the kernel tells about it now. */
  override info(): NetfilterLinkInfo {
    const { pf, hooknum, flags, ...info } = this.read(LINK_INFOS.netfilter)
    return { ...info, family: nameOf(FAMILIES, pf), hook: nameOf(HOOKS, hooknum), defrag: (flags & DEFRAG) !== 0 }
  }
}

function attaching(
  program: Program<'netfilter'>,
  { family, hook, priority, defrag }: NetfilterAttachOptions,
): Steps<Fd> {
  const values = {
    progFd: program.fd.number,
    attachType: ATTACH_TYPES.netfilter,
    pf: FAMILIES[family],
    hooknum: HOOKS[hook],
    priority,
    netfilterFlags: defrag ? DEFRAG : 0,
  }
  return creating(LinkCreateNetfilter, values, program, {
    kind: 'netfilter',
    takes: ['netfilter'],
    where: `netfilter ${hook} of ${family} at priority ${priority}`,
    hints: {
      EEXIST: 'a function has this priority already',
      ERANGE: 'the priorities at both ends are the kernel’s own',
      EAFNOSUPPORT: 'the kernel has no netfilter of this family',
    },
  })
}
