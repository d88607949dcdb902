/** What a process that does other things too has to fear: stalls, garbage, leaks. */
import { type Contender, metrics, type Size, type Work } from '../work.ts'

function stall(kind: 'veth' | 'netkit', count: number): Work {
  const object = kind === 'netkit' ? '@netkit' : '@tiny'
  const way = (name: string, how: string): Contender => ({
    name,
    program: 'ours/stall',
    arguments: [how, kind, String(count), object],
  })
  return {
    name: `loop/stall-${kind}`,
    chapter: 'loop',
    title: `The longest stall of the event loop while ${count} ${kind} pairs are created, attached to, detached and deleted`,
    place: kind === 'netkit' ? 'netkit' : 'namespace',
    fresh: true,
    base: 'nothing done',
    metrics: [
      metrics.time('stall', 'the longest stall'),
      metrics.time('stall-999', 'all but one turn in a thousand are shorter than'),
      metrics.time('pair', 'a pair'),
    ],
    contenders: [way('nothing done', 'idle'), way('netkit, Async twins', 'async'), way('netkit, synchronous', 'sync')],
    targets: [{ contender: 'netkit, Async twins', metric: 'stall', limit: 2e6 }],
    note: 'Four pairs at a time by the Async twins. What the machine itself takes from an idle loop stands in the first row.',
    patience: 600,
  }
}

export const stallVeth = (size: Size): Work => stall('veth', size(100))
export const stallNetkit = (size: Size): Work => stall('netkit', size(100))

/** Bytes that the hot paths leave for the collector. */
export const garbage = (): Work => {
  const path = (name: string, work: string): Contender => ({
    name,
    program: 'ours/garbage',
    arguments: [work, '@events'],
    node: ['--expose-gc', '--max-semi-space-size=256'],
    rounds: 3,
  })
  const contenders = [
    path('map.readInto', 'map-read-into'),
    path('map.set, bytes', 'map-set'),
    path('ring.drain, in place', 'ring-in-place'),
    path('ring.take, copies', 'ring-copies'),
    path('map.get, bytes', 'map-get'),
    path('map.get, bigint', 'map-get-number'),
    path('map.set, number', 'map-set-number'),
    path('variable.get, bigint', 'variable'),
    path('links.get', 'link-get'),
    path('links.list, one link', 'links-list'),
    path('routes.replace', 'route-replace'),
  ]
  return {
    name: 'loop/garbage',
    chapter: 'loop',
    title: 'Garbage of one operation',
    place: 'namespace',
    metrics: [
      { name: 'garbage', title: 'heap', unit: 'bytes' },
      { name: 'outside', title: 'outside the heap', unit: 'bytes' },
      metrics.time('time', 'time'),
    ],
    contenders,
    targets: ['map.readInto', 'map.set, bytes', 'ring.drain, in place'].map((contender) => ({
      contender,
      metric: 'garbage',
      limit: 1,
    })),
    note: 'The difference of the heap’s size over thousands of operations, warm, without a collection in between; of a ring, a record.',
  }
}

/** Memory over time. */
export const churn = (size: Size): Work => {
  const seconds = size(60)
  return {
    name: 'loop/churn',
    chapter: 'loop',
    title: `Memory during ${seconds} seconds of churn`,
    place: 'namespace',
    metrics: [
      { name: 'rss', title: 'resident memory over time', unit: 'bytes' },
      { name: 'slope', title: 'growth in a million rounds, over the second half', unit: 'bytes' },
      metrics.time('round', 'a round'),
    ],
    contenders: [{ name: 'netkit', program: 'ours/churn', arguments: [String(seconds), '@events'], rounds: 3 }],
    note: 'A round lists links and routes, replaces and deletes a route, makes a map, opens and closes a namespace and a handle in it; every fiftieth loads an object and reads its ring.',
    patience: 300,
  }
}
