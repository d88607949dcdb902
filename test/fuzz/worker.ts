/** Fuzzes one target until it is told to stop: what it is about to try is in shared memory, should it never come back. */
import { parentPort, workerData } from 'node:worker_threads'
import { Coverage } from './coverage.ts'
import { mutate } from './mutate.ts'
import { Random } from './random.ts'
import { type Assignment, HEADER, LENGTH, STOP, type Told, TRIED } from './shared.ts'
import { corpusOf, finding, TARGETS } from './targets.ts'

/** Inputs between two looks at the coverage: a look takes as long as many inputs. */
const BATCH = 24
/** An input that takes longer is a finding: all of them are small. Milliseconds. */
const SLOW = 5_000
/** An input may not make so many bytes of buffers. */
const MOST_BYTES = 256 * 1024 * 1024

function main({ target: name, seed, shared, guided }: Assignment): void {
  const target = TARGETS[name]!
  const state = new Int32Array(shared, 0, 4)
  const room = new Uint8Array(shared, HEADER)
  const random = new Random(seed)
  const seeds = [...target.seeds(), ...corpusOf(name)]
  const found: Uint8Array[] = []
  const told = new Set<string>()
  const coverage = guided ? new Coverage() : undefined

  const tell = (bytes: Uint8Array, what: string): void => {
    // One of a kind is enough: what was thrown, and where.
    const kind = what.split('\n').slice(0, 3).join('\n').replaceAll(/\d+/g, '#')
    if (told.has(kind)) return
    told.add(kind)
    parentPort?.postMessage({ kind: 'finding', bytes, what } satisfies Told)
  }

  const attempt = (bytes: Uint8Array): void => {
    room.set(bytes.subarray(0, room.length))
    Atomics.store(state, LENGTH, bytes.length)
    Atomics.add(state, TRIED, 1)
    const start = performance.now()
    const before = process.memoryUsage().arrayBuffers
    const error = finding(target, bytes)
    const took = performance.now() - start
    const grown = process.memoryUsage().arrayBuffers - before
    if (error !== undefined)
      tell(bytes, error instanceof Error ? (error.stack ?? error.message) : 'what it threw is no error')
    else if (took > SLOW) tell(bytes, `slow: it took ${Math.round(took)} ms`)
    else if (grown > MOST_BYTES) tell(bytes, `greedy: it made ${grown} bytes of buffers`)
  }

  for (const bytes of seeds) attempt(bytes)
  coverage?.isNew()
  while (Atomics.load(state, STOP) === 0) {
    const batch: Uint8Array[] = []
    for (let count = 0; count < BATCH && Atomics.load(state, STOP) === 0; count++) {
      const base = found.length > 0 && random.once(2) ? random.pick(found) : random.pick(seeds)
      const bytes = mutate(base, (input) => target.parts(input), random, seeds)
      if (bytes.length > room.length) continue
      attempt(bytes)
      batch.push(bytes)
    }
    // Code that ran for the first time is only told once: all of the batch may have been the cause.
    if (coverage?.isNew()) found.push(...batch.slice(0, 4), random.pick(batch))
  }
  parentPort?.postMessage({ kind: 'done', places: coverage?.size ?? 0, found } satisfies Told)
  coverage?.close()
}

main(workerData as Assignment)
