/**
 * A family that was found: its commands, and what it tells.
 *
 * @module
 */
import type { Attributes } from '../../codec/index.ts'
import type { DumpOptions, Netlink, Outcome } from '../netlink.ts'
import { type Operation, request as planned, type Request, type RequestOptions } from '../operation.ts'
import type { Enterable } from '../pool.ts'
import { genlMessage } from './codecs.ts'
import { FamilyEvents, type EventOptions } from './events.ts'
import type { CommandOf, FamilySpec, ReplyOf, RequestOf } from './spec.ts'

/** What the kernel says of a family. */
export interface FamilyInfo {
  /** Its number, which is its message type. Given when it is registered, so it differs from machine to machine. */
  readonly id: number
  readonly name: string
  readonly version: number
  /** Bytes of a header of its own behind `struct genlmsghdr`. */
  readonly headerSize: number
  /** The highest attribute that it has; 0 where its commands differ in that. */
  readonly maxAttribute: number
  /** Its commands, with what the kernel says of each: `adminPerm`, `cmdCapDo`, `cmdCapDump`, … */
  readonly commands: ReadonlyMap<number, readonly (string | number)[]>
  /** Its multicast groups by name. */
  readonly groups: ReadonlyMap<string, number>
}

/** A generic netlink family in one network namespace: what {@link Genl.family} gives. Closing the handle ends it. */
export class Family<S extends FamilySpec> {
  readonly spec: S
  readonly info: FamilyInfo
  readonly #netlink: Netlink
  readonly #home: Enterable
  readonly #operations = new Map<string, Operation<never, unknown>>()

  /** @internal */
  constructor(spec: S, info: FamilyInfo, { netlink, home }: { readonly netlink: Netlink; readonly home: Enterable }) {
    this.spec = spec
    this.info = info
    this.#netlink = netlink
    this.#home = home
  }

  /** Its number (`nlmsg_type`). */
  get id(): number {
    return this.info.id
  }

  /**
   * Makes a request and waits for its acknowledgement.
   *
   * @throws NetlinkError what the kernel refuses.
   */
  do<C extends CommandOf<S>>(command: C, body: RequestOf<S, C>, options?: RequestOptions): Outcome<ReplyOf<S, C>> {
    return this.#netlink.request(this.operation(command), body, options)
  }

  /** {@link Family.do} that leaves the event loop free while the kernel works. */
  doAsync<C extends CommandOf<S>>(
    command: C,
    body: RequestOf<S, C>,
    options?: RequestOptions,
  ): Promise<Outcome<ReplyOf<S, C>>> {
    return this.#netlink.requestAsync(this.operation(command), body, options)
  }

  /**
   * Asks for one object.
   *
   * @throws NetlinkError what the kernel refuses; ENODATA when it agrees and sends none.
   */
  get<C extends CommandOf<S>>(command: C, body: RequestOf<S, C>, options?: RequestOptions): ReplyOf<S, C> {
    return this.#netlink.get(this.operation(command), body, options)
  }

  /**
   * Lists objects.
   *
   * @throws DumpInterruptedError when they change faster than they can be listed.
   */
  list<C extends CommandOf<S>>(
    command: C,
    body: RequestOf<S, C> = {} as RequestOf<S, C>,
    options?: DumpOptions<ReplyOf<S, C>>,
  ): ReplyOf<S, C>[] {
    return this.#netlink.list(this.operation(command), body, options)
  }

  /** Lists objects one after another, in bounded memory. Leaving the loop early is safe. */
  dump<C extends CommandOf<S>>(
    command: C,
    body: RequestOf<S, C> = {} as RequestOf<S, C>,
    options?: DumpOptions<ReplyOf<S, C>>,
  ): Generator<ReplyOf<S, C>, void, undefined> {
    return this.#netlink.dump(this.operation(command), body, options)
  }

  /** A request for {@link Netlink.batch}. */
  request<C extends CommandOf<S>>(command: C, body: RequestOf<S, C>, options?: RequestOptions): Request {
    return planned(this.operation(command) as Operation<RequestOf<S, C>>, body, options)
  }

  /**
   * What the family tells, from this call on: notifications of some of its multicast groups, of all without one.
   *
   * @throws RangeError for a group that it has not.
   * @throws KernelError EPERM: some groups are for CAP_NET_ADMIN only.
   */
  events(groups: readonly string[] = [...this.info.groups.keys()], options: EventOptions = {}): FamilyEvents<S> {
    const numbers = groups.map((name) => {
      const number = this.info.groups.get(name)
      if (number === undefined) {
        const all = [...this.info.groups.keys()].join(', ')
        throw new RangeError(`family ${this.info.name} has no group ${name}: expected one of ${all}`)
      }
      return number
    })
    return new FamilyEvents(this.spec, this.info.id, numbers, this.#home, options)
  }

  /** A command as an operation of {@link Netlink}. */
  operation<C extends CommandOf<S>>(command: C): Operation<RequestOf<S, C>, ReplyOf<S, C>> {
    let operation = this.#operations.get(command)
    if (operation === undefined) {
      const { name, cmd, request, reply } = this.spec.commands[command]!
      const { version } = this.spec
      operation = {
        name,
        type: this.info.id,
        request: genlMessage(cmd, version, request as Attributes) as unknown as Operation['request'],
        reply: reply && (genlMessage(cmd, version, reply as Attributes) as unknown as Operation['reply']),
        replyType: this.info.id,
      }
      this.#operations.set(command, operation)
    }
    return operation as unknown as Operation<RequestOf<S, C>, ReplyOf<S, C>>
  }
}
