/** Probes that are defined in the source of a program: read as `readelf -n` reads them, and met when the program runs. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { add, call, exit, jeq, label, ldMap, ldx, mov, stx } from '../../../../src/asm/index.ts'
import {
  attachUsdt,
  BpfMap,
  Collection,
  Program,
  readObjectFile,
  SymbolError,
  usdtProbe,
  usdtProbes,
} from '../../../../src/bpf/index.ts'
import { openDescriptors } from '../../../../src/sys/index.ts'
import { needs } from '../../needs.ts'

/** Passes `shop:sold` at two places and `shop:closed` at one, and ends with its semaphore: see probes.S. */
const path = join(import.meta.dirname, 'probes')
const elsewhere = { skip: true, meta: { lacks: [{ capability: 'x86-64', reason: `this is ${process.arch}` }] } }

describe('the probes of a file', () => {
  test('are those that readelf names', () => {
    // readelf -n says Location 0x4000bc, 0x4000c9 and 0x4000ca, Semaphore 0x4010da; readelf -S says where their sections are in the file.
    expect(usdtProbes(path)).toEqual([
      {
        provider: 'shop',
        name: 'sold',
        sites: [
          {
            offset: 0xbc,
            semaphoreOffset: 0xda,
            arguments: [
              { text: '4@%edi', size: 4, signed: false, float: false, location: { kind: 'register', register: '%edi', context: 112 } }, // prettier-ignore
              { text: '-8@%rsi', size: 8, signed: true, float: false, location: { kind: 'register', register: '%rsi', context: 104 } }, // prettier-ignore
              { text: '8@$5', size: 8, signed: false, float: false, location: { kind: 'constant', value: 5n } },
            ],
          },
          {
            offset: 0xc9,
            semaphoreOffset: 0xda,
            arguments: [
              { text: '8@(%rsp)', size: 8, signed: false, float: false, location: { kind: 'memory', base: '%rsp', context: 152, offset: 0, index: undefined, indexContext: undefined, scale: 1 } }, // prettier-ignore
              { text: '-2@-16(%rsp,%rbx,8)', size: 2, signed: true, float: false, location: { kind: 'memory', base: '%rsp', context: 152, offset: -16, index: '%rbx', indexContext: 40, scale: 8 } }, // prettier-ignore
              { text: '8f@%xmm0', size: 8, signed: false, float: true, location: { kind: 'register', register: '%xmm0', context: undefined } }, // prettier-ignore
            ],
          },
        ],
      },
      { provider: 'shop', name: 'closed', sites: [{ offset: 0xca, semaphoreOffset: 0, arguments: [] }] },
    ])
  })

  test('that are not there are refused with those that are', () => {
    expect(() => usdtProbe(path, 'shop', 'stolen')).toThrow(SymbolError)
    expect(() => usdtProbe(path, 'shop', 'stolen')).toThrow('it has shop:sold, shop:closed')
    expect(usdtProbes(process.execPath)).toBeInstanceOf(Array)
  })
})

/** Puts two registers of `struct pt_regs`, %rdi and %rsi, into the slot of the map that its cookie names. */
function watcher(map: BpfMap<number, Uint8Array>, attachType?: 'trace_uprobe_multi'): Program<'kprobe'> {
  return Program.load({
    type: 'kprobe',
    name: 'watcher',
    license: 'GPL',
    attachType,
    instructions: [
      mov('r6', 'r1'),
      call('bpf_get_attach_cookie'),
      stx('u32', 'r10', -4, 'r0'),
      ldMap('r1', map.fd.number),
      mov('r2', 'r10'),
      add('r2', -4),
      call('bpf_map_lookup_elem'),
      jeq('r0', 0, 'end'),
      ldx('u64', 'r1', 'r6', 112),
      stx('u64', 'r0', 0, 'r1'),
      ldx('u64', 'r1', 'r6', 104),
      stx('u64', 'r0', 8, 'r1'),
      label('end', mov('r0', 0)),
      exit(),
    ],
  })
}

const ways = [
  ['one link', 'trace_uprobe_multi', ['shop:sold'], 'btf:bpf_uprobe_multi_link'],
  ['a link for each place', undefined, ['shop:sold#0', 'shop:sold#1'], 'uprobes'],
] as const

describe.each(ways)('a program on a probe, by %s', (_, attachType, names, capability) => {
  const needed = needs(capability)
  const lacking = needed.skip || process.arch === 'x64' ? needed : elsewhere

  test('meets it with its arguments and a cookie of the place, while the semaphore is up', lacking, () => {
    const open = openDescriptors()
    using map = BpfMap.create({ type: 'array', valueSize: 16, maxEntries: 3 })
    using program = watcher(map, attachType)
    const seen = (slot: number): number[] => {
      const view = new DataView(map.get(slot)!.buffer)
      return [view.getInt32(0, true), Number(view.getBigInt64(8, true))]
    }
    const runIt = (): number | null => spawnSync(path).status
    expect(runIt()).toBe(0)
    using links = attachUsdt(program, { path, provider: 'shop', name: 'sold', cookie: (_site, index) => index + 1 })
    expect([...links.links.keys()]).toEqual(names)
    // Each of the two places counts.
    expect(runIt()).toBe(2)
    expect([seen(0), seen(1), seen(2)]).toEqual([[0, 0], [42, -7], [42, -7]]) // prettier-ignore
    links.close()
    links.close()
    map.set(1, new Uint8Array(16))
    expect(runIt()).toBe(0)
    expect(seen(1)).toEqual([0, 0])

    // A probe without a semaphore, and with nothing but its place.
    using closed = attachUsdt(program, { path, provider: 'shop', name: 'closed' })
    expect(closed.links.size).toBe(1)
    expect(runIt()).toBe(0)
    expect(seen(0)).toEqual([42, -7])
    closed.close()
    map.close()
    program.close()
    expect(openDescriptors()).toBe(open)
  })
})

test('a program is attached by what its section says of a probe', needs('uprobes'), () => {
  const spec = readObjectFile(new URL('../../../../bpf/tests/sections.bpf.o', import.meta.url))
  const [name, program] = Object.entries(spec.programs).find(([, { section }]) => section.startsWith('usdt'))!
  spec.programs = { [name]: { ...program, section: `usdt/${path}:shop:sold`, attachTo: `${path}:shop:sold` } }
  using collection = Collection.load(spec)
  const open = openDescriptors()
  const attached = collection.attachAll()
  expect([...attached.links.keys()]).toEqual([`${name} shop:sold#0`, `${name} shop:sold#1`])
  expect(process.arch === 'x64' ? spawnSync(path).status : 2).toBe(2)
  attached.close()
  expect(openDescriptors()).toBe(open)
  spec.programs[name]!.attachTo = 'nothing'
  using refused = Collection.load(spec)
  expect(() => refused.attachAll()).toThrow(`program ${name}: "nothing" is no path:provider:name`)
})
