/**
 * Perf buffers that programs write and a process reads (`BPF_MAP_TYPE_PERF_EVENT_ARRAY`).
 *
 * @module
 */
import { type Fd, pageSize } from '../../sys/index.ts'
import { MapDeleteElem, MapUpdateElem } from '../attrs/index.ts'
import { bpf, bpfReply } from '../call.ts'
import { possibleCpus } from '../maps/kinds.ts'
import { CopyDecoder, type RecordDecoder, type RecordVisitor } from './decode.ts'
import { type MapHandle, openBuffer } from './open.ts'
import { PerfBuffer, type PerfBufferOptions } from './perf-event.ts'
import { ForwardWalk, OverwritableWalk, type PerfWalk } from './perf-walk.ts'
import { EventReader, type Walked } from './reader.ts'

/** How perf buffers are made and read. */
export interface PerfReaderOptions<T> {
  /** Makes a value of each record; a copy of the bytes unless said. */
  readonly decode?: RecordDecoder<T> | undefined
  /** Bytes of each CPU's buffer, rounded up to a power of two pages; 64 KiB unless said. */
  readonly perCpuBytes?: number | undefined
  /** Wake a stream up when so many bytes are in a buffer, in place of each record. What is below it is read by {@link EventReader.drain}. */
  readonly watermark?: number | undefined
  /** Wake a stream up at every so many records of a CPU; 1 unless said. */
  readonly wakeupEvents?: number | undefined
  /** Overwrite the oldest records, as a flight recorder does. Requires Linux 4.7. */
  readonly overwrite?: boolean | undefined
}

/** A record, with the CPU that the program ran on. Its bytes are padded: the kernel rounds the length up to 4 more than a multiple of 8. */
export interface PerfSample<out T> {
  readonly kind: 'sample'
  readonly cpu: number
  readonly value: T
}

/** Records that found no room in the buffer of a CPU, told of where they would have stood (`PERF_RECORD_LOST`). */
export interface PerfLoss {
  readonly kind: 'lost'
  readonly cpu: number
  readonly count: bigint
}

/** What a perf buffer gives. */
export type PerfRecord<T> = PerfSample<T> | PerfLoss

const PER_CPU_BYTES = 64 * 1024

/**
 * Reads what `bpf_perf_event_output` writes: a buffer for each CPU, all waited for as one. Records of one CPU keep their order; between CPUs
 * there is none. A visit is told the CPU as its `source`, and sees samples only; streams and `read` give losses as records of their own.
 *
 * CPUs that are offline when it is opened have no buffer, and programs that run there later get `ENOENT`. Needs CAP_PERFMON. Requires Linux 4.4.
 */
export class PerfReader<T = Uint8Array> extends EventReader<PerfRecord<T>> {
  /** Bytes of each buffer. */
  readonly perCpuBytes: number
  /** Whether the oldest records are overwritten. */
  readonly overwrites: boolean
  protected override readonly title: string
  readonly #map: Fd
  readonly #decoder: RecordDecoder<T>
  readonly #walks: readonly PerfWalk[]
  #paused = false
  #next = 0

  private constructor(map: MapHandle, decoder: RecordDecoder<T>, options: PerfReaderOptions<T>) {
    super()
    const { watermark, wakeupEvents, overwrite } = options
    this.perCpuBytes = roundToPages(options.perCpuBytes ?? PER_CPU_BYTES)
    const { fd, info, title } = openBuffer(map, 'perf_event_array')
    this.title = `the reader of ${title}`
    this.overwrites = overwrite === true
    this.#map = fd
    this.#decoder = decoder
    const cpus = Math.min(possibleCpus(), info.maxEntries)
    const walks: PerfWalk[] = []
    this.#walks = walks
    try {
      for (let cpu = 0; cpu < cpus; cpu++) {
        const settings: PerfBufferOptions = { size: this.perCpuBytes, watermark, wakeupEvents, overwrite }
        const buffer = PerfBuffer.open(cpu, settings)
        if (buffer) walks.push(overwrite ? new OverwritableWalk(buffer) : new ForwardWalk(buffer))
      }
      this.#connect()
    } catch (error) {
      this.close()
      throw error
    }
  }

