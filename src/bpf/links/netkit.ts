/**
 * Links on the two sides of a netkit pair.
 *
 * @module
 */
import { perform, performAsync } from '../call.ts'
import { LINK_INFOS } from '../info.ts'
import { ATTACH_TYPES, type AttachType, nameOf } from '../names.ts'
import { type Program } from '../programs/program.ts'
import { attachingDevice, type DeviceAttachOptions } from './device.ts'
import { type LinkInfo, UpdatableLink } from './link.ts'

/** How a program is attached to a side of a netkit pair: {@link NetkitLink.attach}. */
export type NetkitAttachOptions = DeviceAttachOptions<'netkit'>

/** What the kernel tells about a netkit link. */
export interface NetkitLinkInfo extends LinkInfo {
  /** The interface that the program is on: the peer's own index for `netkit_peer`; 0 when detached or when the device is gone. */
  readonly ifindex: number
  readonly attachType: AttachType
}

/**
 * A program on a side of a netkit pair (`BPF_LINK_TYPE_NETKIT`).
 *
 * `netkit_primary` sees what the primary sends to its peer, `netkit_peer` what the peer sends to its primary. The first program that returns
 * something else than `TCX_NEXT` (-1) decides; while no program is attached the device's policy does. Requires Linux 6.7.
 */
export class NetkitLink extends UpdatableLink<'sched_cls'> {
  static readonly kind = 'netkit'

  /**
   * Attaches a program to a side of the pair. `ifindex` is the primary's for both sides. The caller closes the link, which detaches it.
   *
   * @throws AttachTypeError when neither the options nor the program say which side.
   * @throws KernelError `EACCES` for the peer's ifindex, `ENXIO` for an interface that is not netkit, `ENODEV` for none, `EEXIST` when the
   * program is there already, `ENOENT` when the anchor is not, `ESTALE` for another revision, `ERANGE` when the hook is full, `EINVAL` when
   * the kernel has no netkit.
   */
  static attach(program: Program<'sched_cls'>, options: NetkitAttachOptions): NetkitLink {
    return new NetkitLink(perform(attachingDevice('netkit', program, options)), 'netkit')
  }

  /**
   * {@link attach} on a thread of the pool: the kernel waits for an RCU grace period, 8–20 ms. The interface is looked up in the network
   * namespace of the process, not in one that the calling thread has entered for a moment.
   */
  static async attachAsync(program: Program<'sched_cls'>, options: NetkitAttachOptions): Promise<NetkitLink> {
    return new NetkitLink(await performAsync(attachingDevice('netkit', program, options)), 'netkit')
  }

  /** What the kernel tells about it now. */
  override info(): NetkitLinkInfo {
    const { attachType, ...info } = this.read(LINK_INFOS.netkit)
    return { ...info, attachType: nameOf(ATTACH_TYPES, attachType) }
  }
}
