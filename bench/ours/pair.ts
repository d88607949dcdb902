/** Our side of the work with pairs: `pair OBJECT COUNT`. */
import { Collection } from '../../src/bpf/index.ts'
import { Netkit } from '../../src/netkit/index.ts'
import { now, report, time } from './measure.ts'

const [object = '', countText = '1'] = process.argv.slice(2)
const count = Number(countText)
const programs = { pass_primary: 'sched_cls', pass_peer: 'sched_cls' } as const

let collection!: ReturnType<typeof load>
function load() {
  return Collection.load(object, { programs })
}
report(
  'load',
  time(() => void (collection = load())),
)

const spent = { create: 0, attach: 0, query: 0, detach: 0, delete: 0 }
for (let i = 0; i < count; i++) {
  const t0 = now()
  const pair = Netkit.create({
    name: `n${i}a`,
    policy: 'blackhole',
    peer: { name: `n${i}b`, policy: 'blackhole' },
  })
  const t1 = now()
  const primary = pair.attachPrimary(collection.programs.pass_primary)
  const peer = pair.attachPeer(collection.programs.pass_peer)
  const t2 = now()
  pair.query('primary')
  pair.query('peer')
  const t3 = now()
  primary.close()
  peer.close()
  const t4 = now()
  pair.delete()
  const t5 = now()
  spent.create += t1 - t0
  spent.attach += t2 - t1
  spent.query += t3 - t2
  spent.detach += t4 - t3
  spent.delete += t5 - t4
}
for (const [metric, total] of Object.entries(spent)) report(metric, total / count)
collection.close()
