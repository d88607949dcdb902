/**
 * Many elements as bytes, one behind the other: what costs nothing but the system call.
 *
 * @module
 */
import { addressOf, keepAlive } from '../../sys/index.ts'
import { type BatchedMap, deleteBatch, findBatches, type MapBatchOptions, updateBatch } from './batch-commands.ts'
import { flagsOf, type SetOptions } from './elements.ts'

/** Elements of a map as the kernel wrote them. */
export interface PackedBatch {
  readonly count: number
  /** The keys, one behind the other. They hold until the next batch is asked for. */
  readonly keys: Uint8Array
  /** The values, one behind the other; of a per-CPU map all CPUs' values, each rounded up to 8 bytes. They hold until the next batch is asked for. */
  readonly values: Uint8Array
}

/**
 * The elements of a map as packed bytes: {@link BpfMap.packed}. Nothing is allocated for an element. For maps that the kernel has batches of: arrays,
 * hashes, tries.
 */
export class PackedElements {
  readonly #map: BatchedMap

  /** @internal */
  constructor(map: BatchedMap) {
    this.#map = map
  }

  /** All elements, batch by batch, as by `BpfMap.batches`. Undefined when the kernel has no batches of this map. */
  batches(options?: MapBatchOptions): Generator<PackedBatch, void, undefined> | undefined {
    return this.#read(options, false)
  }

  /** Removes all elements and gives them, batch by batch. Undefined when the kernel cannot do that for this map. */
  drain(options?: MapBatchOptions): Generator<PackedBatch, void, undefined> | undefined {
    return this.#read(options, true)
  }

  /**
   * Writes elements, from the caller's memory.
   *
   * @throws RangeError when the lengths are not those of equally many keys and values.
   * @throws BatchError `processed` says how many were written before the one that was refused.
   * @throws TypeError when the kernel has no batches of this map.
   */
  set(keys: Uint8Array, values: Uint8Array, options: SetOptions = {}): void {
    const count = this.#count(keys)
    const { value, title } = this.#map
    if (values.length !== count * value.size) {
      throw new RangeError(`${count} keys take ${count * value.size} bytes of values in ${title}, not ${values.length}`)
    }
    const done = count === 0 || updateBatch(this.#map, addressOf(keys), addressOf(values), count, flagsOf(options))
    keepAlive(keys)
    keepAlive(values)
    if (!done) this.#absent()
  }

  /**
   * Removes keys, from the caller's memory; gives how many were there.
   *
   * @throws RangeError when the length is not that of whole keys.
   * @throws TypeError when the kernel has no batches of this map.
   */
  delete(keys: Uint8Array): number {
    const count = this.#count(keys)
    const removed = count === 0 ? 0 : deleteBatch(this.#map, addressOf(keys), count)
    keepAlive(keys)
    return removed ?? this.#absent()
  }

  #read(options: MapBatchOptions | undefined, remove: boolean): Generator<PackedBatch, void, undefined> | undefined {
    const found = findBatches(this.#map, { ...options, remove })
    return found && packed(this.#map, found)
  }

  #count(keys: Uint8Array): number {
    const { key, title } = this.#map
    const count = keys.length / key.size
    if (!Number.isInteger(count))
      throw new RangeError(`${keys.length} bytes are no whole keys of ${title}, which have ${key.size}`)
    return count
  }

  #absent(): never {
    throw new TypeError(`the kernel has no batches of ${this.#map.title}`)
  }
}

function* packed(
  { key, value }: BatchedMap,
  found: NonNullable<ReturnType<typeof findBatches>>,
): Generator<PackedBatch, void, undefined> {
  for (const { count, keys, values } of found) {
    yield {
      count,
      keys: keys.bytes.subarray(0, count * key.size),
      values: values.bytes.subarray(0, count * value.size),
    }
  }
}
