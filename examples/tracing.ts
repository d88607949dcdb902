/**
 * Prints the probes that are defined in the source of a program or a library, and with the name of one each process that passes it, until it is
 * interrupted.
 *
 *     npx tsx examples/tracing.ts /usr/lib/x86_64-linux-gnu/libstdc++.so.6
 *     npx tsx examples/tracing.ts /usr/lib/x86_64-linux-gnu/libstdc++.so.6 libstdcxx:throw
 */
import { add, call, exit, ldMap, mov, rsh, stx } from '../src/asm/index.ts'
import { attachUsdt, BpfMap, Program, RingReader, usdtProbes } from '../src/bpf/index.ts'

/** A program that sends the number of its process, and the cookie of the place that it was called at. */
function sender(map: BpfMap): Program<'kprobe'> {
  return Program.load({
    type: 'kprobe',
    name: 'passed',
    license: 'GPL',
    instructions: [
      mov('r6', 'r1'),
      call('bpf_get_current_pid_tgid'),
      rsh('r0', 32),
      stx('u32', 'r10', -8, 'r0'),
      mov('r1', 'r6'),
      call('bpf_get_attach_cookie'),
      stx('u32', 'r10', -4, 'r0'),
      ldMap('r1', map.fd.number),
      mov('r2', 'r10'),
      add('r2', -8),
      mov('r3', 8),
      mov('r4', 0),
      call('bpf_ringbuf_output'),
      mov('r0', 0),
      exit(),
    ],
  })
}

const decode = {
  read: (view: DataView, offset: number) => ({
    pid: view.getUint32(offset, true),
    place: view.getUint32(offset + 4, true),
  }),
}

async function main(): Promise<void> {
  const [path, title] = process.argv.slice(2)
  if (path === undefined) throw new Error('say which file: examples/tracing.ts FILE [PROVIDER:NAME]')
  if (title === undefined) {
    for (const { provider, name, sites } of usdtProbes(path)) {
      for (const site of sites) console.log(`${provider}:${name} at 0x${site.offset.toString(16)} ${site.arguments.map(({ text }) => text).join(' ')}`.trimEnd()) // prettier-ignore
    }
    return
  }
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort())

  const [provider = '', name = ''] = title.split(':')
  using map = BpfMap.create({ type: 'ringbuf', maxEntries: 64 * 1024, name: 'passes' })
  using program = sender(map)
  using passes = RingReader.open(map, { decode })
  using links = attachUsdt(program, { path, provider, name, cookie: (_site, index) => index })
  console.log(`attached by ${[...links.links.keys()].join(', ')}`)
  try {
    for await (const { pid, place } of passes.records({ signal: controller.signal })) {
      console.log(`process ${pid} at place ${place}`)
    }
  } catch (error) {
    if (!controller.signal.aborted) throw error
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
