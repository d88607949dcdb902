/**
 * Many elements in one system call. Requires Linux 5.6, for some types a later one; where the kernel has no such command for a map, the
 * elements go one by one.
 *
 * @module
 */
import { errnoName, type Fd, KernelError, Pinned } from '../../sys/index.ts'
import { MapDeleteBatch, MapLookupAndDeleteBatch, MapLookupBatch, MapUpdateBatch } from '../attrs/index.ts'
import { bpfReply } from '../call.ts'
import { type MapCodec } from './codec.ts'

/** A batch that the kernel broke off. */
export class BatchError extends KernelError {
  override readonly name: string = 'BatchError'
  /** How many elements were done before the one that it refused. */
  readonly processed: number

  constructor(errno: number, command: string, attempted: string, processed: number) {
    super({ errno, syscall: `bpf(${command})`, attempted, detail: undefined, hint: `${processed} elements were done` })
    this.processed = processed
  }
}

/** What the functions here need to know of a map. */
export interface BatchMap<K, V, KI, VI> {
  readonly fd: Fd
  readonly key: MapCodec<K, KI>
  /** Of all CPUs in a per-CPU map. */
  readonly value: MapCodec<V, VI>
  readonly title: string
  /** The number of elements that a walk may read before it is called endless: the kernel begins anew where the key it stood at is gone. */
  readonly limit: number
}

/** A walk over a map did not end: the kernel began anew each time that the key it stood at was removed. */
export class IterationError extends Error {
  override readonly name: string = 'IterationError'
  readonly code: string = 'ERR_MAP_ITERATION'

  constructor(title: string) {
    super(`${title} changes so fast that a walk over it does not end`)
  }
}

/** How elements are read many at a time. */
export interface MapBatchOptions {
  /** How many one call reads, 256 unless said. More are read where one bucket of a hash holds more. */
  readonly size?: number | undefined
  /** Read each value whole under its `struct bpf_spin_lock` (`BPF_F_LOCK`). */
  readonly lock?: boolean | undefined
}

/** What the functions here do with a batch. */
interface ReadOptions extends MapBatchOptions {
  /** Remove the elements on the way. */
  readonly remove?: boolean | undefined
  /** `BPF_F_*` flags for each element beside those of the options, the CPU in the upper half. */
  readonly elemFlags?: bigint | undefined
}

/** How many elements one call moves, unless the caller says. */
const SIZE = 256
/** Room for the kernel's cursor: a key for some types, a bucket number for others. */
const CURSOR = 8
const BPF_F_LOCK = 4n
/** A hash is walked bucket by bucket, which ends; elements that are removed and added again ahead of the walk are met more than once. */
const SLACK = 16

/** The kernel has no batches of this map: the elements have to go one by one. */
const ABSENT = 'ENOTSUPP'

/**
 * All elements, batch by batch, with `remove` removing them on the way. Gives undefined at once when the kernel has no batches of this map.
 *
 * The kernel walks a hash from end to end, so this ends whatever is added meanwhile; what is added or removed meanwhile may be met or not.
 * Other types it walks from key to key, and begins anew when one is gone: that is given up, and said, when it does not end.
 */
