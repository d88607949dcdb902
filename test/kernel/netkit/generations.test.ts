/**
 * Generations of programs, exchanged and killed at every step: packets say who is in force.
 *
 * Every program set drops everything, so an answer to a ping would have met none, or one that had lost its tail call. `bpftool` says which programs
 * are on the hook.
 */
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Generations, hookSet, NetNs, PinOwnerError } from '../../../src/index.ts'
import { openDescriptors } from '../../../src/sys/index.ts'
import { script } from '../../bundle/script.ts'
import { Bpffs } from '../bpf/programs.ts'
import { Lab, run } from '../lab.ts'
import { needs } from '../needs.ts'
import { type HookName, hookOf, Made, swap } from './generation.ts'

const source = new URL('swap.ts', import.meta.url).pathname

/** Two ends of a pair: `here` sends through the hook of `dev0`, `there` would answer. */
class Ends implements Disposable {
  readonly kind: HookName
  readonly here = Lab.create('here')
  readonly there = Lab.create('there')
  readonly ns = NetNs.open(this.here.name)
  readonly ifindex: number

  constructor(kind: HookName) {
    this.kind = kind
    const { here, there } = this
    here.ip(`link add dev0 type ${kind === 'tcx' ? 'veth' : 'netkit'} peer name dev1 netns ${there.name}`)
    here.ip(['-batch', '-'], { input: 'address add 10.9.0.1/24 dev dev0\nlink set dev0 up\n' })
    there.ip(['-batch', '-'], { input: 'address add 10.9.0.2/24 dev dev1\nlink set dev1 up\n' })
    this.ifindex = Number(here.link('dev0')!['ifindex'])
    if (kind === 'tcx') {
      // Without ARP, which the programs drop too: a packet that is let pass shall be answered at once.
      here.ip(`neighbour replace 10.9.0.2 lladdr ${String(there.link('dev1')!['address'])} dev dev0`)
      there.ip(`neighbour replace 10.9.0.1 lladdr ${String(here.link('dev0')!['address'])} dev dev1`)
    }
  }

  /** Answers to one ping. */
  get answers(): number {
    return this.here.ping('10.9.0.2', { count: 1, wait: 0.2 }).received
  }

  /** The names of the programs on the hook, in order. */
  get names(): string[] {
    return this.ns.run(() => hookOf(this.kind, this.ifindex).list().map(({ name }) => name)) // prettier-ignore
  }

  swap(path: string, generation: readonly [string, number]): void {
    this.ns.run(() => swap(path, this.kind, this.ifindex, generation))
  }

  /** The same by a process of its own, which kills itself after a step; the steps that it did. */
  swapKilled(path: string, [letter, count]: readonly [string, number], step: number): string[] {
    const args = [path, this.kind, `${this.ifindex}`, letter, `${count}`, `${step}`]
    const { stdout } = this.here.exec([process.execPath, ...script(source), ...args], { mayFail: true })
    return stdout.trim().split('\n')
  }

  [Symbol.dispose](): void {
    this.ns.close()
    this.here.remove()
    this.there.remove()
  }
}

/** From how many programs to how many, and the steps of that. */
const EXCHANGES = [
  [1, 1, ['prepare', 'update', 'switch', 'clean']],
  [2, 3, ['prepare', 'attach', 'attach', 'attach', 'switch', 'detach', 'detach', 'clean']],
] as const

