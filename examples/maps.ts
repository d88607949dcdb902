/**
 * Prints which processes of this machine make the most system calls in a second: a program on a tracepoint of the kernel counts in a map, and this
 * process reads the map.
 *
 *     npx tsx examples/maps.ts
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { add, atomicAdd, call, exit, jeq, ldMap, mov, rsh, stx } from '../src/asm/index.ts'
import { BpfMap, Program, RawTracepointLink, u32Codec, u64Codec } from '../src/bpf/index.ts'

/** Where the program's stack keeps the process and its first count. */
const PROCESS = -4
const ONE = -16

function nameOf(process: number): string {
  try {
    return readFileSync(`/proc/${process}/comm`, 'utf8').trim()
  } catch {
    return 'gone'
  }
}

async function main(): Promise<void> {
  using calls = BpfMap.create({ type: 'hash', name: 'calls', maxEntries: 10_240, key: u32Codec, value: u64Codec })
  using program = Program.load({
    type: 'raw_tracepoint',
    name: 'count_calls',
    license: 'GPL',
    instructions: [
      call('bpf_get_current_pid_tgid'),
      rsh('r0', 32),
      stx('u32', 'r10', PROCESS, 'r0'),
      ldMap('r1', calls.fd.number),
      mov('r2', 'r10'),
      add('r2', PROCESS),
      call('bpf_map_lookup_elem'),
      jeq('r0', 0, 'first'),
      mov('r1', 1),
      atomicAdd('u64', 'r0', 0, 'r1'),
      mov('r0', 0),
      exit(),
      { ...mov('r1', 1), symbol: 'first' },
      stx('u64', 'r10', ONE, 'r1'),
      ldMap('r1', calls.fd.number),
      mov('r2', 'r10'),
      add('r2', PROCESS),
      mov('r3', 'r10'),
      add('r3', ONE),
      mov('r4', 0),
      call('bpf_map_update_elem'),
      mov('r0', 0),
      exit(),
    ],
  })
  using _link = RawTracepointLink.attach(program, { name: 'sys_enter' })
  await sleep(1000)

  const counts = [...calls].toSorted(([, a], [, b]) => Number(b - a))
  const all = counts.reduce((sum, [, count]) => sum + count, 0n)
  console.log(`${all} system calls of ${counts.length} processes in a second`)
  for (const [process, count] of counts.slice(0, 10)) {
    console.log(`${String(count).padStart(8)}  ${String(process).padEnd(7)} ${nameOf(process)}`)
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