export function readBatches<K, V, KI, VI>(
  map: BatchMap<K, V, KI, VI>,
  { size = SIZE, lock = false, remove = false, elemFlags = 0n }: ReadOptions = {},
): Generator<[K, V][], void, undefined> | undefined {
  const use = remove ? MapLookupAndDeleteBatch : MapLookupBatch
  const cursors = [new Pinned(Math.max(map.key.size, CURSOR)), new Pinned(Math.max(map.key.size, CURSOR))] as const
  let room = size
  let keys = new Pinned(room * map.key.size)
  let values = new Pinned(room * map.value.size)
  let calls = 0

  const fetch = (): { code: string; count: number; errno: number } => {
    for (;;) {
      const [from, to] = calls % 2 === 0 ? cursors : [cursors[1], cursors[0]]
      const { result, out } = bpfReply(use, {
        mapFd: map.fd.number,
        ...(calls > 0 && { inBatch: from.address }),
        outBatch: to.address,
        keys: keys.address,
        values: values.address,
        count: room,
        elemFlags: elemFlags | (lock ? BPF_F_LOCK : 0n),
      })
      const code = result < 0 ? errnoName(result) : 'OK'
      if (code !== 'ENOSPC') {
        calls++
        return { code, count: out.count, errno: result }
      }
      // One bucket of the hash has more than fits: nothing was read.
      room *= 2
      keys = new Pinned(room * map.key.size)
      values = new Pinned(room * map.value.size)
    }
  }

  const requireDone = ({ code, errno }: { code: string; errno: number }): void => {
    // ENOENT: that was the last batch.
    if (code !== 'OK' && code !== 'ENOENT') throw new BatchError(errno, use.command, `read ${map.title}`, 0)
  }

  let reply = fetch()
  if (reply.code === ABSENT) return undefined
  requireDone(reply)
  return (function* () {
    for (let total = 0; total <= map.limit * SLACK;) {
      const { code, count } = reply
      const batch: [K, V][] = []
      for (let at = 0; at < count; at++) {
        batch.push([map.key.read(keys.view, at * map.key.size), map.value.read(values.view, at * map.value.size)])
      }
      total += count
      if (batch.length > 0) yield batch
      if (code === 'ENOENT') return
      reply = fetch()
      requireDone(reply)
    }
    throw new IterationError(map.title)
  })()
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
  elemFlags: number,
): boolean {
  const { key, value } = map
  const keys = borrow('keys', entries.length * key.size)
  const values = borrow('values', entries.length * value.size)
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at]!
    key.write(keys.view, at * key.size, entry[0])
    value.write(values.view, at * value.size, entry[1])
  }
  const attr = { mapFd: map.fd.number, keys: keys.address, values: values.address, count: entries.length, elemFlags }
  const { result, out } = bpfReply(MapUpdateBatch, attr)
  giveBack('keys', keys)
  giveBack('values', values)
  if (result >= 0) return true
  if (errnoName(result) === ABSENT) return false
  throw new BatchError(
    result,
    MapUpdateBatch.command,
    `write ${entries.length} elements of ${map.title}`,
    done(out, entries),
  )
}

/** How far a broken-off batch got; a count that the kernel left as it was means that it did not begin. */
const done = (out: { readonly count: number }, list: readonly unknown[]): number =>
  out.count < list.length ? out.count : 0

/** Removes elements, as far as the first key that is not there; undefined when the kernel has no batches of this map. */
function deleteBatch<K, V, KI, VI>(map: BatchMap<K, V, KI, VI>, list: readonly KI[]): number | undefined {
  const { key } = map
  const keys = borrow('keys', list.length * key.size)
  for (let at = 0; at < list.length; at++) key.write(keys.view, at * key.size, list[at]!)
  const { result, out } = bpfReply(MapDeleteBatch, { mapFd: map.fd.number, keys: keys.address, count: list.length })
  giveBack('keys', keys)
  if (result >= 0) return out.count
  const code = errnoName(result)
  if (code === 'ENOENT') return done(out, list)
  if (code === ABSENT) return undefined
  throw new BatchError(
    result,
    MapDeleteBatch.command,
    `delete ${list.length} elements of ${map.title}`,
    done(out, list),
  )
}

/** Removes many keys, also past those that are not there; how many were. Undefined when the kernel has no batches of this map. */
export function deleteBatches<K, V, KI, VI>(map: BatchMap<K, V, KI, VI>, keys: readonly KI[]): number | undefined {
  let removed = 0
  for (let from = 0; from < keys.length;) {
    const count = deleteBatch(map, from === 0 ? keys : keys.slice(from))
    if (count === undefined) return undefined
    removed += count
    from += count + 1 // A batch stops at a key that is not there.
  }
  return removed
}
