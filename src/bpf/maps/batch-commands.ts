/**
 * The batch commands of one map, on memory where keys and values stand one behind the other.
 *
 * @module
 */
import { errnoName, type Fd, KernelError, Pinned } from '../../sys/index.ts'
import { MapDeleteBatch, MapLookupAndDeleteBatch, MapLookupBatch, MapUpdateBatch } from '../attrs/index.ts'
import { bpfReply } from '../call.ts'

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

/** What the commands need to know of a map. */
export interface BatchedMap {
  readonly fd: Fd
  readonly key: { readonly size: number }
  /** Of all CPUs in a per-CPU map. */
  readonly value: { readonly size: number }
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

/** What a walk does with each batch. */
export interface ReadOptions extends MapBatchOptions {
  /** Remove the elements on the way. */
  readonly remove?: boolean | undefined
  /** `BPF_F_*` flags for each element beside those of the options, the CPU in the upper half. */
  readonly elemFlags?: bigint | undefined
}

/** Elements as the kernel wrote them. They stand there until the next batch is read. */
export interface FoundBatch {
  readonly count: number
  readonly keys: Pinned
  readonly values: Pinned
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
export function findBatches(
  map: BatchedMap,
  { size = SIZE, lock = false, remove = false, elemFlags = 0n }: ReadOptions = {},
): Generator<FoundBatch, void, undefined> | undefined {
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
      total += count
      if (count > 0) yield { count, keys, values }
      if (code === 'ENOENT') return
      reply = fetch()
      requireDone(reply)
    }
    throw new IterationError(map.title)
  })()
}

/** Writes `count` elements that stand at these addresses; false when the kernel has no batches of this map, with nothing written. */
export function updateBatch(
  map: BatchedMap,
  keys: number,
  values: number,
  count: number,
  elemFlags: number | bigint,
): boolean {
  const { result, out } = bpfReply(MapUpdateBatch, { mapFd: map.fd.number, keys, values, count, elemFlags })
  if (result >= 0) return true
  if (errnoName(result) === ABSENT) return false
  throw new BatchError(result, MapUpdateBatch.command, `write ${count} elements of ${map.title}`, done(out, count))
}

/** How far a broken-off batch got; a count that the kernel left as it was means that it did not begin. */
const done = (out: { readonly count: number }, asked: number): number => (out.count < asked ? out.count : 0)

/** Removes `count` keys that stand at this address, also past those that are not there; how many were. Undefined without batches of this map. */
export function deleteBatch(map: BatchedMap, keys: number, count: number): number | undefined {
  let removed = 0
  for (let from = 0; from < count;) {
    const asked = count - from
    const attr = { mapFd: map.fd.number, keys: keys + from * map.key.size, count: asked }
    const { result, out } = bpfReply(MapDeleteBatch, attr)
    const code = result < 0 ? errnoName(result) : 'OK'
    if (code === 'OK') return removed + out.count
    if (code === ABSENT) return undefined
    if (code !== 'ENOENT') {
      const attempted = `delete ${count} elements of ${map.title}`
      throw new BatchError(result, MapDeleteBatch.command, attempted, removed + done(out, asked))
    }
    // A batch stops at a key that is not there.
    removed += done(out, asked)
    from += done(out, asked) + 1
  }
  return removed
}
