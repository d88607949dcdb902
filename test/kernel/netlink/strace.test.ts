/** What another program reads in our requests: strace takes them apart by tables of its own, and those of ip the same way. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

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

describe('requests, taken apart by strace', needs('command:strace'), () => {
  let lab: Lab
  let directory: string
  let ours: ReturnType<typeof requests>
  const child = new URL('./requests-child.ts', import.meta.url).pathname

  beforeAll(() => {
    lab = Lab.create('strace')
    lab.ip('link add v0 type veth peer name v1')
    directory = mkdtempSync(join(tmpdir(), 'netkit-strace-'))
    const specs = JSON.stringify(rows.map(([, ...rest]) => rest))
    lab.exec([...strace('ours'), process.execPath, '--import', 'tsx', child, specs])
    ours = requests(readFileSync(join(directory, 'ours'), 'utf8'))
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
