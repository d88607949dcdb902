/**
 * The handle: generic netlink in one network namespace.
 *
 * @module
 */
import type { In, Out } from '../../codec/index.ts'
import { NetNs } from '../../netns/netns.ts'
import { inside, outside, windowOpen } from '../../netns/window.ts'
import { NETLINK_GENERIC } from '../constants.ts'
import type { Policy } from '../extack.ts'
import { Netlink } from '../netlink.ts'
import type { Operation } from '../operation.ts'
import type { Enterable } from '../pool.ts'
import type { NetNsRef } from '../route/refs.ts'
import { genlMessage } from './codecs.ts'
import { Family, type FamilyInfo } from './family.ts'
import { type control, GENL_ID_CTRL, nlctrl } from './nlctrl.ts'
import type { FamilySpec } from './spec.ts'

/** How a handle is opened. */
export interface GenlOptions {
  /** The network namespace; left out, the one that the thread is in. */
  readonly netns?: NetNsRef | undefined
  /** The longest wait for an answer, in milliseconds (5000); 0 waits for ever. */
  readonly timeout?: number | undefined
}

/** What the kernel accepts of a family's attributes. */
export interface FamilyPolicy {
  /** The numbers of the policies of each command's `do` and `dump`. */
  readonly commands: ReadonlyMap<number, { readonly do?: number; readonly dump?: number }>
  /** Policies by number, then by attribute; a nested attribute's `policyIndex` is the number of its nest's. */
  readonly policies: ReadonlyMap<number, ReadonlyMap<number, Policy>>
}

type Told = Out<typeof control>

/** Reads and writes messages of the controller, whose number needs no asking. */
function controller(command: keyof typeof nlctrl.commands): Operation<In<typeof control>, Told> {
  const { name, cmd, request } = nlctrl.commands[command]
  const message = genlMessage(cmd, nlctrl.version, request)
  return { name, type: GENL_ID_CTRL, request: message, reply: message, replyType: GENL_ID_CTRL }
}

const GET_FAMILY = controller('getFamily')
const GET_POLICY = controller('getPolicy')

function toInfo(told: Told): FamilyInfo {
  return {
    id: told.familyId ?? 0,
    name: told.familyName ?? '',
    version: told.version ?? 0,
    headerSize: told.hdrsize ?? 0,
    maxAttribute: told.maxattr ?? 0,
    commands: new Map((told.ops ?? []).map(({ id = 0, flags = [] }) => [id, flags])),
    groups: new Map((told.mcastGroups ?? []).map(({ name = '', id = 0 }) => [name, id])),
  }
}

/**
 * Generic netlink in one network namespace: families by their tables.
 *
 * It keeps the namespace alive until it is closed.
 *
 * ```ts
 * using genl = Genl.open()
 * for (const { id, napiId } of genl.family(netdev).list('queueGet', { ifindex: 2 })) console.log(id, napiId)
 * ```
 */
export class Genl implements Disposable {
  /** The handle's requests as such. */
  readonly netlink: Netlink
  readonly #netns: NetNs | undefined
  readonly #home: Enterable
  /** Families by name: their numbers hold as long as their modules are loaded. */
  readonly #known = new Map<string, FamilyInfo>()

  /**
   * Opens a handle.
   *
   * @throws KernelError when there is no such namespace, or it may not be entered.
   */
  static open(options: GenlOptions = {}): Genl {
    return new Genl(options)
  }

  private constructor({ netns, timeout }: GenlOptions) {
    this.#netns = netns === undefined ? (windowOpen() ? NetNs.current() : undefined) : opened(netns)
    const own = this.#netns
    this.#home = own === undefined ? { run: outside } : { run: (work) => inside(own.fd, work) }
    this.netlink = new Netlink({ protocol: NETLINK_GENERIC, netns: this.#home, timeout })
  }

  /**
   * A family, by its table.
   *
   * @throws NetlinkError ENOENT when the kernel has none of that name, and no module for it.
   */
  family<S extends FamilySpec>(spec: S): Family<S> {
    return new Family(spec, this.info(spec.name), { netlink: this.netlink, home: this.#home })
  }

  /** What the kernel says of a family: its number, commands and groups.  @throws NetlinkError ENOENT when there is none of that name. */
  info(name: string): FamilyInfo {
    let info = this.#known.get(name)
    if (info === undefined) {
      const told = this.netlink.get(
        GET_FAMILY,
        { familyName: name },
        {
          attempted: `find the generic netlink family ${name}`,
          hint: ({ code }) => (code === 'ENOENT' ? 'this kernel has no such family: is its module there?' : undefined),
        },
      )
      this.#known.set(name, (info = toInfo(told)))
    }
    return info
  }

  /** All families that are there now. */
  families(): FamilyInfo[] {
    return this.netlink.list(GET_FAMILY, {}, { attempted: 'list generic netlink families' }).map(toInfo)
  }

  /** What the running kernel accepts of a family: the one description that cannot be out of date. Requires Linux 5.10. */
  policy(name: string): FamilyPolicy {
    const commands = new Map<number, { do?: number; dump?: number }>()
    const policies = new Map<number, Map<number, Policy>>()
    const attempted = `get the policy of the generic netlink family ${name}`
    for (const { opPolicy = [], policy = [] } of this.netlink.list(GET_POLICY, { familyName: name }, { attempted })) {
      for (const one of opPolicy) for (const [cmd, numbers] of one) commands.set(cmd, numbers)
      for (const one of policy) {
        for (const [number, attributes] of one) {
          const known = policies.get(number) ?? new Map<number, Policy>()
          policies.set(number, known)
          for (const [attribute, accepts] of attributes) known.set(attribute, accepts)
        }
      }
    }
    return { commands, policies }
  }

  /** Closes the handle's sockets and lets the namespace go. A second call does nothing. */
  close(): void {
    this.netlink.close()
    this.#netns?.close()
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close()
  }
}

function opened(ref: NetNsRef): NetNs {
  if (ref instanceof NetNs) return NetNs.open({ fd: ref.fd })
  return NetNs.open(typeof ref === 'number' ? { fd: ref } : ref)
}
