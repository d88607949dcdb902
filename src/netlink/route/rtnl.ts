/**
 * The handle: rtnetlink in one network namespace.
 *
 * @module
 */
import { NetNs } from '../../netns/netns.ts'
import { inside, outside, windowOpen } from '../../netns/window.ts'
import type { BatchOptions, BatchResult } from '../batch.ts'
import type { Warning } from '../error.ts'
import { type DumpOptions, Netlink, type Outcome } from '../netlink.ts'
import type { Operation, RequestOptions } from '../operation.ts'
import type { Enterable } from '../pool.ts'
import { type Address, type AddressFilter, type AddressSpec, addressType } from './addresses.ts'
import { BridgeVlans } from './bridge-vlans.ts'
import { Links } from './links.ts'
import { Mdb } from './mdb.ts'
import { Monitor, type MonitorKind, type MonitorOptions } from './monitor/index.ts'
import {
  type FdbEntry,
  type FdbFilter,
  type FdbSpec,
  fdbType,
  type Neighbour,
  type NeighbourFilter,
  type NeighbourSpec,
  neighbourType,
} from './neighbours.ts'
import { Netconfs } from './netconf.ts'
import { Nexthops } from './nexthop-objects.ts'
import { Nsids } from './nsids.ts'
import { Objects } from './objects.ts'
import type { NetNsRef } from './refs.ts'
import { type Finder, type Planned, RouteRequest } from './request.ts'
import { Routes } from './route-verbs.ts'
import { type Rule, type RuleFilter, type RuleSpec, ruleType } from './rules.ts'
import { Qdiscs, TcActions, TcClasses, TcFilters } from './tc/index.ts'
import { LinkCounters } from './statistics.ts'
import { transact, type Transaction } from './transaction.ts'
import { Vnis } from './vnis.ts'

/** How a handle is opened. */
export interface RtnlOptions {
  /** The network namespace; left out, the one that the thread is in. */
  readonly netns?: NetNsRef | undefined
  /** The longest wait for an answer, in milliseconds (5000); 0 waits for ever. */
  readonly timeout?: number | undefined
  /** Called with what the kernel remarks on a request that it granted. */
  readonly onWarning?: ((warning: Warning, attempted: string | undefined) => void) | undefined
}

/** Opens whatever leads to a namespace, for as long as a handle lives; a plain number is a descriptor. */
export function openNetns(ref: NetNsRef): NetNs {
  if (ref instanceof NetNs) return NetNs.open({ fd: ref.fd })
  return NetNs.open(typeof ref === 'number' ? { fd: ref } : ref)
}

/** A descriptor for the length of a request: what the caller holds open is not opened again. */
function borrowNetns(ref: Exclude<NetNsRef, number>): ReturnType<Finder['openNetns']> {
  if (ref instanceof NetNs) return { fd: ref.fd, close() {} }
  return typeof ref === 'object' && 'fd' in ref ? { fd: ref.fd, close() {} } : NetNs.open(ref)
}

/** Whoever is at home stays there: sockets that are opened later, while the thread is somewhere else, are opened at home. */
const HOME: Enterable = { run: outside }

/**
 * Links, addresses, routes, neighbours and rules of one network namespace: a handle *is* a namespace.
 *
 * It keeps the namespace alive until it is closed. Requests are made synchronously, because the kernel does them inside the call.
 *
 * ```ts
 * using lab = Rtnl.open({ netns: 'lab' })
 * const { index } = lab.links.add({ name: 'nk0', linkinfo: { kind: 'netkit', data: { peer: { name: 'nk1' } } } })
 * lab.addresses.add({ dev: index, address: '10.42.0.1/24' })
 * lab.links.change('nk0', { up: true })
 * ```
 */
