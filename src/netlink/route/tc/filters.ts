/**
 * Filters: which packets go to which class, and what is done to them.
 *
 * @module
 */
import type { In, Out } from '../../../codec/index.ts'
import type { ObjectType } from '../objects.ts'
import { TFILTER } from '../operations.ts'
import type { LinkRef } from '../refs.ts'
import type { Rtnl } from '../rtnl.ts'
import type { FILTER_PROTOCOLS, filterMessage } from './filter-message.ts'
import { FOLLOWS } from './filters/index.ts'
import { type HandleRef, parseHandle } from './handles.ts'
import { TcObjects, type Told, type Without } from './objects.ts'
import { words } from './words.ts'

type Wire = Out<typeof filterMessage>
type WireIn = In<typeof filterMessage>

/** A filter as the kernel tells it. Checking its `kind` tells what its `options` are. */
export type TcFilter = Wire & {
  /** The block that it is in, in place of a device and a parent: `dev` is −1 then. */
  block?: number
}

/** Where filters are: at a device, or in a block that devices share. */
export type FilterPlace =
  | {
      /** The device. */
      readonly dev: LinkRef
      /** `ingress` or `egress` of a clsact qdisc, a qdisc or a class; left out, the qdisc at the root. */
      readonly parent?: HandleRef | undefined
      readonly block?: undefined
    }
  | {
      /** A block (`ingressBlock` or `egressBlock` of a qdisc). */
      readonly block: number
      readonly dev?: undefined
      readonly parent?: undefined
    }

type Attributes = Without<WireIn, Told | 'dev' | 'parent' | 'ingressBlock' | 'egressBlock' | 'rate' | 'stab'>

/**
 * A filter to add, change or delete: `{ dev: 'eth0', parent: 'ingress', prio: 1, kind: 'matchall', options: { actions: [ … ] } }`.
 *
 * Left out: the protocol is `all`, the kernel chooses the priority, from 49152 down, and the handle. To delete, a priority without a handle deletes all
 * filters of it, and no priority all of the place.
 */
export type TcFilterSpec = Attributes & FilterPlace

/** Which filters are listed. The kernel filters. */
export type TcFilterFilter = FilterPlace & {
  readonly chain?: number | undefined
  readonly prio?: number | undefined
  readonly protocol?: keyof typeof FILTER_PROTOCOLS | number | undefined
  /** Sorted out here. */
  readonly kind?: string | undefined
}

/** `TCM_IFINDEX_MAGIC_BLOCK`. */
const BLOCK = -1

function located({ block, dev, parent }: FilterPlace): { dev: LinkRef | undefined; parent: HandleRef | undefined } {
  return block === undefined ? { dev, parent } : { dev: BLOCK, parent: block }
}

function toWire(spec: TcFilterSpec, forDelete: boolean): WireIn {
  const { block: _1, dev: _2, parent: _3, ...rest } = spec as TcFilterSpec & { readonly options?: object | undefined }
  const { prio, options, ...found } = rest
  const where = located(spec)
  if (forDelete)
    return { ...found, ...where, prio, protocol: spec.protocol ?? (prio === undefined ? 0 : 'all') } as WireIn
  const { protocol = 'all', kind = '' } = spec
  const told = options && { ...FOLLOWS[kind]?.(protocol), ...options }
  return { ...rest, ...where, protocol, options: told } as WireIn
}

/** A filter as it is on the wire, with its block where it has one. */
export function filterFromWire(wire: Wire): TcFilter {
  return wire.dev === BLOCK ? { ...wire, block: parseHandle(wire.parent) ?? 0 } : wire
}

/** Before the filters of a priority comes one that stands for them all: without a handle, and it says nothing. */
const isHead = ({ handle, options, unknown }: TcFilter): boolean =>
  handle === 0 && options === undefined && unknown === undefined

/** Filters, for the verbs. */
const filterType: ObjectType<Wire, WireIn, TcFilter, TcFilterSpec, TcFilterFilter> = {
  noun: 'filter',
  create: TFILTER.new,
  remove: TFILTER.del,
  fetch: TFILTER.get,
  toWire,
  fromWire: filterFromWire,
  select: ({ chain, prio, protocol, kind, ...place }) => ({
    body: { ...located(place as FilterPlace), chain, prio, protocol: protocol ?? 0 } as WireIn,
    where: (filter) => (kind === undefined || filter.kind === kind) && !isHead(filter),
  }),
  key: ({ prio, protocol, chain = 0, handle, kind }, spec) => ({
    filter: { ...(spec as FilterPlace), prio, protocol } as TcFilterFilter,
    is: (filter) =>
      filter.prio === prio &&
      (filter.chain ?? 0) === chain &&
      filter.kind === kind &&
      (handle === 0 || filter.handle === handle),
  }),
  again({ family: _1, fcnt: _2, stats2: _3, xstats: _4, hwOffload: _5, unknown: _6, block, dev, parent, ...spec }) {
    return { ...spec, ...(block === undefined ? { dev, parent } : { block }) } as TcFilterSpec
  },
  restless: new Set(['stats2', 'xstats', 'stats', 'tm', 'pcnt']),
  label: ({ kind, dev, block, parent, prio, protocol, handle }) =>
    words({ '': kind, handle, prio, protocol, parent, dev, block }),
  hint(refusal, verb) {
    if (refusal.code === 'EEXIST') return 'there is a filter of that priority and handle: use replace'
    if (verb === 'delete') return undefined
    if (refusal.kernelMessage?.startsWith('Parent Qdisc') === true)
      return "ingress and egress need a qdisc first: nl.qdiscs.add({ dev, kind: 'clsact' })"
    return undefined
  },
}

/**
 * The filters of one network namespace.
 *
 * The key of `replace` is the place, the chain, the priority, the protocol, the kind and the handle; without priority or handle it adds one more.
 */
export class TcFilters extends TcObjects<Wire, WireIn, TcFilter, TcFilterSpec, TcFilterFilter> {
  constructor(rtnl: Rtnl) {
    super(rtnl, filterType)
  }

  /** One filter, by its key.  @throws NetlinkError ENOENT when there is none. */
  get(key: FilterPlace & Pick<TcFilterSpec, 'prio' | 'handle' | 'kind' | 'protocol' | 'chain'>): TcFilter {
    return this.ask(toWire(key as TcFilterSpec, false), filterType.label(key as TcFilterSpec))
  }
}
