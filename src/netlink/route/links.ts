/**
 * Links: the network devices of a namespace.
 *
 * @module
 */
import { littleEndian, type Source } from '../../codec/index.ts'
import { errnoOf } from '../../sys/index.ts'
import { NLM_F_CREATE, NLM_F_ECHO, NLM_F_EXCL } from '../constants.ts'
import { NetlinkError } from '../error.ts'
import type { Operation } from '../operation.ts'
import type { Link, LinkWire } from './link.ts'
import type { Ensured } from './difference.ts'
import { type EnsuredLinkSpec, ensuringLink } from './ensure-link.ts'
import { linkHint } from './link-hints.ts'
import {
  byRef,
  dataOf,
  details,
  hasAddress,
  type LinkDetails,
  type LinkFilter,
  type LinkSpec,
  listBody,
  matches,
  toWire,
} from './link-spec.ts'
import { LINK, LINKPROP } from './operations.ts'
import type { LinkRef } from './refs.ts'
import type { RouteRequest } from './request.ts'
import type { Rtnl } from './rtnl.ts'
import type { LinkStats } from './stats.ts'

/** Reads nothing but the index of a link: for looking up names. */
const indexOnly: Operation<LinkWire, number> = {
  ...LINK.get,
  reply: {
    kind: 'ifindex',
    size: undefined,
    align: 4,
    nested: false,
    read: (source: Source, start: number, end: number) =>
      end - start >= 16 ? source.view.getInt32(start + 4, littleEndian) : undefined,
    write: (writer, value) => writer.wrongType('nothing', value),
  },
}

/** The links of one network namespace. A link is named by its index, its name or an alternative name, wherever one is asked for. */
export class Links {
  readonly #rtnl: Rtnl

  constructor(rtnl: Rtnl) {
    this.#rtnl = rtnl
  }

  /**
   * Lists the links. Virtual functions, and the counters of IPv6, only on request.
   *
   * @throws DumpInterruptedError when they change faster than they can be listed.
   */
  list(filter: LinkFilter = {}): Link[] {
    const where = matches(this.#master(filter))
    return this.#rtnl.dumpAll(LINK.get, listBody(filter), { attempted: 'list links' }).filter(where)
  }

  /** Lists the links one after another, in bounded memory. Leaving the loop early is safe. */
  *stream(filter: LinkFilter = {}): Generator<Link, void, undefined> {
    const where = matches(this.#master(filter))
    for (const link of this.#rtnl.dumpEach(LINK.get, listBody(filter), { attempted: 'list links' })) {
      if (where(link)) yield link
    }
  }

  #master(filter: LinkFilter): LinkFilter {
    return typeof filter.master === 'string' ? { ...filter, master: this.indexOf(filter.master) } : filter
  }

  /** One link.  @throws NetlinkError ENODEV when there is none. */
  get(ref: LinkRef, options: LinkDetails = {}): Link {
    return this.#rtnl.ask(
      LINK.get,
      { ...byRef(ref), ...details(options) },
      {
        attempted: `get link ${ref}`,
        hint: (refusal) => linkHint(refusal, { verb: 'get' }),
      },
    )
  }

  /** One link, or `undefined` when there is none. */
  find(ref: LinkRef, options: LinkDetails = {}): Link | undefined {
    try {
      return this.get(ref, options)
    } catch (error) {
      if (error instanceof NetlinkError && error.code === 'ENODEV') return undefined
      throw error
    }
  }

