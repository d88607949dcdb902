/** `traffic veth|veth-tcx|netkit|netkit-program COUNT`: makes a pair into a second namespace and lets the C program send through it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Collection, TcxLink } from '../../src/bpf/index.ts'
import { Netkit } from '../../src/netkit/index.ts'
import { Rtnl } from '../../src/netlink/route/index.ts'
import { NetNs } from '../../src/netns/index.ts'

const [kind = '', count = '1000', netkitObject = '', tcxObject = ''] = process.argv.slice(2)
const PORT = '4000'
const HOST = '10.99.0.1'
const program = `${process.env['BENCH_BIN'] ?? '.'}/traffic`

using container = NetNs.create(`netkit-bench-${process.pid}`)
using host = Rtnl.open()
const held: { close(): void }[] = []

function makeVeth(): void {
  const made = host.links.add({
    name: 'host0',
    linkinfo: { kind: 'veth', data: { peer: { name: 'guest0', netns: container } } },
  })
  host.addresses.add({ dev: made.index, address: `${HOST}/24` })
  host.links.change(made.index, { up: true })
  using guest = Rtnl.open({ netns: container })
  guest.addresses.add({ dev: 'guest0', address: '10.99.0.2/24' })
  guest.links.change('guest0', { up: true })
}

function makeNetkit(): Netkit {
  return Netkit.create({
    name: 'host0',
    addresses: [`${HOST}/24`],
    up: true,
    peer: { name: 'guest0', netns: container, addresses: ['10.99.0.2/24'], up: true },
  })
}

switch (kind) {
  case 'veth':
    makeVeth()
    break
  case 'veth-tcx': {
    makeVeth()
    const object = Collection.load(tcxObject, { programs: { pass_in: 'sched_cls', pass_out: 'sched_cls' } })
    const ifindex = host.links.indexOf('host0')
    held.push(
      TcxLink.attach(object.programs.pass_in, { ifindex }),
      TcxLink.attach(object.programs.pass_out, { ifindex }),
    )
    break
  }
  case 'netkit':
    makeNetkit()
    break
  case 'netkit-program': {
    const pair = makeNetkit()
    const object = Collection.load(netkitObject, { programs: { pass_primary: 'sched_cls', pass_peer: 'sched_cls' } })
    held.push(pair.attachPrimary(object.programs.pass_primary), pair.attachPeer(object.programs.pass_peer))
    break
  }
  default:
    throw new Error(`no kind of link ${kind}`)
}

const server = spawn(program, ['serve', PORT], { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
await once(server.stdout, 'data')
const client: ChildProcess = container.spawn(program, ['run', HOST, PORT, count], {
  stdio: ['ignore', 'inherit', 'inherit'],
})
const [code] = (await once(client, 'exit')) as [number | null]
server.stdin.end()
for (const link of held) link.close()
host.links.delete('host0')
container.delete()
process.exit(code ?? 1)
