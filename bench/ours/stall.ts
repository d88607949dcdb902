/**
 * `stall idle|sync|async veth|netkit COUNT OBJECT`: the longest time that the event loop got no turn while pairs were created, a program
 * attached and detached, and the pairs deleted.
 */
import { Collection, type Program, TcxLink } from '../../src/bpf/index.ts'
import { Netkit } from '../../src/netkit/index.ts'
import { Rtnl } from '../../src/netlink/route/index.ts'
import { now, report } from './measure.ts'

const [how = '', kind = '', countText = '1', object = ''] = process.argv.slice(2)
const count = Number(countText)
const AT_ONCE = 4

/** Takes a turn after each turn, and remembers how long each was. */
class Turns {
  readonly #lengths: number[] = []
  #last = now()
  #over = false

  constructor() {
    const turn = (): void => {
      const at = now()
      this.#lengths.push(at - this.#last)
      this.#last = at
      if (!this.#over) setImmediate(turn)
    }
    setImmediate(turn)
  }

  /** The longest, and the one that all but a thousandth are below. */
  end(): void {
    this.#over = true
    const sorted = this.#lengths.toSorted((a, b) => a - b)
    report('stall', sorted.at(-1) ?? 0)
    report('stall-999', sorted[Math.floor(sorted.length * 0.999)] ?? 0)
    report('turns', sorted.length)
  }
}

const rtnl = Rtnl.open()
const collection = Collection.load(object)
const program = Object.values(collection.programs)[0] as Program<'sched_cls'>

async function vethAsync(i: number): Promise<void> {
  const { index } = await rtnl.links.addAsync({
    name: `v${i}a`,
    linkinfo: { kind: 'veth', data: { peer: { name: `v${i}b` } } },
  })
  const link = await TcxLink.attachAsync(program, { ifindex: index })
  await link.closeAsync()
  await rtnl.links.deleteAsync(index)
}

async function netkitAsync(i: number): Promise<void> {
  const pair = await Netkit.createAsync({ name: `n${i}a`, peer: { name: `n${i}b` } })
  const link = await pair.attachPrimaryAsync(program)
  await link.closeAsync()
  await pair.deleteAsync()
}

function vethSync(i: number): void {
  const { index } = rtnl.links.add({
    name: `v${i}a`,
    linkinfo: { kind: 'veth', data: { peer: { name: `v${i}b` } } },
  })
  TcxLink.attach(program, { ifindex: index }).close()
  rtnl.links.delete(index)
}

function netkitSync(i: number): void {
  using pair = Netkit.create({ name: `n${i}a`, peer: { name: `n${i}b` } })
  pair.attachPrimary(program).close()
}

const one = kind === 'netkit' ? netkitAsync : vethAsync
const oneSync = kind === 'netkit' ? netkitSync : vethSync
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

// What is compiled during the first pair is no stall of the second.
await one(count)

const turns = new Turns()
const start = now()
if (how === 'idle') {
  await new Promise((resolve) => setTimeout(resolve, 1000))
} else {
  let next = 0
  await Promise.all(
    Array.from({ length: how === 'async' ? AT_ONCE : 1 }, async () => {
      for (let i = next++; i < count; i = next++) {
        if (how === 'async') await one(i)
        else oneSync(i)
        await pause()
      }
    }),
  )
}
report('pair', (now() - start) / count)
turns.end()
await pause()
collection.close()
rtnl.close()
