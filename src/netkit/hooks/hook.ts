/**
 * A hook as a service: who is on it, in which order; one more before or behind another; one in the place of another.
 *
 * @module
 */
import { type Anchor, type AnchorTarget, type PlaceOptions } from '../../bpf/links/anchor.ts'
import { type CgroupProgramType } from '../../bpf/links/cgroup.ts'
import { linkFromId } from '../../bpf/links/kinds.ts'
import { Link, type UpdatableLink } from '../../bpf/links/link.ts'
import { type HookProgram } from '../../bpf/links/query.ts'
import { objectName, type ProgramType } from '../../bpf/names.ts'
import { Program } from '../../bpf/programs/program.ts'
import { KernelError } from '../../sys/index.ts'
import { HookError } from './error.ts'
import {
  type CgroupHookRef,
  cgroupPlace,
  type HookPlace,
  type NetkitHookRef,
  netkitPlace,
  type TcxHookRef,
  tcxPlace,
  type XdpHookRef,
  xdpPlace,
} from './place.ts'

/** One program on a hook. */
export interface HookEntry extends HookProgram {
  /** The name that the kernel has of it, 15 bytes at the most; empty when it is gone by now. */
  readonly name: string
}

/** Who is on a hook, and its revision. */
export interface HookReport {
  /** In the order in which they run. */
  readonly entries: readonly HookEntry[]
  /** Counts the changes of the hook; 0 for a kind that does not count. An emptied netkit hook says 1 while its counter goes on. */
  readonly revision: bigint
}

/** One that is on a hook: by the name of its program, by an id, or by the object. */
export type HookMember = string | AnchorTarget

/** Where on a hook a program goes; behind all others unless said. */
export type HookPosition =
  | { readonly before: HookMember; readonly after?: undefined }
  | { readonly after: HookMember; readonly before?: undefined }
  | { readonly at?: 'head' | 'tail' | undefined; readonly before?: undefined; readonly after?: undefined }

/** Others may change the hook between a look at it and the change: after so many times it is given up. */
const ATTEMPTS = 16

/** What the kernel says when the hook is not as it was when it was looked at. */
const CHANGED: ReadonlySet<string> = new Set(['ESTALE', 'ENOENT', 'EPERM', 'ENOLINK'])

/**
 * A hook that keeps programs: a side of a netkit pair, a direction of an interface, XDP, a hook of a cgroup. It holds nothing open.
 *
 * The type parameter is the program type that it takes.
 *
 * ```ts
 * const hook = Hook.tcx({ ifindex, direction: 'ingress' })
 * for (const { name, linkId } of hook.list()) console.log(name, linkId)
 * using link = hook.attach(program, { before: 'firewall' })
 * ```
 */
export class Hook<in out T extends ProgramType> {
  readonly #place: HookPlace<T>

  private constructor(place: HookPlace<T>) {
    this.#place = place
  }

  /** A side of a netkit pair, by the primary. Requires Linux 6.7. */
  static netkit(where: NetkitHookRef): Hook<'sched_cls'> {
    return new Hook(netkitPlace(where))
  }

  /** A direction of an interface. Requires Linux 6.6. */
  static tcx(where: TcxHookRef): Hook<'sched_cls'> {
    return new Hook(tcxPlace(where))
  }

  /** XDP of an interface. It has one program (one for each mode), so there is no order. Requires Linux 5.9. */
  static xdp(where: XdpHookRef): Hook<'xdp'> {
    return new Hook(xdpPlace(where))
  }

  /**
   * A hook of a cgroup: the programs that were attached to this very cgroup. Requires Linux 5.7; a place beside others requires 6.17.
   *
   * @throws KernelError `ENOENT` when there is no such directory.
   */
  static cgroup(where: CgroupHookRef): Hook<CgroupProgramType> {
    return new Hook(cgroupPlace(where))
  }

