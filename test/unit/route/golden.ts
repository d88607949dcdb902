/**
 * Requests as `ip` makes them, byte by byte: `npx tsx test/unit/route/golden.ts` writes them to `fixtures/requests.json`, with the command beside
 * each. It needs root, ip, bridge and strace; the kernel need not know what is asked for, only the bytes count.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { type AnyCodec, type Codec, decode, UnknownAttributes } from '../../../src/codec/index.ts'
import { operations } from '../../../src/netlink/route/index.ts'

/** One request: who made it, its type, the body behind the header, and what it says. */
export interface Golden {
  readonly command: string
  readonly type: number
  readonly flags: number
  readonly body: string
  readonly value: unknown
}

/** Where the requests are. */
export const FIXTURE = new URL('./fixtures/requests.json', import.meta.url)

/** JSON for what JSON has no word for. */
export const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, inner: unknown) => {
      if (typeof inner === 'bigint') return `${inner}n`
      if (inner === Infinity) return 'forever'
      if (inner instanceof UnknownAttributes) return `unknown ${Buffer.from(inner.raw).toString('hex')}`
      if (inner instanceof Uint8Array) return `bytes ${Buffer.from(inner).toString('hex')}`
      return inner
    }),
  )

/** The message of each type that a request can have. */
export const BODIES: ReadonlyMap<number, Codec<object, never>> = new Map(
  [
    operations.LINK,
    operations.ADDR,
    operations.ROUTE,
    operations.NEIGH,
    operations.RULE,
    operations.NSID,
    operations.LINKPROP,
    operations.NEXTHOP,
    operations.VLAN,
    operations.MDB,
    operations.TUNNEL,
    operations.NETCONF,
    operations.STATS,
  ]
    .flatMap((speaks): { readonly type: number; readonly request: unknown }[] => Object.values(speaks))
    .map(({ type, request }) => [type, request as unknown as Codec<object, never>] as const),
)

