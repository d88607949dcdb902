/**
 * Maps in the kernel.
 *
 * @module
 */
import { errnoName, errnoOf, type Fd, KernelError, type Mapping } from '../../sys/index.ts'
import { MapFreeze, MapGetFdById, MapGetNextId } from '../attrs/index.ts'
import { bpf, bpfFd } from '../call.ts'
import { type MapType } from '../names.ts'
import { BpfObject, objectIds, openPinOf, requireKind, WrongKindError } from '../object.ts'
import { type MapBatchOptions } from './batch-commands.ts'
import { deleteBatches, readBatches, writeBatch } from './batch.ts'
import { bytesCodec, type MapCodec } from './codec.ts'
import { createMap, type MapOptions } from './create.ts'
import { ELEMENT_USES, Elements, flagsOf, LOCK, MODES, type SetOptions } from './elements.ts'
import { mapMemory, type MapMemoryOptions } from './memory.ts'
import { PackedElements } from './packed.ts'
import { CpuValues, setEveryCpu } from './one-cpu.ts'
import { mapInfo, type MapInfo, type MapUsage, mapUsage } from './info.ts'
import {
  codecsOf,
  type DefaultKey,
  type DefaultKeyIn,
  elementHint,
  type OpenOptions,
  type Shape,
  type ValueIn,
  type ValueOut,
} from './shape.ts'
import { type TypedOptions, typedCodecs } from './typed.ts'
import { walkEntries, walkKeys } from './walk.ts'

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
  static create<const T extends MapType, K = DefaultKey<T>, V = Uint8Array, KI = DefaultKeyIn<T>, VI = V>(
    options: MapOptions<T, K, V, KI, VI>,
  ): BpfMap<K, ValueOut<T, V>, KI, ValueIn<T, VI>> {
    return BpfMap.#open(createMap(options as MapOptions), options, options.name)
  }

  /**
   * Takes over the descriptor of a map. It is closed when it stands for something else.
   *
   * @throws WrongKindError when it is no map, or not of the type that was asked for.
   */
  static fromFd<const T extends MapType = MapType, K = DefaultKey<T>, V = Uint8Array, KI = DefaultKeyIn<T>, VI = V>(
    fd: Fd,
    options: OpenOptions<T, K, V, KI, VI> = {},
  ): BpfMap<K, ValueOut<T, V>, KI, ValueIn<T, VI>> {
    return BpfMap.#open(requireKind(fd, 'map', 'the descriptor'), options)
  }

  /** Opens a map by its id (`BPF_MAP_GET_FD_BY_ID`). The caller closes it. Needs CAP_SYS_ADMIN.  @throws KernelError `ENOENT` for none. */
  static fromId<const T extends MapType = MapType, K = DefaultKey<T>, V = Uint8Array, KI = DefaultKeyIn<T>, VI = V>(
    id: number,
    options: OpenOptions<T, K, V, KI, VI> = {},
  ): BpfMap<K, ValueOut<T, V>, KI, ValueIn<T, VI>> {
    return BpfMap.#open(
      bpfFd(MapGetFdById, { mapId: id }, `map ${id}`, () => ({ attempted: `open map ${id}` })),
      options,
    )
  }

  /** Opens a pinned map (`BPF_OBJ_GET`). The caller closes it. The pin stays. */
  static loadPinned<const T extends MapType = MapType, K = DefaultKey<T>, V = Uint8Array, KI = DefaultKeyIn<T>, VI = V>(
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

  /** Many of its elements as bytes, one behind the other, in memory that is the caller's or stays: nothing is allocated for an element. */
  get packed(): PackedElements {
    return new PackedElements(this)
  }

  /**
   * The same map with keys and values as the types say that it was created with, through the same descriptor: for one that was opened by its id
   * or its pin.
   *
   * @throws WrongKindError when the kernel has no types of it.
   */
  typed<TK = unknown, TV = unknown>(options?: TypedOptions): BpfMap<TK, TV> {
    const { key, value } = typedCodecs(this.info(), options)
    return new BpfMap(this.fd, this, key as MapCodec<TK>, value as MapCodec<TV>)
  }

  /** @internal Says which operation the kernel refused, and why. */
  fail(operation: keyof typeof ELEMENT_USES, result: number): never {
    throw new KernelError({
      errno: result,
      syscall: `bpf(${ELEMENT_USES[operation].command})`,
      attempted: `${operation} in ${this.title}`,
      hint: elementHint(errnoName(result), this),
    })
  }

  /** @internal More elements than any walk needs. A hash is walked bucket by bucket, which always ends. */
  get limit(): number {
    return this.maxEntries * 2 + 1
  }

  /** @internal The memory of its operations. */
  get elements(): Elements {
    return this.#elements
  }

  /** The value of a key, undefined where there is none. `lock` reads it whole under its `struct bpf_spin_lock`. */
  get(key: KI, options?: { readonly lock?: boolean | undefined }): V | undefined {
    const elements = this.#elements
    this.key.write(elements.key.view, 0, key)
    const result = elements.lookup(options?.lock ? LOCK : 0)
    if (result >= 0) return this.value.read(elements.value.view, 0)
    return result === ENOENT ? undefined : this.fail('lookup', result)
  }

  /** Reads the bytes of a value into memory of the caller's; false where the key has none. Nothing is allocated. */
  readInto(key: KI, into: Uint8Array): boolean {
    const elements = this.#elements
    this.key.write(elements.key.view, 0, key)
    const result = elements.lookup()
    if (result >= 0) into.set(elements.value.bytes)
    else if (result !== ENOENT) this.fail('lookup', result)
    return result >= 0
  }

  /** Whether there is a value for the key. */
  has(key: KI): boolean {
    this.key.write(this.#elements.key.view, 0, key)
    const result = this.#elements.lookup()
    return result >= 0 || (result === ENOENT ? false : this.fail('lookup', result))
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
    if (result < 0) this.fail('update', result)
  }

  /** Removes a key; whether it was there. */
  delete(key: KI): boolean {
    this.key.write(this.#elements.key.view, 0, key)
    const result = this.#elements.delete()
    return result >= 0 || (result === ENOENT ? false : this.fail('delete', result))
  }

  /** Removes a key and gives its value, in one step; undefined where there was none. `lock` as for {@link get}. For hashes requires Linux 5.14. */
  take(key: KI, options?: { readonly lock?: boolean | undefined }): V | undefined {
    const elements = this.#elements
    this.key.write(elements.key.view, 0, key)
    const result = elements.take(options?.lock ? LOCK : 0)
    if (result >= 0) return this.value.read(elements.value.view, 0)
    return result === ENOENT ? undefined : this.fail('take', result)
  }

  /** Puts a value into a queue, a stack or a bloom filter; `overwrite` lets a full one drop its oldest.  @throws KernelError `E2BIG` when it is full. */
  push(value: VI, options?: { readonly overwrite?: boolean | undefined }): void {
    this.value.write(this.#elements.value.view, 0, value)
    const result = this.#elements.update(options?.overwrite ? MODES.exist : 0)
    if (result < 0) this.fail('update', result)
  }

  /** Takes the next value out of a queue or a stack; undefined when it is empty. */
  pop(): V | undefined {
    const result = this.#elements.take()
    if (result >= 0) return this.value.read(this.#elements.value.view, 0)
    return result === ENOENT ? undefined : this.fail('take', result)
  }

  /** The next value of a queue or a stack, which stays; undefined when it is empty. */
  peek(): V | undefined {
    const result = this.#elements.lookup()
    if (result >= 0) return this.value.read(this.#elements.value.view, 0)
    return result === ENOENT ? undefined : this.fail('lookup', result)
  }

  /** Whether a bloom filter may have the value: false is certain. */
  includes(value: VI): boolean {
    this.value.write(this.#elements.value.view, 0, value)
    const result = this.#elements.lookup()
    return result >= 0 || (result === ENOENT ? false : this.fail('lookup', result))
  }

  /** One CPU's values of a per-CPU map.  @throws RangeError for a CPU that the kernel cannot have. */
  cpu<O, I>(this: BpfMap<K, O[], KI, readonly I[]>, cpu: number): CpuValues<K, O, KI, I> {
    return new CpuValues<K, O, KI, I>(this, cpu)
  }

  /** Writes the same value for every CPU of a per-CPU map. `mode` as for {@link set}. */
  setEvery<O, I>(
    this: BpfMap<K, O[], KI, readonly I[]>,
    key: KI,
    value: I,
    options: Pick<SetOptions, 'mode'> = {},
  ): void {
    setEveryCpu<K, O, KI, I>(this, key, value, flagsOf(options))
  }

  /**
   * The keys, one system call each.
   *
   * @throws IterationError when keys are removed so fast that the walk does not end.
   */
  keys(): Generator<K, void, undefined> {
    return walkKeys(this)
  }

  /**
   * All elements, read in batches of 256. What is added or removed meanwhile may be met or not. A hash is read from end to end, whatever happens
   * meanwhile; other types are walked from key to key, and so is a map without batches.
   *
   * @throws IterationError when keys are removed so fast that the walk does not end.
   */
  entries(): Generator<[K, V], void, undefined> {
    return walkEntries(this)
  }

  /** {@link entries} */
  [Symbol.iterator](): Generator<[K, V], void, undefined> {
    return this.entries()
  }

  /** All elements, in arrays of up to `size`: one system call each. Undefined when the kernel has no batches of this map. */
  batches(options?: MapBatchOptions): Generator<[K, V][], void, undefined> | undefined {
    return readBatches(this, options)
  }

  /** Removes all elements and gives them, batch by batch. Undefined when the kernel cannot do that for this map. */
  drain(options?: MapBatchOptions): Generator<[K, V][], void, undefined> | undefined {
    return readBatches(this, { ...options, remove: true })
  }

  /**
   * Writes many elements, in one system call where the kernel can.
   *
   * @throws BatchError `processed` says how many were written before the one that was refused.
   */
  setMany(entries: Iterable<readonly [KI, VI]>, options: SetOptions = {}): void {
    const list = Array.isArray(entries) ? (entries as (readonly [KI, VI])[]) : [...entries]
    if (list.length === 0 || writeBatch(this, list, flagsOf(options))) return
    for (const [key, value] of list) this.set(key, value, options)
  }

  /** Removes many keys, in one system call where the kernel can; gives how many were there. */
  deleteMany(keys: Iterable<KI>): number {
    const list = Array.isArray(keys) ? (keys as KI[]) : [...keys]
    return deleteBatches(this, list) ?? list.filter((key) => this.delete(key)).length
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
  mmap(options: MapMemoryOptions = {}): Mapping {
    return mapMemory(this, options)
  }

  /** A second object for the same map, closed on its own. */
  clone(): BpfMap<K, V, KI, VI> {
    return new BpfMap(this.fd.dup(), this, this.key, this.value)
  }
}