export class Rtnl implements Disposable {
  /** The handle's requests without names for anything, for messages that the library has no object for. */
  readonly netlink: Netlink
  /** Network devices. */
  readonly links: Links
  /** Addresses of links. The key of `replace` is the link, the address and its prefix length. */
  readonly addresses: Objects<never, never, Address, AddressSpec, AddressFilter>
  /** Routes; see there for the key of `replace`. */
  readonly routes: Routes
  /** Nexthop objects, that routes can share. The key of `replace` is the id. */
  readonly nexthops: Nexthops
  /** Neighbours (ARP, neighbour discovery). The key of `replace` is the link and the address. */
  readonly neighbours: Objects<never, never, Neighbour, NeighbourSpec, NeighbourFilter>
  /** Forwarding databases of bridges and tunnels. The key of `replace` is the link, the hardware address and the VLAN. */
  readonly fdb: Objects<never, never, FdbEntry, FdbSpec, FdbFilter>
  /** Rules of the routing policy. They have no `replace`. */
  readonly rules: Objects<never, never, Rule, RuleSpec, RuleFilter>
  /** Numbers of other namespaces in this one. */
  readonly nsids: Nsids
  /** Counters of links, group by group: those of bridges and bonds too. */
  readonly counters: LinkCounters
  /** VLANs of bridges and their ports. */
  readonly bridgeVlans: BridgeVlans
  /** Multicast databases of bridges and tunnels. */
  readonly mdb: Mdb
  /** VNIs that VXLAN tunnels let in. */
  readonly vnis: Vnis
  /** What links are told about forwarding. */
  readonly netconf: Netconfs
  /** How packets wait for a device; tc: `qdisc`. See there for the key of `replace`. */
  readonly qdiscs: Qdiscs
  /** Shares of a qdisc; tc: `class`. The key of `replace` is the device and the handle. */
  readonly classes: TcClasses
  /** Which packets go to which class, and what is done to them; tc: `filter`. See there for the key of `replace`. */
  readonly filters: TcFilters
  /** Actions that filters share; tc: `actions`. The key of `replace` is the kind and the index. */
  readonly actions: TcActions
  readonly #netns: NetNs | undefined
  readonly #home: Enterable
  readonly #timeout: number | undefined
  readonly #onWarning: RtnlOptions['onWarning']
  readonly #finder: Finder = { indexOf: (name) => this.links.indexOf(name), openNetns: borrowNetns }
  #closed = false

  /**
   * Opens a handle.
   *
   * @throws KernelError when there is no such namespace, or it may not be entered (EPERM: CAP_SYS_ADMIN is needed for any but the own one).
   */
  static open(options: RtnlOptions = {}): Rtnl {
    return new Rtnl(options)
  }

