/**
 * Maps in the kernel.
 *
 * @module
 */
import { errnoName, errnoOf, type Fd, KernelError, Mapping, pageSize } from '../../sys/index.ts'
import { MapFreeze, MapGetFdById, MapGetNextId } from '../attrs/index.ts'
import { bpf, bpfFd } from '../call.ts'
import { type MapType } from '../names.ts'
import { BpfObject, objectIds, openPinOf, requireKind, WrongKindError } from '../object.ts'
import { deleteBatch, readBatches, writeBatch } from './batch.ts'
import { bytesCodec, type MapCodec } from './codec.ts'
import { createMap, type MapOptions } from './create.ts'
import { ELEMENT_USES, Elements } from './elements.ts'
import { mapInfo, type MapInfo, type MapUsage, mapUsage } from './info.ts'
import {
  codecsOf,
  type DefaultKey,
  elementHint,
  type OpenOptions,
  type Shape,
  type ValueIn,
  type ValueOut,
} from './shape.ts'

/** How an element is written. */
export interface SetOptions {
  /** `noexist`: only a new one (`BPF_NOEXIST`, `EEXIST` otherwise). `exist`: only an old one (`BPF_EXIST`, `ENOENT` otherwise). */
  readonly mode?: 'any' | 'noexist' | 'exist' | undefined
  /** Write the whole value under its `struct bpf_spin_lock` (`BPF_F_LOCK`). */
  readonly lock?: boolean | undefined
}

/** A walk over a map did not end: the kernel began anew each time that the key it stood at was removed. */
export class IterationError extends Error {
  override readonly name: string = 'IterationError'
  readonly code: string = 'ERR_MAP_ITERATION'
}

const MODES = { any: 0, noexist: 1, exist: 2 } as const
const LOCK = 4
const ENOENT = -errnoOf('ENOENT')

/**
 * A BPF map.
 *
 * Keys and values are `Uint8Array` or, in the map types that are arrays, numbers; codecs (of BTF types for one) make other things of them.
 * A per-CPU map has an array of values for each key, one for each possible CPU.
 */
export class BpfMap<K = unknown, V = unknown, KI = K, VI = V> extends BpfObject {
  /** Its map type. */
  readonly type: MapType
  /** Its name, whole where it was created here. */
  readonly name: string
  /** Bytes of a key. */
  readonly keySize: number
  /** Bytes of a value; of one CPU's value in a per-CPU map. */
  readonly valueSize: number
  readonly maxEntries: number
  /** `BPF_F_*` */
  readonly flags: number
  /** How keys go into bytes. */
  readonly key: MapCodec<K, KI>
  /** How values go into bytes: those of all CPUs in a per-CPU map. */
  readonly value: MapCodec<V, VI>
  readonly #elements: Elements
  #id: number | undefined

  private constructor(fd: Fd, shape: Shape, key: MapCodec<K, KI>, value: MapCodec<V, VI>) {
    super(fd)
    this.type = shape.type
    this.name = shape.name
    this.keySize = shape.keySize
    this.valueSize = shape.valueSize
    this.maxEntries = shape.maxEntries
    this.flags = shape.flags
    this.key = key
    this.value = value
    this.#elements = new Elements(fd, key.size, value.size)
  }

  /** What an error calls it. */
  override get title(): string {
    return `map ${JSON.stringify(this.name)}`
  }

  /**
   * Creates a map (`BPF_MAP_CREATE`). The caller closes it; programs that use it hold it too.
   *
   * @throws KernelError `EINVAL` for sizes or flags that the type does not take, `EPERM` naming the missing capability.
   */
  static create<const T extends MapType, K = DefaultKey<T>, V = Uint8Array, KI = K, VI = V>(
    options: MapOptions<T, K, V, KI, VI>,
  ): BpfMap<K, ValueOut<T, V>, KI, ValueIn<T, VI>> {
    return BpfMap.#open(createMap(options as MapOptions), options, options.name)
  }

