/** Our side of the event works: `events OBJECT HOW SIZE COUNT ROUNDS`. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { Collection, type Program } from '../../src/bpf/index.ts'
import { PerfReader, type RecordVisitor, RingReader } from '../../src/bpf/readers/index.ts'
import { valueCodec } from '../../src/btf/index.ts'
import { median, now, report, reportPeak, time } from './measure.ts'

const [object = '', how = '', size = '', countText = '0', roundsText = '1'] = process.argv.slice(2)
const count = Number(countText)
const BATCH = 1024
const PERF_BYTES = 4096 * 4096
const producer = `${process.env['BENCH_BIN'] ?? '.'}/events`

using collection = Collection.load(object)
const source = how.startsWith('perf') ? 'perf' : 'ring'
const program = collection.program(`${source}_${size}`)

/** Another process runs the program: a profiler's signals would break off a run of this one. */
function produce(): void {
  const { status } = spawnSync(producer, ['-', 'produce', '3', countText], {
    stdio: ['ignore', 'ignore', 'inherit', program.fd.number],
  })
  if (status !== 0) throw new Error('the producer failed')
}

let sum = 0
let records = 0

/** What the decoder of the object's own `struct event` makes objects of. */
function eventCodec() {
  const { btf } = collection.spec
  const id = btf?.findId('event', 'struct')
  if (!btf || id === undefined) throw new Error('the object has no struct event')
  return valueCodec<{ readonly number: bigint }>(btf, id)
}

/** Values of a batch at a time, used and dropped, as a consumer that keeps up does. */
function inBatches<T>(ring: RingReader<T>, use: (record: T) => number): number {
  for (let all = 0; ;) {
    const batch = ring.take({ limit: BATCH })
    if (batch.length === 0) return all
    for (const record of batch) sum += use(record)
    all += batch.length
  }
}

/** A way to read what is there: gives the number of records. */
function reader(): () => number {
  switch (how) {
    case 'ring': {
      const ring = RingReader.open(collection.map('ring'))
      const visit: RecordVisitor = (view, offset) => {
        sum += view.getUint32(offset, true)
      }
      return () => ring.drain(visit)
    }
    case 'take': {
      const ring = RingReader.open(collection.map('ring'))
      return () => inBatches(ring, (record) => record[0]!)
    }
    case 'decoded': {
      const ring = RingReader.open(collection.map('ring'), { decode: eventCodec() })
      return () => inBatches(ring, (record) => Number(record.number))
    }
    case 'perf': {
      const perf = PerfReader.open(collection.map('perf'), { perCpuBytes: PERF_BYTES })
      const visit: RecordVisitor = (view, offset) => {
        sum += view.getUint32(offset, true)
      }
      return () => perf.drain(visit)
    }
    default:
      throw new Error(`no way ${how}`)
  }
}

/** Reads on the event loop while another process produces, from the first record to the last. */
async function live(of: Program): Promise<number> {
  using ring = RingReader.open(collection.map('ring'))
  const patience = new AbortController()
  let first = 0
  let last = 0
  let read = 0
  const child = spawn(producer, ['-', 'produce', '3', countText], {
    stdio: ['ignore', 'ignore', 'inherit', of.fd.number],
  })
  const ended = once(child, 'exit').then(() => setTimeout(() => patience.abort(), 400))
  try {
    await ring.consume(
      (view, offset) => {
        if (read === 0) first = now()
        sum += view.getUint32(offset, true)
        read++
        if ((read & 255) === 0 || read === count) last = now()
        return read < count
      },
      { signal: patience.signal },
    )
  } catch (error) {
    if (!patience.signal.aborted) throw error
  }
  clearTimeout(await ended)
  records = read
  return (last - first) / read
}

const samples: number[] = []
if (how === 'live') {
  for (let i = 0; i < Number(roundsText); i++) samples.push(await live(program))
} else {
  const read = reader()
  for (let i = 0; i < Number(roundsText); i++) {
    produce()
    samples.push(time(() => (records = read())) / records)
  }
}
report('record', median(samples))
report('items', records)
reportPeak()
if (sum === -1) throw new Error('never')
process.exit()
