/**
 * The kinds of hook that keep programs for long: how each is asked, attached to, and named in a bpffs.
 *
 * @module
 */
import { statSync } from 'node:fs'
import { type PlaceOptions } from '../../bpf/links/anchor.ts'
import { CgroupLink, type CgroupLinkInfo, type CgroupProgramType } from '../../bpf/links/cgroup.ts'
import { attachProgram } from '../../bpf/links/classic.ts'
import { linkFromId } from '../../bpf/links/kinds.ts'
import { Link, type UpdatableLink } from '../../bpf/links/link.ts'
import { NetkitLink } from '../../bpf/links/netkit.ts'
import { type HookProgram, type HookState, queryPrograms } from '../../bpf/links/query.ts'
import { TcxLink } from '../../bpf/links/tcx.ts'
import { XdpLink, type XdpAttachOptions, type XdpLinkInfo } from '../../bpf/links/xdp.ts'
import { type FileRef, refer } from '../../bpf/files.ts'
import { type AttachType, type ProgramType } from '../../bpf/names.ts'
import { type Program } from '../../bpf/programs/program.ts'
import { Rtnl } from '../../netlink/route/index.ts'
import { type NetNs } from '../../netns/index.ts'
import { KernelError } from '../../sys/index.ts'

/** Where an interface is. */
export interface InterfaceRef {
  /** The interface, by its index in its network namespace. For both sides of a netkit pair it is the primary's. */
  readonly ifindex: number
  /** The namespace that the interface is in, which stays the caller's; the one of the process unless said. */
  readonly netns?: NetNs | undefined
}

/** A side of a netkit pair. */
export interface NetkitHookRef extends InterfaceRef {
  readonly side: 'primary' | 'peer'
}

/** A direction of an interface. */
export interface TcxHookRef extends InterfaceRef {
  readonly direction: 'ingress' | 'egress'
}

/** What an interface does with packets before the stack sees them. */
export interface XdpHookRef extends InterfaceRef, Pick<XdpAttachOptions, 'mode'> {}

/** A hook of a cgroup. */
export interface CgroupHookRef {
  /** The cgroup: the path of its directory (version 2), or a descriptor of it. */
  readonly cgroup: FileRef
  readonly attachType: AttachType
}

/** What a kind of hook is to {@link Hook}. */
export interface HookPlace<T extends ProgramType> {
  /** Its name in an error: `tcx_ingress of interface 3`. */
  readonly title: string
  /** Its name in a bpffs: `tcx_ingress-3`, in a namespace that was named `tcx_ingress-3_4026532156`. */
  readonly key: string
  /** Whether it keeps several programs, in an order. */
  readonly ordered: boolean
  query(): HookState
  attach(program: Program<T>, place: PlaceOptions): UpdatableLink<T>
  /** The same on a thread of the pool, where the interface is in the process's namespace. */
  attachAsync(program: Program<T>, place: PlaceOptions): Promise<UpdatableLink<T>>
  /** Puts a program in the place of one that no link holds. */
  replace(program: Program<T>, old: Program<T>): void
}

function inside<T>(netns: NetNs | undefined, work: () => T): T {
  // `run` refuses promises by type; a generic cannot show that it is none.
  return netns ? (netns.run as (work: () => T) => T).call(netns, work) : work()
}

/** An interface in a name: two namespaces may have the same index. */
const placed = ({ ifindex, netns }: InterfaceRef): string => (netns ? `${ifindex}_${netns.inode}` : `${ifindex}`)

/** The two kinds of ordered hook that an interface has. */
function devicePlace(
  link: typeof NetkitLink | typeof TcxLink,
  attachType: 'netkit_primary' | 'netkit_peer' | 'tcx_ingress' | 'tcx_egress',
  { ifindex, netns }: InterfaceRef,
): HookPlace<'sched_cls'> {
  const attach = link.attach as (program: Program<'sched_cls'>, options: object) => UpdatableLink<'sched_cls'>
  const attachAsync = link.attachAsync as (...args: Parameters<typeof attach>) => Promise<UpdatableLink<'sched_cls'>>
  const sync = (program: Program<'sched_cls'>, place: PlaceOptions): UpdatableLink<'sched_cls'> =>
    inside(netns, () => attach.call(link, program, { ...place, ifindex, attachType }))
  return {
    title: `${attachType} of interface ${ifindex}`,
    key: `${attachType}-${placed({ ifindex, netns })}`,
    ordered: true,
    query: () => inside(netns, () => queryPrograms({ ifindex, attachType })),
    attach: sync,
    attachAsync: async (program, place) =>
      netns ? sync(program, place) : attachAsync.call(link, program, { ...place, ifindex, attachType }),
    replace: (program, old) => inside(netns, () => attachProgram(program, { ifindex, attachType, replace: old })),
  }
}

