/**
 * Classes: shares of a qdisc.
 *
 * @module
 */
import type { In, Out } from '../../../codec/index.ts'
import type { ObjectType } from '../objects.ts'
import { TCLASS } from '../operations.ts'
import type { LinkRef } from '../refs.ts'
import type { Rtnl } from '../rtnl.ts'
import type { classMessage } from './class-message.ts'
import type { HandleRef } from './handles.ts'
import { TcObjects, type Told, type Without } from './objects.ts'
import { words } from './words.ts'

type Wire = Out<typeof classMessage>
type WireIn = In<typeof classMessage>

/** A class as the kernel tells it. Checking its `kind` tells what its `options` are. */
export type TcClass = Wire

/** A class to add, change or delete: `{ dev: 'eth0', parent: '1:', handle: '1:10', kind: 'htb', options: { rate: 125_000 } }`. */
export type TcClassSpec = Without<
  WireIn,
  Told | 'dev' | 'handle' | 'leaf' | 'chain' | 'ingressBlock' | 'egressBlock'
> & {
  /** The device. */
  readonly dev: LinkRef
  /** tc: `classid`. */
  readonly handle: HandleRef
}

/** Which classes are listed. */
export interface TcClassFilter {
  /** The device. The kernel filters. */
  readonly dev: LinkRef
  /** Of one qdisc. The kernel filters. */
  readonly qdisc?: HandleRef | undefined
  /** What they are a part of. */
  readonly parent?: string | undefined
  readonly handle?: string | undefined
}

/** Classes, for the verbs. */
const classType: ObjectType<Wire, WireIn, TcClass, TcClassSpec, TcClassFilter> = {
  noun: 'class',
  create: TCLASS.new,
  remove: TCLASS.del,
  fetch: TCLASS.get,
  toWire: (spec, forDelete) =>
    (forDelete ? { dev: spec.dev, handle: spec.handle, parent: spec.parent } : spec) as WireIn,
  fromWire: (wire) => wire,
  select: ({ dev, qdisc, parent, handle }) => ({
    body: { dev, parent: qdisc } as WireIn,
    where:
      parent !== undefined || handle !== undefined
        ? (one) => (parent === undefined || one.parent === parent) && (handle === undefined || one.handle === handle)
        : undefined,
  }),
  key: ({ dev, handle }) => ({ filter: { dev, handle }, is: () => true }),
  again: ({ family: _1, leaf: _2, fcnt: _3, stats2: _4, xstats: _5, hwOffload: _6, unknown: _7, ...spec }) =>
    spec as TcClassSpec,
  // told as `root` where the qdisc was said
  taken: new Set(['parent']),
  restless: new Set(['stats2', 'xstats', 'leaf']),
  label: ({ kind, handle, dev }) => words({ '': kind, classid: handle, dev }),
  hint(refusal, verb) {
    if (refusal.code === 'EEXIST') return 'there is a class of that number: use replace'
    if (refusal.code === 'EBUSY' && verb === 'delete') return 'filters or other classes still refer to it'
    return undefined
  },
}

/** The classes of one network namespace. The key of `replace` is the device and the class's handle. */
export class TcClasses extends TcObjects<Wire, WireIn, TcClass, TcClassSpec, TcClassFilter> {
  constructor(rtnl: Rtnl) {
    super(rtnl, classType)
  }

  /** A class of a device.  @throws NetlinkError ENOENT when there is none of that handle. */
  get(dev: LinkRef, handle: HandleRef): TcClass {
    return this.ask({ dev, handle } as WireIn, words({ classid: handle, dev }))
  }
}
