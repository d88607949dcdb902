/**
 * What a monitor tells of what `ip` and the library do: in order, with nothing lost, and in the end the same as a fresh list.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { type Change, type Monitor, type MonitorKind, type ObjectChange, Rtnl } from '../../../src/netlink/index.ts'
import { Lab } from '../lab.ts'
import { needs } from '../needs.ts'

let lab: Lab
let rtnl: Rtnl

beforeEach(() => {
  lab = Lab.create('monitor')
  rtnl = Rtnl.open({ netns: lab.name })
})

afterEach(() => {
  rtnl.close()
  lab.remove()
})

/** The changes until one that the function wants, that one included; fails when it does not come. */
async function until<K extends MonitorKind>(
  monitor: Monitor<K>,
  wanted: (change: ObjectChange<K>) => boolean,
): Promise<Change<K>[]> {
  const seen: Change<K>[] = []
  const late = sleep(5000, 'late' as const)
  for (;;) {
    const next = await Promise.race([monitor.next(), late])
    if (next === 'late') throw new Error(`it did not come; what came: ${JSON.stringify(seen.map((c) => c.type))}`)
    if (next.done) throw new Error('the monitor ended')
    seen.push(next.value)
    if (next.value.type !== 'resync' && wanted(next.value)) return seen
  }
}

