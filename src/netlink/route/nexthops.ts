/**
 * The next hops of a multipath route: `RTA_MULTIPATH`, a packed row of `struct rtnexthop` with attributes each.
 *
 * @module
 */
import {
  attrs,
  byFamily,
  bytes,
  type Codec,
  flags,
  formatIp,
  type In,
  littleEndian,
  message,
  type Out,
  parseIp,
  struct,
  u16,
  u32,
  u8,
} from '../../codec/index.ts'
import { encap, encapType } from './encap.ts'
import { labelStack } from './labels.ts'
import { address } from './names.ts'
import { linkIndexS32 } from './refs.ts'

/** Flags of a next hop (`RTNH_F_*`). */
export const NEXTHOP_FLAGS = {
  dead: 1,
  pervasive: 2,
  onlink: 4,
  offload: 8,
  linkdown: 0x10,
  unresolved: 0x20,
  trap: 0x40,
} as const

/** A weight, which the wire has less one. */
const weight: Codec<number> = {
  kind: 'weight',
  size: 1,
  align: 1,
  nested: false,
  inline: (at) => `(v.getUint8(${at}) + 1)`,
  read: (source, start, end) => (end > start ? source.bytes[start]! + 1 : undefined),
  write(writer, value) {
    if (typeof value !== 'number' || !(value >= 1 && value <= 256)) writer.outOfRange('a weight from 1 to 256', value)
    u8.write(writer, value - 1)
  },
}

/** `struct rtvia`: a gateway of a family of its own, as its address. */
export const via: Codec<string, string> = {
  kind: 'via',
  size: undefined,
  align: 4,
  nested: false,
  read(source, start, end) {
    const size = end - start - 2
    return size === 4 || size === 16 ? formatIp(source.bytes.subarray(start + 2, end)) : undefined
  },
  write(writer, value) {
    if (typeof value !== 'string') writer.wrongType('an IP address', value)
    const host = parseIp(value)
    u16.write(writer, host.length === 4 ? 2 : 10)
    writer.append(host)
  },
}

/** One next hop. */
export const nexthop = message(
  struct({
    /** `rtnh_len`: filled in when written. */
    length: u16,
    /** `rtnh_flags`. */
    flags: flags(u8, NEXTHOP_FLAGS),
    /** `rtnh_hops`; ip: `weight`. */
    weight,
    /** `rtnh_ifindex`; ip: `dev`. */
    dev: linkIndexS32,
  }),
  attrs({
    /** `RTA_GATEWAY`; ip: `via`. */
    gateway: [5, address],
    /** `RTA_FLOW`; ip: `realms`. */
    flow: [11, u32],
    /** `RTA_VIA`; ip: `via inet6 …`. A gateway of another family. */
    via: [18, via],
    /** `RTA_NEWDST`; ip: `as`. */
    newdst: [19, byFamily({ 28: labelStack }, bytes)],
    // `RTA_ENCAP_TYPE`
    encapType: [21, encapType],
    /** `RTA_ENCAP`; ip: `encap`. */
    encap: [22, encap],
  }),
)

/** One next hop as read. */
export interface Nexthop extends Omit<Out<typeof nexthop>, 'length'> {}

/** One next hop as written: a gateway, a link or both. */
export type NexthopInput = Omit<In<typeof nexthop>, 'length'>

const RTNH_SIZE = 8

/** `RTA_MULTIPATH`. */
export const multipath: Codec<Nexthop[], readonly NexthopInput[]> & { readonly of: typeof nexthop } = {
  kind: 'packed',
  size: undefined,
  align: 4,
  nested: false,
  of: nexthop,
  read(source, start, end) {
    const hops: Nexthop[] = []
    for (let at = start; at + RTNH_SIZE <= end;) {
      const size = source.view.getUint16(at, littleEndian)
      if (size < RTNH_SIZE || at + size > end) break
      const hop = nexthop.read(source, at, at + size)
      if (hop !== undefined) hops.push(hop)
      at += (size + 3) & ~3
    }
    return hops
  },
  write(writer, value) {
    if (!Array.isArray(value)) writer.wrongType('an array', value)
    for (const [index, hop] of (value as readonly NexthopInput[]).entries()) {
      writer.enter(index)
      const start = writer.length
      nexthop.write(writer, { ...hop, length: 0 } as In<typeof nexthop>)
      writer.view.setUint16(start, writer.length - start, littleEndian)
      writer.pad(4)
      writer.leave()
    }
  },
}
