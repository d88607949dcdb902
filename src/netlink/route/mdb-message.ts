/**
 * Multicast databases of bridges and of VXLAN tunnels as they are on the wire: `struct br_port_msg`, `MDBA_*` and `MDBE_*`.
 *
 * @module
 */
import {
  attrs,
  type Codec,
  flags,
  formatIp,
  formatMac,
  ip,
  many,
  message,
  named,
  parseIp,
  parseMac,
  struct,
  u16,
  u32,
  u8,
} from '../../codec/index.ts'
import { multicastRouter } from './links/bridge.ts'
import { family, protocol } from './names.ts'
import { linkIndex, linkIndexS32 } from './refs.ts'

const GROUP_SIZE = 20
const PROTO_AT = 16
const ETH_P_IP = 0x0800
const ETH_P_IPV6 = 0x86dd
const LENGTHS: Readonly<Record<number, number>> = { 0: 6, [ETH_P_IP]: 4, [ETH_P_IPV6]: 16 }

/** The address in `struct br_mdb_entry`: IPv4, IPv6 or hardware, told apart by the protocol behind it. */
export const groupAddress: Codec<string> = {
  kind: 'groupAddress',
  size: GROUP_SIZE,
  align: 4,
  nested: false,
  read({ bytes, view }, start, end) {
    if (end - start < GROUP_SIZE) return undefined
    const length = LENGTHS[view.getUint16(start + PROTO_AT, false)]
    if (length === undefined) return undefined
    return length === 6 ? formatMac(bytes, start, start + 6) : formatIp(bytes.subarray(start, start + length))
  },
  write(writer, value) {
    if (typeof value !== 'string') writer.wrongType('an IP or hardware address', value)
    const hardware = /^[\da-f]{1,2}(:[\da-f]{1,2}){5}$/i.test(value)
    const address = hardware ? parseMac(value) : parseIp(value)
    const at = writer.reserve(GROUP_SIZE)
    writer.bytes.set(address, at)
    const proto = hardware ? 0 : address.length === 4 ? ETH_P_IP : ETH_P_IPV6
    writer.view.setUint16(at + PROTO_AT, proto, false)
  },
}

/** `struct br_mdb_entry`. */
const entry = struct({
  /** The port, or the bridge itself. */
  port: linkIndexS32,
  state: named(u8, { temp: 0, permanent: 1 }),
  /** `MDB_FLAGS_*`. */
  flags: flags(u8, { offload: 1, fastLeave: 2, starExcl: 4, blocked: 8, offloadFailed: 16 }),
  vid: u16,
  group: groupAddress,
})

/** How the sources of a group are meant (`MCAST_INCLUDE`, `MCAST_EXCLUDE`). */
const filterMode = named(u8, { exclude: 0, include: 1 })

/** `struct br_mdb_entry` with `MDBA_MDB_EATTR_*`: an entry as it is listed. */
const listed = message(
  entry,
  attrs({
    /** `MDBA_MDB_EATTR_TIMER`: 1/100 s. */
    timer: [1, u32],
    /** `MDBA_MDB_EATTR_SRC_LIST`; bridge: `source_list`. */
    sourceList: [2, attrs({ entries: [1, many(attrs({ address: [1, ip], timer: [2, u32] }))] })],
    /** `MDBA_MDB_EATTR_GROUP_MODE`; bridge: `filter_mode`. */
    filterMode: [3, filterMode],
    /** `MDBA_MDB_EATTR_SOURCE`; bridge: `src`. */
    source: [4, ip],
    /** `MDBA_MDB_EATTR_RTPROT`; bridge: `proto`. */
    protocol: [5, protocol],
    /** `MDBA_MDB_EATTR_DST`; bridge: `dst`. */
    dst: [6, ip],
    /** `MDBA_MDB_EATTR_DST_PORT`; bridge: `dst_port`. */
    dstPort: [7, u16],
    /** `MDBA_MDB_EATTR_VNI`; bridge: `vni`. */
    vni: [8, u32],
    /** `MDBA_MDB_EATTR_IFINDEX`; bridge: `via`. */
    via: [9, linkIndex],
    /** `MDBA_MDB_EATTR_SRC_VNI`; bridge: `src_vni`. */
    srcVni: [10, u32],
  }),
)

/** `u32 ifindex` with `MDBA_ROUTER_PATTR_*`: a port that leads to a multicast router. */
const router = message(
  struct({ port: linkIndex }),
  attrs({
    /** `MDBA_ROUTER_PATTR_TIMER`: 1/100 s. */
    timer: [1, u32],
    /** `MDBA_ROUTER_PATTR_TYPE`. */
    type: [2, multicastRouter],
    /** `MDBA_ROUTER_PATTR_INET_TIMER`. */
    inetTimer: [3, u32],
    /** `MDBA_ROUTER_PATTR_INET6_TIMER`. */
    inet6Timer: [4, u32],
    /** `MDBA_ROUTER_PATTR_VID`. */
    vid: [5, u16],
  }),
)

/** `MDBA_ROUTER`: the ports that lead to multicast routers. */
export const routerPorts = attrs({ ports: [1, many(router)] })

/** `struct br_port_msg`. */
const header = struct({
  /** `bridge`. */
  family,
  /** The bridge or the tunnel. */
  dev: linkIndex,
})

/** `struct br_port_msg` with `MDBA_*`: what is listed, in the order of the hash table. */
export const mdbMessage = message(
  header,
  attrs({
    /** `MDBA_MDB`: groups, each with the ports that want it. */
    mdb: [1, attrs({ groups: [1, many(attrs({ entries: [1, many(listed)] }))] })],
    /** `MDBA_ROUTER`. */
    router: [2, routerPorts],
  }),
)

/** `struct br_port_msg` with `MDBA_SET_ENTRY` or `MDBA_GET_ENTRY` and `MDBE_ATTR_*`: what is added, deleted or asked for. */
export const mdbRequest = message(
  header,
  attrs({
    /** `MDBA_SET_ENTRY`. */
    entry: [1, entry],
    /** `MDBA_SET_ENTRY_ATTRS`. */
    attributes: [
      2,
      attrs({
        /** `MDBE_ATTR_SOURCE`; bridge: `src`. */
        source: [1, ip],
        /** `MDBE_ATTR_SRC_LIST`; bridge: `source_list`. */
        sourceList: [2, attrs({ entries: [1, many(attrs({ address: [1, ip] }))] })],
        /** `MDBE_ATTR_GROUP_MODE`; bridge: `filter_mode`. */
        filterMode: [3, filterMode],
        /** `MDBE_ATTR_RTPROT`; bridge: `proto`. */
        protocol: [4, protocol],
        /** `MDBE_ATTR_DST`; bridge: `dst`. */
        dst: [5, ip],
        /** `MDBE_ATTR_DST_PORT`; bridge: `dst_port`. */
        dstPort: [6, u16],
        /** `MDBE_ATTR_VNI`; bridge: `vni`. */
        vni: [7, u32],
        /** `MDBE_ATTR_IFINDEX`; bridge: `via`. */
        via: [8, linkIndex],
        /** `MDBE_ATTR_SRC_VNI`; bridge: `src_vni`. */
        srcVni: [9, u32],
        /** `MDBE_ATTR_STATE_MASK`: for a bulk deletion. */
        stateMask: [10, u8],
      }),
    ],
  }),
)