  private constructor({ netns, timeout, onWarning }: RtnlOptions) {
    // A handle that is opened inside a window belongs to the namespace of the window.
    this.#netns = netns === undefined ? (windowOpen() ? NetNs.current() : undefined) : openNetns(netns)
    this.#timeout = timeout
    this.#onWarning = onWarning
    const own = this.#netns
    this.#home = own === undefined ? HOME : { run: (work) => inside(own.fd, work) }
    this.netlink = new Netlink({ netns: this.#home, timeout })
    this.links = new Links(this)
    this.addresses = new Objects(this, addressType) as unknown as Rtnl['addresses']
    this.routes = new Routes(this)
    this.nexthops = new Nexthops(this)
    this.neighbours = new Objects(this, neighbourType) as unknown as Rtnl['neighbours']
    this.fdb = new Objects(this, fdbType) as unknown as Rtnl['fdb']
    this.rules = new Objects(this, ruleType) as unknown as Rtnl['rules']
    this.nsids = new Nsids(this)
    this.counters = new LinkCounters(this)
    this.bridgeVlans = new BridgeVlans(this)
    this.mdb = new Mdb(this)
    this.vnis = new Vnis(this)
    this.netconf = new Netconfs(this)
    this.qdiscs = new Qdiscs(this)
    this.classes = new TcClasses(this)
    this.filters = new TcFilters(this)
    this.actions = new TcActions(this)
  }

  /** Whether it has been closed. */
  get closed(): boolean {
    return this.#closed
  }

  /**
   * Makes many requests in few system calls: `rtnl.batch(prefixes.map((dst) => rtnl.routes.request('add', { dst, dev: 'nk0' })))`.
   *
   * It is no transaction: each succeeds or fails by itself, and the result tells which did. For many give a generator, so that they are never all in
   * memory at once; and namespaces as open {@link NetNs} objects, as each that is only named is opened until the batch is over.
   */
  batch(requests: Iterable<Planned>, options?: BatchOptions): BatchResult {
    const opened: Planned[] = []
    try {
      return this.netlink.batch(remember(requests, opened), options)
    } finally {
      for (const request of opened) request.release()
    }
  }

  /** {@link Rtnl.batch} that leaves the event loop free while the kernel works. */
  async batchAsync(requests: Iterable<Planned>, options?: BatchOptions): Promise<BatchResult> {
    const opened: Planned[] = []
    try {
      return await this.netlink.batchAsync(remember(requests, opened), options)
    } finally {
      for (const request of opened) request.release()
    }
  }

  /**
   * Makes many changes as one: when a step fails, those before it are undone, the last first.
   *
   * The steps are the verbs of `tx`; the work may be asynchronous between them. A deletion of a link waits until all else has been done.
   *
   * ```ts
   * rtnl.transaction((tx) => {
   *   const { index } = tx.links.add({ name: 'v0', linkinfo: { kind: 'veth', data: { peer: { name: 'v1' } } } })
   *   tx.addresses.add({ dev: index, address: '10.0.0.1/24' })
   *   tx.routes.replace({ dst: '10.1.0.0/16', gateway: '10.0.0.2' })
   * })
   * ```
   *
   * @throws TransactionError naming the step that failed, what was undone, and what could not be.
   */
  transaction<T>(work: (tx: Transaction) => T): T {
    return transact(this, work)
  }

  /**
   * Follows what happens to objects of these kinds, starting with those that are there; without a kind, to all.
   *
   * It hears from this call on, through a socket of its own; lists are made through this handle, so close the monitor first.
   *
   * ```ts
   * for await (const change of rtnl.monitor('link', 'address', { signal })) {
   *   if (change.type === 'added' && change.kind === 'link') console.log(change.object.name)
   * }
   * ```
   *
   * @throws KernelError EPERM: `allNsids` needs CAP_NET_BROADCAST.
   */
  monitor<K extends MonitorKind = MonitorKind>(...kinds: readonly K[]): Monitor<K>
  monitor<K extends MonitorKind = MonitorKind>(...what: readonly [...kinds: K[], options: MonitorOptions]): Monitor<K>
  monitor<K extends MonitorKind>(...what: readonly (K | MonitorOptions)[]): Monitor<K> {
    const last = what.at(-1)
    const options = typeof last === 'object' ? last : {}
    const kinds = what.filter((one): one is K => typeof one === 'string')
    return Monitor.open<K>({ rtnl: this, home: this.#home, kinds }, options)
  }

  /** Prepares a request, in whose body links may be named and namespaces may be objects. */
  plan<I, O>(operation: Operation<I, O>, body: I, options?: RequestOptions): RouteRequest<I, O> {
    return new RouteRequest(this.#finder, operation, body, options)
  }

  /** Makes a prepared request.  @throws NetlinkError what the kernel refuses. */
  make<I, O>(request: RouteRequest<I, O>): Outcome<O> {
    try {
      return this.#heed(request, this.netlink.request(request.operation, request.body, request))
    } finally {
      request.release()
    }
  }

  /** {@link Rtnl.make} that leaves the event loop free while the kernel works. */
  async makeAsync<I, O>(request: RouteRequest<I, O>): Promise<Outcome<O>> {
    try {
      return this.#heed(request, await this.netlink.requestAsync(request.operation, request.body, request))
    } finally {
      request.release()
    }
  }

  #heed<O>({ attempted }: RequestOptions, outcome: Outcome<O>): Outcome<O> {
    if (outcome.warning !== undefined) this.#onWarning?.(outcome.warning, attempted)
    return outcome
  }

  /** Asks for one object. */
  ask<I, O>(operation: Operation<I, O>, body: I, options?: RequestOptions): O {
    const request = this.plan(operation, body, options)
    try {
      return this.netlink.get(operation, request.body, options)
    } finally {
      request.release()
    }
  }

  /** Lists all objects of a dump. */
  dumpAll<I, O>(operation: Operation<I, O>, body: I, options?: DumpOptions<O>): O[] {
    return this.netlink.list(operation, this.plan(operation, body).body, options)
  }

  /** Lists the objects of a dump one after another. */
  dumpEach<I, O>(operation: Operation<I, O>, body: I, options?: DumpOptions<O>): Generator<O, void, undefined> {
    return this.netlink.dump(operation, this.plan(operation, body).body, options)
  }

  /** Does something in another namespace, through a handle that is closed after it. */
  elsewhere<T>(netns: NetNsRef, work: (there: Rtnl) => T): T {
    using there = new Rtnl({ netns, timeout: this.#timeout, onWarning: this.#onWarning })
    return work(there)
  }

  /** Closes the handle's sockets and lets the namespace go. A second call does nothing. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.netlink.close()
    this.#netns?.close()
  }

  /** {@link Rtnl.close | Closes} the handle. */
  [Symbol.dispose](): void {
    this.close()
  }
}

/** Passes requests on, and keeps in mind those that hold a namespace open. */
function* remember(requests: Iterable<Planned>, opened: Planned[]): Generator<Planned, void, undefined> {
  for (const request of requests) {
    try {
      yield request
    } finally {
      // Looked at when the next one is asked for, or nobody asks any more: by then its references have been resolved.
      if (request.holds) opened.push(request)
    }
  }
}