const COMMANDS = `
link add name x mtu 1400 address 02:00:00:00:00:01 txqueuelen 7 numtxqueues 2 numrxqueues 3 index 77 type dummy
link add x type veth peer name y mtu 1300 address 02:00:00:00:00:02
link add x type veth peer name y netns cap2
link add x up type bridge forward_delay 400 ageing_time 1000 vlan_filtering 1 mcast_snooping 0 vlan_protocol 802.1ad group_address 01:80:c2:00:00:0f
link add link v0 name x type vlan id 5 protocol 802.1ad gvrp on egress-qos-map 1:2 ingress-qos-map 3:4
link add link v0 x type macvlan mode passthru nopromisc
link add link v0 x type macvlan mode source macaddr add 02:00:00:00:00:09
link add link v0 x type ipvlan mode l3s private
link add x type vrf table 1000
link add x type bond mode active-backup arp_interval 100 arp_ip_target 192.0.2.1,192.0.2.2 arp_validate all
link add x type bond mode 802.3ad xmit_hash_policy layer3+4 lacp_rate fast ad_actor_system 02:00:00:00:00:09
link add x type vxlan id 42 group 239.1.1.1 dev v0 local 192.0.2.1 ttl 3 dstport 4789 srcport 1000 2000 gbp
link add x type vxlan id 43 remote 2001:db8::2 local 2001:db8::1 dstport 4789 flowlabel 0x12345 nolearning
link add x type geneve id 7 remote 192.0.2.9 ttl 5 dstport 6082 udpcsum
link add x type geneve external
link add x type gre local 192.0.2.1 remote 192.0.2.2 ttl 9 icsum oseq ikey 5 okey 6
link add x type gretap local 192.0.2.1 remote 192.0.2.2 nopmtudisc ignore-df encap gue encap-sport 1000 encap-dport 2000 encap-csum
link add x type ip6gre local 2001:db8::1 remote 2001:db8::2 hoplimit 9 key 4
link add x type erspan local 192.0.2.1 remote 192.0.2.2 seq key 3 erspan_ver 1 erspan 100
link add x type ipip local 192.0.2.1 remote 192.0.2.2 ttl 9 mode any
link add x type sit local 192.0.2.1 remote 192.0.2.3 isatap
link add x type ip6tnl local 2001:db8::1 remote 2001:db8::2 mode any hoplimit 9
link add x type vti local 192.0.2.1 remote 192.0.2.2 ikey 5 okey 6
link add x type xfrm dev v0 if_id 77
link add link v0 x type macsec port 11 encrypt on replay on window 32 encodingsa 1
link add x type hsr slave1 v0 slave2 v1 supervision 45 version 1
link add x type bareudp dstport 6635 ethertype mpls_uc srcportmin 2000 multiproto
link add x type wireguard
link set v0 up mtu 1400
link set v0 down
link set v0 arp off multicast off allmulticast on promisc on dynamic on
link set v0 master br0
link set v0 nomaster
link set v0 netns cap2
link set v0 name w0
link set v0 alias text
link set v0 group 9
link set v0 addrgenmode none
link set v0 address 02:00:00:00:00:03
link set v0 gso_max_size 60000 gso_max_segs 100
link set v0 type bridge_slave hairpin on learning off isolated on cost 9 priority 8
link set v0 vf 0 mac 02:00:00:00:00:04
link set v0 vf 0 vlan 5 qos 3
link set v0 xdpgeneric off
link property add dev v0 altname an-alternative-name-that-is-long
link del v0
link del group 9
addr add 192.0.2.1/24 dev v0
addr add 192.0.2.1 peer 192.0.2.2/24 dev v0 broadcast 192.0.2.255 label v0:a scope link metric 7
addr add 192.0.2.1/24 dev v0 valid_lft 1000 preferred_lft 500 noprefixroute
addr add 2001:db8::1/64 dev v0 nodad home
addr replace 192.0.2.1/24 dev v0
addr del 192.0.2.1/24 dev v0
route add default via 10.0.0.2 dev v0 src 10.0.0.1 metric 9
route add 198.51.100.0/24 dev v0 table 1000 proto bgp
route add 198.51.100.0/24 via 10.0.0.2 mtu lock 1300 advmss 1200 rtt 10ms congctl cubic features ecn
route add 198.51.100.0/24 nexthop via 10.0.0.2 dev v0 weight 3 nexthop via inet6 fd00::2 dev v0 onlink
route add 198.51.100.0/24 via inet6 fd00::2 dev v0
route add 198.51.100.0/24 encap mpls 16/200 via 10.0.0.2 dev v0
route add 198.51.100.0/24 encap ip id 9 dst 192.0.2.8 src 192.0.2.9 ttl 7 tos 4 key dev v0
route add blackhole 198.51.100.0/24
route add local 198.51.100.9 dev lo
route append 198.51.100.0/24 via 10.0.0.3
route replace 198.51.100.0/24 via 10.0.0.3
route del 198.51.100.0/24
-6 route add 2001:db8:1::/48 from 2001:db8:9::/64 via fd00::2 dev v0 metric 77 pref high expires 600
-6 route add 2001:db8:1::/48 encap seg6 mode encap segs fd00::7,fd00::8 dev v0
-6 route add 2001:db8:1::/48 encap seg6local action End.DX6 nh6 fd00::9 dev v0
-M route add 100 as 200/300 via inet 10.0.0.2 dev v0
route get 198.51.100.1 from 10.0.0.1 oif v0 mark 7 ipproto tcp dport 80
neigh add 10.0.0.77 lladdr 02:00:00:00:00:77 dev v0 protocol bgp
neigh replace fd00::77 lladdr 02:00:00:00:00:77 dev v0 nud reachable router
neigh add proxy 10.0.0.78 dev v0
neigh del 10.0.0.77 dev v0
rule add from 10.0.0.0/8 to 10.1.0.0/16 table 1000 priority 100 fwmark 0x10/0xff iif v0 tos 0x10
rule add not from 10.0.0.0/8 lookup main suppress_prefixlength 0 uidrange 100-200
rule add tun_id 5 ipproto tcp sport 1000-2000 dport 80 lookup 7
rule add goto 32766 priority 100
-6 rule add from 2001:db8::/32 blackhole
netns set cap2 33
nexthop add id 5 via 10.0.0.2 dev v0 onlink
nexthop add id 6 blackhole proto zebra
nexthop add id 7 group 5,3/6,9 type resilient buckets 32 idle_timer 60 unbalanced_timer 300
nexthop replace id 5 encap mpls 100 via fd00::2 dev v0
nexthop del id 5
-4 netconf show dev v0
stats show dev v0 group link
stats show dev br0 group xstats subgroup bridge
stats set dev v0 l3_stats on
bridge vlan set vid 10 dev v0 state blocking
bridge vlan set vid 10-20 dev v0 mcast_router 2
bridge vlan global set dev br0 vid 10 mcast_snooping 0 mcast_querier 1 mcast_querier_interval 400
bridge -s vlan show
bridge mdb add dev br0 port v0 grp 239.1.1.1 permanent
bridge mdb add dev br0 port v0 grp ff0e::1 src 2001:db8::1 vid 10
bridge mdb add dev br0 port v0 grp 01:02:03:04:05:06 permanent
bridge mdb del dev br0 port v0 grp 239.1.1.1
bridge vni add vni 100-200 dev v0
bridge vni add vni 300 group 239.1.1.1 dev v0
bridge vni add vni 400 remote 2001:db8::7 dev v0
bridge vni del vni 100 dev v0
bridge fdb add 02:00:00:00:00:55 dev v0 master static vlan 5
bridge fdb append 02:00:00:00:00:55 dev v0 dst 192.0.2.8 port 4790 vni 77 via v0 self
`

