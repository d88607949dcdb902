/**
 * Links on maps of sockets.
 *
 * @module
 */
import { LinkCreate } from '../attrs/index.ts'
import { perform, performAsync, type Steps } from '../call.ts'
import { LINK_INFOS } from '../info.ts'
import { ATTACH_TYPES, type AttachType, nameOf, numberOf } from '../names.ts'
import { type BpfObject } from '../object.ts'
import { type Program } from '../programs/program.ts'
import { type Fd } from '../../sys/index.ts'
import { creating } from './create.ts'
import { attachTypeOf } from './device.ts'
import { type LinkInfo, UpdatableLink } from './link.ts'

/** The program types that a map of sockets takes. */
export type SockmapProgramType = 'sk_skb' | 'sk_msg'

const HOOKS = ['sk_skb_stream_parser', 'sk_skb_stream_verdict', 'sk_skb_verdict', 'sk_msg_verdict'] as const

/** How a program is attached to a map of sockets. */
export interface SockmapAttachOptions {
  /** A `sockmap` or `sockhash`. */
  readonly map: BpfObject
  /** What it does for the map's sockets; what the program was written for unless said. */
  readonly attachType?: (typeof HOOKS)[number] | undefined
}

/** What the kernel tells about a link on a map of sockets. */
export interface SockmapLinkInfo extends LinkInfo {
  /** 0 when detached. */
  readonly mapId: number
  readonly attachType: AttachType
}

/**
 * A program that sees what the sockets of a map send or receive (`BPF_LINK_TYPE_SOCKMAP`). A socket keeps the programs that the map had when it was
 * put there: after an attachment or an update, put it there anew. Requires Linux 6.10.
 */
export class SockmapLink extends UpdatableLink<SockmapProgramType> {
  static readonly kind = 'sockmap'

  /**
   * Attaches a program to a map of sockets. The caller closes the link, which detaches it.
   *
   * @throws AttachTypeError when neither the options nor the program say what for.
   * @throws KernelError `EBUSY` when the map has such a program.
   */
  static attach(program: Program<SockmapProgramType>, options: SockmapAttachOptions): SockmapLink {
    return new SockmapLink(perform(attaching(program, options)), 'sockmap')
  }

  /** {@link attach} on a thread of the pool. */
  static async attachAsync(program: Program<SockmapProgramType>, options: SockmapAttachOptions): Promise<SockmapLink> {
    return new SockmapLink(await performAsync(attaching(program, options)), 'sockmap')
  }

  /** What the kernel tells about it now. */
  override info(): SockmapLinkInfo {
    const { attachType, ...info } = this.read(LINK_INFOS.sockmap)
    return { ...info, attachType: nameOf(ATTACH_TYPES, attachType) }
  }
}

function attaching(program: Program<SockmapProgramType>, { map, attachType }: SockmapAttachOptions): Steps<Fd> {
  const hook = attachTypeOf(program, attachType, HOOKS)
  const values = { progFd: program.fd.number, targetFd: map.fd.number, attachType: numberOf(ATTACH_TYPES, hook) }
  return creating(LinkCreate, values, program, {
    kind: 'sockmap',
    takes: ['sk_skb', 'sk_msg'],
    where: `${hook} of ${map.title}`,
    hints: { EBUSY: 'the map has a program of this kind already' },
  })
}
