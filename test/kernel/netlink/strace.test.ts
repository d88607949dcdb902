/** What another program reads in our requests: strace takes them apart by tables of its own, and those of ip the same way. */
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import { type LinkSpec, type RouteSpec, Rtnl } from '../../../src/netlink/route/index.ts'

import { Lab } from '../lab.ts'
import { needs } from '../needs.ts'

type Row = readonly [ip: string, object: string, verb: string, spec: unknown]

const rows: readonly Row[] = [
  [
    'link add x mtu 1400 txqueuelen 7 type ifb',
    'links',
    'add',
    { name: 'x', mtu: 1400, txqlen: 7, linkinfo: { kind: 'ifb' } },
  ],
  [
    'link add x address 02:00:00:00:00:01 type bridge ageing_time 1000 mcast_snooping 0',
    'links',
    'add',
    {
      name: 'x',
      address: '02:00:00:00:00:01',
      linkinfo: { kind: 'bridge', data: { ageingTime: 1000, mcastSnooping: false } },
    },
  ],
  [
    'addr add 192.0.2.1 peer 192.0.2.2/24 dev v0 label v0:a metric 7',
    'addresses',
    'add',
    { dev: 'v0', address: '192.0.2.1', peer: '192.0.2.2/24', label: 'v0:a', metric: 7 },
  ],
  [
    'addr add 192.0.2.1/24 dev v0 valid_lft 1000 preferred_lft 500',
    'addresses',
    'add',
    { dev: 'v0', address: '192.0.2.1/24', validLft: 1000, preferredLft: 500 },
  ],
  [
    'route add 198.51.100.0/24 via 10.0.0.2 dev v0 metric 9 table 1000 proto bgp',
    'routes',
    'add',
    { dst: '198.51.100.0/24', gateway: '10.0.0.2', dev: 'v0', metric: 9, table: 1000, protocol: 'bgp' },
  ],
  ['route add default dev v0 mtu 1300', 'routes', 'add', { dst: 'default', dev: 'v0', metrics: { mtu: 1300 } }],
  ['route replace blackhole 198.51.100.0/24', 'routes', 'replace', { dst: '198.51.100.0/24', type: 'blackhole' }],
  [
    'neigh add 10.0.0.77 lladdr 02:00:00:00:00:77 dev v0',
    'neighbours',
    'add',
    { dst: '10.0.0.77', dev: 'v0', lladdr: '02:00:00:00:00:77' },
  ],
  [
    'rule add from 10.0.0.0/8 table 1000 priority 100 fwmark 7',
    'rules',
    'add',
    { src: '10.0.0.0/8', table: 1000, priority: 100, fwmark: 7 },
  ],
]

/** A request as strace tells it: its type, its header, and each attribute with what it holds, in any order. */
function requests(trace: string): { type: string; header: string; attributes: string[] }[] {
  return trace
    .split('\n')
    .filter((line) => /nlmsg_type=RTM_(NEW|DEL)/.test(line) && !/nlmsg_seq=0/.test(line))
    .map((line) => {
      const plain = line
        .replace(/nla_len=\d+, /g, '')
        .replace(/NLA_F_NESTED\|/g, '')
        .replace(/\\0|"\.{3}/g, (end) => (end === '"...' ? '"' : ''))
      const flags =
        /nlmsg_flags=([A-Z_|]+)/
          .exec(plain)?.[1]
          ?.split('|')
          .filter((flag) => flag !== 'NLM_F_ECHO') ?? []
      return {
        type: /nlmsg_type=(\w+)/.exec(plain)![1]!,
        header:
          `${flags.toSorted().join('|')} ${/\}, (\{(?:ifi|ifa|rtm|ndm|family)[^}]*\})/.exec(plain)?.[1] ?? ''}`.replace(
            /0x[0-9a-f]+ \/\* ([A-Z_]+\?*) \*\//g,
            '$1',
          ),
        attributes: [...plain.matchAll(/\{nla_type=([^}]+)\}, ?([^[\]]*)/g)]
          .map(([, type, value]) => `${type} ${value!.replace(/[,\s\]]+$/, '')}`)
          .toSorted(),
      }
    })
}

const LONG = { timeout: 60_000, interval: 50 }

/** Makes a request; what the kernel answers does not matter. */
function make(nl: Rtnl, [, object, verb, spec]: Row): void {
  const request =
    object === 'links'
      ? nl.links.request(verb as 'add', spec as LinkSpec)
      : nl[object as 'routes'].request(verb as 'add', spec as RouteSpec)
  try {
    nl.make<never, unknown>(request as never)
  } catch {
    // refused, and seen all the same
  }
}

describe('requests, taken apart by strace', needs('command:strace'), () => {
  let lab: Lab
  let directory: string
  let ours: ReturnType<typeof requests>

  beforeAll(async () => {
    lab = Lab.create('strace')
    lab.ip('link add v0 type veth peer name v1')
    directory = mkdtempSync(join(tmpdir(), 'netkit-strace-'))
    using nl = Rtnl.open({ netns: lab.name })
    const tracer = lab.spawn([...strace('ours'), '-p', `${process.pid}`])
    const written = (): string => readFileSync(join(directory, 'ours'), 'utf8')
    // It takes a while to attach to every thread, and longer to write.
    await vi.waitUntil(
      () => (nl.links.list(), existsSync(join(directory, 'ours')) && written().includes('RTM_GETLINK')),
      LONG,
    )
    for (const row of rows) make(nl, row)
    await vi.waitUntil(() => requests(written()).length === rows.length, LONG)
    const ended = once(tracer, 'exit')
    tracer.kill('SIGINT')
    await ended
    ours = requests(written())
  })
  afterAll(() => {
    rmSync(directory, { recursive: true })
    lab.remove()
  })
  // In the namespace: strace asks there which protocol a socket speaks.
  const strace = (file: string): string[] => [
    'strace',
    '-f',
    '--seccomp-bpf',
    '-e',
    'trace=sendto,sendmsg',
    '-s',
    '4096',
    '-o',
    join(directory, file),
  ]

  test('each is one', () => {
    expect(ours).toHaveLength(rows.length)
  })

  test.each(rows.map(([ip], index) => [ip, index] as const))('%s', (ip, index) => {
    lab.exec([...strace('theirs'), 'ip', ...ip.split(' ')], { mayFail: true })
    const [theirs] = requests(readFileSync(join(directory, 'theirs'), 'utf8'))
    expect(ours[index]).toEqual(theirs)
    expect(theirs!.attributes.length).toBeGreaterThan(0)
  })
})