/** A side of a netkit pair. */
export const netkitPlace = ({ side, ...at }: NetkitHookRef): HookPlace<'sched_cls'> =>
  devicePlace(NetkitLink, `netkit_${side}`, at)

/** A direction of an interface. */
export const tcxPlace = ({ direction, ...at }: TcxHookRef): HookPlace<'sched_cls'> =>
  devicePlace(TcxLink, `tcx_${direction}`, at)

/** A link that is gone by now, or that is only being made: it has an id and nothing on its hook yet. */
const PASSING: ReadonlySet<string> = new Set(['ENOENT', 'EAGAIN'])

/** The links of the kernel that fit, by the program that each holds: for hooks of which the kernel tells only the programs. */
function linksByProgram(fits: (link: Link) => boolean): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  for (const id of Link.ids()) {
    try {
      using link = linkFromId(id)
      if (fits(link)) found.set(link.info().programId, id)
    } catch (error) {
      if (!(error instanceof KernelError && PASSING.has(error.code))) throw error
    }
  }
  return found
}

/** The programs, each with the link that holds it. */
function withLinks(programs: readonly HookProgram[], fits: (link: Link) => boolean): readonly HookProgram[] {
  if (programs.every(({ linkId }) => linkId > 0)) return programs
  const found = linksByProgram(fits)
  return programs.map((one) => ({ ...one, linkId: one.linkId || (found.get(one.programId) ?? 0) }))
}

/** The XDP program of an interface: what the kernel tells of it by rtnetlink, and the link that holds it. */
export function xdpPlace({ ifindex, mode, netns }: XdpHookRef): HookPlace<'xdp'> {
  const title = `xdp of interface ${ifindex}`
  const query = (): HookState => {
    using rtnl = Rtnl.open({ netns })
    const { xdp } = rtnl.links.get(ifindex)
    const ids = xdp?.attached === 'multi' ? [xdp.drvProgId, xdp.skbProgId, xdp.hwProgId] : [xdp?.progId]
    const programs = ids.flatMap((programId) => (programId ? [{ programId, linkId: 0, flags: 0 }] : []))
    // The index that a link tells is that of its own namespace, so the program has to be the same too.
    const fits = (link: Link): boolean => link.type === 'xdp' && (link.info() as XdpLinkInfo).ifindex === ifindex
    return { programs: withLinks(programs, fits), revision: 0n, flags: 0 }
  }
  const attach = (program: Program<'xdp'>): XdpLink => inside(netns, () => XdpLink.attach(program, { ifindex, mode }))
  return {
    title,
    key: `xdp${mode === undefined ? '' : `_${mode}`}-${placed({ ifindex, netns })}`,
    ordered: false,
    query,
    attach,
    attachAsync: async (program) => (netns ? attach(program) : XdpLink.attachAsync(program, { ifindex, mode })),
    replace(program) {
      throw new TypeError(`program ${JSON.stringify(program.name)} cannot take the place of one that netlink put on ${title}: take that off by netlink`) // prettier-ignore
    },
  }
}

/** A hook of a cgroup. */
export function cgroupPlace({ cgroup, attachType }: CgroupHookRef): HookPlace<CgroupProgramType> {
  const withFd = <R>(work: (fd: number, name: string) => R): R => {
    using directory = refer(cgroup)
    return work(directory.number, directory.name)
  }
  const { id, title } = withFd((fd, name) => ({
    id: statSync(`/proc/self/fd/${fd}`, { bigint: true }).ino,
    title: `${attachType} of cgroup ${name}`,
  }))
  const fits = (link: Link): boolean => {
    if (link.type !== 'cgroup') return false
    const info = link.info() as CgroupLinkInfo
    return info.cgroupId === id && info.attachType === attachType
  }
  return {
    title,
    key: `${attachType}-${id}`,
    ordered: true,
    query() {
      const state = withFd((fd) => queryPrograms({ fd, attachType }))
      return { ...state, programs: withLinks(state.programs, fits) }
    },
    attach: (program, place) => CgroupLink.attach(program, { ...place, cgroup, attachType }),
    attachAsync: (program, place) => CgroupLink.attachAsync(program, { ...place, cgroup, attachType }),
    replace: (program, old) => withFd((fd) => attachProgram(program, { fd, attachType, replace: old, flags: ALLOW_MULTI })), // prettier-ignore
  }
}

/** `BPF_F_ALLOW_MULTI`: only where several are allowed can one be replaced. */
const ALLOW_MULTI = 2
