/**
 * `netdev`: queues, NAPI instances, page pools and XDP features of network devices; and the leasing of a physical device's queues to netkit.
 *
 * Requires Linux 6.3; each command says more.
 *
 * @module
 */
import { attrs, many, named, pad, s32, u32, uint } from '../../../codec/index.ts'
import { flags64 } from '../codecs.ts'
import { defineFamily } from '../spec.ts'

/** `enum netdev_queue_type`. */
const queueType = named(u32, { rx: 0, tx: 1 })

/** `NETDEV_A_DEV_*`. */
const dev = attrs({
  /** `NETDEV_A_DEV_IFINDEX`. */
  ifindex: [1, u32],
  pad: [2, pad],
  /** `NETDEV_A_DEV_XDP_FEATURES`: `NETDEV_XDP_ACT_*`. */
  xdpFeatures: [
    3,
    flags64({ basic: 1, redirect: 2, ndoXmit: 4, xskZerocopy: 8, hwOffload: 16, rxSg: 32, ndoXmitSg: 64 }),
  ],
  /** `NETDEV_A_DEV_XDP_ZC_MAX_SEGS`. */
  xdpZcMaxSegs: [4, u32],
  /** `NETDEV_A_DEV_XDP_RX_METADATA_FEATURES`: `NETDEV_XDP_RX_METADATA_*`. */
  xdpRxMetadataFeatures: [5, flags64({ timestamp: 1, hash: 2, vlanTag: 4 })],
  /** `NETDEV_A_DEV_XSK_FEATURES`: `NETDEV_XSK_FLAGS_*`. */
  xskFeatures: [6, flags64({ txTimestamp: 1, txChecksum: 2, txLaunchTimeFifo: 4 })],
})

/** A queue as it is named. */
const queueId = attrs({
  /** `NETDEV_A_QUEUE_ID`. */
  id: [1, u32],
  /** `NETDEV_A_QUEUE_TYPE`. */
  type: [3, queueType],
})

/** `NETDEV_A_LEASE_*`: whose queue is leased. */
const lease = attrs({
  /** `NETDEV_A_LEASE_IFINDEX`: the physical device; in an answer of that device, the one that has the lease. */
  ifindex: [1, u32],
  /** `NETDEV_A_LEASE_QUEUE`. */
  queue: [2, queueId],
  /** `NETDEV_A_LEASE_NETNS_ID`: the namespace of the device, by the number that the own one gives it; absent for the same. */
  netnsId: [3, s32],
})

/** What io_uring gives: empty until the kernel tells more. */
const ioUring = attrs({
  /** `NETDEV_A_IO_URING_PROVIDER_INFO_RX_BUF_LEN`. */
  rxBufLen: [1, u32],
})

/** `NETDEV_A_QUEUE_*`. */
const queue = attrs({
  /** `NETDEV_A_QUEUE_ID`. */
  id: [1, u32],
  /** `NETDEV_A_QUEUE_IFINDEX`. */
  ifindex: [2, u32],
  /** `NETDEV_A_QUEUE_TYPE`. */
  type: [3, queueType],
  /** `NETDEV_A_QUEUE_NAPI_ID`. */
  napiId: [4, u32],
  /** `NETDEV_A_QUEUE_DMABUF`. */
  dmabuf: [5, u32],
  /** `NETDEV_A_QUEUE_IO_URING`. Requires Linux 6.15. */
  ioUring: [6, ioUring],
  /** `NETDEV_A_QUEUE_XSK`. Requires Linux 6.15. */
  xsk: [7, attrs({})],
  /** `NETDEV_A_QUEUE_LEASE`. Requires Linux 7.1. */
  lease: [8, lease],
})