  /**
   * Takes over the descriptor of a map. It is closed when it stands for something else.
   *
   * @throws WrongKindError when it is no map, or not of the type that was asked for.
   */
  static fromFd<const T extends MapType = MapType, K = DefaultKey<T>, V = Uint8Array, KI = K, VI = V>(
    fd: Fd,
    options: OpenOptions<T, K, V, KI, VI> = {},
  ): BpfMap<K, ValueOut<T, V>, KI, ValueIn<T, VI>> {
    return BpfMap.#open(requireKind(fd, 'map', 'the descriptor'), options)
  }

  /** Opens a map by its id (`BPF_MAP_GET_FD_BY_ID`). The caller closes it. Needs CAP_SYS_ADMIN.  @throws KernelError `ENOENT` for none. */
  static fromId<const T extends MapType = MapType, K = DefaultKey<T>, V = Uint8Array, KI = K, VI = V>(
    id: number,
    options: OpenOptions<T, K, V, KI, VI> = {},
  ): BpfMap<K, ValueOut<T, V>, KI, ValueIn<T, VI>> {
    return BpfMap.#open(
      bpfFd(MapGetFdById, { mapId: id }, `map ${id}`, () => ({ attempted: `open map ${id}` })),
      options,
    )
  }

  /** Opens a pinned map (`BPF_OBJ_GET`). The caller closes it. The pin stays. */
  static loadPinned<const T extends MapType = MapType, K = DefaultKey<T>, V = Uint8Array, KI = K, VI = V>(
    path: string,
    options: OpenOptions<T, K, V, KI, VI> = {},
  ): BpfMap<K, ValueOut<T, V>, KI, ValueIn<T, VI>> {
    return BpfMap.#open(openPinOf('map', path, options), options)
  }

  /** The ids of all maps in the kernel, ascending. Needs CAP_SYS_ADMIN. */
  static ids(): Generator<number, void, undefined> {
    return objectIds(MapGetNextId)
  }

  /** Lays the object out by what the kernel says of the map, which may have rounded what was asked for. */
  static #open<T extends MapType, K, V, KI, VI>(
    fd: Fd,
    options: OpenOptions<T, K, V, KI, VI>,
    name?: string,
  ): BpfMap<K, ValueOut<T, V>, KI, ValueIn<T, VI>> {
    try {
      const info = mapInfo(fd.number)
      if (options.type !== undefined && info.type !== options.type) {
        throw new WrongKindError(`map ${JSON.stringify(info.name)} is of type ${info.type}, not ${options.type}`)
      }
      const { key, value } = codecsOf(info, options)
      return new BpfMap(fd, { ...info, name: name ?? info.name }, key, value)
    } catch (error) {
      fd.close()
      throw error
    }
  }

  /** Whether it is of this type; tells the compiler so, for a map without codecs. */
  is<const T extends MapType>(
    type: T,
  ): this is BpfMap<DefaultKey<T>, ValueOut<T, Uint8Array>, DefaultKey<T>, ValueIn<T, Uint8Array>> {
    return this.type === type
  }

  /** Its id in the kernel. */
  get id(): number {
    this.#id ??= mapInfo(this.fd.number).id
    return this.#id
  }

  /** What the kernel tells about it. */
  info(): MapInfo {
    return mapInfo(this.fd.number)
  }

  /** The memory that it takes, and whether it is frozen. */
  usage(): MapUsage {
    return mapUsage(this.fd.number)
  }

  /** The same map in bytes, through the same descriptor: closing the one closes the other. */
  get raw(): BpfMap<Uint8Array, Uint8Array> {
    return new BpfMap(this.fd, this, bytesCodec(this.key.size, 'key'), bytesCodec(this.value.size))
  }

  #fail(operation: keyof typeof ELEMENT_USES, result: number): never {
    throw new KernelError({
      errno: result,
      syscall: `bpf(${ELEMENT_USES[operation].command})`,
      attempted: `${operation} in ${this.title}`,
      hint: elementHint(errnoName(result), this),
    })
  }

  /** The value of a key, undefined where there is none. `lock` reads it whole under its `struct bpf_spin_lock`. */
  get(key: KI, options?: { readonly lock?: boolean | undefined }): V | undefined {
    const elements = this.#elements
    this.key.write(elements.key.view, 0, key)
    const result = elements.lookup(options?.lock ? LOCK : 0)
    if (result >= 0) return this.value.read(elements.value.view, 0)
    return result === ENOENT ? undefined : this.#fail('lookup', result)
  }

  /** Reads the bytes of a value into memory of the caller's; false where the key has none. Nothing is allocated. */
  readInto(key: KI, into: Uint8Array): boolean {
    const elements = this.#elements
    this.key.write(elements.key.view, 0, key)
    const result = elements.lookup()
    if (result >= 0) into.set(elements.value.bytes)
    else if (result !== ENOENT) this.#fail('lookup', result)
    return result >= 0
  }

  /** Whether there is a value for the key. */
  has(key: KI): boolean {
    this.key.write(this.#elements.key.view, 0, key)
    const result = this.#elements.lookup()
    return result >= 0 || (result === ENOENT ? false : this.#fail('lookup', result))
  }

  /**
   * Writes the value of a key.
   *
   * @throws KernelError `E2BIG` when the map is full, `EEXIST` and `ENOENT` by `mode`, `EPERM` when it is frozen.
   */
  set(key: KI, value: VI, options?: SetOptions): void {
    const elements = this.#elements
    this.key.write(elements.key.view, 0, key)
    this.value.write(elements.value.view, 0, value)
    const result = elements.update(options ? flagsOf(options) : 0)
    if (result < 0) this.#fail('update', result)
  }

  /** Removes a key; whether it was there. */
  delete(key: KI): boolean {
    this.key.write(this.#elements.key.view, 0, key)
    const result = this.#elements.delete()
    return result >= 0 || (result === ENOENT ? false : this.#fail('delete', result))
  }

  /** Removes a key and gives its value, in one step; undefined where there was none. For hashes requires Linux 5.14. */
  take(key: KI): V | undefined {
    const elements = this.#elements
    this.key.write(elements.key.view, 0, key)
    const result = elements.take()
    if (result >= 0) return this.value.read(elements.value.view, 0)
    return result === ENOENT ? undefined : this.#fail('take', result)
  }

  /** Puts a value into a queue, a stack or a bloom filter; `overwrite` lets a full one drop its oldest.  @throws KernelError `E2BIG` when it is full. */
  push(value: VI, options?: { readonly overwrite?: boolean | undefined }): void {
    this.value.write(this.#elements.value.view, 0, value)
    const result = this.#elements.update(options?.overwrite ? MODES.exist : 0)
    if (result < 0) this.#fail('update', result)
  }

  /** Takes the next value out of a queue or a stack; undefined when it is empty. */
  pop(): V | undefined {
    const result = this.#elements.take()
    if (result >= 0) return this.value.read(this.#elements.value.view, 0)
    return result === ENOENT ? undefined : this.#fail('take', result)
  }

  /** The next value of a queue or a stack, which stays; undefined when it is empty. */
  peek(): V | undefined {
    const result = this.#elements.lookup()
    if (result >= 0) return this.value.read(this.#elements.value.view, 0)
    return result === ENOENT ? undefined : this.#fail('lookup', result)
  }

  /** Whether a bloom filter may have the value: false is certain. */
  includes(value: VI): boolean {
    this.value.write(this.#elements.value.view, 0, value)
    const result = this.#elements.lookup()
    return result >= 0 || (result === ENOENT ? false : this.#fail('lookup', result))
  }

  /**
   * The keys, one system call each.
   *
   * @throws IterationError when keys are removed so fast that the walk does not end.
   */
  *keys(): Generator<K, void, undefined> {
    // Memory of its own: operations on the map between two keys must not move the walk.
    const elements = new Elements(this.fd, this.key.size, 0)
    // The kernel starts anew when the key it stands at is gone: twice the table is more than any walk needs.
    const limit = this.maxEntries * 2 + 1
    for (let count = 0; count < limit; count++) {
      const result = elements.next(count === 0)
      if (result === ENOENT) return
      if (result < 0) this.#fail('next', result)
      yield this.key.read(elements.key.view, 0)
    }
    throw new IterationError(`${this.title} changes so fast that a walk over its keys does not end`)
  }

  /**
   * All elements, read in batches of 256. It ends whatever happens meanwhile; what is added or removed meanwhile may be met or not.
   * For a map without batches the keys are walked instead, as by {@link keys}.
   */
  *entries(): Generator<[K, V], void, undefined> {
    const batches = readBatches(this)
    if (batches) {
      for (const batch of batches) yield* batch
      return
    }
    const elements = new Elements(this.fd, this.key.size, this.value.size)
    for (const key of this.keys()) {
      this.key.write(elements.key.view, 0, key as unknown as KI)
      if (elements.lookup() >= 0) yield [key, this.value.read(elements.value.view, 0)]
    }
  }

  /** {@link entries} */
  [Symbol.iterator](): Generator<[K, V], void, undefined> {
    return this.entries()
  }

  /** All elements, in arrays of up to `size`: one system call each. Undefined when the kernel has no batches of this map. */
  batches(options?: { readonly size?: number | undefined }): Generator<[K, V][], void, undefined> | undefined {
    return readBatches(this, options)
  }

  /** Removes all elements and gives them, batch by batch. Undefined when the kernel cannot do that for this map. */
  drain(options?: { readonly size?: number | undefined }): Generator<[K, V][], void, undefined> | undefined {
    return readBatches(this, { ...options, remove: true })
  }

  /**
   * Writes many elements, in one system call where the kernel can.
   *
   * @throws BatchError `processed` says how many were written before the one that was refused.
   */
  setMany(entries: Iterable<readonly [KI, VI]>, options: SetOptions = {}): void {
    const list = [...entries]
    if (list.length === 0 || writeBatch(this, list, flagsOf(options))) return
    for (const [key, value] of list) this.set(key, value, options)
  }

  /** Removes many keys, in one system call where the kernel can; gives how many were there. */
  deleteMany(keys: Iterable<KI>): number {
    let list = [...keys]
    let removed = 0
    while (list.length > 0) {
      const count = deleteBatch(this, list)
      if (count === undefined) return removed + list.filter((key) => this.delete(key)).length
      removed += count
      list = list.slice(count + 1) // A batch stops at a key that is not there.
    }
    return removed
  }

  /** Lets it be changed by programs only, for ever (`BPF_MAP_FREEZE`). */
  freeze(): void {
    bpf(MapFreeze, { mapFd: this.fd.number }, () => ({ attempted: `freeze ${this.title}` }))
  }

  /**
   * Maps its memory: all values of an array with `BPF_F_MMAPABLE`, each rounded up to 8 bytes, or the pages of an arena.
   * The caller closes the mapping.
   *
   * @throws KernelError `ENOTSUPP` for a map without memory to share, `EPERM` for writing to a frozen one.
   */
  mmap(options: { readonly write?: boolean | undefined; readonly address?: number | undefined } = {}): Mapping {
    if (this.type !== 'arena') {
      return new Mapping(this.fd.number, Math.ceil(this.valueSize / 8) * 8 * this.maxEntries, options)
    }
    // An arena stands at the same address for programs and for user space: the one it was made for, if any.
    const address = options.address ?? Number(this.info().extra)
    return new Mapping(this.fd.number, this.maxEntries * pageSize(), { ...options, address })
  }

  /** A second object for the same map, closed on its own. */
  clone(): BpfMap<K, V, KI, VI> {
    return new BpfMap(this.fd.dup(), this, this.key, this.value)
  }
}

const flagsOf = ({ mode, lock }: SetOptions): number => (mode ? MODES[mode] : 0) | (lock ? LOCK : 0)
