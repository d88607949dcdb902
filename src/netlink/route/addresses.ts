/**
 * Addresses of links.
 *
 * @module
 */
import { formatIp, parseCidr, type In, type Out } from '../../codec/index.ts'
import type { ADDRESS_FLAGS, addressMessage } from './address-message.ts'
import type { SCOPES } from './names.ts'
import type { ObjectType } from './objects.ts'
import { ADDR } from './operations.ts'
import type { LinkRef } from './refs.ts'

type Wire = Out<typeof addressMessage>
type WireIn = In<typeof addressMessage>

/** A flag of an address; ip: the word that is printed for it. */
export type AddressFlag = keyof typeof ADDRESS_FLAGS

/** An address of a link. */
export interface Address {
  /** `ifa_index`: the link. */
  readonly dev: number
  readonly family: Wire['family']
  /** The address with the length of its prefix, `10.42.0.1/24`; without it where {@link peer} has it. */
  readonly address: string
  /** `IFA_ADDRESS`, where the other end of a point-to-point link has an address of its own; ip: `peer`. */
  readonly peer?: string | undefined
  /** `IFA_BROADCAST`; ip: `broadcast`. */
  readonly broadcast?: string | undefined
  /** `IFA_ANYCAST`; ip: `anycast`. */
  readonly anycast?: string | undefined
  /** `IFA_LABEL`; ip: `label`. */
  readonly label?: string | undefined
  /** `ifa_scope`; ip: `scope`. */
  readonly scope: Wire['scope']
  /** `IFA_FLAGS`. */
  readonly flags: NonNullable<Wire['flags']>
  /** `IFA_RT_PRIORITY`; ip: `metric`. The metric of the route to the prefix. */
  readonly metric?: number | undefined
  /** `ifa_valid`; ip: `valid_lft`. Seconds until the address is removed; `Infinity` is for ever. */
  readonly validLft: number
  /** `ifa_prefered`; ip: `preferred_lft`. Seconds until it is no longer chosen for new connections. */
  readonly preferredLft: number
  /** `IFA_PROTO`; ip: `proto`. Who added it. */
  readonly proto?: Wire['proto'] | undefined
  /** `IFA_TARGET_NETNSID`: the namespace that it was asked of. */
  readonly netnsid?: number | undefined
  /** Attributes that the library does not know. */
  readonly unknown?: Wire['unknown'] | undefined
}

/** An address to add, change or delete. */
export interface AddressSpec {
  /** The link that has it. */
  readonly dev: LinkRef
  /** The address, `10.42.0.1/24`; without a prefix it stands for itself alone. */
  readonly address: string
  /** The other end's address with the length of its prefix, on a point-to-point link; ip: `peer`. */
  readonly peer?: string | undefined
  /** ip: `broadcast`. */
  readonly broadcast?: string | undefined
  /** ip: `anycast`. */
  readonly anycast?: string | undefined
  /** ip: `label`. Up to 15 characters, for IPv4. */
  readonly label?: string | undefined
  /** ip: `scope`. Left out: `host` for a loopback address, else `global`; IPv6 has no choice. */
  readonly scope?: keyof typeof SCOPES | number | undefined
  /** ip: `metric`. */
  readonly metric?: number | undefined
  /** ip: `valid_lft`. Seconds; left out, for ever. */
  readonly validLft?: number | undefined
  /** ip: `preferred_lft`. Seconds; left out, as long as it is valid. */
  readonly preferredLft?: number | undefined
  /** ip: `nodad`, `noprefixroute`, `home`, `mngtmpaddr`, `autojoin`. */
  readonly flags?: readonly AddressFlag[] | undefined
  /** ip: `proto`. Requires Linux 5.18. */
  readonly proto?: In<typeof addressMessage>['proto'] | undefined
  /** Acts in the namespace that this one gives that number (`IFA_TARGET_NETNSID`). */
  readonly netnsid?: number | undefined
}

/** Which addresses are listed. */
export interface AddressFilter {
  /** Of one link. The kernel filters. */
  readonly dev?: LinkRef | undefined
  /** The kernel filters. */
  readonly family?: 'inet' | 'inet6' | undefined
  readonly scope?: keyof typeof SCOPES | undefined
  readonly label?: string | undefined
  /** Those that have all of these flags. */
  readonly flags?: readonly AddressFlag[] | undefined
  /** Of the namespace that this one gives that number. The kernel filters. */
  readonly netnsid?: number | undefined
}

