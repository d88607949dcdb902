/** What a monitor makes of messages and lists, without a kernel. */
import { describe, expect, test } from 'vitest'

import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_REPLACE } from '../../../src/netlink/constants.ts'
import type { Route } from '../../../src/netlink/route/index.ts'
import { LinkStore, settleLink } from '../../../src/netlink/route/monitor/link-store.ts'
import { RouteStore } from '../../../src/netlink/route/monitor/route-store.ts'
import { same } from '../../../src/netlink/route/monitor/same.ts'
import { GroupedStore, KeyedStore, type Sink } from '../../../src/netlink/route/monitor/store.ts'

interface Thing {
  readonly id: number
  readonly value?: string | undefined
  readonly age?: number | undefined
  readonly count?: number | undefined
}

const thing = (id: number, value = '', more: Partial<Thing> = {}): Thing => ({ id, value, ...more })

/** What a store tells of what is done to it: `added 1`, … */
function telling<Item>(name: (item: Item) => string): { told: () => string[]; sink: Sink<Item> } {
  let lines: string[] = []
  return {
    sink: {
      added: (object) => void lines.push(`added ${name(object)}`),
      changed: (object, previous) => void lines.push(`changed ${name(previous)} → ${name(object)}`),
      removed: (object) => void lines.push(`removed ${name(object)}`),
    },
    told() {
      const said = lines
      lines = []
      return said
    },
  }
}

describe('same', () => {
  test.each([
    [1, 1, true],
    [1, 2, false],
    [1n, 1n, true],
    [null, {}, false],
    [undefined, undefined, true],
    ['a', 'b', false],
    [Uint8Array.of(1, 2), Uint8Array.of(1, 2), true],
    [Uint8Array.of(1, 2), Uint8Array.of(1), false],
    [Uint8Array.of(1, 2), [1, 2], false],
    [[1, [2]], [1, [2]], true],
    [[1], [1, 2], false],
    [{ a: 1, age: 3 }, { a: 1, age: 4 }, true],
    [{ a: { age: 1 } }, { a: { age: 2 } }, true],
    [{ a: 1 }, { a: 1, b: undefined }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1, b: 2 }, { a: 1 }, false],
  ])('%o and %o: %s', (a, b, expected) => {
    expect(same(a, b, new Set(['age']))).toBe(expected)
  })
})

describe('objects with a key', () => {
  const make = (): KeyedStore<Thing> =>
    new KeyedStore<Thing>(({ id }) => id, new Set(['count']), new Set(['count', 'age']))
  const name = ({ id, value }: Thing): string => `${id}${value}`

  test('tells what is new, what differs, what is gone, and nothing twice', () => {
    const store = make()
    const { sink, told } = telling(name)
    store.put(thing(1, 'a'), 0, sink)
    store.put(thing(1, 'a', { count: 3 }), 0, sink)
    store.put(thing(1, 'b'), 0, sink)
    store.drop(thing(1), sink)
    store.drop(thing(1), sink)
    expect(told()).toEqual(['added 1a', 'changed 1a → 1b', 'removed 1b'])
  })

  test('ages count in a message and not in a list', () => {
    const store = make()
    const { sink, told } = telling(name)
    store.put(thing(1, 'a', { age: 1 }), 0, sink)
    store.reconcile([thing(1, 'a', { age: 2 })], sink)
    store.put(thing(1, 'a', { age: 3 }), 0, sink)
    expect(told()).toEqual(['added 1a', 'changed 1a → 1a'])
  })

  test('a list brings what was missed', () => {
    const store = make()
    const { sink, told } = telling(name)
    for (const id of [1, 2, 3]) store.put(thing(id, 'a'), 0, sink)
    told()
    store.reconcile([thing(2, 'b'), thing(4, 'c')], sink)
    expect(told()).toEqual(['removed 1a', 'removed 3a', 'changed 2a → 2b', 'added 4c'])
    expect([...store.values()].map(name).toSorted()).toEqual(['2b', '4c'])
  })
})

describe('objects that only their content tells apart', () => {
  const name = ({ id, value, age }: Thing): string => `${id}${value}${age ?? ''}`

  test('messages and lists', () => {
    const store = new GroupedStore<Thing>(({ id }) => `${id}`, new Set(['age']))
    const { sink, told } = telling(name)
    store.put(thing(1, 'a'), 0, sink)
    store.put(thing(1, 'b'), 0, sink)
    store.put(thing(1, 'b', { age: 1 }), 0, sink)
    expect(told()).toEqual(['added 1a', 'added 1b'])
    expect(store.drop(thing(1, 'nothing'), sink)).toBe(false)
    expect(store.drop(thing(2), sink)).toBe(true)
    store.reconcile([thing(1, 'b', { age: 2 }), thing(3, 'c')], sink)
    expect(told()).toEqual(['removed 1a', 'added 3c'])
    store.drop(thing(1, 'b'), sink)
    expect([...store.values()].map(name)).toEqual(['3c'])
  })
})

