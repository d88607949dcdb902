/**
 * What is said of a link to make, to change or to find.
 *
 * @module
 */
import { type Link, LINK_FLAGS, type LinkWire } from './link.ts'
import type { LinkRef } from './refs.ts'

/** A flag of a link (`IFF_*`). */
export type LinkFlag = keyof typeof LINK_FLAGS

/** Attributes that the kernel only tells. */
type ReadOnly =
  | 'qdisc'
  | 'stats'
  | 'stats64'
  | 'numVf'
  | 'promiscuity'
  | 'carrierChanges'
  | 'physPortId'
  | 'physSwitchId'
  | 'physPortName'
  | 'event'
  | 'newNetnsid'
  | 'carrierUpCount'
  | 'carrierDownCount'
  | 'minMtu'
  | 'maxMtu'
  | 'altnames'
  | 'altname'
  | 'permAddress'
  | 'parentDevName'
  | 'parentDevBusName'
  | 'tsoMaxSize'
  | 'tsoMaxSegs'
  | 'allmulti'
  | 'devlinkPort'
  | 'dpllPin'
  | 'maxPacingOffloadHorizon'
  | 'netnsImmutable'
  | 'headroom'
  | 'tailroom'
  | 'wireless'
  | 'protinfo'
  | 'extMask'

/**
 * A link to make, or what to change of one. What is left out is not sent: 0, `false` and `''` are values.
 *
 * For a pair (netkit, veth, vxcan) the attributes out here are the primary's, and `linkinfo.data.peer` has those of the other end; see the kind for
 * what falls to both where there is no `peer`.
 */
export type LinkSpec = Omit<LinkWire, ReadOnly | 'family' | 'type' | 'index' | 'flags' | 'change'> & {
  /** The index that a new link is to have; the kernel chooses when left out. */
  readonly index?: number | undefined
  /** `IFF_UP`; ip: `up`, `down`. */
  readonly up?: boolean | undefined
  /** Other flags to set or clear; ip: `arp`, `multicast`, `allmulticast`, `promisc`, `dynamic`. */
  readonly flags?: { readonly [F in LinkFlag]?: boolean | undefined } | undefined
}

/** How much of a link is asked for. */
export interface LinkDetails {
  /** Counters too: {@link Link.stats64}, and those of IPv6 in `afSpec`. A quarter of the bytes; older kernels leave only the latter out. */
  readonly stats?: boolean | undefined
  /** Virtual functions too. Slow, and the kernel's lock is held meanwhile. */
  readonly vfs?: boolean | undefined
  /** Asks in the namespace that this one gives that number (`IFLA_TARGET_NETNSID`). */
  readonly netnsid?: number | undefined
}

/** Which links are listed. */
export interface LinkFilter extends LinkDetails {
  /** `netkit`, `veth`, … The kernel filters. */
  readonly kind?: string | undefined
  /** Ports of a master. The kernel filters. */
  readonly master?: LinkRef | undefined
  /** Links that are set up, or down. */
  readonly up?: boolean | undefined
  readonly group?: number | undefined
}

const MAX_NAME = 15

/** How a link is asked for: names longer than a name can be are alternative names; the kernel looks among those for the others too. */
export function byRef(ref: LinkRef): LinkWire {
  if (typeof ref === 'number') return { index: ref }
  return ref.length > MAX_NAME ? { altname: ref } : { name: ref }
}

/** The question for as much as is asked for. */
export function details({ stats, vfs, netnsid }: LinkDetails): LinkWire {
  const mask: ('skipStats' | 'vf')[] = []
  if (!stats) mask.push('skipStats')
  if (vfs) mask.push('vf')
  return { extMask: mask, targetNetnsid: netnsid }
}

/** `up` and `flags` as the two words of the header: the values, and which of them are meant. */
function flagWords({ up, flags }: Pick<LinkSpec, 'up' | 'flags'>): Pick<LinkWire, 'flags' | 'change'> {
  if (up === undefined && flags === undefined) return {}
  let value = 0
  let change = 0
  for (const [name, on] of Object.entries({ ...flags, ...(up === undefined ? {} : { up }) })) {
    const bit = LINK_FLAGS[name as LinkFlag]
    if (bit === undefined) throw new RangeError(`flags.${name}: expected one of ${Object.keys(LINK_FLAGS).join(', ')}`)
    if (on === undefined) continue
    change |= bit
    if (on) value |= bit
  }
  return { flags: value, change }
}

/** A specification as it is written. */
export function toWire({ up, flags, ...spec }: LinkSpec): LinkWire {
  return { ...spec, ...flagWords({ up, flags }) }
}

/** What a specification says of the kind's own options. */
export function dataOf(spec: LinkSpec): Readonly<Record<string, unknown>> | undefined {
  return spec.linkinfo?.data as Readonly<Record<string, unknown>> | undefined
}

/** Whether a specification gives either end a hardware address. */
export function hasAddress(spec: LinkSpec): boolean {
  const peer = dataOf(spec)?.['peer'] as { readonly address?: unknown } | undefined
  return spec.address !== undefined || peer?.address !== undefined
}

/** The question for a list. */
export function listBody({ kind, master, ...rest }: LinkFilter): LinkWire {
  return { ...details(rest), master, linkinfo: kind === undefined ? undefined : ({ kind } as LinkWire['linkinfo']) }
}

/** The kernel does not filter by the kind of a module that is not loaded, nor by flags. */
export function matches({ kind, master, up, group }: LinkFilter): (link: Link) => boolean {
  return (link) =>
    (kind === undefined || link.linkinfo?.kind === kind) &&
    (master === undefined || link.master === master) &&
    (up === undefined || link.flags.includes('up') === up) &&
    (group === undefined || link.group === group)
}
