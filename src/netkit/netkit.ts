/**
 * The flagship: a netkit pair and its programs.
 *
 * @module
 */
import { NetkitLink, type NetkitAttachOptions } from '../bpf/links/netkit.ts'
import { type HookState, hasDeviceHook, queryPrograms } from '../bpf/links/query.ts'
import type { Program } from '../bpf/programs/program.ts'
import { type Link, type LinkRef, type NetNsRef, Rtnl } from '../netlink/route/index.ts'
import { openNetns } from '../netlink/route/rtnl.ts'
import type { NetNs } from '../netns/netns.ts'
import { ClosedError } from '../sys/index.ts'
import { NetkitError } from './error.ts'
import { build, buildAsync } from './build.ts'
import { Hook } from './hooks/hook.ts'
import { type NetkitOptions, type NetkitPolicy, netkitData, quoted } from './options.ts'

/** Where and how a program is attached to a side: before or behind others, at an expected revision. */
export type SideAttachOptions = Omit<NetkitAttachOptions, 'ifindex' | 'attachType' | 'explain'>

/** A pair as it is now. */
export interface NetkitInfo {
  readonly name: string
  /** The primary's index in its namespace. */
  readonly index: number
  /** The peer's index in *its* namespace; 0 for a single device or when the peer is gone. */
  readonly peerIndex: number
  /** The number that the primary's namespace gives the peer's; undefined when they are in the same. */
  readonly peerNetnsid: number | undefined
  readonly mode: 'l2' | 'l3' | number
  readonly policy: NetkitPolicy | number
  readonly peerPolicy: NetkitPolicy | number | undefined
  readonly scrub: 'default' | 'none' | number | undefined
  readonly peerScrub: 'default' | 'none' | number | undefined
  /** Who is on the primary's side, in order. */
  readonly primary: HookState
  /** Who is on the peer's side, in order. */
  readonly peer: HookState
}

/** Where a pair is looked for. */
export interface NetkitOpenOptions {
  /** The namespace of the primary; left out, the one of the process. */
  readonly netns?: NetNsRef | undefined
}

/**
 * A netkit pair, held by its primary: both sides' programs are attached through it, so that a container, which has only the peer, cannot undo them.
 *
 * One that was made with {@link Netkit.create} is deleted when a `using` ends; one that was opened is only let go. Requires Linux 6.7 and
 * CONFIG_NETKIT.
 *
 * ```ts
 * using pair = Netkit.create({ name: 'nk-host', policy: 'blackhole', up: true, peer: { name: 'nk-container', netns: lab, policy: 'blackhole' } })
 * using link = pair.attachPrimary(object.programs.netkit_primary)
 * ```
 */
export class Netkit implements Disposable, AsyncDisposable {
  /** The primary's index in its namespace. */
  readonly index: number
  /** The namespace of the primary, when it is another than the process's. */
  readonly netns: NetNs | undefined
  readonly #rtnl: Rtnl
  readonly #owned: boolean
  #deleted = false

  /**
   * Makes a pair, sets its addresses and sets it up. A step that fails undoes those before it: nothing is left behind.
   *
   * A blackhole policy on both sides is the safe beginning: nothing passes until a program says so.
   *
   * @throws NetkitError ERR_NETKIT_IGNORED when the kernel does not know an option; NetlinkError EEXIST for a name that is taken, EOPNOTSUPP when
   * the kernel has no netkit, EPERM without CAP_NET_ADMIN.
   */
  static create(options: NetkitOptions): Netkit {
    return Netkit.#opened(options.netns, (rtnl) => build(rtnl, options).index, true)
  }

  /** {@link Netkit.create} that leaves the event loop free while the kernel works. */
  static async createAsync(options: NetkitOptions): Promise<Netkit> {
    const home = openHome(options.netns)
    try {
      const { index } = await buildAsync(home.rtnl, options)
      return new Netkit(home, index, true)
    } catch (error) {
      home.close()
      throw error
    }
  }

  /**
   * Opens a pair that exists, by its primary.
   *
   * @throws NetkitError ERR_NETKIT_MISSING, ERR_NETKIT_KIND for another kind of interface, ERR_NETKIT_PEER for the peer's name (and says which is
   * the primary), ERR_NETKIT_UNSUPPORTED when the kernel has no netkit.
   */
  static open(primary: LinkRef, options: NetkitOpenOptions = {}): Netkit {
    return Netkit.#opened(options.netns, (rtnl) => find(rtnl, primary).index, false)
  }

