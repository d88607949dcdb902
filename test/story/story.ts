/**
 * The story, step by step, each observed: a pair that is a blackhole, a program that lets packets pass, the program killed, a blackhole again.
 *
 * @module
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { NetNs, Netkit, Rtnl, rtnl } from '../../src/index.ts'
import { script } from '../bundle/script.ts'

const COUNT = 5
const HOST = '10.42.0.1'
const CONTAINER = '10.42.0.2'

let failed = 0

/** Tells a step and whether it was as it should be. */
function step(what: string, right: boolean, evidence: string): void {
  if (!right) failed++
  console.log(`  ${right ? 'ok  ' : 'FAIL'} ${what}: ${evidence}`)
}

/** Pings the container from the host; gives how many came back. */
function ping(): { received: number; text: string } {
  const { stdout, error } = spawnSync('ping', ['-n', '-c', `${COUNT}`, '-i', '0.2', '-W', '1', CONTAINER], {
    encoding: 'utf8',
  })
  if (error) throw new Error(`ping cannot be run: ${error.message} (apt-get install iputils-ping)`)
  const text = /^.*packets transmitted.*$/m.exec(stdout)?.[0] ?? stdout.trim()
  return { received: Number(/(\d+) received/.exec(text)?.[1] ?? NaN), text }
}

const dropped = (handle: Rtnl, name: string): bigint => handle.links.statistics(name).txDropped

/** Starts the example as a process of its own, and waits until it says that both sides pass. */
async function hello(): Promise<{ kill: (signal: NodeJS.Signals) => Promise<number | string | null> }> {
  const example = join(import.meta.dirname, '../../examples/hello-netkit.ts')
  const child = spawn(process.execPath, [...script(example), '--interface', 'nk-host'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>
  const ready = (async () => {
    for await (const line of createInterface(child.stdout)) {
      console.log(`       | ${line}`)
      if (line.startsWith('Both sides pass')) return true
    }
    return false
  })()
  const started = await Promise.race([ready, sleep(120_000, false, { ref: false })])
  if (!started) {
    child.kill('SIGKILL')
    throw new Error('examples/hello-netkit.ts did not get as far as attaching')
  }
  return {
    async kill(signal) {
      child.kill(signal)
      const [code, by] = await ended
      return by ?? code
    },
  }
}

async function tell(signals: readonly NodeJS.Signals[]): Promise<void> {
  console.log('A namespace and a netkit pair, both sides in blackhole policy')
  using lab = NetNs.create('lab')
  using pair = Netkit.create({
    name: 'nk-host',
    policy: 'blackhole',
    addresses: [`${HOST}/24`],
    up: true,
    peer: { name: 'nk-container', netns: lab, policy: 'blackhole', addresses: [`${CONTAINER}/24`], up: true },
  })
  using there = Rtnl.open({ netns: lab })
  const { name, mode, policy, peerPolicy, peerIndex } = pair.info()
  step(
    'the pair is there',
    policy === 'blackhole' && peerPolicy === 'blackhole' && mode === 'l3',
    `${name} (interface ${pair.index}) and nk-container (interface ${peerIndex} in lab), mode ${mode}, policy ${policy}, peer policy ${peerPolicy}`,
  )

  blackhole(there, 'while no program is attached')
  for (const signal of signals) {
    console.log(`\nexamples/hello-netkit.ts --interface nk-host`)
    const program = await hello()
    const { primary, peer } = pair.info()
    step(
      'a program on each side',
      primary.programs.length === 1 && peer.programs.length === 1,
      `primary: program ${primary.programs[0]?.programId}, peer: program ${peer.programs[0]?.programId}`,
    )
    const { received, text } = ping()
    step('pings pass', received === COUNT, text)
    // The kernel keeps a note that this address needs no asking (noarp), which `ip neigh` hides as well.
    const neighbours = rtnl.neighbours
      .list({ dev: 'nk-host' })
      .filter(({ dst, state }) => dst === CONTAINER && state !== 'noarp')
    step(
      'no neighbour entry, as in L3 nobody asks for hardware addresses',
      neighbours.length === 0,
      `${neighbours.length} entries`,
    )

    console.log(`\n${signal} to the program`)
    const end = await program.kill(signal)
    step(
      'the program ended',
      end === (signal === 'SIGKILL' ? 'SIGKILL' : 0),
      `by ${end === 0 ? 'itself, with code 0' : end}`,
    )
    const after = pair.info()
    step(
      'no program is attached',
      after.primary.programs.length + after.peer.programs.length === 0,
      'both sides are empty',
    )
    blackhole(there, 'again')
  }

  console.log('\nEverything removed')
  pair.delete()
  there.close()
  lab.delete()
  step('the pair is gone', rtnl.links.find('nk-host') === undefined, 'no interface nk-host')
  step('the namespace is gone', !NetNs.list().includes('lab'), 'no namespace lab')
}

/** Nothing passes, and the counter of the interface that drops says so. */
function blackhole(there: Rtnl, when: string): void {
  const before = dropped(rtnl, 'nk-host')
  const { received, text } = ping()
  step(`pings are lost ${when}`, received === 0, text)
  const drops = dropped(rtnl, 'nk-host') - before
  step('nk-host counts them as dropped', drops >= BigInt(COUNT), `${drops} dropped on the way out of the host`)
  const outward = dropped(there, 'nk-container')
  spawnInLab()
  const fromInside = dropped(there, 'nk-container') - outward
  step('nk-container drops too', fromInside >= 1n, `${fromInside} dropped on the way out of the namespace`)
}

/** One packet from the container to the host. */
function spawnInLab(): void {
  spawnSync('ip', ['netns', 'exec', 'lab', 'ping', '-n', '-c', '1', '-W', '1', HOST])
}

const asked = process.argv.slice(2) as NodeJS.Signals[]
const began = performance.now()
try {
  await tell(asked.length > 0 ? asked : ['SIGKILL'])
} catch (error) {
  failed++
  console.error(error instanceof Error ? error.message : error)
}
console.log(
  `\n${failed === 0 ? 'All of it was observed' : `${failed} steps were not as they should be`}, in ${((performance.now() - began) / 1000).toFixed(1)} s.`,
)
process.exitCode = failed === 0 ? 0 : 1
