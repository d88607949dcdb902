/**
 * A netkit pair as it is asked for, and as the request that the kernel gets.
 *
 * @module
 */
import type { AddressSpec, Link, LinkRef, LinkSpec, NetNsRef } from '../netlink/route/index.ts'
import { NetkitError } from './error.ts'

/** `forward` lets packets pass while no program is attached, `blackhole` drops them (`NETKIT_PASS`, `NETKIT_DROP`). */
export type NetkitPolicy = 'forward' | 'blackhole'

/** One side of a pair. Everything here is about packets that this side *transmits*, and about its interface. */
export interface NetkitSide {
  /** The interface's name; the kernel chooses `nk0`, `nk1`, … when left out. */
  readonly name?: string | undefined
  /** The network namespace of the interface; left out, the one that the pair is made from. */
  readonly netns?: NetNsRef | undefined
  /** What happens to packets from this side while no program is attached to it; `forward` when left out. */
  readonly policy?: NetkitPolicy | undefined
  /**
   * Whether mark and priority of a packet are cleared before this side's programs see it, when the ends are in different namespaces. The kernel's
   * default is `default`, which clears them. Requires Linux 6.12.5 or 6.13.
   */
  readonly scrub?: 'default' | 'none' | undefined
  /** Addresses of the interface, `10.42.0.1/24`, or all that {@link AddressSpec} has. */
  readonly addresses?: readonly (string | Omit<AddressSpec, 'dev'>)[] | undefined
  /** Whether the interface is set up. There is a carrier when both are. */
  readonly up?: boolean | undefined
  /** The hardware address, in L2 mode. Set it: a random one may be rewritten by systemd-udevd. */
  readonly address?: string | undefined
  /** 68 to 65535; 1500 when left out. Not enforced on delivery: set both ends alike. */
  readonly mtu?: number | undefined
  /** The index that the interface is to have. */
  readonly index?: number | undefined
  /** How many receive queues the interface has room for: more than 1 to lease queues of a physical device. */
  readonly numRxQueues?: number | undefined
  readonly txqlen?: number | undefined
  readonly group?: number | undefined
  readonly alias?: string | undefined
  /**
   * How link-local IPv6 addresses come about; `none` in L3 mode when left out, because interfaces without a hardware address would all make the
   * same one.
   */
  readonly addrGenMode?: 'eui64' | 'none' | 'stable_secret' | 'random' | undefined
}

/** A netkit pair to make: the primary's side, and the `peer`. */
export interface NetkitOptions extends NetkitSide {
  /** `l3`, the default, has neither hardware addresses nor neighbours; `l2` is an Ethernet. */
  readonly mode?: 'l2' | 'l3' | undefined
  /** Bytes kept free before each packet, on both ends, for a tunnel on the host's side. Requires Linux 6.14. */
  readonly headroom?: number | undefined
  /** Bytes kept free behind each packet, on both ends. Requires Linux 6.14. */
  readonly tailroom?: number | undefined
  /** `single` makes one device without a peer, for leased queues. Requires Linux 7.1. */
  readonly pairing?: 'pair' | 'single' | undefined
  /** The other side: the container's. */
  readonly peer?: NetkitSide | undefined
}

/** What both sides have of the link itself. */
function ownAttributes(
  side: NetkitSide,
): Pick<LinkSpec, 'name' | 'address' | 'mtu' | 'txqlen' | 'group' | 'numRxQueues'> {
  const { name, address, mtu, txqlen, group, numRxQueues } = side
  return { name, address, mtu, txqlen, group, numRxQueues }
}

/**
 * The request that makes the pair, but for what only an existing link can be told.
 *
 * `peer` is always sent for a pair: without it the outer MTU and queues would be for both ends.
 */
export function creation(options: NetkitOptions): LinkSpec {
  const { mode, policy, scrub, headroom, tailroom, pairing, index, peer = {} } = options
  const single = pairing === 'single'
  return {
    ...ownAttributes(options),
    index,
    linkinfo: {
      kind: 'netkit',
      data: {
        mode,
        policy,
        scrub,
        headroom,
        tailroom,
        pairing,
        peerPolicy: peer.policy,
        peerScrub: peer.scrub,
        peer:
          single && options.peer === undefined
            ? undefined
            : { ...ownAttributes(peer), index: peer.index, netns: peer.netns },
      },
    },
  }
}

/** Since when the kernel knows the options that it ignores where it does not. */
const SINCE = {
  scrub: 'Linux 6.12.5',
  peerScrub: 'Linux 6.12.5',
  headroom: 'Linux 6.14',
  tailroom: 'Linux 6.14',
  pairing: 'Linux 7.1',
} as const

/**
 * Makes sure that the kernel did what it granted: it ignores attributes that it does not know, so looking at what came is the only test.
 *
 * @throws NetkitError ERR_NETKIT_IGNORED naming the option and the kernel that it needs.
 */
export function verify(asked: LinkSpec, made: Link): void {
  const wanted = asked.linkinfo?.data as Readonly<Record<string, unknown>>
  const got = netkitData(made) as Readonly<Record<string, unknown>> | undefined
  for (const [option, since] of Object.entries(SINCE)) {
    if (wanted[option] === undefined || wanted[option] === got?.[option]) continue
    throw new NetkitError('ERR_NETKIT_IGNORED', `this kernel ignores ${option} of a netkit device: it needs ${since}`)
  }
}

/** What the kernel tells of a netkit link. */
export type NetkitData = Extract<NonNullable<Link['linkinfo']>, { kind: 'netkit' }>['data']

/** The data of a netkit link, `undefined` for a link of another kind. */
export function netkitData(link: Link): NonNullable<NetkitData> | undefined {
  const { linkinfo } = link
  return linkinfo?.kind === 'netkit' ? ((linkinfo as { data?: NetkitData }).data ?? {}) : undefined
}

/** How a link is called in messages. */
export const quoted = (ref: LinkRef): string => (typeof ref === 'number' ? `interface ${ref}` : JSON.stringify(ref))
