/**
 * Links on the tc hooks of any interface.
 *
 * @module
 */
import { perform, performAsync } from '../call.ts'
import { LINK_INFOS } from '../info.ts'
import { ATTACH_TYPES, type AttachType, nameOf } from '../names.ts'
import { type Program } from '../programs/program.ts'
import { attachingDevice, type DeviceAttachOptions } from './device.ts'
import { type LinkInfo, UpdatableLink } from './link.ts'

/** How a program is attached to a tc hook: {@link TcxLink.attach}. */
export type TcxAttachOptions = DeviceAttachOptions<'tcx'>

/** What the kernel tells about a tcx link. */
export interface TcxLinkInfo extends LinkInfo {
  /** The interface that the program is on; 0 when detached or when the device is gone. */
  readonly ifindex: number
  readonly attachType: AttachType
}

/**
 * A program on the ingress or egress of an interface (`BPF_LINK_TYPE_TCX`), before the classic tc filters. The first program that returns
 * something else than `TCX_NEXT` (-1) decides. Requires Linux 6.6.
 */
export class TcxLink extends UpdatableLink<'sched_cls'> {
  static readonly kind = 'tcx'

  /**
   * Attaches a program to the ingress or egress of an interface. The caller closes the link, which detaches it.
   *
   * @throws AttachTypeError when neither the options nor the program say which direction.
   * @throws KernelError `ENODEV` for an interface that is not in this namespace, `EEXIST` when the program is there already, `ENOENT` when the
   * anchor is not, `ESTALE` for another revision, `ERANGE` when the hook is full.
   */
  static attach(program: Program<'sched_cls'>, options: TcxAttachOptions): TcxLink {
    return new TcxLink(perform(attachingDevice('tcx', program, options)), 'tcx')
  }

  /**
   * {@link attach} on a thread of the pool: the kernel waits for an RCU grace period, 8–20 ms. The interface is looked up in the network
   * namespace of the process, not in one that the calling thread has entered for a moment.
   */
  static async attachAsync(program: Program<'sched_cls'>, options: TcxAttachOptions): Promise<TcxLink> {
    return new TcxLink(await performAsync(attachingDevice('tcx', program, options)), 'tcx')
  }

  /** What the kernel tells about it now. */
  override info(): TcxLinkInfo {
    const { attachType, ...info } = this.read(LINK_INFOS.tcx)
    return { ...info, attachType: nameOf(ATTACH_TYPES, attachType) }
  }
}