/** `NETDEV_A_NAPI_*`. */
const napi = attrs({
  /** `NETDEV_A_NAPI_IFINDEX`. */
  ifindex: [1, u32],
  /** `NETDEV_A_NAPI_ID`. */
  id: [2, u32],
  /** `NETDEV_A_NAPI_IRQ`. */
  irq: [3, u32],
  /** `NETDEV_A_NAPI_PID`: of the thread, where it has one. */
  pid: [4, u32],
  /** `NETDEV_A_NAPI_DEFER_HARD_IRQS`. */
  deferHardIrqs: [5, s32],
  /** `NETDEV_A_NAPI_GRO_FLUSH_TIMEOUT`: ns. */
  groFlushTimeout: [6, uint],
  /** `NETDEV_A_NAPI_IRQ_SUSPEND_TIMEOUT`: ns. */
  irqSuspendTimeout: [7, uint],
  /** `NETDEV_A_NAPI_THREADED`. Requires Linux 6.17. */
  threaded: [8, named(u32, { disabled: 0, enabled: 1, busyPoll: 2 })],
})

/** `NETDEV_A_PAGE_POOL_*`. */
const pagePool = attrs({
  /** `NETDEV_A_PAGE_POOL_ID`. */
  id: [1, uint],
  /** `NETDEV_A_PAGE_POOL_IFINDEX`. */
  ifindex: [2, u32],
  /** `NETDEV_A_PAGE_POOL_NAPI_ID`. */
  napiId: [3, uint],
  /** `NETDEV_A_PAGE_POOL_INFLIGHT`: pages that are out. */
  inflight: [4, uint],
  /** `NETDEV_A_PAGE_POOL_INFLIGHT_MEM`: bytes that are out. */
  inflightMem: [5, uint],
  /** `NETDEV_A_PAGE_POOL_DETACH_TIME`: seconds since boot at which its driver gave it up. */
  detachTime: [6, uint],
  /** `NETDEV_A_PAGE_POOL_DMABUF`. */
  dmabuf: [7, u32],
  /** `NETDEV_A_PAGE_POOL_IO_URING`. */
  ioUring: [8, ioUring],
})

/** `NETDEV_A_PAGE_POOL_STATS_*`. */
const pagePoolStats = attrs({
  /** `NETDEV_A_PAGE_POOL_STATS_INFO`: which pool. */
  info: [1, pagePool],
  allocFast: [8, uint],
  allocSlow: [9, uint],
  allocSlowHighOrder: [10, uint],
  allocEmpty: [11, uint],
  allocRefill: [12, uint],
  allocWaive: [13, uint],
  recycleCached: [14, uint],
  recycleCacheFull: [15, uint],
  recycleRing: [16, uint],
  recycleRingFull: [17, uint],
  recycleReleasedRefcnt: [18, uint],
})

/** `NETDEV_A_QSTATS_*`. */
const qstats = attrs({
  /** `NETDEV_A_QSTATS_IFINDEX`. */
  ifindex: [1, u32],
  /** `NETDEV_A_QSTATS_QUEUE_TYPE`. */
  queueType: [2, queueType],
  /** `NETDEV_A_QSTATS_QUEUE_ID`. */
  queueId: [3, u32],
  /** `NETDEV_A_QSTATS_SCOPE`: 1 asks for each queue by itself. */
  scope: [4, uint],
  rxPackets: [8, uint],
  rxBytes: [9, uint],
  txPackets: [10, uint],
  txBytes: [11, uint],
  rxAllocFail: [12, uint],
  rxHwDrops: [13, uint],
  rxHwDropOverruns: [14, uint],
  rxCsumComplete: [15, uint],
  rxCsumUnnecessary: [16, uint],
  rxCsumNone: [17, uint],
  rxCsumBad: [18, uint],
  rxHwGroPackets: [19, uint],
  rxHwGroBytes: [20, uint],
  rxHwGroWirePackets: [21, uint],
  rxHwGroWireBytes: [22, uint],
  rxHwDropRatelimits: [23, uint],
  txHwDrops: [24, uint],
  txHwDropErrors: [25, uint],
  txCsumNone: [26, uint],
  txNeedsCsum: [27, uint],
  txHwGsoPackets: [28, uint],
  txHwGsoBytes: [29, uint],
  txHwGsoWirePackets: [30, uint],
  txHwGsoWireBytes: [31, uint],
  txHwDropRatelimits: [32, uint],
  txStop: [33, uint],
  txWake: [34, uint],
})