  /** What an error calls it. */
  get title(): string {
    return this.#place.title
  }

  /** A name for it in a bpffs, the same as long as the interface or cgroup is: `tcx_ingress-3`. */
  get key(): string {
    return this.#place.key
  }

  /** Whether it keeps several programs, in an order. */
  get ordered(): boolean {
    return this.#place.ordered
  }

  /** Who is on it, in the order in which they run. Needs CAP_SYS_ADMIN for the names. */
  list(): readonly HookEntry[] {
    return this.report().entries
  }

  /** Who is on it, and its revision. */
  report(): HookReport {
    const { programs, revision } = this.#place.query()
    return { entries: programs.map((program) => ({ ...program, name: nameOf(program.programId) })), revision }
  }

  /**
   * Attaches a program, at the end or where it is said: before or behind one that is named. When the hook has changed between the look for the
   * name and the attachment, it is looked at again. The caller closes the link, which detaches it.
   *
   * @throws HookError `ERR_HOOK_MISSING` or `ERR_HOOK_AMBIGUOUS` for a name that none or several have, `ERR_HOOK_UNORDERED` for a place on a hook
   * without an order, `ERR_HOOK_BUSY` when others never let it be.
   * @throws KernelError what else the kernel refused.
   */
  attach(program: Program<T>, position: HookPosition = {}): UpdatableLink<T> {
    return drive(this.#places(position), (place) => this.#place.attach(program, place))
  }

  /**
   * {@link attach} on a thread of the pool: the kernel waits for an RCU grace period, 8–20 ms. The threads live in the process's network namespace: for
   * an interface in another one this waits like {@link attach}.
   */
  attachAsync(program: Program<T>, position: HookPosition = {}): Promise<UpdatableLink<T>> {
    return driveAsync(this.#places(position), (place) => this.#place.attachAsync(program, place))
  }

  /**
   * Puts a program in the place of one that is on the hook, without a packet between them: each sees the one or the other. The link, where one
   * holds it, stays the same. When another has taken its place meanwhile, the hook is looked at again.
   *
   * @throws HookError `ERR_HOOK_MISSING` or `ERR_HOOK_AMBIGUOUS` for a name that none or several have, `ERR_HOOK_BUSY`.
   * @throws KernelError `EEXIST` when the program is on the hook already.
   */
  replace(member: HookMember, program: Program<T>): HookEntry {
    return drive(this.#looks(), ({ entries }) => {
      const entry = find(entries, member, this.title)
      using old = Program.fromId(entry.programId) as unknown as Program<T>
      if (entry.linkId === 0) {
        this.#place.replace(program, old)
        return entry
      }
      using link = linkFromId(entry.linkId) as UpdatableLink<T>
      // XDP takes an expected program too; a link that was given another one in between says EPERM.
      link.update(program, { old })
      return entry
    })
  }

  /** @internal Attaches one behind a link or at a place, where the hook knows places: that of a cgroup does from Linux 6.17 on, and counts then. */
  attachBehind(program: Program<T>, anchor: Anchor | undefined): UpdatableLink<T> {
    return this.#place.attach(program, this.#behind(anchor))
  }

  /** @internal The same on a thread of the pool. */
  attachBehindAsync(program: Program<T>, anchor: Anchor | undefined): Promise<UpdatableLink<T>> {
    return this.#place.attachAsync(program, this.#behind(anchor))
  }

  #behind(anchor: Anchor | undefined): PlaceOptions {
    return anchor !== undefined && this.ordered && this.#place.query().revision > 0n ? { anchor } : {}
  }

