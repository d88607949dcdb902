/** One hook of an interface in a lab of its own, and what is done to it: the same for netkit and tcx. */
import {
  type Anchor,
  attachProgram,
  attrs,
  bpfReply,
  detachProgram,
  type HookState,
  Link,
  NetkitLink,
  type Program,
  queryPrograms,
  TcxLink,
} from '../../../src/bpf/index.ts'
import { NetNs } from '../../../src/netns/index.ts'
import { errnoName, Fd } from '../../../src/sys/index.ts'
import { Lab } from '../lab.ts'
import { load } from './programs.ts'

export type Kind = 'netkit' | 'tcx'

const ATTACH_TYPES = { netkit: ['netkit_primary', 'netkit_peer'], tcx: ['tcx_ingress', 'tcx_egress'] } as const
const NUMBERS = { netkit: [54, 55], tcx: [46, 47] } as const
const CREATE = { netkit: attrs.LinkCreateNetkit, tcx: attrs.LinkCreateTcx } as const

/** How {@link Hook.attach} attaches. */
export interface Attach {
  readonly anchor?: Anchor
  readonly expectedRevision?: bigint | number
  readonly flags?: number
  readonly ifindex?: number
  /** The second hook: `netkit_peer`, `tcx_egress`. */
  readonly other?: boolean
}

/** The fields of `LINK_CREATE` as they are, for what the library's own functions cannot say. */
export interface Raw {
  readonly flags?: number
  readonly relativeFd?: number
  readonly relativeId?: number
  readonly expectedRevision?: bigint | number
}

export class Hook implements Disposable {
  readonly kind: Kind
  readonly lab = Lab.create('hook')
  readonly ns = NetNs.open(this.lab.name)
  /** `nk0`, the primary of a pair, or `veth0`. */
  readonly ifindex: number
  /** Its peer's index. */
  readonly peer: number
  readonly a: Program<'sched_cls'>
  readonly b: Program<'sched_cls'>
  readonly c: Program<'sched_cls'>
  readonly xdp: Program<'xdp'>
  readonly #links = new Set<Link>()

  constructor(kind: Kind) {
    this.kind = kind
    this.lab.ip(
      kind === 'netkit' ? 'link add dev0 type netkit peer name dev1' : 'link add dev0 type veth peer name dev1',
    )
    this.ifindex = Number(this.lab.link('dev0')!['ifindex'])
    this.peer = Number(this.lab.link('dev1')!['ifindex'])
    const own = ATTACH_TYPES[kind][0]
    this.a = load('sched_cls', -1, own, 'a')
    this.b = load('sched_cls', -1, own, 'b')
    this.c = load('sched_cls', -1, own, 'c')
    this.xdp = load('xdp', 2, 'xdp', 'xdp')
  }

  /** Attaches a program by a link. */
  attach(program: Program<'sched_cls'>, options: Attach = {}): NetkitLink | TcxLink {
    const { other, ...rest } = options
    const index = other ? 1 : 0
    const common = { ifindex: this.ifindex, ...rest }
    const link = this.ns.run(() =>
      this.kind === 'netkit'
        ? NetkitLink.attach(program, { ...common, attachType: ATTACH_TYPES.netkit[index] })
        : TcxLink.attach(program, { ...common, attachType: ATTACH_TYPES.tcx[index] }),
    )
    this.#links.add(link)
    return link
  }

  /** `LINK_CREATE` with these very fields: the code of the refusal, or `ok`. */
  raw(program: Program, fields: Raw): string {
    const values = {
      progFd: program.fd.number,
      targetIfindex: this.ifindex,
      attachType: NUMBERS[this.kind][0],
      ...fields,
    }
    const { result } = this.ns.run(() => bpfReply(CREATE[this.kind], values))
    if (result < 0) return errnoName(result)
    this.#links.add(Link.fromFd(Fd.own(result)))
    return 'ok'
  }

  /** `PROG_ATTACH`: stays until it is detached. */
  put(program: Program, options: Attach & { readonly replace?: Program } = {}): void {
    this.ns.run(() => attachProgram(program, { ...this.target, ...options }))
  }

  /** `PROG_DETACH` */
  drop(program?: Program, options: Attach = {}): void {
    this.ns.run(() => detachProgram({ ...this.target, ...options, program }))
  }

  get target(): { ifindex: number; attachType: (typeof ATTACH_TYPES)[Kind][number] } {
    return { ifindex: this.ifindex, attachType: ATTACH_TYPES[this.kind][0] }
  }

  query(ifindex = this.ifindex): HookState {
    return this.ns.run(() => queryPrograms({ ...this.target, ifindex }))
  }

  /** The programs on the hook, in order: `a b c`. */
  order(): string {
    const names = new Map([this.a, this.b, this.c].map((program) => [program.id, program.name]))
    return this.query().programs.map(({ programId }) => names.get(programId) ?? `${programId}`).join(' ') // prettier-ignore
  }

  /** Takes everything off the hook. */
  clear(): void {
    for (const link of this.#links) link.close()
    this.#links.clear()
    while (this.query().programs.length > 0) this.drop()
  }

  [Symbol.dispose](): void {
    for (const link of this.#links) link.close()
    for (const program of [this.a, this.b, this.c, this.xdp]) program.close()
    this.ns.close()
    this.lab.remove()
  }
}
