/**
 * `garbage WORK OBJECT`: how many bytes of the heap an operation leaves behind. Run with `--expose-gc` and a young generation so large that no
 * collection comes in between.
 */
import { PerformanceObserver } from 'node:perf_hooks'
import { BpfMap, Collection, u32Codec, u64Codec } from '../../src/bpf/index.ts'
import { RingReader } from '../../src/bpf/readers/index.ts'
import { Rtnl } from '../../src/netlink/route/index.ts'
import { main, now, report } from './measure.ts'

let collections = 0
new PerformanceObserver((list) => (collections += list.getEntries().length)).observe({ entryTypes: ['gc'] })

/**
 * Runs the operation many times, warm, and reports what a single one left on the heap and outside it.
 *
 * V8 collects when it thinks best, buffers outside the heap hasten it: then fewer operations are tried.
 */
async function measure(count: number, operation: (i: number) => void): Promise<void> {
  if (!globalThis.gc) throw new Error('run it with --expose-gc')
  for (let i = 0; i < count; i++) operation(i)
  for (let tried = count; tried >= 10; tried >>= 1) {
    globalThis.gc()
    await settle()
    collections = 0
    const before = process.memoryUsage()
    const start = now()
    for (let i = 0; i < tried; i++) operation(i)
    const took = now() - start
    const after = process.memoryUsage()
    await settle()
    if (collections > 0) continue
    report('garbage', Math.max(0, after.heapUsed - before.heapUsed) / tried)
    report('outside', Math.max(0, after.external - before.external) / tried)
    report('time', took / tried)
    return
  }
  throw new Error('there was a collection each time')
}

/** Lets finalizers run, and the observer tell of collections. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50))
}

const COUNT = 20_000
/** What leaves nothing is repeated until what the compiler itself leaves is no byte an operation. */
const STEADY = 200_000
const key = new Uint8Array(4)
const value = new Uint8Array(8)

function hash() {
  const map = BpfMap.create({ type: 'hash', name: 'hash', keySize: 4, valueSize: 8, maxEntries: 16 })
  map.set(key, value)
  return map
}

function numbers() {
  const map = BpfMap.create({ type: 'hash', name: 'hash', key: u32Codec, value: u64Codec, maxEntries: 16 })
  map.set(1, 1n)
  return map
}

let sum = 0

await main({
  'map-read-into': () => {
    const map = hash()
    return measure(STEADY, () => void map.readInto(key, value))
  },
  'map-set': () => {
    const map = hash()
    return measure(STEADY, () => map.set(key, value))
  },
  'map-get': () => {
    const map = hash()
    return measure(COUNT, () => void map.get(key))
  },
  'map-get-number': () => {
    const map = numbers()
    return measure(COUNT, () => void map.get(1))
  },
  'map-set-number': () => {
    const map = numbers()
    return measure(COUNT, (i) => map.set(1, i))
  },
  variable: (object = '') => {
    const variable = Collection.load(object).variable<bigint>('produced')
    return measure(COUNT, () => void variable.get())
  },
  'ring-in-place': (object = '') => {
    const collection = Collection.load(object)
    const program = collection.program('ring_64')
    const ring = RingReader.open(collection.map('ring'))
    const batch = 1000
    const visit = (view: DataView, offset: number): void => {
      sum += view.getUint32(offset, true)
    }
    const data = new Uint8Array(64)
    // What the producer leaves behind is shared by a thousand records.
    return measure(COUNT, (i) => {
      if (i % batch === 0) {
        program.run({ data, repeat: batch })
        ring.drain(visit)
      }
    })
  },
  'ring-copies': (object = '') => {
    const collection = Collection.load(object)
    const program = collection.program('ring_64')
    const ring = RingReader.open(collection.map('ring'))
    const batch = 1000
    const data = new Uint8Array(64)
    return measure(COUNT, (i) => {
      if (i % batch === 0) {
        program.run({ data, repeat: batch })
        sum += ring.take().length
      }
    })
  },
  'link-get': () => {
    const rtnl = Rtnl.open()
    return measure(COUNT / 10, () => void rtnl.links.get(1))
  },
  'links-list': () => {
    const rtnl = Rtnl.open()
    const links = rtnl.links.list({ stats: true }).length
    return measure(COUNT / 100 / links, () => void rtnl.links.list({ stats: true }))
  },
  'route-replace': () => {
    const rtnl = Rtnl.open()
    return measure(COUNT / 10, () => rtnl.routes.replace({ dst: '20.0.0.1/32', dev: 1, protocol: 'static' }))
  },
})
if (sum === -1) throw new Error('never')
process.exit()
