/**
 * `perf_event_open(2)` for what `bpf_perf_event_output` writes: one event of one CPU, and its buffer.
 *
 * @module
 */
import {
  arena,
  check,
  errnoOf,
  Fd,
  KernelError,
  Mapping,
  NR,
  pageSize,
  release,
  syscall,
  take,
} from '../../sys/index.ts'

/** `struct perf_event_attr` as every kernel takes it, `PERF_ATTR_SIZE_VER0`. */
const ATTR = { size: 64, config: 8, sampleType: 24, readFormat: 32, flags: 40, wakeup: 48 } as const
const PERF_TYPE_SOFTWARE = 1
const PERF_COUNT_SW_BPF_OUTPUT = 10
const PERF_SAMPLE_RAW = 1 << 10
const PERF_FORMAT_LOST = 1 << 4
const WATERMARK = 1 << 14
const WRITE_BACKWARD = 1 << 27
const PERF_FLAG_FD_CLOEXEC = 8

const PERF_EVENT_IOC_ENABLE = 0x2400
const PERF_EVENT_IOC_PAUSE_OUTPUT = 0x4004_2409

const ENODEV = -errnoOf('ENODEV')
const EINVAL = -errnoOf('EINVAL')

/** How the buffer of a CPU is made. */
export interface PerfBufferOptions {
  /** Bytes for records, a power of two of at least a page. */
  readonly size: number
  /** Wake up when so many bytes are there, in place of each record. */
  readonly watermark?: number | undefined
  /** Wake up at every so many records. */
  readonly wakeupEvents?: number | undefined
  /** Overwrite the oldest records. */
  readonly overwrite?: boolean | undefined
}

/** The event of one CPU with its buffer in memory. */
export class PerfBuffer implements Disposable {
  readonly cpu: number
  readonly fd: Fd
  readonly size: number
  /** The words of the page before the records, where `data_head` and `data_tail` are. */
  readonly control: Int32Array
  readonly view: DataView
  readonly bytes: Uint8Array
  readonly #mapping: Mapping
  readonly #tail: BigInt64Array
  readonly #countsLost: boolean
  #closed = false

  /**
   * Opens the event of a CPU; undefined when it is offline.
   *
   * @throws KernelError `EACCES`, `EPERM` without CAP_PERFMON.
   */
  static open(cpu: number, options: PerfBufferOptions): PerfBuffer | undefined {
    let countsLost = true
    let result = openEvent(cpu, options, PERF_FORMAT_LOST)
    if (result === EINVAL) {
      // Before Linux 6.0 the kernel tells losses only in the buffer.
      countsLost = false
      result = openEvent(cpu, options, 0)
    }
    if (result === ENODEV) return undefined
    const fd = Fd.own(check(result, 'perf_event_open', `open the perf buffer of CPU ${cpu}`), 'the perf event')
    try {
      return new PerfBuffer(cpu, fd, options, countsLost)
    } catch (error) {
      fd.close()
      throw error
    }
  }

  private constructor(cpu: number, fd: Fd, { size, overwrite }: PerfBufferOptions, countsLost: boolean) {
    const page = pageSize()
    this.cpu = cpu
    this.fd = fd
    this.size = size
    // A buffer that is mapped for reading only has no position of the reader's: the kernel does not stop for it.
    const mapping = new Mapping(fd.number, page + size, { write: overwrite !== true })
    this.control = new Int32Array(mapping.buffer, 1024, 4)
    this.#tail = new BigInt64Array(mapping.buffer, 1032, 1)
    this.view = new DataView(mapping.buffer, page, size)
    this.bytes = new Uint8Array(mapping.buffer, page, size)
    this.#mapping = mapping
    this.#countsLost = countsLost
    const enabled = syscall(NR.ioctl, fd.number, PERF_EVENT_IOC_ENABLE, 0)
    if (enabled < 0) {
      mapping.close()
      throw new KernelError({ errno: enabled, syscall: 'ioctl(PERF_EVENT_IOC_ENABLE)' })
    }
  }

  get closed(): boolean {
    return this.#closed
  }

  /** How far the kernel has written, the low half of `data_head`. What was written before is read after this. */
  head(): number {
    return Atomics.load(this.control, 0)
  }

  /** How far the reader has read, the low half of `data_tail`. */
  tail(): number {
    return Atomics.load(this.control, 2)
  }

  /** Moves `data_tail`. A BigInt is only made when the low half has come round, once in 4 GiB. */
  publish(from: number, to: number): void {
    if (to >>> 0 >= from >>> 0) Atomics.store(this.control, 2, to)
    else Atomics.store(this.#tail, 0, ((BigInt(this.control[3]!) + 1n) << 32n) | BigInt(to >>> 0))
  }

  /** Makes the kernel drop what it would write (`PERF_EVENT_IOC_PAUSE_OUTPUT`), or write again. */
  pauseOutput(paused: boolean): void {
    check(
      syscall(NR.ioctl, this.fd.number, PERF_EVENT_IOC_PAUSE_OUTPUT, paused ? 1 : 0),
      'ioctl(PERF_EVENT_IOC_PAUSE_OUTPUT)',
    )
  }

  /** Records that the kernel had no room for, also those that no record in the buffer tells of yet; undefined before Linux 6.0. */
  lost(): bigint | undefined {
    if (!this.#countsLost) return undefined
    const at = take(16)
    try {
      check(syscall(NR.read, this.fd.number, arena.address + at, 16), 'read')
      return arena.view.getBigUint64(at + 8, true)
    } finally {
      release(at)
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#mapping.close()
    this.fd.close()
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close()
  }
}

function openEvent(cpu: number, options: PerfBufferOptions, readFormat: number): number {
  const at = take(ATTR.size)
  try {
    const { view } = arena
    view.setUint32(at, PERF_TYPE_SOFTWARE, true)
    view.setUint32(at + 4, ATTR.size, true)
    view.setUint32(at + ATTR.config, PERF_COUNT_SW_BPF_OUTPUT, true)
    view.setUint32(at + ATTR.sampleType, PERF_SAMPLE_RAW, true)
    view.setUint32(at + ATTR.readFormat, readFormat, true)
    const flags = (options.watermark === undefined ? 0 : WATERMARK) | (options.overwrite ? WRITE_BACKWARD : 0)
    view.setUint32(at + ATTR.flags, flags, true)
    view.setUint32(at + ATTR.wakeup, options.watermark ?? options.wakeupEvents ?? 1, true)
    return syscall(NR.perf_event_open, arena.address + at, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC)
  } finally {
    release(at)
  }
}
