/**
 * Ring buffers that programs write and a process reads (`BPF_MAP_TYPE_RINGBUF`).
 *
 * @module
 */
import { type Fd } from '../../sys/index.ts'
import { CopyDecoder, type RecordDecoder, type RecordVisitor } from './decode.ts'
import { type MapHandle, openBuffer } from './open.ts'
import { OverwriteWalk } from './overwrite-walk.ts'
import { EventReader, type Walked } from './reader.ts'
import { RingMemory } from './ring-memory.ts'
import { walkRing } from './ring-walk.ts'

const BPF_F_RB_OVERWRITE = 1 << 19

/** How the records of a ring are read. */
export interface RingReaderOptions<T> {
  /** Makes a value of each record: the codec of its BTF type, or a function of one's own. A copy of the bytes unless said. */
  readonly decode?: RecordDecoder<T> | undefined
}

/**
 * Reads a ring buffer, `bpf_ringbuf_output` and `bpf_ringbuf_submit` on the other side. Requires Linux 5.8.
 *
 * A ring has one position for all who read it: a second reader, of another process too, takes records away from the first. When the ring is
 * full `bpf_ringbuf_reserve` gives the program NULL and the kernel counts nothing: the program has to. Unless the map was made to overwrite
 * its oldest records (`BPF_F_RB_OVERWRITE`, Linux 6.19): then {@link overwrittenBytes} tells what was lost.
 */
export class RingReader<T = Uint8Array> extends EventReader<T> {
  /** Bytes of the ring. A record takes its length and 8 more, rounded up to 8. */
  readonly size: number
  /** Whether the ring overwrites its oldest records (`BPF_F_RB_OVERWRITE`). */
  readonly overwrites: boolean
  protected override readonly title: string
  readonly #fd: Fd
  readonly #ring: RingMemory
  readonly #overwrite: OverwriteWalk | undefined
  readonly #decoder: RecordDecoder<T>

  private constructor(map: MapHandle, decoder: RecordDecoder<T>) {
    super()
    const { fd, info, title } = openBuffer(map, 'ringbuf')
    try {
      this.#ring = new RingMemory(fd.number, info.maxEntries, 'consumer')
    } catch (error) {
      fd.close()
      throw error
    }
    this.#fd = fd
    this.title = `the reader of ${title}`
    this.size = info.maxEntries
    this.overwrites = (info.mapFlags & BPF_F_RB_OVERWRITE) !== 0
    this.#overwrite = this.overwrites ? new OverwriteWalk(this.#ring) : undefined
    this.#decoder = decoder
  }

  /**
   * Opens a reader of a map. It has a descriptor of its own: closing the map does not end it. The caller closes it.
   *
   * @throws WrongKindError when it is no ring buffer, KernelError when it cannot be mapped (`EPERM`: opened for reading only).
   */
  static open(map: MapHandle): RingReader
  static open<T>(map: MapHandle, options: RingReaderOptions<T> & { readonly decode: RecordDecoder<T> }): RingReader<T>
  static open(map: MapHandle, options: RingReaderOptions<Uint8Array>): RingReader
  static open<T>(map: MapHandle, options: RingReaderOptions<T> = {}): RingReader<T> | RingReader {
    return options.decode ? new RingReader(map, options.decode) : new RingReader(map, new CopyDecoder())
  }

  /** Bytes between the positions of consumer and producer: records that are there, and those being written, with headers and padding. */
  get availableBytes(): number {
    const ring = this.#open()
    const produced = ring.produced()
    const unread = (produced - ring.consumed() - ring.ahead) >>> 0
    return this.overwrites ? Math.min(unread, (produced - ring.overwritten()) >>> 0) : unread
  }

  /** In an overwriting ring, bytes of records that this reader came too late for. */
  get overwrittenBytes(): bigint {
    return this.#overwrite?.lost ?? 0n
  }

  #open(): RingMemory {
    void this.#fd.number
    return this.#ring
  }

  /** @internal Visits on behalf of a group, which says where the records come from. */
  walkFrom(visit: RecordVisitor, limit: number, source: number, walked: Walked): number {
    this.#open()
    return this.#overwrite
      ? this.#overwrite.walk(visit, limit, source, walked)
      : walkRing(this.#ring, visit, limit, source, walked)
  }

  protected override walk(visit: RecordVisitor, limit: number, walked: Walked): number {
    return this.walkFrom(visit, limit, 0, walked)
  }

  /** @internal */
  decode(view: DataView, offset: number, length: number, source: number): T {
    return this.#decoder.read(view, offset, offset + length, source)
  }

  /** @internal */
  descriptors(): readonly number[] {
    return [this.#fd.number]
  }

  protected override release(): void {
    this.#ring.close()
    this.#fd.close()
  }
}
