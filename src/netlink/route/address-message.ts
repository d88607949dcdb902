/**
 * An address of a link as it is on the wire: `struct ifaddrmsg` and `IFA_*`.
 *
 * @module
 */
import { attrs, type Codec, flags, message, named, s32, string, struct, u32, u8 } from '../../codec/index.ts'
import { address, family, scope } from './names.ts'
import { linkIndex } from './refs.ts'

/** Flags of an address (`IFA_F_*`). */
export const ADDRESS_FLAGS = {
  /** IPv4: not the first of its subnet. IPv6: a temporary one. */
  secondary: 0x01,
  nodad: 0x02,
  optimistic: 0x04,
  dadfailed: 0x08,
  home: 0x10,
  deprecated: 0x20,
  tentative: 0x40,
  permanent: 0x80,
  mngtmpaddr: 0x100,
  noprefixroute: 0x200,
  autojoin: 0x400,
  stablePrivacy: 0x800,
} as const

const FOREVER = 0xffff_ffff

/** Seconds, where all ones is for ever: `Infinity`. */
export const lifetime: Codec<number> = {
  kind: 'lifetime',
  size: 4,
  align: 4,
  nested: false,
  read(source, start, end) {
    const seconds = u32.read(source, start, end)
    return seconds === FOREVER ? Infinity : seconds
  },
  write: (writer, value) => u32.write(writer, value === Infinity ? FOREVER : value),
}

/** `struct ifaddrmsg` with `IFA_*`, as one flat object. */
export const addressMessage = message(
  struct({
    /** `ifa_family`. */
    family,
    /** `ifa_prefixlen`. */
    prefixlen: u8,
    /** `ifa_flags`: the first eight of the flags, for old programs. */
    shortFlags: u8,
    /** `ifa_scope`. */
    scope,
    /** `ifa_index`. */
    dev: linkIndex,
  }),
  attrs({
    /** `IFA_ADDRESS`: the prefix, which is the other end's address on a point-to-point link. */
    address: [1, address],
    /** `IFA_LOCAL`: the address itself, where it differs or is IPv4. */
    local: [2, address],
    /** `IFA_LABEL`; ip: `label`. */
    label: [3, string],
    /** `IFA_BROADCAST`; ip: `broadcast`. */
    broadcast: [4, address],
    /** `IFA_ANYCAST`; ip: `anycast`. */
    anycast: [5, address],
    /** `IFA_CACHEINFO`. */
    cacheinfo: [6, struct({ preferredLft: lifetime, validLft: lifetime, created: u32, updated: u32 })],
    /** `IFA_MULTICAST`. */
    multicast: [7, address],
    /** `IFA_FLAGS`. */
    flags: [8, flags(u32, ADDRESS_FLAGS)],
    /** `IFA_RT_PRIORITY`; ip: `metric`. */
    metric: [9, u32],
    /** `IFA_TARGET_NETNSID`. */
    netnsid: [10, s32],
    /** `IFA_PROTO`; ip: `proto`. Requires Linux 5.18. */
    proto: [11, named(u8, { unspec: 0, kernelLo: 1, kernelRa: 2, kernelLl: 3 })],
  }),
)
