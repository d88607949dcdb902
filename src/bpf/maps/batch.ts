/**
 * Many elements in one system call. Requires Linux 5.6, for some types a later one; where the kernel has no such command for a map, the
 * elements go one by one.
 *
 * @module
 */
import { Pinned } from '../../sys/index.ts'
import { type BatchedMap, deleteBatch, findBatches, type ReadOptions, updateBatch } from './batch-commands.ts'
import { type MapCodec } from './codec.ts'

/** What the functions here need to know of a map. */
export interface BatchMap<K, V, KI, VI> extends BatchedMap {
  readonly key: MapCodec<K, KI>
  /** Of all CPUs in a per-CPU map. */
  readonly value: MapCodec<V, VI>
}

/** All elements, batch by batch, as values: see {@link findBatches}. */
export function readBatches<K, V, KI, VI>(
  map: BatchMap<K, V, KI, VI>,
  options?: ReadOptions,
): Generator<[K, V][], void, undefined> | undefined {
  const found = findBatches(map, options)
  return found && decoded(map, found)
}

function* decoded<K, V, KI, VI>(
  { key, value }: BatchMap<K, V, KI, VI>,
  found: NonNullable<ReturnType<typeof findBatches>>,
): Generator<[K, V][], void, undefined> {
  for (const { count, keys, values } of found) {
    const batch: [K, V][] = []
    for (let at = 0; at < count; at++) {
      batch.push([key.read(keys.view, at * key.size), value.read(values.view, at * value.size)])
    }
    yield batch
  }
}

/** Memory up to this size stays for the next batch: what is fresh costs a fault a page, and work for the collector. */
const KEPT = 1 << 20
const kept: Record<'keys' | 'values', Pinned | undefined> = { keys: undefined, values: undefined }

/** Takes memory for one call. What others left in it is still there: every byte has to be written. */
function borrow(what: keyof typeof kept, size: number): Pinned {
  const old = kept[what]
  if (!old || old.bytes.length < size) return new Pinned(size)
  // Whoever writes a batch while this one is being put together, by way of a codec, gets other memory.
  kept[what] = undefined
  return old
}

/** Gives it back after the call. */
function giveBack(what: keyof typeof kept, memory: Pinned): void {
  if (memory.bytes.length <= KEPT) kept[what] = memory
}

/** Writes elements; false when the kernel has no batches of this map, with nothing written. */
export function writeBatch<K, V, KI, VI>(
  map: BatchMap<K, V, KI, VI>,
  entries: readonly (readonly [KI, VI])[],
  elemFlags: number | bigint,
): boolean {
  const { key, value } = map
  const keys = borrow('keys', entries.length * key.size)
  const values = borrow('values', entries.length * value.size)
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at]!
    key.write(keys.view, at * key.size, entry[0])
    value.write(values.view, at * value.size, entry[1])
  }
  try {
    return updateBatch(map, keys.address, values.address, entries.length, elemFlags)
  } finally {
    giveBack('keys', keys)
    giveBack('values', values)
  }
}

/** Removes many keys, also past those that are not there; how many were. Undefined when the kernel has no batches of this map. */
export function deleteBatches<K, V, KI, VI>(map: BatchMap<K, V, KI, VI>, list: readonly KI[]): number | undefined {
  const { key } = map
  const keys = borrow('keys', list.length * key.size)
  for (let at = 0; at < list.length; at++) key.write(keys.view, at * key.size, list[at]!)
  try {
    return deleteBatch(map, keys.address, list.length)
  } finally {
    giveBack('keys', keys)
  }
}