describe.each(['tcx', 'netkit'] as const)('generations on %s', (kind) => {
  const lacking = needs(kind)
  let ends: Ends
  let bpffs: Bpffs
  beforeAll(() => {
    if (lacking.skip) return
    ends = new Ends(kind)
    bpffs = new Bpffs()
  })
  afterAll(() => {
    bpffs?.[Symbol.dispose]()
    ends?.[Symbol.dispose]()
  })

  test.for(EXCHANGES)(
    'from %i to %i programs: killed at any step, the old set or the new one is whole',
    { ...lacking, timeout: 240_000 },
    ([from, to, steps]) => {
      expect(ends.answers).toBe(1)
      const path = `${bpffs.path}/${from}-${to}`
      const old = Array.from({ length: from }, (_, index) => `a${index}`)
      const next = Array.from({ length: to }, (_, index) => `b${index}`)
      // Where it is emulated each process takes seconds: there the steps between are left to the kernel that runs natively.
      const all = steps.map((_, index) => index + 1)
      const kills = process.env['NKVM'] === undefined ? all : [2, steps.indexOf('switch') + 1]
      for (const kill of kills) {
        ends.swap(path, ['a', from])
        expect(ends.names).toEqual(old)
        expect(ends.swapKilled(path, ['b', to], kill)).toEqual(steps.slice(0, kill))
        expect(ends.answers).toBe(0)
        const names = ends.names
        const whole = [old, next].filter((set) => set.every((name) => names.includes(name)))
        expect(whole).not.toEqual([])
        // What a half set has beside the whole one is its beginning.
        for (const set of [old, next]) {
          const there = names.filter((name) => set.includes(name))
          expect(there).toEqual(set.slice(0, there.length))
        }

        // The next process finishes it or undoes it.
        const switched = kill > steps.indexOf('switch')
        const generations = Generations.open({ path, owner: 'test' })
        generations.recover()
        expect(generations.recover()).toEqual([])
        expect(ends.names).toEqual(switched ? next : old)
        expect(generations.current?.version).toBe(switched ? 'b' : 'a')
        expect(ends.answers).toBe(0)
        expect(readdirSync(path).filter((name) => name.startsWith('generation-'))).toHaveLength(1)
        generations.remove()
        expect(ends.names).toEqual([])
      }
      expect(ends.answers).toBe(1)
    },
  )

  test('a step that fails is undone with those before it', lacking, () => {
    const path = `${bpffs.path}/undone`
    ends.swap(path, ['a', 2])
    const open = openDescriptors()
    using made = new Made(kind, 'b', 2)
    const generations = Generations.open({ path, owner: 'test' })
    const exchange = (at: string): void => {
      ends.ns.run(() =>
        generations.swap({
          hooks: [hookSet(hookOf(kind, ends.ifindex), made.programs)],
          maps: { calls: made.calls },
          onStep({ kind: step }) {
            if (step === at) throw new Error(`no more after ${at}`)
          },
        }),
      )
    }
    for (const step of ['prepare', 'attach']) {
      expect(() => exchange(step)).toThrow(`no more after ${step}`)
      expect(ends.names).toEqual(['a0', 'a1'])
      expect(generations.current).toMatchObject({ number: 1, version: 'a' })
    }
    expect(ends.answers).toBe(0)
    expect(openDescriptors()).toBe(open + 4)

    expect(() => Generations.open({ path, owner: 'somebody else' })).toThrow(PinOwnerError)
    const twice = hookSet(hookOf(kind, ends.ifindex), made.programs)
    expect(() => generations.swap({ hooks: [twice, twice] })).toThrow(TypeError)
    expect(() => hookSet(hookOf(kind, ends.ifindex), [])).toThrow(TypeError)
    generations.remove()
    expect(ends.names).toEqual([])
  })

  test('goes in the background too, and by one at a time', lacking, async () => {
    const path = `${bpffs.path}/background`
    ends.swap(path, ['a', 2])
    using made = new Made(kind, 'b', 2)
    const open = openDescriptors()
    const generations = Generations.open({ path, owner: 'test' })
    const hook = hookOf(kind, ends.ifindex, ends.ns)
    const options = { hooks: [hookSet(hook, made.programs)], maps: { calls: made.calls } }
    const swapped = generations.swapAsync(options)
    await expect(generations.swapAsync(options)).rejects.toThrow('is being changed by another process')
    expect(await swapped).toMatchObject({ number: 2 })
    expect(ends.names).toEqual(['b0', 'b1'])
    expect(openDescriptors()).toBe(open)
    await generations.removeAsync()
    expect(ends.names).toEqual([])
    expect(openDescriptors()).toBe(open)
  })

  test('a link whose interface is gone is made anew, and bpftool finds what is pinned', lacking, () => {
    using own = new Ends(kind)
    const path = `${bpffs.path}/anew`
    own.swap(path, ['a', 1])
    const [place = ''] = Generations.open({ path, owner: 'test' }).current!.places
    const shown = JSON.parse(
      own.here.exec(`bpftool -j link show pinned ${path}/links/${place}`, { mayFail: true }).stdout,
    ) as {
      prog_id: number
    }
    const program = JSON.parse(run(`bpftool -j prog show id ${shown.prog_id}`).stdout) as { name: string }
    expect(program.name).toBe('a0')

    const index = own.ifindex
    own.here.ip('link del dev0')
    own.here.ip(`link add dev0 index ${index} type ${kind === 'tcx' ? 'veth' : 'netkit'} peer name dev1`)
    expect(own.names).toEqual([])
    own.swap(path, ['b', 1])
    expect(own.names).toEqual(['b0'])
    Generations.open({ path, owner: 'test' }).remove()
  })
})

test('packets that never stop meet one generation or the other, never none', needs('tcx'), () => {
  using ends = new Ends('tcx')
  using bpffs = new Bpffs()
  const path = `${bpffs.path}/busy`
  const arrived = (): string => ends.there.exec('cat /sys/class/net/dev1/statistics/rx_packets').stdout
  ends.swap(path, ['a', 1])
  const before = arrived()
  const flood = ends.here.spawn('ping -n -q -f -c 100000 10.9.0.2')
  for (let round = 0; round < 20; round++) ends.swap(path, [round % 2 ? 'a' : 'b', 1 + (round % 3)])
  using last = new Made('tcx', 'c', 1)
  const generations = Generations.open({ path, owner: 'test' })
  const hooks = [hookSet(hookOf('tcx', ends.ifindex), last.programs)]
  ends.ns.run(() => generations.swap({ hooks, maps: { calls: last.calls } }))
  // The last generation has met packets, so they have not stopped meanwhile; none has come through.
  const seen = (): bigint => new DataView(last.seen.get(0)!.buffer).getBigUint64(0, true)
  for (const end = Date.now() + 5000; seen() === 0n && Date.now() < end;) run('sleep 0.05')
  expect(seen()).toBeGreaterThan(0n)
  expect(arrived()).toBe(before)
  flood.kill('SIGKILL')
  generations.remove()
})
