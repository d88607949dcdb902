/**
 * What all links have in common.
 *
 * @module
 */
import { type Fd } from '../../sys/index.ts'
import { ATTACH_FLAGS, LinkDetach, LinkGetFdById, LinkGetNextId, LinkUpdate } from '../attrs/index.ts'
import { bpfFd, command, type Describe, perform, performAsync, type Steps } from '../call.ts'
import { type Fields, type Values } from '../fields.ts'
import { getInfo, LINK_INFO, LINK_INFO_SIZE } from '../info.ts'
import { LINK_TYPES, type LinkType, nameOf, type ProgramType } from '../names.ts'
import { BpfObject, objectIds, openPinOf, requireKind, WrongKindError } from '../object.ts'
import { type Program } from '../programs/program.ts'
import { updateHint } from './remedies.ts'

/** What the kernel tells about any link. */
export interface LinkInfo {
  readonly type: LinkType
  readonly id: number
  /** The program that is attached, by id; 0 for a kind of link that has none. */
  readonly programId: number
}

/** The class of a kind of link. */
export interface LinkClass<L extends Link> {
  new (fd: Fd, type: LinkType): L
  /** The kind; the base class takes any. */
  readonly kind?: LinkType | undefined
}

/** How a link is given another program. */
export interface UpdateOptions<T extends ProgramType> {
  /** Do it only while this program is attached; `EPERM` otherwise. */
  readonly old?: Program<T> | undefined
  /** More `BPF_F_*` flags. */
  readonly flags?: number | undefined
}

/**
 * An attachment of a program that a descriptor holds: closing the last descriptor of a link that is not pinned detaches the program.
 *
 * A link of a kind that has no class of its own here is of this one.
 */
export class Link extends BpfObject {
  /** Its kind. */
  readonly type: LinkType
  #id: number | undefined

  /** Takes over a descriptor that is known to be of a link of this kind; {@link fromFd} makes sure. */
  constructor(fd: Fd, type: LinkType) {
    super(fd)
    this.type = type
  }

  /**
   * Takes over the descriptor of a link. It is closed when it stands for something else. Called on the class of a kind, it refuses other kinds.
   *
   * @throws WrongKindError when it is a map, a program, or a link of another kind.
   */
  static fromFd<L extends Link>(this: LinkClass<L>, fd: Fd): L {
    requireKind(fd, 'link', 'the descriptor')
    try {
      const { type, id } = linkInfo(fd.number)
      if (this.kind !== undefined && this.kind !== type) {
        throw new WrongKindError(`link ${id} is of kind ${type}, not ${this.kind}`)
      }
      return new this(fd, type)
    } catch (error) {
      fd.close()
      throw error
    }
  }

  /**
   * Opens a link by its id (`BPF_LINK_GET_FD_BY_ID`). The caller closes it. Needs CAP_SYS_ADMIN.
   *
   * @throws KernelError `ENOENT` when there is no link with this id.
   */
  static fromId<L extends Link>(this: LinkClass<L>, id: number): L {
    const describe = () => ({ attempted: `open link ${id}` })
    return Link.fromFd.call<LinkClass<L>, [Fd], L>(this, bpfFd(LinkGetFdById, { linkId: id }, `link ${id}`, describe))
  }

  /** Opens a pinned link (`BPF_OBJ_GET`). The caller closes it. The pin stays, and with it the attachment. */
  static loadPinned<L extends Link>(this: LinkClass<L>, path: string): L {
    return Link.fromFd.call<LinkClass<L>, [Fd], L>(this, openPinOf('link', path))
  }

  /** The ids of all links in the kernel, ascending. Needs CAP_SYS_ADMIN. */
  static ids(): Generator<number, void, undefined> {
    return objectIds(LinkGetNextId)
  }

  override get title(): string {
    return `the ${this.type} link`
  }

  /** The fields of `struct bpf_link_info` that every kind has, and those of the kind. */
  protected read<F extends Fields>(fields: F): LinkInfo & Values<F> {
    return linkInfo(this.fd.number, fields)
  }

  /** Its id in the kernel. */
  get id(): number {
    this.#id ??= linkInfo(this.fd.number).id
    return this.#id
  }

  /** What the kernel tells about it now. */
  info(): LinkInfo {
    return this.read({})
  }

  /**
   * Takes the program off its hook and keeps the link as an empty shell, for all who hold or have pinned it (`BPF_LINK_DETACH`). A second
   * time does nothing. Requires Linux 5.9.
   *
   * @throws KernelError `EOPNOTSUPP` for a kind of link that can only be closed.
   */
  detach(): void {
    perform(this.#detaching())
  }

  /** {@link detach} on a thread of the pool: the kernel waits for an RCU grace period, 8–20 ms. */
  async detachAsync(): Promise<void> {
    await performAsync(this.#detaching())
  }

  #detaching(): Steps<number> {
    return command(LinkDetach, { linkFd: this.fd.number }, () => ({ attempted: `detach ${this.title}` }))
  }
}

/** A link whose program can be exchanged for another one without a packet or an event being missed. */
export abstract class UpdatableLink<in out T extends ProgramType> extends Link {
  /**
   * Puts another program in the place of the one that is attached (`BPF_LINK_UPDATE`): each event sees the one or the other.
   *
   * @throws KernelError `ENOLINK` when the link is detached or its device is gone, `EEXIST` when the program is on the hook already,
   * `EPERM` when another one than `old` is attached, `EINVAL` when the hook takes no such program.
   */
  update(program: Program<T>, options: UpdateOptions<T> = {}): void {
    perform(this.#updating(program, options))
  }

  /** {@link update} on a thread of the pool. */
  async updateAsync(program: Program<T>, options: UpdateOptions<T> = {}): Promise<void> {
    await performAsync(this.#updating(program, options))
  }

  #updating(program: Program<T>, { old, flags = 0 }: UpdateOptions<T>): Steps<number> {
    const describe: Describe = (code) => ({
      attempted: `put program ${JSON.stringify(program.name)} into ${this.title}`,
      hint: updateHint(code),
    })
    const linkFd = this.fd.number
    const newProgFd = program.fd.number
    if (!old) return command(LinkUpdate, { linkFd, newProgFd, flags }, describe)
    const values = { linkFd, newProgFd, oldProgFd: old.fd.number, flags: flags | ATTACH_FLAGS.replace }
    return command(LinkUpdate, values, describe)
  }
}

const NONE = {} satisfies Fields

/** Reads the info of a link: what every kind has, and the rows that are asked for. */
export function linkInfo<F extends Fields = typeof NONE>(fd: number, fields?: F): LinkInfo & Values<F> {
  const { type, id, progId, ...own } = getInfo(fd, { size: LINK_INFO_SIZE, fields: { ...LINK_INFO, ...fields } })
  return { type: nameOf(LINK_TYPES, type), id, programId: progId, ...own } as unknown as LinkInfo & Values<F>
}
