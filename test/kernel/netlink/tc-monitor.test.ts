/** What a monitor tells of qdiscs, classes and filters, and that what it knows in the end is what a fresh list says. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Change, Monitor, ObjectChange } from '../../../src/netlink/index.ts'
import { Rtnl } from '../../../src/netlink/route/index.ts'
import { allClasses, allFilters } from '../../../src/netlink/route/tc/everywhere.ts'
import { Lab } from '../lab.ts'
import { needs } from '../needs.ts'

type Kind = 'qdisc' | 'class' | 'filter'

const everything = { flags: 1, keys: [{ mask: 0, val: 0, off: 0 }] }

/** Counters, and what is told of an object only with others. */
const MOVING = new Set(['stats2', 'xstats', 'refcnt', 'directPkts', 'leaf', 'level', 'tm', 'pcnt'])
const texts = (objects: readonly object[]): string[] =>
  objects
    .map((object) =>
      JSON.stringify(object, (name, value: unknown) =>
        MOVING.has(name) ? undefined : typeof value === 'bigint' ? `${value}` : value,
      ),
    )
    .toSorted()

describe('a monitor of the traffic control', needs('qdisc:htb', 'filter:u32'), () => {
  let lab: Lab
  let nl: Rtnl
  let monitor: Monitor<Kind>
  const seen: ObjectChange<Kind>[] = []

  beforeAll(() => {
    lab = Lab.create('tcm')
    nl = Rtnl.open({ netns: lab.name })
    for (const name of ['x', 'z'])
      nl.links.add({ name, up: true, linkinfo: { kind: 'veth', data: { peer: { name: `${name}p` } } } })
    nl.qdiscs.add({ dev: 'x', kind: 'clsact' })
    nl.filters.add({ dev: 'x', parent: 'ingress', prio: 1, kind: 'u32', options: { sel: everything } })
    monitor = nl.monitor('qdisc', 'class', 'filter')
  })
  afterAll(() => {
    monitor?.close()
    nl?.close()
    lab?.remove()
  })

  /** What is told until nothing more comes for a moment, in words. */
  const told = async (): Promise<string[]> => {
    seen.length = 0
    for (;;) {
      const next = await Promise.race([(waiting ??= monitor.next()), sleep(300, undefined, { ref: false })])
      if (next === undefined) break
      waiting = undefined
      const change = next.value as Change<Kind>
      if (change.type !== 'resync') seen.push(change)
    }
    return seen.map(({ type, kind, object }) => `${type} ${kind} ${object.kind} ${String(object.handle)}`)
  }
  let waiting: Promise<IteratorResult<Change<Kind>, undefined>> | undefined

  const fresh = (kind: Kind): object[] =>
    kind === 'qdisc' ? nl.qdiscs.list() : kind === 'class' ? allClasses(nl) : allFilters(nl)
  const agrees = (): void => {
    for (const kind of ['qdisc', 'class', 'filter'] as const)
      expect([kind, texts(monitor.objects(kind))]).toEqual([kind, texts(fresh(kind))])
  }

  test('what is there comes first', async () => {
    const words = await told()
    expect(words).toContain('added qdisc clsact ffff:')
    expect(words).toContain('added qdisc noqueue 0:')
    expect(words).toContain('added filter u32 2147485696')
    agrees()
  })

  test('what is made, changed and deleted, by the library and by tc', async () => {
    nl.qdiscs.add({ dev: 'x', handle: '1:', kind: 'htb' })
    nl.classes.add({ dev: 'x', parent: '1:', handle: '1:10', kind: 'htb', options: { rate: 125_000 } })
    lab.exec('tc class change dev x parent 1: classid 1:10 htb rate 2mbit')
    nl.filters.add({
      dev: 'x',
      parent: '1:',
      prio: 5,
      protocol: 'ip',
      kind: 'u32',
      options: { sel: everything, classid: '1:10' },
    })
    const words = await told()
    expect(words).toEqual(
      expect.arrayContaining([
        'added qdisc htb 1:',
        'added class htb 1:10',
        'changed class htb 1:10',
        expect.stringMatching(/^added filter u32 /) as string,
      ]),
    )
    expect(seen.find(({ type }) => type === 'changed')).toMatchObject({
      object: { options: { rate: 250_000 } },
      previous: { options: { rate: 125_000 } },
    })
    agrees()
  })

  test('what goes with its qdisc, without a word', async () => {
    lab.exec('tc qdisc replace dev x root handle 2: pfifo limit 7')
    const words = await told()
    expect(words).toEqual(
      expect.arrayContaining(['removed qdisc htb 1:', 'added qdisc pfifo 2:', 'removed class htb 1:10']),
    )
    expect(words.filter((word) => word.startsWith('removed filter'))).toHaveLength(1)
    agrees()
  })

  test('all filters of a priority at once', async () => {
    for (const prio of [8, 8, 9])
      nl.filters.add({ dev: 'x', parent: 'egress', prio, kind: 'u32', options: { sel: everything } })
    expect(await told()).toHaveLength(3)
    nl.filters.delete({ dev: 'x', parent: 'egress', prio: 8, kind: 'u32' })
    const words = await told()
    expect(words.map((word) => word.replace(/\d+$/, ''))).toEqual(['removed filter u32 ', 'removed filter u32 '])
    agrees()
  })

  test('what goes with its device, without a word', async () => {
    nl.links.delete('x')
    const words = await told()
    expect(words).toEqual(expect.arrayContaining(['removed qdisc clsact ffff:', 'removed qdisc pfifo 2:']))
    expect(words.filter((word) => word.startsWith('removed filter')).length).toBeGreaterThan(0)
    agrees()
  })
})