  static #opened(netns: NetNsRef | undefined, work: (rtnl: Rtnl) => number, owned: boolean): Netkit {
    const home = openHome(netns)
    try {
      return new Netkit(home, work(home.rtnl), owned)
    } catch (error) {
      home.close()
      throw error
    }
  }

  private constructor({ rtnl, netns }: Home, index: number, owned: boolean) {
    this.#rtnl = rtnl
    this.netns = netns
    this.index = index
    this.#owned = owned
  }

  /** Whether it has been closed or deleted. */
  get closed(): boolean {
    return this.#rtnl.closed
  }

  /** The primary's link as the kernel tells it now.  @throws NetlinkError ENODEV when it is gone. */
  link(): Link {
    this.#check()
    return this.#rtnl.links.get(this.index)
  }

  /** The pair and its programs as they are now. Needs CAP_NET_ADMIN. */
  info(): NetkitInfo {
    const link = this.link()
    const data = netkitData(link) ?? {}
    const { mode = 'l3', policy = 'forward', peerPolicy, scrub, peerScrub } = data
    return {
      name: link.name ?? '',
      index: this.index,
      peerIndex: link.link ?? 0,
      peerNetnsid: link.linkNetnsid,
      mode,
      policy,
      peerPolicy,
      scrub,
      peerScrub,
      primary: this.query('primary'),
      peer: this.query('peer'),
    }
  }

  /**
   * Who is on a side, in the order in which they run, and the side's revision.
   *
   * A side that was emptied says revision 1 while the kernel's counter goes on: no promise for `expectedRevision`.
   */
  query(side: 'primary' | 'peer'): HookState {
    return this.#inside(() => queryPrograms({ ifindex: this.index, attachType: `netkit_${side}` }))
  }

  /**
   * Attaches a program to what the primary sends. The caller closes the link, which detaches it: when the process ends, however abruptly, the
   * kernel does that.
   *
   * It waits for an RCU grace period, 8–20 ms: {@link attachPrimaryAsync}.
   *
   * @throws KernelError EEXIST when the program is on this side, ENOENT when an anchor is not, ESTALE for another revision, ERANGE when it is full.
   */
  attachPrimary(program: Program<'sched_cls'>, options: SideAttachOptions = {}): NetkitLink {
    return this.#inside(() => NetkitLink.attach(program, this.#target('netkit_primary', options)))
  }

  /** Attaches a program to what the peer sends, through the primary: see {@link attachPrimary}. */
  attachPeer(program: Program<'sched_cls'>, options: SideAttachOptions = {}): NetkitLink {
    return this.#inside(() => NetkitLink.attach(program, this.#target('netkit_peer', options)))
  }

  /**
   * {@link attachPrimary} on a thread of the pool, so that the event loop does not wait for the grace period.
   *
   * The threads of the pool live in the process's namespace: for a primary in another one this waits like {@link attachPrimary}.
   */
  async attachPrimaryAsync(program: Program<'sched_cls'>, options: SideAttachOptions = {}): Promise<NetkitLink> {
    if (this.netns) return this.attachPrimary(program, options)
    this.#check()
    return NetkitLink.attachAsync(program, this.#target('netkit_primary', options))
  }

  /** {@link attachPeer} on a thread of the pool: see {@link attachPrimaryAsync}. */
  async attachPeerAsync(program: Program<'sched_cls'>, options: SideAttachOptions = {}): Promise<NetkitLink> {
    if (this.netns) return this.attachPeer(program, options)
    this.#check()
    return NetkitLink.attachAsync(program, this.#target('netkit_peer', options))
  }

  /** A side as a service: who is there by name, one more before or behind another, generations. It holds nothing open: the pair has to be open. */
  hook(side: 'primary' | 'peer'): Hook<'sched_cls'> {
    this.#check()
    return Hook.netkit({ ifindex: this.index, side, netns: this.netns })
  }

  #target(attachType: 'netkit_primary' | 'netkit_peer', options: SideAttachOptions): NetkitAttachOptions {
    return { ...options, ifindex: this.index, attachType }
  }

  /** Changes the policies, of one side or both. What is attached goes on: a policy counts while no program is there. */
  setPolicy(policies: {
    readonly policy?: NetkitPolicy | undefined
    readonly peerPolicy?: NetkitPolicy | undefined
  }): void {
    this.#check()
    this.#rtnl.links.change(this.index, { linkinfo: { kind: 'netkit', data: policies } })
  }

  /**
   * Deletes the pair, both ends, and closes this handle. Links of programs stay, defunct, until they are closed.
   *
   * It waits for a grace period, 10–20 ms: {@link deleteAsync}. A pair that is gone already is no error.
   */
  delete(): void {
    this.#check()
    try {
      this.#rtnl.links.delete(this.index)
    } catch (error) {
      if (!gone(error)) throw error
    }
    this.#deleted = true
    this.close()
  }

  /** {@link Netkit.delete} that leaves the event loop free meanwhile. */
  async deleteAsync(): Promise<void> {
    this.#check()
    try {
      await this.#rtnl.links.deleteAsync(this.index)
    } catch (error) {
      if (!gone(error)) throw error
    }
    this.#deleted = true
    this.close()
  }

  /** Lets the pair go; it stays as it is. A second call does nothing. */
  close(): void {
    this.#rtnl.close()
    this.netns?.close()
  }

  #check(): void {
    if (this.closed) throw new ClosedError('the netkit pair')
  }

  /** Interfaces are looked up in the namespace of the calling thread. */
  #inside<T>(work: () => T): T {
    this.#check()
    // `run` refuses promises by type; a generic cannot show that it is none.
    return this.netns ? (this.netns.run as (work: () => T) => T).call(this.netns, work) : work()
  }

  /** Deletes one that {@link Netkit.create} made, lets go one that was opened. */
  [Symbol.dispose](): void {
    if (this.closed) return
    if (this.#owned && !this.#deleted) this.delete()
    else this.close()
  }

  /** Deletes one that {@link Netkit.create} made, without holding up the event loop; lets go one that was opened. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.closed) return
    if (this.#owned && !this.#deleted) await this.deleteAsync()
    else this.close()
  }
}

interface Home {
  readonly rtnl: Rtnl
  readonly netns: NetNs | undefined
  close(): void
}

/** The namespace of the primary: a handle, and the namespace itself unless it is the process's own. */
function openHome(ref: NetNsRef | undefined): Home {
  const netns = ref === undefined ? undefined : openNetns(ref)
  try {
    const rtnl = Rtnl.open({ netns })
    return {
      rtnl,
      netns,
      close() {
        rtnl.close()
        netns?.close()
      },
    }
  } catch (error) {
    netns?.close()
    throw error
  }
}

const gone = (error: unknown): boolean => (error as { code?: unknown }).code === 'ENODEV'

/** The primary of a pair, or the reason why it is none. */
function find(rtnl: Rtnl, ref: LinkRef): Link {
  const link = rtnl.links.find(ref)
  if (link === undefined) {
    requireNetkit()
    throw new NetkitError(
      'ERR_NETKIT_MISSING',
      `there is no ${typeof ref === 'number' ? quoted(ref) : `interface ${quoted(ref)}`} in this network namespace: make a pair first (ip link add NAME type netkit), or run where it is`,
    )
  }
  const called = quoted(link.name ?? ref)
  const data = netkitData(link)
  if (data === undefined) {
    requireNetkit()
    throw new NetkitError(
      'ERR_NETKIT_KIND',
      `${called} is ${kindOf(link)}, not a netkit device: name the primary of a netkit pair`,
    )
  }
  if (data.primary === false) {
    throw new NetkitError(
      'ERR_NETKIT_PEER',
      `${called} is the peer of its netkit pair, and both sides are governed through the primary: use ${primaryOf(rtnl, link)}`,
    )
  }
  return link
}

function kindOf(link: Link): string {
  const kind = link.linkinfo?.kind
  return kind === undefined ? 'a plain interface' : `of kind ${kind}`
}

/** The other end of a peer, in words: by name where it can be seen. */
function primaryOf(rtnl: Rtnl, peer: Link): string {
  const index = peer.link ?? 0
  if (peer.linkNetnsid !== undefined)
    return `interface ${index} of the network namespace that has id ${peer.linkNetnsid} here`
  const name = rtnl.links.find(index)?.name
  return name === undefined ? `interface ${index}` : `${JSON.stringify(name)} (interface ${index})`
}

/** @throws NetkitError ERR_NETKIT_UNSUPPORTED when this kernel has no netkit. */
function requireNetkit(): void {
  if (hasDeviceHook('netkit_primary') === false) {
    throw new NetkitError(
      'ERR_NETKIT_UNSUPPORTED',
      'this kernel has no netkit: it needs Linux 6.7 or newer, built with CONFIG_NETKIT (never a module)',
    )
  }
}
