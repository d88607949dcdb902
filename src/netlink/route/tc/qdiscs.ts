/**
 * Qdiscs: how packets wait for a device.
 *
 * @module
 */
import type { In, Out } from '../../../codec/index.ts'
import type { ObjectType } from '../objects.ts'
import { QDISC } from '../operations.ts'
import type { LinkRef } from '../refs.ts'
import type { Rtnl } from '../rtnl.ts'
import type { HandleRef } from './handles.ts'
import { TcObjects, type Told, type Without } from './objects.ts'
import type { qdiscMessage } from './qdisc-message.ts'
import { PLACES, UNTOLD } from './qdiscs/index.ts'
import { words } from './words.ts'

type Wire = Out<typeof qdiscMessage>
type WireIn = In<typeof qdiscMessage>

/** A qdisc as the kernel tells it. Checking its `kind` tells what its `options` are. */
export type Qdisc = Wire

/**
 * A qdisc to add, change or delete: `{ dev: 'eth0', handle: '1:', kind: 'htb', options: { defcls: 0x10 } }`.
 *
 * Left out, the parent is `root`; that of a clsact or ingress qdisc is its hook, and its handle `ffff:`. To delete, the parent finds it: a handle or
 * a kind that are said have to be those of the one that is there.
 */
export type QdiscSpec = Without<WireIn, Told | 'dev' | 'refcnt' | 'chain'> & {
  /** The device. */
  readonly dev: LinkRef
}

/** Which qdiscs are listed. */
export interface QdiscFilter {
  /** Of one device. The kernel lists those of all, the rest is sorted out here. */
  readonly dev?: LinkRef | undefined
  readonly kind?: string | undefined
  readonly handle?: string | undefined
  readonly parent?: string | undefined
  /** Those too that the kernel made by itself for classes; tc: `invisible`. */
  readonly invisible?: boolean | undefined
}

const place = (kind: string | undefined): { readonly parent: HandleRef; readonly handle?: HandleRef } =>
  (kind === undefined ? undefined : PLACES[kind]) ?? { parent: 'root' }

function toWire(spec: QdiscSpec, forDelete: boolean): WireIn {
  const { kind } = spec
  if (!forDelete) return { ...UNTOLD[kind ?? ''], ...place(kind), ...defined(spec) } as WireIn
  return { dev: spec.dev, handle: spec.handle, parent: spec.parent ?? place(kind).parent, kind } as WireIn
}

/** Without members that are undefined, so that they do not hide a default. */
function defined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Partial<T>
}

/** Qdiscs, for the verbs. */
const qdiscType = (rtnl: Rtnl): ObjectType<Wire, WireIn, Qdisc, QdiscSpec, QdiscFilter> => ({
  noun: 'qdisc',
  create: QDISC.new,
  remove: QDISC.del,
  fetch: QDISC.get,
  toWire,
  fromWire: (wire) => wire,
  select({ dev, kind, handle, parent, invisible }) {
    const index = typeof dev === 'string' ? rtnl.links.indexOf(dev) : dev
    return {
      body: { dumpInvisible: invisible } as WireIn,
      where: (qdisc) =>
        (index === undefined || qdisc.dev === index) &&
        (kind === undefined || qdisc.kind === kind) &&
        (handle === undefined || qdisc.handle === handle) &&
        (parent === undefined || qdisc.parent === parent),
    }
  },
  key: ({ dev, parent }) => ({ filter: { dev, parent }, is: ({ handle }) => handle !== '0:' }),
  again: ({ family: _1, refcnt: _2, fcnt: _3, stats2: _4, xstats: _5, hwOffload: _6, unknown: _7, ...spec }) =>
    spec as QdiscSpec,
  restless: new Set(['stats2', 'xstats', 'refcnt']),
  label: ({ kind, dev, handle, parent }) => words({ '': kind, handle, parent, dev }),
  hint(refusal, verb, { kind }) {
    if (refusal.code === 'EEXIST') return 'there is a qdisc at that place: use replace'
    if (refusal.code === 'ENOENT' && verb !== 'delete' && refusal.kernelMessage?.includes('unknown') === true)
      return `the kernel has no qdisc ${kind}: the module is sch_${kind}`
    return undefined
  },
})

/**
 * The qdiscs of one network namespace.
 *
 * The key of `replace` is the device and the parent. One of the same kind is changed, one of another kind gives way to a new one with its classes and
 * filters.
 */
export class Qdiscs extends TcObjects<Wire, WireIn, Qdisc, QdiscSpec, QdiscFilter> {
  constructor(rtnl: Rtnl) {
    super(rtnl, qdiscType(rtnl))
  }

  /**
   * The qdisc of a device that has a handle or a parent; left out, the one at the root. Of one that is asked for by its handle the kernel does not tell
   * the parent.
   *
   * @throws NetlinkError ENOENT when there is none, or only one that the kernel made by itself and gave no handle.
   */
  get(dev: LinkRef, where: { readonly handle?: HandleRef; readonly parent?: HandleRef } = {}): Qdisc {
    const { handle, parent } = where
    const body = { dev, handle, parent: parent ?? (handle === undefined ? 'root' : undefined) }
    return this.ask(body as WireIn, words({ handle, parent, dev }))
  }
}
