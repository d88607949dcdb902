/**
 * `churn SECONDS OBJECT`: a year of an agent's life in a minute. It lists, changes, loads, attaches nothing, and closes all that it opens;
 * memory that grows to the end is a leak.
 */
import { BpfMap, Collection } from '../../src/bpf/index.ts'
import { RingReader } from '../../src/bpf/readers/index.ts'
import { Rtnl } from '../../src/netlink/route/index.ts'
import { NetNs } from '../../src/netns/index.ts'
import { now, report, reportCurve } from './measure.ts'

const [seconds = '60', object = ''] = process.argv.slice(2)
const SAMPLE = 0.25e9
/** What the first part of the time builds up (compiled code, pools, a heap of its working size) is no leak. */
const SETTLED = 0.5

const rtnl = Rtnl.open()

/** One round of everything that opens, makes or keeps something. */
function round(i: number): void {
  for (const link of rtnl.links.list({ stats: true })) if (link.name === '') throw new Error('never')
  const dst = `20.0.${(i >> 8) & 255}.${i & 255}/32`
  rtnl.routes.replace({ dst, dev: 1, protocol: 'static' })
  rtnl.routes.list({ family: 'inet' })
  rtnl.routes.delete({ dst })
  {
    using map = BpfMap.create({ type: 'hash', name: 'churn', keySize: 4, valueSize: 8, maxEntries: 16 })
    map.set(new Uint8Array(4), new Uint8Array(8))
  }
  using current = NetNs.current()
  using there = Rtnl.open({ netns: current })
  there.links.get(1)
  if (i % 50 === 0) {
    using collection = Collection.load(object)
    using ring = RingReader.open(collection.map('ring'))
    collection.program('ring_64').run({ data: new Uint8Array(64), repeat: 100 })
    ring.take()
  }
}

/** The slope of the line through the points that fits best. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [x, y] = [mean((point) => point[0]), mean((point) => point[1])]
  const covariance = points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0)
  return covariance / points.reduce((sum, [px]) => sum + (px - x) ** 2, 0)
}

const start = now()
const end = start + Number(seconds) * 1e9
const points: [number, number][] = []
let rounds = 0
for (let next = start; now() < end; rounds++) {
  round(rounds)
  if (now() >= next) {
    next += SAMPLE
    points.push([now() - start, process.memoryUsage.rss()])
    await new Promise((resolve) => setImmediate(resolve))
  }
}
reportCurve('rss', points)
const settled = points.filter(([x]) => x > Number(seconds) * 1e9 * SETTLED)
// Bytes in a million rounds: a program that does one a minute takes two years for them.
report('slope', Math.max(0, slope(settled)) * ((end - start) / rounds) * 1e6)
report('round', (end - start) / rounds)
rtnl.close()
