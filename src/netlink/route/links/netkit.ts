/**
 * netkit: a pair of links whose two sides BPF programs govern, attached through one of them.
 *
 * Everything named X acts on packets that are *transmitted by* X: `policy` and `scrub` on what leaves through the primary, `peerPolicy` and
 * `peerScrub` on what leaves through the peer. In a dump of the peer they are seen from there: its `policy` is its own.
 *
 * Two things about a creation that surprise. Without `peer` the outer `mtu`, queues and GSO sizes, and the outer `netns`, are for *both* ends; with
 * `peer`, even an empty one, they are the primary's alone, and a peer without a `netns` of its own stays where the request was made. And a name is
 * never for both: an end that has none becomes `nk0`, `nk1`, …, the peer first.
 *
 * Requires Linux 6.7 and CONFIG_NETKIT.
 *
 * @module
 */
import { attrs, bool, named, u16, u32 } from '../../../codec/index.ts'
import { peerLink } from '../peer.ts'

/** `NETKIT_PASS` and `NETKIT_DROP`: what happens to a packet while no program is attached. */
const policy = named(u32, { forward: 0, blackhole: 2 })

/** `enum netkit_scrub`. */
const scrub = named(u32, { none: 0, default: 1 })

/** `IFLA_INFO_DATA` of kind `netkit`. */
export const netkit = attrs({
  /**
   * `IFLA_NETKIT_PEER_INFO`; ip: `peer`. The other end: a link with a name, a namespace, a hardware address, an MTU or an index of its own.
   * Only for a creation; the kernel never gives it back, it shows the peer's index as `link` of the primary.
   */
  peer: [1, peerLink],
  /** `IFLA_NETKIT_PRIMARY`; ip: `type primary|peer`. Whether this end is the primary. Read-only. */
  primary: [2, bool],
  /** `IFLA_NETKIT_POLICY`; ip: `forward` or `blackhole`. Changeable through the primary. */
  policy: [3, policy],
  /** `IFLA_NETKIT_PEER_POLICY`; ip: `peer forward` or `peer blackhole`. Changeable through the primary. */
  peerPolicy: [4, policy],
  /** `IFLA_NETKIT_MODE`; ip: `mode`. `l3` (the default) has neither hardware addresses nor neighbours. Fixed at creation. */
  mode: [5, named(u32, { l2: 0, l3: 1 })],
  /**
   * `IFLA_NETKIT_SCRUB`; ip: `scrub`. `default` clears mark and priority of a packet that goes to another namespace, before the program sees
   * it; `none` leaves them. Fixed at creation. Requires Linux 6.12.5 or 6.13.
   */
  scrub: [6, scrub],
  /** `IFLA_NETKIT_PEER_SCRUB`; ip: `peer scrub`. Fixed at creation. Requires Linux 6.12.5 or 6.13. */
  peerScrub: [7, scrub],
  /** `IFLA_NETKIT_HEADROOM`: bytes to keep free before each packet, on both ends. Fixed at creation. Requires Linux 6.14; older ones ignore it. */
  headroom: [8, u16],
  /** `IFLA_NETKIT_TAILROOM`: bytes to keep free behind each packet, on both ends. Fixed at creation. Requires Linux 6.14; older ones ignore it. */
  tailroom: [9, u16],
  /**
   * `IFLA_NETKIT_PAIRING`: `single` makes one device without a peer, to lease queues of a physical one to. Fixed at creation. Requires Linux 7.1;
   * older ones ignore it and make a pair, so look at what came back.
   */
  pairing: [10, named(u32, { pair: 0, single: 1 })],
})