/** `NETDEV_A_DMABUF_*`. */
const dmabuf = attrs({
  /** `NETDEV_A_DMABUF_IFINDEX`. */
  ifindex: [1, u32],
  /** `NETDEV_A_DMABUF_QUEUES`: the queues to bind. */
  queues: [2, many(queueId)],
  /** `NETDEV_A_DMABUF_FD`. */
  fd: [3, u32],
  /** `NETDEV_A_DMABUF_ID`: of the binding, in the answer. */
  id: [4, u32],
  /** Size of the pages that the buffer is cut into, in bytes. Requires Linux 7.1. */
  rxPageSize: [5, u32],
})

/** Devices, queues, NAPI instances and page pools. */
export const netdev = defineFamily({
  name: 'netdev',
  version: 1,
  commands: {
    /** XDP features of a device (`ifindex`), or of all. */
    devGet: { name: 'NETDEV_CMD_DEV_GET', cmd: 1, request: dev, reply: dev },
    /** A page pool (`id`), or all. Requires Linux 6.8. */
    pagePoolGet: { name: 'NETDEV_CMD_PAGE_POOL_GET', cmd: 5, request: pagePool, reply: pagePool },
    /** Counters of page pools. Requires Linux 6.8 and CONFIG_PAGE_POOL_STATS. */
    pagePoolStatsGet: {
      name: 'NETDEV_CMD_PAGE_POOL_STATS_GET',
      cmd: 9,
      request: pagePoolStats,
      reply: pagePoolStats,
    },
    /** A queue (`ifindex`, `type`, `id`), or those of a device. Of a queue that is leased the physical device tells to whom. Requires Linux 6.8. */
    queueGet: { name: 'NETDEV_CMD_QUEUE_GET', cmd: 10, request: queue, reply: queue },
    /** A NAPI instance (`id`), or those of a device. Requires Linux 6.8. */
    napiGet: { name: 'NETDEV_CMD_NAPI_GET', cmd: 11, request: napi, reply: napi },
    /** Counters of devices, or with `scope: 1` of each queue. Requires Linux 6.9. */
    qstatsGet: { name: 'NETDEV_CMD_QSTATS_GET', cmd: 12, request: qstats, reply: qstats },
    /** Binds memory of a device to receive queues; as long as the socket is open. Requires Linux 6.12. */
    bindRx: { name: 'NETDEV_CMD_BIND_RX', cmd: 13, request: dmabuf, reply: dmabuf },
    /** Configures a NAPI instance (`id`). Requires Linux 6.13. */
    napiSet: { name: 'NETDEV_CMD_NAPI_SET', cmd: 14, request: napi },
    /** Binds memory of a device for transmission. Requires Linux 6.16. */
    bindTx: { name: 'NETDEV_CMD_BIND_TX', cmd: 15, request: dmabuf, reply: dmabuf },
    /**
     * Gives a netkit device (`ifindex`: the peer, or the single device) a receive queue that stands for one of a physical device, which `lease` names;
     * answers with the new queue's `id`. The netkit has to be made with `numRxQueues` above 1, and leases from one physical device only. There is no
     * way to give it back but to delete the netkit. Requires Linux 7.1.
     */
    queueCreate: { name: 'NETDEV_CMD_QUEUE_CREATE', cmd: 16, request: queue, reply: queue },
  },
  events: {
    devAdd: { cmd: 2, message: dev },
    devDel: { cmd: 3, message: dev },
    devChange: { cmd: 4, message: dev },
    pagePoolAdd: { cmd: 6, message: pagePool },
    pagePoolDel: { cmd: 7, message: pagePool },
    pagePoolChange: { cmd: 8, message: pagePool },
  },
})
