/**
 * Links on tables of kernel callbacks.
 *
 * @module
 */
import { ATTACH_FLAGS, LinkCreate, LinkUpdate } from '../attrs/index.ts'
import { command, perform, performAsync, type Steps } from '../call.ts'
import { LINK_INFOS } from '../info.ts'
import { type BpfMap } from '../maps/map.ts'
import { ATTACH_TYPES } from '../names.ts'
import { type Fd } from '../../sys/index.ts'
import { creating } from './create.ts'
import { Link, type LinkInfo } from './link.ts'
import { updateHint } from './remedies.ts'

/** What the kernel tells about a link on a table of callbacks. */
export interface StructOpsLinkInfo extends LinkInfo {
  /** The map that is registered; 0 when detached. */
  readonly mapId: number
}

/** A table of kernel callbacks that is registered as long as the link lives (`BPF_LINK_TYPE_STRUCT_OPS`). Requires Linux 6.4. */
export class StructOpsLink extends Link {
  static readonly kind = 'struct_ops'

  /**
   * Registers a table from a section `.struct_ops.link`. The caller closes the link, which takes it off the kernel.
   *
   * @throws KernelError `EEXIST` when the kernel has one of that name, `EINVAL` for a table that misses callbacks.
   */
  static attach(map: BpfMap): StructOpsLink {
    return new StructOpsLink(perform(attaching(map)), 'struct_ops')
  }

  /** {@link attach} on a thread of the pool. */
  static async attachAsync(map: BpfMap): Promise<StructOpsLink> {
    return new StructOpsLink(await performAsync(attaching(map)), 'struct_ops')
  }

  /** What the kernel tells about it now. */
  override info(): StructOpsLinkInfo {
    return this.read(LINK_INFOS.struct_ops)
  }

  /**
   * Puts another table in the place of the one that is registered. For the one that is registered there is nothing to do, and the kernel is not
   * asked: a list of TCP's (6.18) does not survive being given what it has, and takes the lock of all tables of callbacks with it.
   *
   * @throws KernelError `EOPNOTSUPP` for callbacks that cannot be exchanged, `EPERM` when another one than `old` is registered.
   */
  updateTable(map: BpfMap, { old }: { readonly old?: BpfMap | undefined } = {}): void {
    if (this.info().mapId === map.id) return
    const values = {
      linkFd: this.fd.number,
      newMapFd: map.fd.number,
      ...(old && { oldMapFd: old.fd.number, flags: ATTACH_FLAGS.replace }),
    }
    perform(
      command(LinkUpdate, values, (code) => ({
        attempted: `put ${map.title} into ${this.title}`,
        hint: updateHint(code),
      })),
    )
  }
}

function attaching(map: BpfMap): Steps<Fd> {
  return creating(LinkCreate, { mapFd: map.fd.number, attachType: ATTACH_TYPES.struct_ops }, map, {
    kind: 'struct_ops',
    where: 'the kernel',
    hints: {
      EEXIST: 'the kernel has a table of that name',
      EINVAL: 'the table has no values yet, or misses callbacks',
    },
  })
}
