/**
 * Brings a netkit pair in blackhole policy to life: loads two programs that return `TCX_PASS` and attaches one to the primary and one to the
 * peer, both through the primary. When it ends, however abruptly, the kernel detaches them and the blackhole is back.
 *
 *     npx tsx examples/hello-netkit.ts --interface nk-host
 */
import { parseArgs } from 'node:util'
import { Collection, Netkit } from '../src/index.ts'

const USAGE = `Usage: npx tsx examples/hello-netkit.ts --interface NAME

Attaches a program that lets everything pass to each side of a netkit pair, and
stays until SIGINT or SIGTERM. NAME is the primary of the pair, on the host.

  -i, --interface NAME   the primary's name
  -h, --help             this text`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { interface: { type: 'string', short: 'i' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) return console.log(USAGE)
  if (values.interface === undefined) throw new Error('say which interface: --interface NAME (see --help)')

  using pair = Netkit.open(values.interface)
  console.log(`${values.interface} is interface ${pair.index}, the primary of a netkit pair`)

  using object = Collection.load(new URL('../bpf/netkit.bpf.o', import.meta.url), {
    programs: { netkit_primary: 'sched_cls', netkit_peer: 'sched_cls' },
  })
  const { netkit_primary: toPeer, netkit_peer: toPrimary } = object.programs
  using primary = pair.attachPrimary(toPeer)
  console.log(`netkit_primary is program ${toPeer.id}, attached to the primary by link ${primary.id}`)
  using peer = pair.attachPeer(toPrimary)
  console.log(`netkit_peer is program ${toPrimary.id}, attached to the peer by link ${peer.id}`)

  console.log('Both sides pass. Ctrl-C detaches.')
  console.log(`${await signal()}: detached, the pair has its own policy again`)
}

/** Waits for a signal that ends the program; the `using` declarations above detach what was attached. */
function signal(): Promise<string> {
  return new Promise((resolve) => {
    const alive = setInterval(() => {}, 0x7fff_ffff)
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.once(name, () => {
        clearInterval(alive)
        resolve(name)
      })
    }
  })
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