  /**
   * Opens a buffer for each CPU and puts it into the map; what another reader had put there is replaced. It has a descriptor of its own:
   * closing the map does not end it. The caller closes it, which takes the buffers out of the map.
   *
   * @throws WrongKindError when it is no perf event array, KernelError `EACCES` or `EPERM` without CAP_PERFMON.
   */
  static open(map: MapHandle): PerfReader
  static open<T>(map: MapHandle, options: PerfReaderOptions<T> & { readonly decode: RecordDecoder<T> }): PerfReader<T>
  static open(map: MapHandle, options: PerfReaderOptions<Uint8Array>): PerfReader
  static open<T>(map: MapHandle, options: PerfReaderOptions<T> = {}): PerfReader<T> | PerfReader {
    const { decode, ...rest } = options
    return decode ? new PerfReader(map, decode, rest) : new PerfReader(map, new CopyDecoder(), rest)
  }

  /** The CPUs that have a buffer: those that were online. */
  get cpus(): readonly number[] {
    return this.#walks.map(({ buffer }) => buffer.cpu)
  }

  /**
   * Records that the kernel had no room for. Since Linux 6.0 the kernel is asked; before, it is those that losses read so far have told of.
   *
   * @throws ClosedError
   */
  lost(): bigint {
    return this.#walks.reduce((sum, walk) => sum + (walk.buffer.lost() ?? walk.lost), 0n)
  }

  /**
   * Takes the buffers out of the map: `bpf_perf_event_output` gives `ENOENT` to the program. What is in them can be read on.
   *
   * @throws ClosedError
   */
  pause(): void {
    if (this.#paused) return
    for (const { buffer } of this.#walks) bpf(MapDeleteElem, this.#element(buffer.cpu))
    this.#paused = true
  }

  /**
   * Puts the buffers back into the map after {@link pause}.
   *
   * @throws ClosedError
   */
  resume(): void {
    if (!this.#paused) return
    this.#connect()
    this.#paused = false
  }

  #connect(): void {
    for (const { buffer } of this.#walks) {
      const { number } = buffer.fd
      bpf(MapUpdateElem, { ...this.#element(buffer.cpu), value: new Uint8Array(Uint32Array.of(number).buffer) })
    }
  }

  /** The element of the map that is a CPU's. */
  #element(cpu: number): { readonly mapFd: number; readonly key: Uint8Array } {
    return { mapFd: this.#map.number, key: new Uint8Array(Uint32Array.of(cpu).buffer) }
  }

  protected override walk(visit: RecordVisitor, limit: number, walked: Walked): number {
    const { length } = this.#walks
    let count = 0
    for (let turn = 0; turn < length && count < limit && !walked.stopped && !this.closed; turn++) {
      const walk = this.#walks[this.#next]!
      this.#next = (this.#next + 1) % length
      count += walk.walk(visit, limit - count, walked)
    }
    return count
  }

  protected override decode(view: DataView, offset: number, length: number, source: number): PerfRecord<T> {
    if (source < 0) return { kind: 'lost', cpu: ~source, count: view.getBigUint64(offset, true) }
    return { kind: 'sample', cpu: source, value: this.#decoder.read(view, offset, offset + length, source) }
  }

  protected override descriptors(): readonly number[] {
    return this.#walks.map(({ buffer }) => buffer.fd.number)
  }

  protected override release(): void {
    for (const { buffer } of this.#walks) {
      // The map would hold the event, and the kernel go on writing, as long as anybody has the map open.
      if (!this.#paused) bpfReply(MapDeleteElem, this.#element(buffer.cpu))
      buffer.close()
    }
    this.#map.close()
  }
}

function roundToPages(bytes: number): number {
  if (!(bytes > 0 && bytes <= 2 ** 30)) throw new RangeError(`${bytes} bytes cannot be the size of a perf buffer`)
  return 2 ** Math.ceil(Math.log2(Math.max(bytes, pageSize())))
}
