/**
 * Files mapped into memory.
 *
 * @module
 */
import { syscall } from './door.ts'
import { check, ClosedError } from './errors.ts'
import { bury, type Grave, unearth } from './graves.ts'
import { viewOf } from './libc.ts'
import { NR } from './numbers.ts'

const PROT_READ = 1
const PROT_WRITE = 2
const MAP_SHARED = 1
const MAP_PRIVATE = 2
const MAP_FIXED = 0x10
const MAP_FIXED_NOREPLACE = 0x10_0000

/** How a file is mapped. */
export interface MappingOptions {
  /** Where in the file it begins, in bytes, a multiple of the page size. */
  readonly offset?: number | undefined
  /** Whether it can be written; the kernel refuses with EPERM or EACCES what it only lets be read. */
  readonly write?: boolean | undefined
  /** Map it for this process alone, `MAP_PRIVATE`: the only way in which the kernel lets its own types be mapped. */
  readonly private?: boolean | undefined
  /** The address where it has to be, for an arena that was created with one; 0 for anywhere. What is mapped there already is `EEXIST`. */
  readonly address?: number | undefined
  /** More `MAP_*` flags. */
  readonly flags?: number | undefined
}

/**
 * A mapping of a file: a BPF map's memory, a ring buffer, the kernel's BTF.
 *
 * A view that outlives {@link close} shows nothing of the file: Node 22 and later detach it (reads give `undefined`); on Node 20, which
 * cannot, it shows zeros of its own. Views come from {@link bytes} each time, never kept.
 */
export class Mapping implements Disposable {
  /** Where it stands. */
  readonly address: number
  /** How long it is, in bytes. */
  readonly length: number
  readonly #grave: Grave | undefined
  #buffer: ArrayBuffer | undefined
  #bytes: Uint8Array | undefined

  /**
   * Maps `length` bytes of a file.
   *
   * @throws KernelError what `mmap(2)` refused.
   */
  constructor(fd: number, length: number, options: MappingOptions = {}) {
    const protection = PROT_READ | (options.write ? PROT_WRITE : 0)
    const grave = options.address ? unearth(options.address, length) : undefined
    const place = grave ? MAP_FIXED : options.address ? MAP_FIXED_NOREPLACE : 0
    const flags = (options.private ? MAP_PRIVATE : MAP_SHARED) | (options.flags ?? 0) | place
    this.address = check(
      syscall(NR.mmap, options.address ?? 0, length, protection, flags, fd, options.offset ?? 0),
      'mmap',
    )
    this.#grave = grave
    this.length = length
    this.#buffer = viewOf(this.address, length)
    this.#bytes = new Uint8Array(this.#buffer)
  }

  /** Whether it has been unmapped. */
  get closed(): boolean {
    return this.#buffer === undefined
  }

  /** Its memory.  @throws ClosedError after `close()`. */
  get bytes(): Uint8Array {
    if (!this.#bytes) throw new ClosedError('the mapping')
    return this.#bytes
  }

  /** Its memory, to make other views of.  @throws ClosedError after `close()`. */
  get buffer(): ArrayBuffer {
    if (!this.#buffer) throw new ClosedError('the mapping')
    return this.#buffer
  }

  /** Unmaps it. A second call does nothing. */
  close(): void {
    const buffer = this.#buffer
    if (!buffer) return
    this.#buffer = undefined
    this.#bytes = undefined
    // Detaches every view that somebody still holds; the method is not there in Node 20.
    const { transfer } = buffer as ArrayBuffer & { transfer?: () => ArrayBuffer }
    if (transfer) {
      transfer.call(buffer)
      syscall(NR.munmap, this.address, this.length)
      return
    }
    bury(buffer, this.address, this.length, this.#grave)
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close()
  }
}