describe('routes', () => {
  const route = (via: string, more: object = {}): Route =>
    ({
      family: via.includes(':') ? 'inet6' : 'inet',
      dst: 'x',
      tos: 0,
      table: 'main',
      flags: [],
      gateway: via,
      ...more,
    }) as unknown as Route
  const name = ({ gateway, dev, multipath }: Route): string =>
    multipath?.map((hop) => String(hop.gateway)).join('+') ?? String(gateway ?? dev)

  test('IPv4: in the order that the kernel keeps', () => {
    const store = new RouteStore()
    const { sink, told } = telling(name)
    const order = (): string => [...store.values()].map(name).join(' ')
    store.put(route('a'), NLM_F_CREATE, sink)
    store.put(route('b'), NLM_F_CREATE | NLM_F_APPEND, sink)
    store.put(route('c'), NLM_F_CREATE, sink)
    expect(order()).toBe('c a b')
    store.put(route('d'), NLM_F_REPLACE, sink)
    expect(order()).toBe('d a b')
    expect(told()).toEqual(['added a', 'added b', 'added c', 'changed c → d'])
    // told again, after a list that was later
    store.put(route('d'), NLM_F_REPLACE, sink)
    store.put(route('a'), NLM_F_REPLACE, sink)
    expect(order()).toBe('a b')
    expect(told()).toEqual(['removed d'])
    expect(store.drop(route('b', { flags: ['linkdown'] }), sink)).toBe(true)
    expect(store.drop(route('z'), sink)).toBe(false)
  })

  test('IPv6: one route of all that have a gateway', () => {
    const store = new RouteStore()
    const { sink, told } = telling(name)
    const hops = (...gateways: string[]): Route =>
      route('::', {
        gateway: undefined,
        multipath: gateways.map((gateway) => ({ gateway, dev: 1, weight: 1, flags: [] })) as never,
      })
    store.put(route('::1'), NLM_F_CREATE, sink)
    store.put(hops('::1', '::2'), NLM_F_APPEND, sink)
    expect(told()).toEqual(['added ::1', 'changed ::1 → ::1+::2'])
    // one hop goes: what is left, a list has to say
    expect(store.drop(route('::2'), sink)).toBe(false)
    const toDevice = (dev: number): Route => route('::', { gateway: undefined, dev })
    store.put(toDevice(5), NLM_F_CREATE, sink)
    store.put(toDevice(6), NLM_F_APPEND, sink)
    expect(told()).toEqual(['added 5', 'added 6'])
    expect(store.drop(toDevice(5), sink)).toBe(true)
    expect(told()).toEqual(['removed 5'])
  })

  test('depend on links, source addresses and nexthop objects', () => {
    const store = new RouteStore()
    const { sink } = telling(name)
    store.put(route('a', { dev: 3 }), 0, sink)
    const depends = (devs: number[], sources: string[], byObject: boolean): boolean =>
      store.depends(new Set(devs), new Set(sources), byObject)
    expect(depends([3], [], false)).toBe(true)
    expect(depends([4], ['10.0.0.1'], true)).toBe(false)
    store.put(route('b', { dst: 'y', prefsrc: '10.0.0.1', nhid: 7 }), 0, sink)
    expect(depends([4], ['10.0.0.1'], false)).toBe(true)
    expect(depends([], [], true)).toBe(true)
  })
})

describe('links', () => {
  const link = (more: object): never => ({ family: 'unspec', index: 7, flags: [], ...more }) as never

  test('a bridge port is not a link, and a fresh netkit end not all of one', () => {
    const netkit = (data: object): object => ({ linkinfo: { kind: 'netkit', data } })
    expect(settleLink(link({ family: 'bridge' }), true)).toBe(7)
    expect(settleLink(link(netkit({ primary: false })), false)).toBe(7)
    expect(settleLink(link(netkit({ primary: false })), true)).toMatchObject({ index: 7 })
    expect(settleLink(link(netkit({ primary: true, peerPolicy: 'forward' })), false)).toMatchObject({ index: 7 })
    expect(settleLink(link(netkit({ pairing: 'single' })), false)).toMatchObject({ index: 7 })
  })

  test('counters are no change; a link that moved says where to', () => {
    const store = new LinkStore()
    const { sink, told } = telling<object>((object) =>
      JSON.stringify(object, (_, value: unknown) => (typeof value === 'bigint' ? 0 : value)),
    )
    store.put(link({ name: 'a', stats64: { rxPackets: 1n } }), 0, sink)
    store.put(link({ name: 'a', stats64: { rxPackets: 2n } }), 0, sink)
    store.drop(link({ newNetnsid: 4, newIfindex: 2 }), sink)
    const [added, removed, ...more] = told()
    expect(added).toMatch(/^added .*"name":"a"/)
    expect(removed).toMatch(/^removed .*"name":"a".*"newNetnsid":4,"newIfindex":2/)
    expect(more).toEqual([])
  })
})
