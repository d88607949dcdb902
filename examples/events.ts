/**
 * Prints each program that is executed on this machine, until it is interrupted: a program on a tracepoint of the kernel sends a record into a
 * ring buffer, and this process reads it as it comes.
 *
 *     npx tsx examples/events.ts
 */
import { add, call, exit, ldMap, mov, rsh, stx } from '../src/asm/index.ts'
import { BpfMap, Program, RawTracepointLink, RingReader } from '../src/bpf/index.ts'

/** struct { u32 pid; u32 uid; char comm[16]; } at the top of the program's stack. */
const RECORD = { size: 24, pid: -24, uid: -20, comm: -16 } as const

/** Makes an object of a record. With an object file `valueCodec` does the same from the file's own types. */
const decode = {
  read(view: DataView, offset: number) {
    const comm = new Uint8Array(view.buffer, view.byteOffset + offset + 8, 16)
    return {
      pid: view.getUint32(offset, true),
      uid: view.getUint32(offset + 4, true),
      comm: new TextDecoder().decode(comm.subarray(0, comm.indexOf(0))),
    }
  },
}

async function main(): Promise<void> {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort())

  using map = BpfMap.create({ type: 'ringbuf', maxEntries: 256 * 1024, name: 'executions' })
  using program = Program.load({
    type: 'raw_tracepoint',
    name: 'executed',
    license: 'GPL',
    instructions: [
      call('bpf_get_current_pid_tgid'),
      rsh('r0', 32),
      stx('u32', 'r10', RECORD.pid, 'r0'),
      call('bpf_get_current_uid_gid'),
      stx('u32', 'r10', RECORD.uid, 'r0'),
      mov('r1', 'r10'),
      add('r1', RECORD.comm),
      mov('r2', 16),
      call('bpf_get_current_comm'),
      ldMap('r1', map.fd.number),
      mov('r2', 'r10'),
      add('r2', RECORD.pid),
      mov('r3', RECORD.size),
      mov('r4', 0),
      call('bpf_ringbuf_output'),
      mov('r0', 0),
      exit(),
    ],
  })
  using executions = RingReader.open(map, { decode })
  using _link = RawTracepointLink.attach(program, { name: 'sched_process_exec' })
  console.log('pid     uid     program')
  try {
    for await (const { pid, uid, comm } of executions.records({ signal: controller.signal })) {
      console.log(`${String(pid).padEnd(7)} ${String(uid).padEnd(7)} ${comm}`)
    }
  } catch (error) {
    if (!controller.signal.aborted) throw error
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
