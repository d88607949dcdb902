/**
 * Counters of a link.
 *
 * @module
 */
import { type Codec, struct, u32, u64 } from '../../codec/index.ts'

function counters<C extends typeof u64 | typeof u32>(of: C) {
  return struct(
    {
      /** Packets received. */
      rxPackets: of,
      /** Packets sent; on a netkit device a redirect counts here, and not as received by the peer. */
      txPackets: of,
      rxBytes: of,
      txBytes: of,
      rxErrors: of,
      txErrors: of,
      /** Received and dropped for want of room. */
      rxDropped: of,
      /** Dropped instead of sent: on a netkit device by a program, by the policy, or as the peer is down. */
      txDropped: of,
      multicast: of,
      collisions: of,
      rxLengthErrors: of,
      rxOverErrors: of,
      rxCrcErrors: of,
      rxFrameErrors: of,
      rxFifoErrors: of,
      rxMissedErrors: of,
      txAbortedErrors: of,
      txCarrierErrors: of,
      txFifoErrors: of,
      txHeartbeatErrors: of,
      txWindowErrors: of,
      rxCompressed: of,
      txCompressed: of,
    },
    {
      /** Received for a protocol that nobody handles. Requires Linux 4.6. */
      rxNohandler: of,
      /** Received for another host's address. Requires Linux 5.19. */
      rxOtherhostDropped: of,
    },
  )
}

/** `struct rtnl_link_stats64`: counters that never wrap, as bigint. */
export const stats64 = counters(u64)

/** `struct rtnl_link_stats`: the same cut to 32 bits. */
export const stats32 = counters(u32)

/** What a link counted: {@link stats64} as read. */
export interface LinkStats extends CodecOut<typeof stats64> {}

type CodecOut<C> = C extends Codec<infer O, never> ? O : never
