/**
 * Walks over all keys, or all elements, of a map.
 *
 * @module
 */
import { errnoOf, type Fd } from '../../sys/index.ts'
import { IterationError } from './batch-commands.ts'
import { type BatchMap, readBatches } from './batch.ts'
import { Elements } from './elements.ts'

/** What a walk needs to know of a map. */
export interface WalkedMap<K, V, KI, VI> extends BatchMap<K, V, KI, VI> {
  readonly fd: Fd
  /** Refuses to go on for an error of the kernel's. */
  fail(operation: 'lookup' | 'next', result: number): never
}

const ENOENT = -errnoOf('ENOENT')

/** The keys, one system call each. */
export function* walkKeys<K, V, KI, VI>(map: WalkedMap<K, V, KI, VI>): Generator<K, void, undefined> {
  // Memory of its own: operations on the map between two keys must not move the walk.
  const elements = new Elements(map.fd, map.key.size, 0)
  for (let count = 0; count <= map.limit; count++) {
    const result = elements.next(count === 0)
    if (result === ENOENT) return
    if (result < 0) map.fail('next', result)
    yield map.key.read(elements.key.view, 0)
  }
  throw new IterationError(map.title)
}

/** All elements: in batches where the kernel has them, else key by key. */
export function* walkEntries<K, V, KI, VI>(map: WalkedMap<K, V, KI, VI>): Generator<[K, V], void, undefined> {
  const batches = readBatches(map)
  if (batches) {
    for (const batch of batches) yield* batch
    return
  }
  const walk = new Elements(map.fd, map.key.size, 0)
  const elements = new Elements(map.fd, map.key.size, map.value.size)
  for (let count = 0; count <= map.limit; count++) {
    const next = walk.next(count === 0)
    if (next === ENOENT) return
    if (next < 0) map.fail('next', next)
    elements.key.bytes.set(walk.key.bytes)
    const result = elements.lookup()
    // Removed between the two calls, or a slot that holds nothing.
    if (result === ENOENT) continue
    if (result < 0) map.fail('lookup', result)
    yield [map.key.read(elements.key.view, 0), map.value.read(elements.value.view, 0)]
  }
  throw new IterationError(map.title)
}