/** The requests that a command makes, each whose message is among `bodies`. */
export function requests(argv: readonly string[], bodies: ReadonlyMap<number, Codec<object, never>>): Golden[] {
  const trace = '/tmp/netkit-golden.strace'
  spawnSync('strace', ['-e', 'trace=sendmsg,sendto', '-e', 'write=all', '-s', '0', '-o', trace, ...argv])
  const text = readFileSync(trace, 'utf8')
  rmSync(trace)
  const messages = text
    .split(/^send(?:msg|to)\(/m)
    .map((call) =>
      Buffer.from(
        [...call.matchAll(/^ \| [0-9a-f]{5,}  (.{48})/gm)].map(([, hex]) => hex!.replace(/ /g, '')).join(''),
        'hex',
      ),
    )
  return (
    messages
      // ip asks first whether the kernel is there, with a request of number 0.
      .filter((bytes) => bytes.length >= 16 && bytes.readUInt32LE(8) !== 0 && bodies.has(bytes.readUInt16LE(4)))
      .map((bytes) => {
        const type = bytes.readUInt16LE(4)
        const body = bytes.subarray(16, bytes.readUInt32LE(0))
        return {
          command: argv.filter((word) => word !== '-n' && word !== 'cap').join(' '),
          type,
          flags: bytes.readUInt16LE(6),
          body: body.toString('hex'),
          value: plain(decode(bodies.get(type)! as unknown as AnyCodec as Codec<unknown, never>, new Uint8Array(body))),
        }
      })
  )
}

/** Lookups of a link by its name come before most commands, and say nothing new. */
const lookup = ({ type, command }: Golden): boolean => type === operations.LINK.get.type && !command.includes('show')

function capture(): void {
  const ip = (words: string) => spawnSync('ip', words.split(' '))
  for (const name of ['cap', 'cap2']) ip(`netns add ${name}`)
  ip('-n cap link add v0 type veth peer name v1')
  ip('-n cap link add br0 type bridge')
  ip('-n cap link set v0 up')
  const golden = COMMANDS.trim()
    .split('\n')
    .flatMap((command) => {
      // Some take the link away; each finds it again.
      ip('-n cap link del v1')
      ip('-n cap link add v0 up type veth peer name v1')
      const [first, ...words] = command.split(' ')
      const argv = first === 'bridge' ? ['bridge', '-n', 'cap', ...words] : ['ip', '-n', 'cap', first!, ...words]
      return requests(argv, BODIES).filter((request) => !lookup(request))
    })
  for (const name of ['cap', 'cap2']) ip(`netns del ${name}`)
  writeFileSync(FIXTURE, `${JSON.stringify(golden, null, 2)}\n`)
  console.log(`${golden.length} requests`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) capture()
