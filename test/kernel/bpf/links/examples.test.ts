/** The examples of hooks and tracing, run as the guides say. */
import { type ChildProcess, spawn, type SpawnOptions, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { NetNs } from '../../../../src/netns/index.ts'
import { script } from '../../../bundle/script.ts'
import { Lab } from '../../lab.ts'
import { needs } from '../../needs.ts'

const root = join(import.meta.dirname, '../../../..')
const stdio: SpawnOptions = { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] }

/** Reads what a program says until a line fits; `heard` is told each. */
async function listen(
  child: ChildProcess,
  last: RegExp,
  heard: (line: string) => void = () => undefined,
): Promise<string[]> {
  // prettier-ignore
  const said: string[] = []
  for await (const line of createInterface(child.stdout!)) {
    said.push(line)
    heard(line)
    if (last.test(line)) break
  }
  return said
}

test('examples/hooks.ts says who is there, and counts packets until a signal', needs('tcx'), async () => {
  using lab = Lab.create()
  using ns = NetNs.open(lab.name)
  const example = ns.spawn(process.execPath, [...script(join(root, 'examples/hooks.ts')), '--interface', 'lo'], stdio)
  const exit = once(example, 'exit')
  const said = await listen(example, /^[1-9]\d* packets$/, (line) => {
    if (line.startsWith('counter is attached')) lab.ping('127.0.0.1', { count: 1 })
  })
  expect(said.slice(0, 3)).toEqual(['xdp', 'tcx_ingress', 'tcx_egress'].map((hook) => `${hook} of interface 1: nobody`))
  example.kill('SIGINT')
  expect(await exit).toEqual([0, null])
})

test('examples/tracing.ts names the probes of a file', needs(), () => {
  const file = 'test/kernel/bpf/usdt/probes'
  const { stdout } = spawnSync(process.execPath, [...script(join(root, 'examples/tracing.ts')), file], { cwd: root, encoding: 'utf8' }) // prettier-ignore
  expect(stdout.trim().split('\n')).toEqual([
    'shop:sold at 0xbc 4@%edi -8@%rsi 8@$5',
    'shop:sold at 0xc9 8@(%rsp) -2@-16(%rsp,%rbx,8) 8f@%xmm0',
    'shop:closed at 0xca',
  ])
})

const foreign = { skip: true, meta: { lacks: [{ capability: 'x86-64', reason: `this is ${process.arch}` }] } }

test(
  'examples/tracing.ts prints who passes a probe, and ends by a signal',
  process.arch === 'x64' ? needs('uprobes') : foreign,
  async () => {
    // prettier-ignore
    const file = join(root, 'test/kernel/bpf/usdt/probes')
    const example = spawn(process.execPath, [...script(join(root, 'examples/tracing.ts')), file, 'shop:sold'], stdio)
    const exit = once(example, 'exit')
    let passed: number | undefined
    const said = await listen(example, /at place 1$/, (line) => {
      if (line.startsWith('attached by')) passed = spawnSync(file).pid
    })
    expect(said).toEqual(['attached by shop:sold#0, shop:sold#1', `process ${passed} at place 0`, `process ${passed} at place 1`]) // prettier-ignore
    example.kill('SIGINT')
    expect(await exit).toEqual([0, null])
  },
)
