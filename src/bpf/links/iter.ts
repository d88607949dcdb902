/**
 * Links of iterators: programs that are run for each of the kernel's objects of a kind, and what they write.
 *
 * @module
 */
import { arena, check, type Fd, NR, Pinned, release, syscall, syscallAsync, take } from '../../sys/index.ts'
import { IterCreate, LinkCreateIter } from '../attrs/index.ts'
import { bpfFd, perform, performAsync, type Steps } from '../call.ts'
import { type FileRef, refer } from '../files.ts'
import { LINK_INFOS, linkText } from '../info.ts'
import { ATTACH_TYPES } from '../names.ts'
import { type BpfObject } from '../object.ts'
import { type Program } from '../programs/program.ts'
import { creating } from './create.ts'
import { type LinkInfo, UpdatableLink } from './link.ts'

/** `enum bpf_cgroup_iter_order` */
const ORDERS = { self: 1, descendants_pre: 2, descendants_post: 3, ancestors_up: 4, children: 5 } as const

/** What an iterator goes over; for most kinds of object all of them. */
export interface IterAttachOptions {
  /** The elements of this map: for iterators of map elements, and of sockets' storage. */
  readonly map?: BpfObject | undefined
  /** This cgroup and those around it, in an order. Requires Linux 6.1. */
  readonly cgroup?: { readonly at: FileRef; readonly order: keyof typeof ORDERS } | undefined
  /** The one thread, or the threads of one process. Requires Linux 6.1. */
  readonly task?: { readonly tid?: number | undefined; readonly pid?: number | undefined } | undefined
}

/** What the kernel tells about an iterator's link. */
export interface IterLinkInfo extends LinkInfo {
  /** The kind of object: `task`, `bpf_map_elem`. */
  readonly target: string
  /** What it was made for, where it was said: a map by id, a cgroup by id with an order, a thread or a process; 0 for none. */
  readonly mapId?: number | undefined
  readonly cgroup?: { readonly id: bigint; readonly order: keyof typeof ORDERS | number } | undefined
  readonly task?: { readonly tid: number; readonly pid: number } | undefined
}

/** `sizeof(union bpf_iter_link_info)` */
const INFO_SIZE = 16
const CHUNK = 32 * 1024

/** An iterator (`BPF_LINK_TYPE_ITER`): it runs when its output is read, each time from the start. Requires Linux 5.8. */
export class IterLink extends UpdatableLink<'tracing'> {
  static readonly kind = 'iter'

  /**
   * Makes an iterator of a program. The caller closes the link.
   *
   * @throws KernelError `EBADF`, `EINVAL` for what its kind does not go over.
   */
  static attach(program: Program<'tracing'>, options: IterAttachOptions = {}): IterLink {
    return new IterLink(perform(attaching(program, options)), 'iter')
  }

  /** {@link attach} on a thread of the pool. */
  static async attachAsync(program: Program<'tracing'>, options: IterAttachOptions = {}): Promise<IterLink> {
    return new IterLink(await performAsync(attaching(program, options)), 'iter')
  }

  /** What the kernel tells about it now. */
  override info(): IterLinkInfo {
    const { type, id, programId, mapId, cgroupId, order, tid, pid } = this.read(LINK_INFOS.iter)
    const target = linkText(this.fd.number, LINK_INFOS.iter, 'targetName', 'targetNameLen')
    const common = { type, id, programId, target }
    // The kernel uses the same bytes for each: the kind of object says what they are.
    if (target.startsWith('task')) return { ...common, task: { tid, pid } }
    if (target === 'cgroup') return { ...common, cgroup: { id: cgroupId, order: orderName(order) } }
    return mapId > 0 ? { ...common, mapId } : common
  }

  /**
   * Runs it once over all objects and gives what it wrote, piece by piece.
   *
   * @throws KernelError what the program or the kernel broke off with.
   */
  *chunks(): Generator<Uint8Array, void, undefined> {
    using fd = bpfFd(IterCreate, { linkFd: this.fd.number }, 'the iterator', () => ({ attempted: `run ${this.title}` }))
    for (;;) {
      const piece = readChunk(fd)
      if (piece.length === 0) return
      yield piece
    }
  }

  /**
   * {@link chunks} read on a thread of the pool: a walk over many objects keeps nobody waiting. Breaking off ends the run.
   *
   * @throws KernelError what the program or the kernel broke off with.
   */
  async *bytes(): AsyncGenerator<Uint8Array, void, undefined> {
    const fd = bpfFd(IterCreate, { linkFd: this.fd.number }, 'the iterator', () => ({ attempted: `run ${this.title}` }))
    const buffer = new Pinned(CHUNK)
    let reading: Promise<number> | undefined
    try {
      for (;;) {
        reading = syscallAsync(NR.read, fd.number, buffer.address, CHUNK)
        const count = check(await reading, 'read')
        if (count === 0) return
        yield buffer.bytes.slice(0, count)
      }
    } finally {
      await reading // the thread still writes into the buffer, and still has the descriptor
      await fd.closeAsync()
    }
  }

  /** Runs it once and gives line by line what it wrote, without the ends of the lines: see {@link bytes}. */
  async *lines(): AsyncGenerator<string, void, undefined> {
    const decoder = new TextDecoder()
    let rest = ''
    for await (const piece of this.bytes()) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
    rest += decoder.decode()
    if (rest !== '') yield rest
  }

  /** Runs it once and gives all that it wrote, as text. */
  text(): string {
    const decoder = new TextDecoder()
    let text = ''
    for (const piece of this.chunks()) text += decoder.decode(piece, { stream: true })
    return text + decoder.decode()
  }
}

const orderName = (order: number): keyof typeof ORDERS | number =>
  (Object.keys(ORDERS) as (keyof typeof ORDERS)[]).find((name) => ORDERS[name] === order) ?? order

function readChunk(fd: Fd): Uint8Array {
  const at = take(CHUNK)
  try {
    const count = check(syscall(NR.read, fd.number, arena.address + at, CHUNK), 'read')
    return arena.bytes.slice(at, at + count)
  } finally {
    release(at)
  }
}

function* attaching(program: Program<'tracing'>, { map, cgroup, task }: IterAttachOptions): Steps<Fd> {
  const info = new Uint8Array(INFO_SIZE)
  const view = new DataView(info.buffer)
  using directory = cgroup && refer(cgroup.at)
  if (map) view.setUint32(0, map.fd.number, true)
  if (cgroup && directory) {
    view.setUint32(0, ORDERS[cgroup.order], true)
    view.setUint32(4, directory.number, true)
  }
  if (task) {
    view.setUint32(0, task.tid ?? 0, true)
    view.setUint32(4, task.pid ?? 0, true)
  }
  const given = map ?? cgroup ?? task
  const values = {
    progFd: program.fd.number,
    attachType: ATTACH_TYPES.trace_iter,
    ...(given && { iterInfo: info, iterInfoLen: INFO_SIZE }),
  }
  return yield* creating(LinkCreateIter, values, program, { kind: 'iter', takes: ['tracing'], where: 'its objects' })
}
