/**
 * Generic netlink: families, their policies beside our tables, and what the typed families say of devices.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'

import { type Attributes, flag, resolve, tableOf } from '../../../src/codec/index.ts'
import {
  bitNames,
  ethtool,
  type FamilyPolicy,
  type FamilySpec,
  Genl,
  netdev,
  NetlinkError,
  nlctrl,
  type Policy,
  Rtnl,
  wireguard,
  wireguardDevice,
} from '../../../src/netlink/index.ts'
import { Lab } from '../lab.ts'
import { needs } from '../needs.ts'

let lab: Lab
let genl: Genl

const here = needs()

beforeAll(() => {
  if (here.skip) return
  lab = Lab.create('genl')
  lab.ip('link add p0 numrxqueues 2 numtxqueues 2 type veth peer name p1')
  for (const link of ['p0', 'p1']) lab.ip(`link set ${link} up`)
  genl = Genl.open({ netns: lab.name })
})

afterAll(() => {
  genl?.close()
  lab?.remove()
})

/** Widths in bytes by the kernel's word for a type; those that are absent are of any width. */
const WIDTHS: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, u64: 8, s8: 1, s16: 2, s32: 4, s64: 8 }

/** Attributes that were held against the kernel's. */
let compared = 0

/** What the running kernel has otherwise than a table. */
function differences(
  table: Attributes,
  accepted: ReadonlyMap<number, Policy>,
  policies: FamilyPolicy['policies'],
  path: string,
  seen = new Set<unknown>(),
): string[] {
  if (seen.has(accepted)) return []
  seen.add(accepted)
  const found: string[] = []
  compared += accepted.size
  for (const [id, { type, policyIndex }] of accepted) {
    const row = table.byId(id)
    if (row === undefined) {
      found.push(`${path}: attribute ${id} (${type}) is missing`)
      continue
    }
    const codec = resolve(row.codec)
    const inner = 'of' in codec && codec.kind === 'many' ? resolve(codec.of as typeof codec) : codec
    const where = `${path}.${row.name}`
    if (type === 'flag' && inner.kind !== flag.kind) found.push(`${where}: is a flag`)
    if ((type === 'uint' || type === 'sint') !== (inner.kind === 'uint' || inner.kind === 'sint')) {
      found.push(`${where}: ${inner.kind} and not ${type}`)
    }
    const width = WIDTHS[String(type)]
    if (width !== undefined && inner.size !== width) found.push(`${where}: ${type}, not ${inner.size} bytes`)
    const nested = tableOf(inner)
    const deeper = policyIndex === undefined ? undefined : policies.get(policyIndex)
    if (nested !== undefined && deeper !== undefined) found.push(...differences(nested, deeper, policies, where, seen))
  }
  return found
}

function compare(spec: FamilySpec): string[] {
  compared = 0
  const { commands, policies } = genl.policy(spec.name)
  return Object.entries(spec.commands).flatMap(([name, { cmd, request }]) => {
    const numbers = commands.get(cmd)
    return [numbers?.do, numbers?.dump].flatMap((number) => {
      const accepted = number === undefined ? undefined : policies.get(number)
      return accepted === undefined ? [] : differences(request as Attributes, accepted, policies, name)
    })
  })
}

