/**
 * Prints who is on the hooks of an interface, puts a program that counts in front of all others on its ingress, and prints what it counts until it is
 * interrupted: then the program is gone, and the others are as they were.
 *
 *     npx tsx examples/hooks.ts --interface lo
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { atomicAdd, exit, ldMapValue, mov } from '../src/asm/index.ts'
import { BpfMap, Hook, type HookEntry, Program, rtnl, u64Codec } from '../src/index.ts'

const NEXT = -1 // whoever is behind decides

function print(hook: { readonly title: string; list(): readonly HookEntry[] }): void {
  const entries = hook.list()
  console.log(`${hook.title}:${entries.length === 0 ? ' nobody' : ''}`)
  for (const { name, programId, linkId } of entries) {
    console.log(`  ${name} (program ${programId}, ${linkId ? `link ${linkId}` : 'no link'})`)
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { interface: { type: 'string', default: 'lo' } } })
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort())

  const ifindex = rtnl.links.get(values.interface).index
  const ingress = Hook.tcx({ ifindex, direction: 'ingress' })
  print(Hook.xdp({ ifindex }))
  print(ingress)
  print(Hook.tcx({ ifindex, direction: 'egress' }))

  using count = BpfMap.create({ type: 'array', name: 'count', maxEntries: 1, value: u64Codec })
  using program = Program.load({
    type: 'sched_cls',
    name: 'counter',
    attachType: 'tcx_ingress',
    license: 'GPL',
    instructions: [
      ldMapValue('r1', count.fd.number),
      mov('r2', 1),
      atomicAdd('u64', 'r1', 0, 'r2'),
      mov('r0', NEXT),
      exit(),
    ],
  })
  using link = ingress.attach(program, { at: 'head' })
  console.log(`counter is attached to ${ingress.title} by link ${link.id}`)
  while (!controller.signal.aborted) {
    await sleep(1000, undefined, { signal: controller.signal }).catch(() => undefined)
    console.log(`${count.get(0)} packets`)
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
