/**
 * Nexthop objects: where to send a packet, kept once for any number of routes; and groups of them.
 *
 * @module
 */
import { familyOf, type In, type Out } from '../../codec/index.ts'
import { NLM_F_ECHO } from '../constants.ts'
import type { PROTOCOLS } from './names.ts'
import type { GroupMember, GroupMemberInput, nexthopMessage } from './nexthop-message.ts'
import { Objects, type ObjectType } from './objects.ts'
import { NEXTHOP, NEXTHOPBUCKET } from './operations.ts'
import type { LinkRef } from './refs.ts'
import type { Rtnl } from './rtnl.ts'

type Wire = Out<typeof nexthopMessage>
type WireIn = In<typeof nexthopMessage>

/** A nexthop object as the kernel tells it. */
export type NexthopObject = Wire

/**
 * A nexthop object to add, change or delete: a gateway, a link or both; a group; or a blackhole. For a deletion the id is enough.
 *
 * Requires Linux 5.3; resilient groups 5.13.
 */
export type NexthopSpec = Omit<
  WireIn,
  'family' | 'scope' | 'groups' | 'master' | 'resBucket' | 'opFlags' | 'group' | 'protocol'
> & {
  /** The number that routes name it by; the kernel chooses one when left out. */
  readonly id?: number | undefined
  /** Only needed where no gateway tells it: a link alone is `inet`. */
  readonly family?: 'inet' | 'inet6' | undefined
  /** The members of a group. */
  readonly group?: readonly GroupMemberInput[] | undefined
  /** ip: `proto`. Left out: `unspec`. */
  readonly protocol?: keyof typeof PROTOCOLS | number | undefined
}

/** Which nexthop objects are listed. The kernel filters by all of it. */
export interface NexthopFilter {
  readonly family?: 'inet' | 'inet6' | undefined
  /** Those of one link. */
  readonly dev?: LinkRef | undefined
  /** Those of the ports of a master. */
  readonly master?: LinkRef | undefined
  /** Groups only. */
  readonly groups?: boolean | undefined
  /** Those for forwarding databases. */
  readonly fdb?: boolean | undefined
}

/** One bucket of a resilient group. */
export interface NexthopBucket {
  /** The group. */
  readonly group: number
  readonly index: number
  /** The nexthop that packets of this bucket take. */
  readonly nhid: number
  /** 1/100 s since the last packet. */
  readonly idleTime: number
}

function familyOfSpec({ family, gateway, group, blackhole }: NexthopSpec): WireIn['family'] {
  if (typeof gateway === 'string') return familyOf(gateway)
  if (family !== undefined) return family
  return group === undefined || blackhole ? 'inet' : 'unspec'
}

const nexthopType: ObjectType<Wire, WireIn, NexthopObject, NexthopSpec, NexthopFilter> = {
  noun: 'nexthop',
  create: NEXTHOP.new,
  remove: NEXTHOP.del,
  fetch: NEXTHOP.get,
  toWire: (spec, forDelete) => (forDelete ? { id: spec.id } : { ...spec, family: familyOfSpec(spec) }) as WireIn,
  fromWire: (wire) => wire,
  select: ({ family, dev, master, groups, fdb }) => ({
    body: { family: family ?? 'unspec', dev, master, groups, fdb },
  }),
  key: ({ id }) => ({ filter: {}, is: (item) => item.id === id }),
  again: ({ scope: _scope, groupStats: _stats, hwStatsUsed: _used, unknown: _unknown, flags, resGroup, ...rest }) =>
    ({
      ...rest,
      flags: flags.filter((flag) => flag === 'onlink'),
      ...(resGroup === undefined ? {} : { resGroup: { ...resGroup, unbalancedTime: undefined } }),
    }) as NexthopSpec,
  restless: new Set(['groupStats', 'unbalancedTime']),
  label: ({ id, gateway, dev, group }) =>
    [
      id === undefined ? '' : `id ${id}`,
      gateway === undefined ? '' : `via ${String(gateway)}`,
      dev === undefined ? '' : `dev ${dev}`,
      group === undefined ? '' : `group ${group.map((one) => one.id).join('/')}`,
    ]
      .filter((word) => word !== '')
      .join(' '),
  hint(refusal, verb) {
    if (refusal.code === 'EEXIST') return 'a nexthop of that id is there already: use replace'
    if (refusal.code === 'ENOENT' && verb === 'delete') return 'there is no nexthop of that id'
    return undefined
  },
}

/**
 * The nexthop objects of one network namespace. The key of `replace` is the id.
 *
 * Deleting one takes the routes with it that name it, and takes it out of its groups.
 */
export class Nexthops extends Objects<Wire, WireIn, NexthopObject, NexthopSpec, NexthopFilter> {
  readonly #rtnl: Rtnl

  constructor(rtnl: Rtnl) {
    super(rtnl, nexthopType)
    this.#rtnl = rtnl
  }

  /** Adds a nexthop object and gives it as it became, with its id.  @throws NetlinkError EEXIST when there is one of that id. */
  override add(spec: NexthopSpec): NexthopObject {
    const { operation, body, flags = 0, attempted, hint } = this.request('add', spec)
    const { replies } = this.#rtnl.make(
      this.#rtnl.plan(operation, body, { flags: flags | NLM_F_ECHO, attempted, hint }),
    )
    return replies[0] ?? this.get(spec.id!)
  }

  /** One nexthop object.  @throws NetlinkError ENOENT when there is none. */
  get(id: number): NexthopObject {
    return this.#rtnl.ask(
      NEXTHOP.get,
      { id },
      {
        attempted: `get nexthop id ${id}`,
        hint: ({ code }) => (code === 'ENOENT' ? 'there is no nexthop of that id' : undefined),
      },
    )
  }

  /** The buckets of resilient groups, of one or of all. */
  buckets(group?: number): NexthopBucket[] {
    return this.#rtnl.dumpAll(NEXTHOPBUCKET.get, { id: group }, { attempted: 'list nexthop buckets' }).map(toBucket)
  }
}

function toBucket({ id = 0, resBucket }: Wire): NexthopBucket {
  const { index = 0, nhid = 0, idleTime = 0 } = resBucket ?? {}
  return { group: id, index, nhid, idleTime }
}

export type { GroupMember, GroupMemberInput }
