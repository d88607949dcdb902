/**
 * tun and tap: links whose other end is a program. They are made with an ioctl on `/dev/net/tun`; netlink only tells about them.
 *
 * @module
 */
import { attrs, bool, named, u32, u8 } from '../../../codec/index.ts'

/** `IFLA_INFO_DATA` of kind `tun`. All read-only. */
export const tun = attrs({
  /** `IFLA_TUN_OWNER`; ip: `user`. */
  owner: [1, u32],
  /** `IFLA_TUN_GROUP`; ip: `group`. */
  group: [2, u32],
  /** `IFLA_TUN_TYPE`; ip: `type`. */
  type: [3, named(u8, { tun: 1, tap: 2 })],
  /** `IFLA_TUN_PI`; ip: `pi`. */
  pi: [4, bool],
  /** `IFLA_TUN_VNET_HDR`; ip: `vnet_hdr`. */
  vnetHdr: [5, bool],
  /** `IFLA_TUN_PERSIST`; ip: `persist`. */
  persist: [6, bool],
  /** `IFLA_TUN_MULTI_QUEUE`; ip: `multi_queue`. */
  multiQueue: [7, bool],
  /** `IFLA_TUN_NUM_QUEUES`. */
  numQueues: [8, u32],
  /** `IFLA_TUN_NUM_DISABLED_QUEUES`. */
  numDisabledQueues: [9, u32],
})
