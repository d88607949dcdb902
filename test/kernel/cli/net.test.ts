/**
 * The network commands of `netkit` beside `ip -details -json`: the same names, the same values.
 */
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { run } from '../../../src/cli/run.ts'
import { script } from '../../bundle/script.ts'
import { type IpObject, Lab } from '../lab.ts'
import { needs } from '../needs.ts'

const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))

let lab: Lab
const here = needs()

beforeAll(async () => {
  if (here.skip) return
  lab = Lab.create('cli')
  // an address that is still looked at for duplicates becomes one, and gets a route, between two looks
  lab.exec(['sh', '-c', 'echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad'])
  for (const line of [
    'link add p0 type veth peer name p1',
    'link add sw type bridge group_fwd_mask 8',
    'link add i0 type ifb',
    'link set p1 master sw',
    'link set p0 alias first up',
    'link set p1 up',
    'link set sw up',
    'link property add dev p0 altname other',
    'addr add 10.7.0.1/24 brd + dev p0',
    'addr add 10.7.1.1 peer 10.7.1.2/32 dev p0',
    'addr add 2001:db8::1/64 dev p0 nodad',
    'addr add 2001:db8:1::1/64 dev p0 nodad noprefixroute',
    'route add 10.9.0.0/16 nexthop via 10.7.0.2 weight 2 nexthop via 10.7.0.3',
    'route add unreachable 10.10.0.0/16',
    'route add 10.11.0.0/16 via 10.7.0.2 mtu 1300 advmss 1200 table 100',
    'route add 10.12.0.0/16 via inet6 2001:db8::5 dev p0',
    'route add 10.14.0.0/16 via 10.7.0.2 metric 7 onlink dev p0 proto static',
    'route add 10.15.0.0/16 tos 0x10 dev p0 src 10.7.0.1',
    'route add 2001:db8:9::/64 via 2001:db8::2',
    'nexthop add id 1 via 10.7.0.2 dev p0',
    'nexthop add id 2 via 10.7.0.3 dev p0 proto static',
    'nexthop add id 3 group 1/2,5',
    'nexthop add id 4 blackhole',
    'route add 10.16.0.0/16 nhid 3',
    'rule add from 10.0.0.0/8 to 10.7.0.0/24 fwmark 5/0xff iif p0 lookup 100',
    'rule add goto 32766 pref 10',
    'rule add pref 20 prohibit uidrange 1-5 ipproto tcp sport 5-6 dport 80',
    'rule add pref 22 fwmark 0/0xff lookup 101',
    'rule add pref 21 not from 10.1.1.1 iif nosuch lookup 101 suppress_prefixlength 0',
    '-6 rule add from 2001:db8::/32 lookup 102',
    'neigh add 10.7.0.9 lladdr 02:00:00:00:00:09 dev p0',
    'neigh add 10.7.0.10 lladdr 02:00:00:00:00:0a dev p0 nud reachable router',
  ]) {
    lab.ip(line)
  }
  // carriers come up a moment later
  while (['p0', 'p1', 'sw'].some((name) => lab.link(name)?.['operstate'] !== 'UP')) await sleep(20)
})

afterAll(() => lab?.remove())

/** What the command prints, and how it ends. */
async function netkit(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const terminal = { out: (text: string): void => void (out += text), err: (text: string): void => void (err += text) }
  return { status: await run(args, terminal), out, err }
}

async function ours(...args: string[]): Promise<IpObject[]> {
  const { status, out, err } = await netkit(...args, '--netns', lab.name, '--json')
  expect({ status, err }).toEqual({ status: 0, err: '' })
  return JSON.parse(out) as IpObject[]
}

/** What changes by itself between two looks. */
const MOVING = new Set([
  'hello_timer',
  'gc_timer',
  'forward_delay_timer',
  'tentative',
  'expires',
  'topology_change_timer',
])

/** Ours with nothing that `ip`'s has not: it is an older program. */
function asFar(one: unknown, theirs: unknown): unknown {
  if (Array.isArray(theirs) && Array.isArray(one)) return one.map((item, i) => asFar(item, theirs[i]))
  if (typeof theirs !== 'object' || theirs === null || typeof one !== 'object' || one === null) return one
  const names = Object.keys(theirs).filter((name) => !MOVING.has(name))
  return Object.fromEntries(names.map((name) => [name, asFar((one as IpObject)[name], (theirs as IpObject)[name])]))
}

/** What `ip` printed, without what moves; the VLAN protocol of a bridge in the spelling that it has since iproute2 6.15. */
const still = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(asFar(value, value)).replaceAll('"vlan_protocol":"802.1q"', '"vlan_protocol":"802.1Q"'))