  #orderedBy(anchor: Anchor): Anchor {
    if (this.ordered) return anchor
    throw new HookError('ERR_HOOK_UNORDERED', `${this.title} has one program and no order: attach without a place`)
  }

  /** The places to try one after the other: that of a named one changes with it. */
  *#places(position: HookPosition): Tries<PlaceOptions> {
    const member = position.before ?? position.after
    if (member === undefined) {
      const anchor = 'at' in position ? position.at : undefined
      yield anchor === undefined ? {} : { anchor: this.#orderedBy(anchor) }
      return
    }
    const looks = this.#looks()
    for (let look = looks.next(); !look.done;) {
      const { entries, revision } = look.value
      const { linkId, programId } = find(entries, member, this.title)
      const target: AnchorTarget = linkId ? { linkId } : { programId }
      const anchor = this.#orderedBy(position.before === undefined ? { after: target } : { before: target })
      try {
        yield { anchor, ...(revision > 0n && { expectedRevision: revision }) }
      } catch (error) {
        look = looks.throw(error)
      }
    }
  }

  /** Looks at the hook, and looks again when what came of it failed for somebody's change. */
  *#looks(): Tries<HookReport> {
    let last: unknown
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const report = this.report()
      try {
        yield report
        return
      } catch (error) {
        if (!(error instanceof KernelError) || !CHANGED.has(error.code) || !this.#changedSince(report)) throw error
        last = error
      }
    }
    throw new HookError('ERR_HOOK_BUSY', `${this.title} changed each of ${ATTEMPTS} times between a look at it and the change`, { cause: last }) // prettier-ignore
  }

  /** Whether a refusal is for somebody's change; else the same would be refused for ever. */
  #changedSince({ entries, revision }: HookReport): boolean {
    const now = this.#place.query()
    const same = (entry: HookEntry, index: number): boolean =>
      now.programs[index]?.programId === entry.programId && now.programs[index].linkId === entry.linkId
    return now.revision !== revision || now.programs.length !== entries.length || !entries.every(same)
  }
}

/** What is tried one after the other. A failure is thrown into it: it gives the next one, or throws what is to be told. */
type Tries<T> = Generator<T, void, undefined>

function drive<T, R>(tries: Tries<T>, work: (one: T) => R): R {
  for (let one = tries.next(); !one.done;) {
    try {
      return work(one.value)
    } catch (error) {
      one = tries.throw(error)
    }
  }
  throw new TypeError('nothing was tried')
}

async function driveAsync<T, R>(tries: Tries<T>, work: (one: T) => Promise<R>): Promise<R> {
  for (let one = tries.next(); !one.done;) {
    try {
      return await work(one.value)
    } catch (error) {
      one = tries.throw(error)
    }
  }
  throw new TypeError('nothing was tried')
}

/** The name of a program by its id, empty when it is gone. */
function nameOf(programId: number): string {
  try {
    using program = Program.fromId(programId)
    return program.name
  } catch (error) {
    if (error instanceof KernelError && error.code === 'ENOENT') return ''
    throw error
  }
}

function find(entries: readonly HookEntry[], member: HookMember, title: string): HookEntry {
  const found = entries.filter(matcher(member))
  if (found.length === 1) return found[0]!
  const there = entries.map(({ name, programId, linkId }) => `${name} (program ${programId}, ${linkId ? `link ${linkId}` : 'no link'})`).join(', ') || 'nobody' // prettier-ignore
  const what = typeof member === 'string' ? JSON.stringify(member) : 'that'
  if (found.length === 0) throw new HookError('ERR_HOOK_MISSING', `${what} is not on ${title}: there is ${there}`)
  throw new HookError('ERR_HOOK_AMBIGUOUS', `several on ${title} are called ${what}, say a link or program id: there is ${there}`) // prettier-ignore
}

function matcher(member: HookMember): (entry: HookEntry) => boolean {
  if (typeof member === 'string') {
    const name = objectName(member)
    return (entry) => entry.name === name
  }
  if (member instanceof Link || 'linkId' in member) {
    const id = member instanceof Link ? member.id : member.linkId
    return ({ linkId }) => linkId === id
  }
  const id = member instanceof Program ? member.id : member.programId
  return ({ programId }) => programId === id
}