const AGING = new Set([
  'stats64',
  'stats',
  'icmp6stats',
  'cacheinfo',
  'change',
  'event',
  'promiscuity',
  'allmulti',
  'validLft',
  'preferredLft',
  'probes',
  'helloTimer',
  'gcTimer',
  'fdbNLearned',
  'topologyChangeTimer',
  'forwardDelayTimer',
  'holdTimer',
  'tcnTimer',
  'messageAgeTimer',
  'newNetnsid',
])
const text = (object: object): string =>
  JSON.stringify(object, (name, value: unknown) => {
    if (AGING.has(name)) return undefined
    if (typeof value === 'bigint') return `${value}n`
    if (value === null || typeof value !== 'object' || Array.isArray(value) || value instanceof Uint8Array) return value
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
const texts = (objects: readonly object[]): string[] => objects.map(text).toSorted()

/** Where two lists of texts differ, member by member. */
function differences(what: string, known: readonly string[], fresh: readonly string[]): string[] {
  const only = (these: readonly string[], those: readonly string[]): string[] =>
    these.filter((one) => !those.includes(one))
  const [ours, theirs] = [only(known, fresh), only(fresh, known)]
  const walk = (path: string, a: unknown, b: unknown): string[] => {
    if (JSON.stringify(a) === JSON.stringify(b)) return []
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
      return [`${path}: ${JSON.stringify(a)}, and fresh ${JSON.stringify(b)}`]
    }
    const names = new Set([...Object.keys(a), ...Object.keys(b)])
    const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
    return [...names].flatMap((name) => walk(`${path}.${name}`, left[name], right[name]))
  }
  if (ours.length !== theirs.length)
    return [`${what}: too many ${ours.join(' ')}`, `${what}: missing ${theirs.join(' ')}`]
  return ours.flatMap((one, i) => walk(what, JSON.parse(one), JSON.parse(theirs[i]!)))
}

/** Everything as a fresh list has it. */
function listed(kind: MonitorKind): object[] {
  const inet = ({ family }: { family: string | number }): boolean => family === 'inet' || family === 'inet6'
  switch (kind) {
    case 'link':
      return rtnl.links.list()
    case 'address':
      return rtnl.addresses.list()
    case 'route':
      return rtnl.routes.list().filter(inet)
    case 'rule':
      return rtnl.rules.list().filter(inet)
    case 'nexthop':
      return rtnl.nexthops.list()
    case 'neighbour':
      return rtnl.neighbours.list().filter((one) => inet(one) && one.state !== 'noarp')
    case 'fdb':
      return rtnl.fdb.list()
    default:
      return rtnl.nsids.list()
  }
}

/** How many changes of routes the monitor has to survive: more with `NETKIT_CHURN=100000`. */
const CHURN = Number(process.env['NETKIT_CHURN'] ?? 4800)

const KINDS = [
  'link',
  'address',
  'route',
  'nexthop',
  'rule',
  'neighbour',
  'fdb',
  'nsid',
] as const satisfies MonitorKind[]

/** What a monitor's changes add up to, as texts: nothing is changed or removed that was not told before. */
class Told {
  readonly #texts = new Map<MonitorKind, Map<string, number>>()

  of(kind: MonitorKind): string[] {
    return [...(this.#texts.get(kind) ?? [])].flatMap(([one, times]) => Array<string>(times).fill(one)).toSorted()
  }

  take(change: ObjectChange): void {
    const texts = this.#texts.get(change.kind) ?? new Map<string, number>()
    this.#texts.set(change.kind, texts)
    const add = (object: object, times: number): number => {
      const one = text(object)
      const left = (texts.get(one) ?? 0) + times
      if (left === 0) texts.delete(one)
      else texts.set(one, left)
      return left
    }
    if (change.type !== 'added') {
      const before = change.type === 'changed' ? change.previous : change.object
      if (add(before, -1) < 0) throw new Error(`${change.type}, and not told before: ${text(before)}`)
    }
    if (change.type !== 'removed') add(change.object, 1)
  }
}

/** Reads on until nothing comes for a while; gives how often things were lost. */
async function follow(monitor: Monitor, told: Told, quiet = 150, changing = (): boolean => false): Promise<number> {
  let resyncs = 0
  try {
    for (let pending = monitor.next(); ; pending = monitor.next()) {
      let next: Awaited<typeof pending> | undefined
      let busy: boolean
      do {
        // What blocks the loop lets the timer win though there is something to read: only a rest that began after the last change counts.
        busy = changing()
        next = await Promise.race([pending, sleep(quiet, undefined)])
      } while (next === undefined && busy)
      if (next === undefined || next.done) return resyncs
      if (next.value.type !== 'resync') told.take(next.value)
      else if (next.value.reason === 'overflow') resyncs++
    }
  } finally {
    monitor.close()
  }
}

describe('monitor', needs(), () => {
  test('starts with what is there, then tells changes, against what was known', async () => {
    using monitor = rtnl.monitor('link')
    lab.ip('link add p0 type veth peer name p1')
    lab.ip('link set p0 mtu 1400')
    lab.ip('link del p0')
    const seen = await until(monitor, ({ type, object }) => type === 'removed' && object.name === 'p1')
    expect(seen[0]).toMatchObject({ type: 'resync', reason: 'start', changes: 1 })
    expect(seen[1]).toMatchObject({ type: 'added', kind: 'link', object: { name: 'lo' } })
    const ofA = seen.filter((change) => change.type !== 'resync' && change.object.name === 'p0')
    expect(ofA[0]!.type).toBe('added')
    const mtu = ofA.find((change) => change.type === 'changed' && change.object.mtu === 1400)
    expect(mtu).toMatchObject({ previous: { mtu: 1500 } })
  })

  test('without what is there', async () => {
    using monitor = rtnl.monitor('link', { initial: false })
    lab.ip('link add p0 type ifb')
    const seen = await until(monitor, ({ type }) => type === 'added')
    expect(seen).toMatchObject([{ type: 'added', object: { name: 'p0' } }])
    expect(monitor.objects('link').map(({ name }) => name)).toEqual(['lo', 'p0'])
  })

  test('tells of addresses, routes, rules, neighbours, forwarding databases and namespace numbers', async () => {
    lab.ip('link add p0 type veth peer name p1')
    lab.ip('link set p0 up')
    lab.ip('link set p1 up')
    using other = Lab.create('monitor')
    using monitor = rtnl.monitor('address', 'route', 'rule', 'neighbour', 'fdb', 'nsid', { initial: false })
    lab.ip('addr add 10.7.0.1/24 dev p0')
    await until(monitor, (c) => c.kind === 'address' && c.type === 'added' && c.object.address === '10.7.0.1/24')
    await until(monitor, (c) => c.kind === 'route' && c.type === 'added' && c.object.dst === '10.7.0.0/24')
    lab.ip('rule add from 10.7.0.0/24 lookup 77')
    await until(monitor, (c) => c.kind === 'rule' && c.type === 'added' && c.object.table === 77)
    lab.ip('neigh add 10.7.0.9 lladdr 02:00:00:00:00:09 dev p0')
    await until(monitor, (c) => c.kind === 'neighbour' && c.type === 'added' && c.object.dst === '10.7.0.9')
    lab.ip('neigh del 10.7.0.9 dev p0')
    await until(monitor, (c) => c.kind === 'neighbour' && c.type === 'removed' && c.object.dst === '10.7.0.9')
    lab.ip('link add sw type bridge')
    lab.ip('link set p0 master sw')
    await until(monitor, (c) => c.kind === 'fdb' && c.type === 'added')
    lab.ip(`netns set ${other.name} 12`)
    await until(monitor, (c) => c.kind === 'nsid' && c.type === 'added' && c.object.nsid === 12)
    expect(monitor.objects('nsid')).toEqual([{ nsid: 12 }])
  })

  test('a port that leaves its bridge is not a link that is gone', async () => {
    lab.ip('link add sw type bridge')
    lab.ip('link add p0 type ifb')
    lab.ip('link set p0 master sw')
    using monitor = rtnl.monitor('link', { initial: false })
    lab.ip('link set p0 nomaster')
    lab.ip('link set p0 alias end')
    const seen = await until(monitor, ({ object }) => object.alias === 'end')
    expect(seen.map(({ type }) => type)).not.toContain('removed')
    expect(texts(monitor.objects('link'))).toEqual(texts(listed('link')))
  })

  test('both ends of a fresh netkit pair are told whole', needs('netkit'), async () => {
    using monitor = rtnl.monitor('link', { initial: false })
    const peer = { name: 'nk1' }
    rtnl.links.add({
      name: 'nk0',
      linkinfo: { kind: 'netkit', data: { policy: 'blackhole', peerPolicy: 'forward', peer } },
    })
    rtnl.links.change('nk1', { up: true })
    // The kernel tells of each end before it knows the other: both are read again, and told when they are whole.
    const missing = new Set(['nk0', 'nk1'])
    const seen = await until(monitor, ({ object }) => (missing.delete(object.name ?? ''), missing.size === 0))
    const added = seen.filter((change) => change.type === 'added')
    expect(added).toHaveLength(2)
    expect(new Set(added.map(({ object }) => object.name))).toEqual(new Set(['nk0', 'nk1']))
    expect(monitor.objects('link').find(({ name }) => name === 'nk1')?.flags).toContain('up')
    for (const { object } of added) {
      const data = object.linkinfo?.kind === 'netkit' ? object.linkinfo.data : undefined
      expect(new Set([data?.policy, data?.peerPolicy])).toEqual(new Set(['blackhole', 'forward']))
    }
    // netdev_state_change() is silent about a device that is down
    rtnl.links.change('nk0', { up: true })
    rtnl.links.change('nk0', { linkinfo: { kind: 'netkit', data: { policy: 'forward' } } })
    const forwards = ({ object: { name, linkinfo } }: ObjectChange<'link'>): boolean =>
      name === 'nk0' && linkinfo?.kind === 'netkit' && linkinfo.data?.policy === 'forward'
    expect((await until(monitor, forwards)).at(-1)).toMatchObject({ type: 'changed' })
    rtnl.links.delete('nk0')
    await until(monitor, (c) => c.type === 'removed' && c.object.name === 'nk1')
  })

  test('IPv4 routes that go in silence', async () => {
    lab.ip('link add p0 type veth peer name p1')
    for (const link of ['p0', 'p1']) lab.ip(`link set ${link} up`)
    lab.ip('addr add 10.7.0.1/24 dev p0')
    lab.ip('addr add 10.8.0.1/24 dev p1')
    lab.ip('route add 192.0.2.0/24 via 10.7.0.2')
    lab.ip('route add 198.51.100.0/24 via 10.8.0.2 src 10.7.0.1')
    lab.ip('nexthop add id 5 via 10.8.0.3 dev p1')
    lab.ip('route add 10.55.0.0/16 nhid 5')
    await sleep(50)
    using monitor = rtnl.monitor('route', 'nexthop', { initial: false })
    lab.ip('nexthop del id 5')
    const seen = await until(
      monitor,
      (c) => c.type === 'removed' && c.kind === 'route' && c.object.dst === '10.55.0.0/16',
    )
    expect(seen[0]).toMatchObject({ type: 'removed', kind: 'nexthop', object: { id: 5 } })
    lab.ip('addr del 10.7.0.1/24 dev p0')
    await until(monitor, (c) => c.type === 'removed' && c.kind === 'route' && c.object.dst === '198.51.100.0/24')
    lab.ip('route add 203.0.113.0/24 via 10.8.0.2')
    await until(monitor, ({ type }) => type === 'added')
    lab.ip('link set p1 down')
    await until(monitor, (c) => c.type === 'removed' && c.kind === 'route' && c.object.dst === '203.0.113.0/24')
    expect(texts(monitor.objects('route'))).toEqual(texts(listed('route')))
  })

  test('routes of one prefix: replaced, appended, hop by hop', async () => {
    lab.ip('link add p0 type veth peer name p1')
    for (const link of ['p0', 'p1']) lab.ip(`link set ${link} up`)
    lab.ip('addr add 10.7.0.1/24 dev p0')
    lab.ip('addr add 2001:db8:7::1/64 dev p0 nodad')
    await sleep(50)
    const told = new Told()
    const monitor = rtnl.monitor('route') as unknown as Monitor
    for (const line of [
      'route add 192.0.2.0/24 via 10.7.0.2',
      'route append 192.0.2.0/24 via 10.7.0.3',
      'route append 192.0.2.0/24 via 10.7.0.4',
      'route replace 192.0.2.0/24 via 10.7.0.5',
      'route prepend 192.0.2.0/24 via 10.7.0.6',
      'route del 192.0.2.0/24 via 10.7.0.4',
      'route replace 192.0.2.0/24 nexthop via 10.7.0.2 nexthop via 10.7.0.8 weight 3',
      '-6 route add 2001:db8:9::/64 via 2001:db8:7::2',
      '-6 route append 2001:db8:9::/64 via 2001:db8:7::3',
      '-6 route append 2001:db8:9::/64 via 2001:db8:7::4',
      '-6 route del 2001:db8:9::/64 via 2001:db8:7::3',
      '-6 route replace 2001:db8:9::/64 via 2001:db8:7::5',
      '-6 route add 2001:db8:a::/64 dev p0',
      '-6 route append 2001:db8:a::/64 dev p1',
      '-6 route del 2001:db8:a::/64 dev p0',
    ]) {
      lab.ip(line)
    }
    await follow(monitor, told)
    expect(told.of('route')).toEqual(texts(listed('route')))
  })

  test('routes of some tables, the others kept out by the kernel', async () => {
    lab.ip('link add p0 type veth peer name p1')
    for (const link of ['p0', 'p1']) lab.ip(`link set ${link} up`)
    for (const table of ['main', '100', '100000', '7']) lab.ip(`route add 10.1.0.0/16 dev p0 table ${table}`)
    using monitor = rtnl.monitor('route', 'link', { tables: ['main', 100_000, 100] })
    const of = (objects: readonly { readonly table?: string | number }[]): unknown[] =>
      [...new Set(objects.map(({ table }) => String(table)))].toSorted((a, b) => (a < b ? -1 : 1))
    expect(of(monitor.objects('route'))).toEqual(['100', '100000', 'main'])
    for (const table of ['7', '77777', '8', 'main', '100', '100000'])
      lab.ip(`route add 10.2.0.0/16 dev p0 table ${table}`)
    lab.ip('-6 route add 2001:db8::/32 dev p0 table 77777')
    lab.ip('-6 route add 2001:db8::/32 dev p0 table 100000')
    lab.ip('link set p0 alias end')
    const seen = await until(monitor, (c) => c.kind === 'link' && c.object.alias === 'end')
    const added = seen.flatMap((c) => (c.type === 'added' && c.kind === 'route' ? [c.object] : []))
    expect(of(added.filter(({ dst }) => dst === '10.2.0.0/16'))).toEqual(['100', '100000', 'main'])
    expect(of(added.filter(({ dst }) => dst === '2001:db8::/32'))).toEqual(['100000'])
    expect(of(added)).toEqual(['100', '100000', 'main'])
  })

  test('the state equals a fresh list after changes that overflow the socket', async () => {
    // what goes on for a second after a link is up would be told after the end
    for (const [name, value] of [
      ['accept_dad', 0],
      ['router_solicitations', 0],
    ] as const) {
      lab.exec(['sh', '-c', `echo ${value} > /proc/sys/net/ipv6/conf/default/${name}`])
    }
    const told = new Told()
    const monitor = rtnl.monitor(...KINDS, { receiveBuffer: 1, resyncInterval: 20 }) as unknown as Monitor
    let changing = true
    const done = follow(monitor, told, 500, () => changing)
    lab.ip('link add sw type bridge')
    lab.ip('link set sw up')
    lab.ip('addr add 10.7.0.1/16 dev sw')
    const routes = (n: number): string[] => Array.from({ length: n }, (_, i) => `10.9.${i >> 8}.${i & 255}/32`)
    for (let round = 0; round < 6; round++) {
      const names = Array.from({ length: 4 }, (_, i) => `v${round}-${i}`)
      for (const name of names) {
        rtnl.links.add({ name, up: true, linkinfo: { kind: 'veth', data: { peer: { name: `${name}p` } } } })
        rtnl.links.change(name, { master: 'sw' })
        rtnl.addresses.add({ dev: `${name}p`, address: `10.6.${round}.${names.indexOf(name) + 1}/24` })
      }
      const fresh = routes(Math.ceil(CHURN / 12))
      rtnl
        .batch(fresh.map((dst) => rtnl.routes.request('add', { dst, gateway: '10.7.0.2', metric: round })))
        .throwIfFailed()
      rtnl.neighbours.replace({ dev: 'sw', dst: `10.7.1.${round}`, lladdr: '02:00:00:00:00:01' })
      rtnl.rules.add({ src: `10.${round}.0.0/16`, table: 100 + round })
      rtnl.nexthops.add({ id: 10 + round, blackhole: true })
      await sleep(round % 2 === 0 ? 0 : 30)
      if (round % 2 === 1) {
        rtnl.batch(fresh.map((dst) => rtnl.routes.request('delete', { dst, metric: round }))).throwIfFailed()
        for (const name of names) rtnl.links.delete(name)
      }
    }
    changing = false
    const resyncs = await done
    expect(resyncs).toBeGreaterThan(1)
    const fresh = (kind: MonitorKind): string[] => texts(listed(kind))
    expect(KINDS.flatMap((kind) => differences(kind, texts(monitor.objects(kind)), fresh(kind)))).toEqual([])
    expect(KINDS.flatMap((kind) => differences(kind, told.of(kind), fresh(kind)))).toEqual([])
  })

  test('other namespaces by their numbers', async () => {
    using other = Lab.create('monitor')
    lab.ip(`netns set ${other.name} 12`)
    other.ip('link add there type ifb')
    using monitor = rtnl.monitor('link', 'address', { allNsids: true })
    const start = await until(monitor, ({ kind, object }) => kind === 'link' && object.name === 'there')
    expect(start.at(-1)).toMatchObject({ type: 'added', nsid: 12 })
    other.ip('addr add 10.9.0.1/24 dev there')
    const seen = await until(monitor, ({ kind, object }) => kind === 'address' && object.address === '10.9.0.1/24')
    expect(seen.at(-1)).toMatchObject({ type: 'added', nsid: 12 })
    lab.ip('link add here type ifb')
    const here = await until(monitor, ({ kind, object }) => kind === 'link' && object.name === 'here')
    expect(here.at(-1)).not.toHaveProperty('nsid')
    expect(monitor.objects('link', 12).map(({ name }) => name)).toEqual(['lo', 'there'])
    using late = Lab.create('monitor')
    late.ip('link add already type ifb')
    lab.ip(`netns set ${late.name} 13`)
    const entered = await until(monitor, ({ kind, object }) => kind === 'link' && object.name === 'already')
    expect(entered.at(-1)).toMatchObject({ type: 'added', nsid: 13 })
  })

  test('an error ends it, and is told to who waits', async () => {
    lab.ip('link add sw type bridge')
    lab.ip('link add p0 type ifb')
    lab.ip('link set p0 master sw')
    const short = Rtnl.open({ netns: lab.name })
    const monitor = short.monitor('link', { initial: false })
    const waiting = monitor.next()
    short.close()
    // about a port: the link has to be asked for, through a handle that is closed
    lab.exec(['sh', '-c', `bridge link set dev p0 cost 7`])
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_CLOSED' })
    expect(monitor.closed).toBe(true)
    expect(await monitor.next()).toEqual({ value: undefined, done: true })
  })

  test('a moved link is told with where it went', async () => {
    using other = Lab.create('monitor')
    lab.ip(`netns set ${other.name} 12`)
    lab.ip('link add mover type ifb')
    using monitor = rtnl.monitor('link', { initial: false })
    lab.ip(`link set mover netns ${other.name}`)
    const seen = await until(monitor, ({ type }) => type === 'removed')
    expect(seen.at(-1)).toMatchObject({ object: { name: 'mover', newNetnsid: 12, linkinfo: { kind: 'ifb' } } })
  })

  test('ends by break, by signal and by close', async () => {
    const left = rtnl.monitor('link')
    for await (const change of left) if (change.type === 'added') break
    expect(left.closed).toBe(true)

    const controller = new AbortController()
    const stopped = rtnl.monitor('link', { initial: false, signal: controller.signal })
    const waiting = stopped.next()
    setTimeout(() => controller.abort(), 10)
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
    expect(stopped.closed).toBe(true)
    expect(() => rtnl.monitor('link', { signal: controller.signal })).toThrow(/abort/i)

    const closed = rtnl.monitor('link', { initial: false })
    const last = closed.next()
    closed.close()
    closed.close()
    expect(await last).toEqual({ value: undefined, done: true })
    expect(await closed.next()).toEqual({ value: undefined, done: true })
    expect(() => rtnl.monitor('links' as 'link')).toThrow('cannot monitor links: expected one of link, address')
  })
})