function loopback(address: string): boolean {
  return address.startsWith('127.')
}

function toWire(spec: AddressSpec, forDelete: boolean): WireIn {
  const local = parseCidr(spec.address)
  const peer = spec.peer === undefined ? undefined : parseCidr(spec.peer)
  const { validLft, preferredLft } = spec
  const lasting = validLft !== undefined || preferredLft !== undefined
  return {
    family: local.family,
    prefixlen: peer?.prefix ?? local.prefix,
    scope: spec.scope ?? (!forDelete && loopback(local.address) ? 'host' : 'global'),
    dev: spec.dev,
    local: local.address,
    address: peer?.address ?? local.address,
    broadcast: spec.broadcast,
    anycast: spec.anycast,
    label: spec.label,
    flags: spec.flags === undefined || spec.flags.length === 0 ? undefined : spec.flags,
    cacheinfo:
      lasting && !forDelete
        ? { validLft: validLft ?? Infinity, preferredLft: preferredLft ?? validLft ?? Infinity }
        : undefined,
    metric: spec.metric,
    netnsid: spec.netnsid,
    proto: spec.proto,
  }
}

const text = (address: string | Uint8Array): string => (typeof address === 'string' ? address : formatIp(address))

function fromWire(wire: Wire): Address {
  const { address, local, prefixlen, shortFlags: _, cacheinfo, dev, family, scope, flags = [], ...rest } = wire
  const own = text(local ?? address ?? '')
  // IFA_ADDRESS is the prefix and the other end at once; only where it differs from IFA_LOCAL there is another end.
  const pointToPoint = local !== undefined && address !== undefined && address !== local
  return {
    dev,
    family,
    address: pointToPoint ? own : `${own}/${prefixlen}`,
    ...(pointToPoint ? { peer: `${text(address)}/${prefixlen}` } : {}),
    scope,
    flags,
    validLft: cacheinfo?.validLft ?? Infinity,
    preferredLft: cacheinfo?.preferredLft ?? Infinity,
    ...(rest as Partial<Address>),
  }
}

/** Flags that are the kernel's to set. */
const KERNELS: ReadonlySet<unknown> = new Set(['permanent', 'tentative', 'deprecated', 'dadfailed', 'secondary'])

function again(item: Address): AddressSpec {
  const { family: _, unknown: _unknown, scope, flags, ...rest } = item
  const kept = flags.filter((flag): flag is AddressFlag => typeof flag === 'string' && !KERNELS.has(flag))
  // It has been looked at for duplicates already.
  const known = item.family === 'inet6' && !flags.includes('tentative') && !kept.includes('nodad')
  return { ...rest, scope: scope as number, flags: known ? [...kept, 'nodad'] : kept }
}

const hostOf = (address: string): string => address.split('/', 1)[0]!

/** Addresses, for the verbs. The key of `replace` is the link, the address and the length of its prefix. */
export const addressType: ObjectType<Wire, WireIn, Address, AddressSpec, AddressFilter> = {
  noun: 'address',
  create: ADDR.new,
  remove: ADDR.del,
  fetch: ADDR.get,
  toWire,
  fromWire,
  select({ dev, family, netnsid, scope, label, flags }) {
    const local = scope !== undefined || label !== undefined || flags !== undefined
    return {
      body: { family: family ?? 'unspec', dev: dev ?? 0, netnsid },
      where: local
        ? (item) =>
            (scope === undefined || item.scope === scope) &&
            (label === undefined || item.label === label) &&
            (flags ?? []).every((flag) => item.flags.includes(flag))
        : undefined,
    }
  },
  // For IPv6 the address alone is the key: a link has it once.
  key: ({ dev, address, peer, family, netnsid }) => ({
    filter: { dev, family: family as 'inet' | 'inet6', netnsid },
    is: (item) =>
      family === 'inet6' ? hostOf(item.address) === hostOf(address) : item.address === address && item.peer === peer,
  }),
  again,
  taken: new Set(['dev', 'netnsid']),
  restless: new Set(['netnsid', 'validLft', 'preferredLft']),
  label: ({ address, dev }) => `${address} dev ${dev}`,
  hint(refusal, verb) {
    if (refusal.code === 'EEXIST') return 'the link has it already: use replace'
    if (refusal.code === 'EADDRNOTAVAIL' && verb === 'delete')
      return 'the link has no such address with that prefix length'
    return undefined
  },
}
