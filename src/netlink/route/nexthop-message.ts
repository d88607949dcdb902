/**
 * A nexthop object as it is on the wire: `struct nhmsg` and `NHA_*`.
 *
 * @module
 */
import {
  arrayOf,
  attrs,
  type Codec,
  count64,
  flag,
  flags,
  list,
  littleEndian,
  message,
  named,
  pad,
  struct,
  u16,
  u32,
  uint,
} from '../../codec/index.ts'
import { encap, encapType } from './encap.ts'
import { address, family, protocol, scope } from './names.ts'
import { NEXTHOP_FLAGS } from './nexthops.ts'
import { linkIndex } from './refs.ts'

/** A member of a group. */
export interface GroupMember {
  /** The nexthop. */
  readonly id: number
  /** Its share, from 1 to 65536; above 256 requires Linux 6.12. */
  readonly weight: number
}

/** A member as it is given: a weight that is left out is 1. */
export interface GroupMemberInput {
  readonly id: number
  readonly weight?: number | undefined
}

/** `struct nexthop_grp`: the weight less one, in two bytes that lie apart. */
const member: Codec<GroupMember, GroupMemberInput> = {
  kind: 'groupMember',
  size: 8,
  align: 4,
  nested: false,
  read({ view }, start, end) {
    if (end - start < 8) return undefined
    return {
      id: view.getUint32(start, littleEndian),
      weight: view.getUint8(start + 4) + view.getUint8(start + 5) * 256 + 1,
    }
  },
  write(writer, { id, weight = 1 }) {
    if (!(Number.isInteger(weight) && weight >= 1 && weight <= 65536)) {
      writer.outOfRange('a weight from 1 to 65536', weight)
    }
    u32.write(writer, id)
    const at = writer.reserve(4)
    writer.bytes[at] = (weight - 1) & 0xff
    writer.bytes[at + 1] = (weight - 1) >> 8
  },
}

/** `struct nhmsg` with `NHA_*`, as one flat object. */
export const nexthopMessage = message(
  struct({
    family,
    /** Read-only. */
    scope,
    /** ip: `proto`. */
    protocol,
    /** `RTNH_F_*`; ip: `onlink`. */
    flags: flags(u32, NEXTHOP_FLAGS),
  }),
  attrs({
    /** `NHA_ID`; ip: `id`. */
    id: [1, u32],
    /** `NHA_GROUP`; ip: `group`. */
    group: [2, arrayOf(member)],
    /** `NHA_GROUP_TYPE`; ip: `type`. */
    groupType: [3, named(u16, { mpath: 0, resilient: 1 })],
    /** `NHA_BLACKHOLE`; ip: `blackhole`. */
    blackhole: [4, flag],
    /** `NHA_OIF`; ip: `dev`. */
    dev: [5, linkIndex],
    /** `NHA_GATEWAY`; ip: `via`. */
    gateway: [6, address],
    // `NHA_ENCAP_TYPE`
    encapType: [7, encapType],
    /** `NHA_ENCAP`; ip: `encap`. */
    encap: [8, encap],
    /** `NHA_GROUPS`: asks for groups only. */
    groups: [9, flag],
    /** `NHA_MASTER`: asks for those of the ports of a master. */
    master: [10, linkIndex],
    /** `NHA_FDB`; ip: `fdb`. For a forwarding database of a vxlan. */
    fdb: [11, flag],
    /** `NHA_RES_GROUP`. Timers in 1/100 s. */
    resGroup: [
      12,
      attrs({
        pad: [0, pad],
        /** `NHA_RES_GROUP_BUCKETS`; ip: `buckets`. */
        buckets: [1, u16],
        /** `NHA_RES_GROUP_IDLE_TIMER`; ip: `idle_timer`. */
        idleTimer: [2, u32],
        /** `NHA_RES_GROUP_UNBALANCED_TIMER`; ip: `unbalanced_timer`. */
        unbalancedTimer: [3, u32],
        /** `NHA_RES_GROUP_UNBALANCED_TIME`. Read-only. */
        unbalancedTime: [4, count64],
      }),
    ],
    /** `NHA_RES_BUCKET`: one bucket of a resilient group. */
    resBucket: [
      13,
      attrs({
        pad: [0, pad],
        /** `NHA_RES_BUCKET_INDEX`. */
        index: [1, u16],
        /** `NHA_RES_BUCKET_IDLE_TIME`. 1/100 s. */
        idleTime: [2, count64],
        /** `NHA_RES_BUCKET_NH_ID`. */
        nhid: [3, u32],
      }),
    ],
    /** `NHA_OP_FLAGS`: what a question wants to see. Requires Linux 6.9. */
    opFlags: [14, flags(u32, { dumpStats: 1, dumpHwStats: 2, respGrpResvd0: 0x8000_0000 })],
    /** `NHA_GROUP_STATS`. Read-only. Requires Linux 6.9. */
    groupStats: [15, list(attrs({ id: [1, u32], packets: [2, uint], packetsHw: [3, uint] }), { type: 1 })],
    /** `NHA_HW_STATS_ENABLE`; ip: `hw_stats`. Requires Linux 6.9. */
    hwStatsEnable: [16, u32],
    /** `NHA_HW_STATS_USED`. Read-only. Requires Linux 6.9. */
    hwStatsUsed: [17, u32],
  }),
)
