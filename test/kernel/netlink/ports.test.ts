/** What a link is told as a port of a bridge, a bond or a VRF: by the library and by `ip`, for both who read it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { type LinkSpec, Rtnl } from '../../../src/netlink/route/index.ts'
import { recordRows } from '../../tables/seen.ts'
import { type IpObject, Lab } from '../lab.ts'
import { needs } from '../needs.ts'

recordRows()

let lab: Lab
let nl: Rtnl

const here = needs()

beforeEach(() => {
  if (here.skip) return
  lab = Lab.create('ports')
  nl = Rtnl.open({ netns: lab.name })
  for (const name of ['p', 'q'])
    nl.links.add({ name, linkinfo: { kind: 'veth', data: { peer: { name: `${name}x` } } } })
})

afterEach(() => {
  if (here.skip) return
  nl.close()
  lab.remove()
})

/** Timers run, and ids depend on hardware addresses. */
const still = (data: unknown): unknown =>
  Object.fromEntries(Object.entries(data as object).filter(([name]) => !/timer|bridge_?id|root_?id|hwaddr/i.test(name)))

/** The port as both see it. */
const look = (): unknown => {
  const theirs = lab.link('p') as IpObject & { linkinfo: { info_slave_data: object } }
  const ours = nl.links.get('p').linkinfo
  return [still((ours as { slaveData: object }).slaveData), still(theirs.linkinfo.info_slave_data)]
}

type Told = NonNullable<LinkSpec['linkinfo']>

/** Told by the library, then, as a fresh port, by `ip`; and how it is without. */
function observe(master: string, kind: string, slaveData: object, words: string) {
  const enter = (): void => nl.links.change('p', { master })
  enter()
  const before = look()
  nl.links.change('p', { linkinfo: { slaveKind: kind, slaveData } as Told })
  const mine = look()
  nl.links.change('p', { master: 0 })
  enter()
  const between = look()
  lab.ip(`link set p type ${kind}_slave ${words}`)
  return { before, mine, between, theirs: look() }
}

describe('ports', here, () => {
  const ofBridges: readonly (readonly [ip: string, data: object])[] = [
    ['guard on root_block on fastleave on', { guard: true, rootBlock: true, fastleave: true }],
    ['hairpin on learning off flood off', { hairpin: true, learning: false, flood: false }],
    ['cost 9 priority 8', { cost: 9, priority: 8 }],
    ['proxy_arp on proxy_arp_wifi on neigh_suppress on', { proxyArp: true, proxyArpWifi: true, neighSuppress: true }],
    ['mcast_router 2 mcast_fast_leave on', { mcastRouter: 'perm', fastleave: true }],
    [
      'mcast_flood off mcast_to_unicast on bcast_flood off',
      { mcastFlood: false, mcastToUnicast: true, bcastFlood: false },
    ],
    ['group_fwd_mask 8 vlan_tunnel on isolated on', { groupFwdMask: 8, vlanTunnel: true, isolated: true }],
    ['locked on', { locked: true }],
  ]
  test.each(ofBridges)('of a bridge: %s', (words, data) => {
    nl.links.add({ name: 'br', linkinfo: { kind: 'bridge' } })
    const { before, mine, between, theirs } = observe('br', 'bridge', data, words)
    expect(mine).toEqual(theirs)
    expect(mine).not.toEqual(before)
    expect(between).toEqual(before)
  })

  test('of a bridge: its backup, and what it counts', () => {
    nl.links.add({ name: 'br', linkinfo: { kind: 'bridge' } })
    for (const name of ['p', 'q']) nl.links.change(name, { master: 'br' })
    nl.links.change('p', { linkinfo: { slaveKind: 'bridge', slaveData: { backupPort: 'q' } } })
    expect(lab.link('p')).toMatchObject({ linkinfo: { info_slave_data: { backup_port: 'q' } } })
    const { slaveData } = nl.links.get('p').linkinfo as { slaveData: Record<string, unknown> }
    const theirs = (lab.link('p') as { linkinfo: { info_slave_data: Record<string, unknown> } }).linkinfo
      .info_slave_data
    expect(slaveData).toMatchObject({
      backupPort: nl.links.indexOf('q'),
      state: theirs['state'],
      designatedPort: theirs['designated_port'],
      designatedCost: theirs['designated_cost'],
    })
    expect(`0x${Number(slaveData['id']).toString(16)}`).toBe(theirs['id'])
    expect(slaveData['unknown']).toBeUndefined()
  })

  test('of a bond', needs('kind:bond'), () => {
    nl.links.add({ name: 'bo', linkinfo: { kind: 'bond', data: { mode: 'active-backup', miimon: 100 } } })
    const { mine, theirs: other } = observe('bo', 'bond', { queueId: 3, prio: 7 }, 'queue_id 3 prio 7')
    expect(mine).toEqual(other)
    const { slaveData } = nl.links.get('p').linkinfo as { slaveData: Record<string, unknown> }
    const theirs = (lab.link('p') as { linkinfo: { info_slave_data: Record<string, unknown> } }).linkinfo
      .info_slave_data
    expect(String(slaveData['state']).toUpperCase()).toBe(theirs['state'])
    expect(String(slaveData['miiStatus']).toUpperCase()).toBe(theirs['mii_status'])
    expect(slaveData).toMatchObject({
      linkFailureCount: theirs['link_failure_count'],
      permHwaddr: theirs['perm_hwaddr'],
    })
  })

  test('of a VRF', needs('kind:vrf'), () => {
    nl.links.add({ name: 'red', linkinfo: { kind: 'vrf', data: { table: 77 } } })
    nl.links.change('p', { master: 'red' })
    expect(nl.links.get('p').linkinfo).toMatchObject({ slaveKind: 'vrf', slaveData: { table: 77 } })
    expect(lab.link('p')).toMatchObject({ linkinfo: { info_slave_kind: 'vrf', info_slave_data: { table: 77 } } })
  })
})