const byDst = (objects: readonly IpObject[]): IpObject[] =>
  objects.toSorted((a, b) =>
    JSON.stringify([a['dst'], a['dev'], a['type']]) < JSON.stringify([b['dst'], b['dev'], b['type']]) ? -1 : 1,
  )

describe('netkit link, addr, route, nexthop, rule, neigh, netns', here, () => {
  test('link', async () => {
    const theirs = lab.json('link show')
    expect(asFar(await ours('link', 'list'), theirs)).toEqual(still(theirs))
  })

  test('addr', async () => {
    const theirs = lab.json('addr show')
    expect(asFar(await ours('addr'), theirs)).toEqual(still(theirs))
    const inet = (await ours('addr', 'list', '-4')).flatMap((link) => link['addr_info'] as IpObject[])
    expect(inet.map(({ family }) => family)).toEqual(['inet', 'inet', 'inet'])
  })

  test.each([['main'], ['100'], ['local'], ['all']])('route, table %s', async (table) => {
    const theirs = (family: string): IpObject[] =>
      JSON.parse(
        lab.ip(`-d -j ${family} route show table ${table}`, { mayFail: true }).replace(/^\[$/, '') || '[]',
      ) as IpObject[]
    expect(asFar(await ours('route', 'list', '-4', '--table', table), theirs('-4'))).toEqual(still(theirs('-4')))
    const six = byDst(theirs('-6'))
    expect(asFar(byDst(await ours('route', 'list', '-6', '--table', table)), six)).toEqual(still(six))
  })

  test('nexthop', async () => {
    const theirs = lab.json('nexthop show')
    expect(asFar(await ours('nexthop', 'list'), theirs)).toEqual(still(theirs))
  })

  test('rule', async () => {
    for (const family of ['-4', '-6']) {
      const theirs = lab.json(`${family} rule show`)
      expect(asFar(await ours('rule', 'list', family), theirs)).toEqual(still(theirs))
    }
  })

  test('neigh', async () => {
    const theirs = byDst(lab.json('neigh show'))
    expect(asFar(byDst(await ours('neigh', 'list')), theirs)).toEqual(still(theirs))
  })

  test('netns', async () => {
    using other = Lab.create('cli')
    lab.ip(`netns set ${other.name} 7`)
    const listed = await ours('netns', 'list')
    expect(listed).toContainEqual({ name: other.name, id: 7 })
    expect(listed).toContainEqual({ name: lab.name })
  })

  test.each(['link', 'addr', 'route', 'nexthop', 'rule', 'neigh', 'netns'])('%s as a table', async (object) => {
    const { out, status } = await netkit(object, 'list', '--netns', lab.name)
    expect(status).toBe(0)
    expect(out).toMatch(/^[A-Z]+ /)
    expect(out.trimEnd().split('\n').length).toBeGreaterThan(1)
  })

  test('what makes no sense', async () => {
    for (const [args, said] of [
      [['link', 'add'], 'it can only list'],
      [['link', 'list', '--nope'], '--nope'],
      [['route', 'list', '--table', 'nosuch'], 'no table nosuch'],
      [['addr', 'list', '-4', '-6'], 'exclude each other'],
      [['monitor', 'nosuch'], 'no object nosuch'],
    ] as const) {
      const { status, err } = await netkit(...args)
      expect({ status, said: err.includes(said) && err.includes('Usage') }).toEqual({ status: 2, said: true })
    }
    expect(await netkit('link', 'list', '--netns', 'nosuch')).toMatchObject({ status: 1 })
  })
})

describe('netkit monitor', here, () => {
  test.each([
    [['--json'], /^\{"event":"added","object":"route".*"dst":"10\.77\.0\.0\/16"/m],
    [[], /^\+ route 10\.77\.0\.0\/16 +10\.7\.0\.2 +p0/m],
  ])('tells until it is interrupted: %j', async (flags, line) => {
    const args = ['monitor', 'route', '--netns', lab.name, '--initial', ...flags]
    const child = spawn(process.execPath, [...script(main), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    const until = async (wanted: RegExp): Promise<void> => {
      for (const end = Date.now() + 20_000; !wanted.test(out); await sleep(20)) {
        if (Date.now() > end) throw new Error(`not told: ${wanted} in ${out}`)
      }
    }
    await until(/10\.9\.0\.0\/16/)
    lab.ip('route add 10.77.0.0/16 via 10.7.0.2')
    await until(line)
    lab.ip('route del 10.77.0.0/16')
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(out).not.toContain('"object":"link"')
  })
})
