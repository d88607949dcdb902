/**
 * Counters of a link.
 *
 * @module
 */
import { type Out, struct, u64 } from '../../codec/index.ts'

/** `struct rtnl_link_stats64`: counters that never wrap, as bigint. */
export const stats64 = struct(
  {
    /** Packets received. */
    rxPackets: u64,
    /** Packets sent; on a netkit device a redirect counts here, and not as received by the peer. */
    txPackets: u64,
    rxBytes: u64,
    txBytes: u64,
    rxErrors: u64,
    txErrors: u64,
    /** Received and dropped for want of room. */
    rxDropped: u64,
    /** Dropped instead of sent: on a netkit device by a program, by the policy, or as the peer is down. */
    txDropped: u64,
    multicast: u64,
    collisions: u64,
    rxLengthErrors: u64,
    rxOverErrors: u64,
    rxCrcErrors: u64,
    rxFrameErrors: u64,
    rxFifoErrors: u64,
    rxMissedErrors: u64,
    txAbortedErrors: u64,
    txCarrierErrors: u64,
    txFifoErrors: u64,
    txHeartbeatErrors: u64,
    txWindowErrors: u64,
    rxCompressed: u64,
    txCompressed: u64,
  },
  {
    /** Received for a protocol that nobody handles. Requires Linux 4.6. */
    rxNohandler: u64,
    /** Received for another host's address. Requires Linux 5.19. */
    rxOtherhostDropped: u64,
  },
)

/** What a link counted: {@link stats64} as read. */
export interface LinkStats extends Out<typeof stats64> {}