describe('generic netlink', here, () => {
  test('finds families, their commands and groups', () => {
    const names = genl.families().map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['nlctrl', 'ethtool']))
    const info = genl.info('nlctrl')
    expect(info).toMatchObject({ id: 16, name: 'nlctrl', version: 2 })
    expect(info.commands.get(3)).toEqual(expect.arrayContaining(['cmdCapDo', 'cmdCapDump']))
    expect([...info.groups.keys()]).toEqual(['notify'])
    expect(() => genl.info('no such family')).toThrow(NetlinkError)
    expect(() => genl.info('nosuch')).toThrow('is its module there?')
  })

  test.each([
    ['nlctrl', nlctrl],
    ['ethtool', ethtool],
    ['netdev', netdev],
  ] as const)("%s: the table has what the running kernel's policy has", (_name, spec) => {
    expect(compare(spec)).toEqual([])
    expect(compared).toBeGreaterThan(3)
  })

  test('netdev: devices, queues, and its types', () => {
    const family = genl.family(netdev)
    const index = Number(lab.link('p0')!['ifindex'])
    const one = family.get('devGet', { ifindex: index })
    expect(one).toMatchObject({ ifindex: index, xdpFeatures: expect.arrayContaining(['basic', 'redirect']) })
    expectTypeOf(one.ifindex).toEqualTypeOf<number | undefined>()
    expect(family.list('devGet').map(({ ifindex }) => ifindex)).toContain(index)
    const queues = family.list('queueGet', { ifindex: index })
    expect(queues.map(({ id, type }) => `${type} ${id}`).toSorted()).toEqual(['rx 0', 'rx 1', 'tx 0', 'tx 1'])
    // @ts-expect-error a queue has no such attribute
    expect(() => family.list('queueGet', { ifidex: 1 })).toThrow('ifidex')
    expect([...family.dump('napiGet', { ifindex: index })]).toEqual([])
  })

  test('ethtool: names, features, rings, channels, state; errors name the attribute', () => {
    const family = genl.family(ethtool)
    const header = { devName: 'p0' }
    const sets = family.get('strsetGet', { header, stringsets: { stringset: [{ id: 'features' }, { id: 'stats' }] } })
    const byId = (wanted: string) => sets.stringsets!.stringset!.find(({ id }) => id === wanted)!
    const [features, stats] = [byId('features'), byId('stats')]
    expect(features.strings!.string!.map(({ value }) => value)).toContain('tx-checksum-ip-generic')
    expect(stats.count).toBeGreaterThan(0)
    expect(family.get('linkstateGet', { header }).link).toBe(true)
    expect(family.get('linkmodesGet', { header })).toMatchObject({ speed: 10000, duplex: 'full' })
    expect(family.get('channelsGet', { header }).rxMax).toBe(2)
    const before = bitNames(family.get('featuresGet', { header }).active)
    expect(before).toContain('tx-generic-segmentation')
    family.do('featuresSet', {
      header,
      wanted: { bits: { bit: [{ name: 'tx-generic-segmentation' }] } },
    })
    expect(bitNames(family.get('featuresGet', { header }).active)).not.toContain('tx-generic-segmentation')
    expect(family.list('linkstateGet').map((state) => state.header?.devName)).toEqual(
      expect.arrayContaining(['p0', 'p1']),
    )
    const refused = (): unknown => family.get('ringsGet', { header: { devName: 'none' } })
    expect(refused).toThrow(/ENODEV.*at header/)
    expect(() => family.get('ringsGet', {})).toThrow(/missing header/)
  })

  test('ethtool tells what changes', async () => {
    const family = genl.family(ethtool)
    using events = family.events(['monitor'])
    family.do('channelsSet', { header: { devName: 'p0' }, rxCount: 1 })
    const next = await Promise.race([events.next(), sleep(5000, undefined)])
    expect(next?.value).toMatchObject({ type: 'channels', object: { header: { devName: 'p0' }, rxCount: 1 } })
    expect(() => family.events(['nosuch'])).toThrow('expected one of monitor')
  })

  test('a queue cannot be leased to what is no netkit', () => {
    const ifindex = Number(lab.link('p0')!['ifindex'])
    const ask = (): unknown =>
      genl
        .family(netdev)
        .get('queueCreate', { ifindex, type: 'rx', lease: { ifindex: 1, queue: { id: 0, type: 'rx' } } })
    expect(ask).toThrow(NetlinkError)
  })

  test(
    'a queue of a physical device is leased to a netkit',
    needs('netkit', 'module:netdevsim', 'btf:netdev_nl_queue_create_doit'),
    () => {
      const before = new Set(lab.json('link show').map(({ ifname }) => ifname))
      lab.exec(['sh', '-c', 'modprobe netdevsim; echo "9 1 4" > /sys/bus/netdevsim/new_device'])
      try {
        const lessor = lab.json('link show').find(({ ifname }) => !before.has(ifname))!
        lab.ip(`link set ${String(lessor['ifname'])} up`)
        using rtnl = Rtnl.open({ netns: lab.name })
        const nk = rtnl.links.add({
          name: 'nk0',
          linkinfo: { kind: 'netkit', data: { peer: { name: 'nk1', numRxQueues: 4 } } },
        })
        for (const name of ['nk0', 'nk1']) rtnl.links.change(name, { up: true })
        const family = genl.family(netdev)
        const ifindex = rtnl.links.indexOf('nk1')
        const lease = { ifindex: Number(lessor['ifindex']), queue: { id: 1, type: 'rx' } } as const
        expect(family.get('queueCreate', { ifindex, type: 'rx', lease })).toMatchObject({ id: 1 })
        expect(family.get('queueGet', { ...lease.queue, ifindex: lease.ifindex })).toMatchObject({
          lease: { ifindex, queue: { id: 1, type: 'rx' } },
        })
        expect(() => family.get('queueCreate', { ifindex, type: 'rx', lease })).toThrow(/EBUSY.*leasing/)
        expect(() => family.get('queueCreate', { ifindex: nk.index, type: 'rx', lease })).toThrow(/EOPNOTSUPP.*peer/)
        expect(() => family.get('queueCreate', { ifindex, type: 'rx' })).toThrow(/missing lease/)
      } finally {
        lab.exec(['sh', '-c', 'echo 9 > /sys/bus/netdevsim/del_device'])
      }
    },
  )

  test('wireguard: configured and read', needs('kind:wireguard'), () => {
    lab.ip('link add wg0 type wireguard')
    const key = Buffer.alloc(32, 7).toString('base64')
    const peers = Array.from({ length: 300 }, (_, i) => ({
      publicKey: Buffer.alloc(32, i + 1)
        .fill(i >> 8, 0, 1)
        .toString('base64'),
      endpoint: `192.0.2.1:${1000 + i}`,
      allowedips: [{ family: 2, ipaddr: Uint8Array.of(10, 1, i >> 8, i & 255), cidrMask: 32 }],
    }))
    genl.family(wireguard).do('setDevice', { ifname: 'wg0', privateKey: key, listenPort: 51820, peers })
    const device = wireguardDevice(genl, 'wg0')
    expect(device).toMatchObject({ ifname: 'wg0', listenPort: 51820 })
    expect(device.peers).toHaveLength(300)
  })
})