  /** The index of a link, by a name or an alternative name.  @throws NetlinkError ENODEV when there is none. */
  indexOf(ref: LinkRef): number {
    if (typeof ref === 'number') return ref
    return this.#rtnl.ask(
      indexOnly,
      { ...byRef(ref), extMask: ['skipStats', 'nameOnly'] },
      {
        attempted: `get link ${ref}`,
        hint: (refusal) => linkHint(refusal, { verb: 'get' }),
      },
    )
  }

  /** The counters of a link.  @throws NetlinkError ENODEV when there is none. */
  statistics(ref: LinkRef): LinkStats {
    const { stats64 } = this.get(ref, { stats: true })
    if (stats64) return stats64
    throw new NetlinkError({
      errno: errnoOf('ENODATA'),
      operation: 'RTM_GETLINK',
      attempted: `counters of link ${ref}`,
    })
  }

  /**
   * Makes a link and gives it as it became: with its index, and for a pair with the peer's as `link`.
   *
   * @throws NetlinkError EEXIST when there is one of that name; EOPNOTSUPP when the kernel does not know the kind.
   */
  add(spec: LinkSpec): Link {
    const { replies } = this.#rtnl.make(this.request('add', spec))
    return this.#made(spec, replies)
  }

  /** {@link Links.add} that leaves the event loop free while the kernel works. */
  async addAsync(spec: LinkSpec): Promise<Link> {
    const { replies } = await this.#rtnl.makeAsync(this.request('add', spec))
    return this.#made(spec, replies)
  }

  /**
   * Makes a link, or changes the one of that name to match what is said. The kernel cannot replace one: what is fixed at creation (a mode, a
   * peer) is an error when the link exists.
   */
  replace(spec: LinkSpec): void {
    this.#rtnl.make(this.request('replace', spec))
  }

  /**
   * Makes a link what a specification says: makes it, changes what differs, or leaves it alone where it is so already. The key is the name. What is not
   * said does not count; what counts only when a link is made (`index`, the `peer` of a pair) is not compared, and neither is what the kernel takes
   * without telling it (`xdp`).
   *
   * @throws NetlinkError EEXIST when there is a link of that name and another kind; what the kernel says of an option that is fixed at creation.
   */
  ensure(spec: EnsuredLinkSpec): Ensured<Link> {
    const run = ensuringLink(this, spec)
    let step = run.next()
    for (; step.done !== true; step = run.next()) this.#rtnl.make(step.value)
    return step.value
  }

  /** {@link Links.ensure} that leaves the event loop free while the kernel works. */
  async ensureAsync(spec: EnsuredLinkSpec): Promise<Ensured<Link>> {
    const run = ensuringLink(this, spec)
    let step = run.next()
    for (; step.done !== true; step = run.next()) await this.#rtnl.makeAsync(step.value)
    return step.value
  }

  /**
   * Changes a link: only what is said. `name` renames it, `netns` moves it to another namespace, where its index may be another.
   *
   * Of a kind's own options the kernel takes those that it can change, with `linkinfo.kind` beside them.
   */
  change(ref: LinkRef, spec: Omit<LinkSpec, 'index'>): void {
    this.#rtnl.make(this.changeRequest(ref, spec))
  }

  /** {@link Links.change} that leaves the event loop free while the kernel works: setting a link down, or moving it, waits for a grace period. */
  async changeAsync(ref: LinkRef, spec: Omit<LinkSpec, 'index'>): Promise<void> {
    await this.#rtnl.makeAsync(this.changeRequest(ref, spec))
  }

  /**
   * Deletes a link; of a pair both ends. It waits for a grace period, 10 to 20 ms: {@link deleteAsync}.
   *
   * @throws NetlinkError ENODEV when there is none.
   */
  delete(ref: LinkRef): void {
    this.#rtnl.make(this.deleteRequest(ref))
  }

  /** {@link Links.delete} that leaves the event loop free meanwhile. */
  async deleteAsync(ref: LinkRef): Promise<void> {
    await this.#rtnl.makeAsync(this.deleteRequest(ref))
  }

  /** Deletes every link of a group, in one grace period for all of them. 0 is the group that links are in by themselves. */
  deleteGroup(group: number): void {
    this.#rtnl.make(this.#groupRequest(group))
  }

  /** {@link Links.deleteGroup} that leaves the event loop free meanwhile. */
  async deleteGroupAsync(group: number): Promise<void> {
    await this.#rtnl.makeAsync(this.#groupRequest(group))
  }

  /** Gives a link more names, of up to 127 characters.  @throws NetlinkError EEXIST when a link has one of them. */
  addAltnames(ref: LinkRef, names: readonly string[]): void {
    this.#altnames('new', ref, names)
  }

  /** Takes names away from a link. */
  deleteAltnames(ref: LinkRef, names: readonly string[]): void {
    this.#altnames('del', ref, names)
  }

  #altnames(verb: 'new' | 'del', ref: LinkRef, altnames: readonly string[]): void {
    const attempted = `${verb === 'new' ? 'add' : 'delete'} altnames ${altnames.join(', ')} of link ${ref}`
    this.#rtnl.make(this.#rtnl.plan(LINKPROP[verb], { index: this.indexOf(ref), altnames }, { attempted }))
  }

  /** The request of {@link Links.add} or {@link Links.replace}, to be made later: `rtnl.batch([rtnl.links.request('add', …), …])`. */
  request(verb: 'add' | 'replace', spec: LinkSpec): RouteRequest<LinkWire, Link> {
    const kind = spec.linkinfo?.kind
    return this.#rtnl.plan(LINK.new, toWire(spec), {
      flags: verb === 'add' ? NLM_F_CREATE | NLM_F_EXCL | NLM_F_ECHO : NLM_F_CREATE,
      attempted:
        `${verb === 'add' ? 'create' : 'create or change'} ${kind ?? 'link'} ${spec.name === undefined ? '' : JSON.stringify(spec.name)}`.trimEnd(),
      hint: (refusal) => linkHint(refusal, { verb, kind, options: dataOf(spec), addressed: hasAddress(spec) }),
    })
  }

  /** The request of {@link Links.change}, to be made later. */
  changeRequest(ref: LinkRef, spec: Omit<LinkSpec, 'index'>): RouteRequest<LinkWire, Link> {
    // RTM_NEWLINK and not RTM_SETLINK, which reports success for linkinfo and changes nothing.
    return this.#rtnl.plan(
      LINK.new,
      { ...toWire(spec), index: ref as number },
      {
        attempted: `change link ${ref}`,
        hint: (refusal) =>
          linkHint(refusal, {
            verb: 'change',
            kind: spec.linkinfo?.kind,
            options: dataOf(spec),
            addressed: spec.address !== undefined,
            peer: () => this.#otherEnd(ref),
          }),
      },
    )
  }

  /** The request of {@link Links.delete}, to be made later. */
  deleteRequest(ref: LinkRef): RouteRequest<LinkWire, Link> {
    return this.#rtnl.plan(LINK.del, byRef(ref), {
      attempted: `delete link ${ref}`,
      hint: (refusal) => linkHint(refusal, { verb: 'delete' }),
    })
  }

  #groupRequest(group: number): RouteRequest<LinkWire, Link> {
    return this.#rtnl.plan(LINK.del, { group }, { attempted: `delete the links of group ${group}` })
  }

  /** The link as the kernel made it: it echoes that since Linux 6.2, unless the link is in another namespace. */
  #made(spec: LinkSpec, replies: readonly Link[]): Link {
    const echoed = replies[0]
    if (echoed !== undefined) return echoed
    const { name, netns, targetNetnsid } = spec
    if (name === undefined || name.includes('%')) {
      throw new NetlinkError({
        errno: errnoOf('ENODATA'),
        operation: 'RTM_NEWLINK',
        attempted: `create ${spec.linkinfo?.kind ?? 'link'}`,
        detail: 'it was made, and the kernel did not say under which name',
        hint: 'name a link that is made in another namespace, or before Linux 6.2',
      })
    }
    if (netns === undefined) return this.get(name, { netnsid: targetNetnsid })
    return this.#rtnl.elsewhere(netns, (there) => there.links.get(name))
  }

  /** Where the other end of a pair is, in words. */
  #otherEnd(ref: LinkRef): string | undefined {
    const { link, linkNetnsid } = this.find(ref) ?? {}
    if (link === undefined || link === 0) return undefined
    if (linkNetnsid !== undefined) return `, link ${link} in the network namespace with id ${linkNetnsid}`
    const name = this.find(link)?.name
    return `, link ${link}${name === undefined ? '' : ` (${name})`}`
  }
}
