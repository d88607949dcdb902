/** Programs as objects of the kernel: every type loads, what the kernel tells of one, runs by hand, statistics. */
import { describe, expect, test } from 'vitest'
import { add, call, exit, type Instruction, jeq, ldMap, ldx, mov, stx } from '../../../src/asm/index.ts'
import {
  BpfMap,
  Collection,
  enableStats,
  Features,
  KernelTypes,
  Program,
  PROGRAM_TYPES,
  type ProgramOptions,
  u32Codec,
  unpin,
  WrongKindError,
} from '../../../src/bpf/index.ts'
import { ClosedError, openDescriptors } from '../../../src/sys/index.ts'
import { run } from '../lab.ts'
import { needs } from '../needs.ts'
import { Bpffs, load, outcome, refusal, returning } from './programs.ts'

type TypeName = Exclude<keyof typeof PROGRAM_TYPES, 'unspec'>

/** What a type needs beside a program that returns 0. */
const SPECIAL: Partial<Record<TypeName, (kernel: KernelTypes) => Partial<ProgramOptions>>> = {
  cgroup_sock_addr: () => ({ attachType: 'cgroup_inet4_connect', instructions: returning(1) }),
  cgroup_sockopt: () => ({ attachType: 'cgroup_getsockopt', instructions: returning(1) }),
  sk_lookup: () => ({ attachType: 'sk_lookup', instructions: returning(1) }),
  netfilter: () => ({ attachType: 'netfilter', instructions: returning(1) }),
  syscall: () => ({ flags: 16 }),
  tracing: (kernel) => ({
    attachType: 'trace_iter',
    target: { btfId: kernel.vmlinux.findId('bpf_iter_task', 'func')! },
  }),
  lsm: (kernel) => ({ attachType: 'lsm_mac', target: { btfId: kernel.vmlinux.findId('bpf_lsm_file_open', 'func')! } }),
  // A congestion control, of which this is one member.
  struct_ops(kernel) {
    const table = kernel.vmlinux.find('tcp_congestion_ops', 'struct')!
    const members = table.kind === 'struct' ? table.members : []
    return { attachType: members.findIndex(({ name }) => name === 'set_state'), target: { btfId: table.id } }
  },
}

/** A frame of 64 bytes. */
const FRAME = new Uint8Array(64).fill(7)

/** Adds 1 to the only value of a map. */
const counting = (map: BpfMap<number, number>): Instruction[] => [
  mov('r1', 0),
  stx('u32', 'r10', -4, 'r1'),
  ldMap('r1', map.fd.number),
  mov('r2', 'r10'),
  add('r2', -4),
  call('bpf_map_lookup_elem'),
  jeq('r0', 0, 3),
  ldx('u32', 'r1', 'r0', 0),
  add('r1', 1),
  stx('u32', 'r0', 0, 'r1'),
  mov('r0', 1),
  exit(),
]

describe('every type of program', needs(), () => {
  test('loads, where the kernel has it', () => {
    using kernel = new KernelTypes()
    using features = new Features({ kernel })
    const wrong: string[] = []
    let loaded = 0
    for (const type of Object.keys(PROGRAM_TYPES).slice(1) as TypeName[]) {
      // An extension needs a program to extend: it is attached where links are.
      if (type === 'ext' || features.programType(type).supported !== true) continue
      const options = { type, name: 'smallest', instructions: returning(0), license: 'GPL', ...SPECIAL[type]?.(kernel) }
      const answer = outcome(() => {
        using program = Program.load(options as ProgramOptions)
        loaded += Number(program.info().type === type)
      })
      if (answer !== 'ok') wrong.push(`${type}: ${answer}`)
    }
    expect(wrong).toEqual([])
    expect(loaded).toBeGreaterThan(25)
  })
})

describe('a program as an object', needs(), () => {
  test('is the same by id, by descriptor and by pin, and is listed', () => {
    using bpffs = new Bpffs()
    using program = load('sched_cls', 3, 'tcx_ingress', 'the_same')
    expect([...Program.ids()]).toContain(program.id)
    using byId = Program.fromId(program.id, 'sched_cls')
    expect(byId.info()).toMatchObject({ id: program.id, type: 'sched_cls', name: 'the_same', tag: program.info().tag })
    using byFd = Program.fromFd(program.fd.dup())
    expect(byFd.run({ data: FRAME }).returnValue).toBe(3)
    const path = `${bpffs.path}/program`
    program.pin(path)
    using pinned = Program.loadPinned(path, 'sched_cls')
    expect(pinned.id).toBe(program.id)
    expect(() => Program.fromId(program.id, 'xdp')).toThrow(WrongKindError)
    expect(() => BpfMap.loadPinned(path)).toThrow(`${path} is a program, not a map`)
    expect(outcome(() => Program.fromId(0x7fff_ffff))).toBe('ENOENT')
    unpin(path)
  })

  test('tells what it is made of', () => {
    using map = BpfMap.create({ type: 'array', maxEntries: 1, value: u32Codec })
    using program = Program.load({ type: 'sched_cls', name: 'counts', license: 'GPL', instructions: counting(map) })
    const info = program.info()
    expect(info.mapIds).toEqual([map.id])
    expect(info).toMatchObject({ gplCompatible: true, createdByUid: 0, btfId: 0, ifindex: 0, runCount: 0n })
    expect(info.tag).toMatch(/^[0-9a-f]{16}$/)
    expect(info.loadTime).toBeGreaterThan(0n)
    expect(info.verifiedInstructions).toBeGreaterThan(0)
    const { instructions, functions, lines } = program.code()
    expect(instructions.length * 8).toBeLessThanOrEqual(info.translatedSize)
    expect(instructions.at(-1)).toMatchObject(exit())
    expect(functions.map(({ code }) => code.length)).toEqual([info.jitedSize])
    expect(lines).toEqual([])
  })

  test('holds a map that its instructions do not mention, once it is bound', () => {
    using map = BpfMap.create({ type: 'array', maxEntries: 1, value: u32Codec })
    using program = load('sched_cls', 0)
    expect(program.info().mapIds).toEqual([])
    program.bindMap(map)
    program.bindMap(map)
    expect(program.info().mapIds).toEqual([map.id])
    using other = load('sched_cls', 1)
    expect(() => program.bindMap(other)).toThrow('only a map can be bound')
  })

  test('of an object has functions and lines, as bpftool prints them', needs('command:bpftool', 'btf'), () => {
    using object = Collection.load(new URL('../../../bpf/tests/subprograms.bpf.o', import.meta.url))
    const program = Object.values(object.programs).find((one) => one.code().functions.length > 1)!
    const { functions, lines, instructions } = program.code()
    interface Dumped {
      readonly proto?: string
      readonly src?: string
      readonly file?: string
      readonly line_num?: number
      readonly line_col?: number
    }
    const dump = JSON.parse(
      run(['bpftool', '-j', 'prog', 'dump', 'xlated', 'id', `${program.id}`, 'linum']).stdout,
    ) as Dumped[]
    const protos = dump.flatMap(({ proto }) => (proto === undefined ? [] : [/(\w+)\(/.exec(proto)![1]]))
    expect(functions.map(({ name }) => name)).toEqual(protos)
    expect(functions[0]!.instruction).toBe(0)
    expect(instructions.length).toBe(dump.length)
    const sources = dump.filter(({ src }) => src !== undefined)
    expect(lines.map(({ text }) => text)).toEqual(sources.map(({ src }) => src!.trim()))
    expect(lines.map(({ line, column }) => [line, column])).toEqual(
      sources.map(({ line_num: line, line_col: column = 0 }) => [line, column]),
    )
    expect(functions.reduce((sum, { code }) => sum + code.length, 0)).toBe(program.info().jitedSize)
    for (const { address, code } of functions) expect(address !== undefined && code.length > 0).toBe(true)
    expect(lines.every(({ address }) => address !== undefined)).toBe(true)
  })
})

describe('a run by hand', needs(), () => {
  test('gives what the program returns and leaves, over and over', () => {
    using map = BpfMap.create({ type: 'array', name: 'runs', maxEntries: 1, value: u32Codec })
    using program = Program.load({ type: 'sched_cls', license: 'GPL', instructions: counting(map) })
    const result = program.run({ data: FRAME, repeat: 1000 })
    expect(result).toMatchObject({ returnValue: 1, data: FRAME })
    expect(map.get(0)).toBe(1000)
    expect(refusal(() => program.run({ data: new Uint8Array(3) }))).toMatch(/EINVAL .*at least the 14 bytes/)
  })

  test('reads and changes the context', () => {
    // struct __sk_buff: mark stands at 8, priority at 32.
    const [MARK, PRIORITY] = [8, 32]
    const instructions = [ldx('u32', 'r0', 'r1', MARK), stx('u32', 'r1', PRIORITY, 'r0'), exit()]
    using program = Program.load({ type: 'sched_cls', license: 'GPL', instructions })
    const context = new Uint8Array(192)
    context[MARK] = 42
    const result = program.run({ data: FRAME, context })
    expect(result.returnValue).toBe(42)
    expect(result.context[PRIORITY]).toBe(42)
  })

  test('of a syscall program works on its context alone', () => {
    const instructions = [mov('r2', 9), stx('u32', 'r1', 4, 'r2'), mov('r0', 5), exit()]
    using program = Program.load({ type: 'syscall', flags: 16, license: 'GPL', instructions })
    const result = program.run({ context: new Uint8Array(8) })
    expect(result.returnValue).toBe(5)
    expect(result.context).toEqual(Uint8Array.of(0, 0, 0, 0, 9, 0, 0, 0))
  })

  test('of XDP sends live frames', () => {
    using map = BpfMap.create({ type: 'array', name: 'frames', maxEntries: 1, value: u32Codec })
    // XDP_DROP is 1, which is what it returns.
    using program = Program.load({ type: 'xdp', license: 'GPL', instructions: counting(map) })
    program.run({ data: FRAME, repeat: 200, flags: 2, batchSize: 64 })
    expect(map.get(0)).toBe(200)
  })

  test('waits for nobody on a thread of the pool', async () => {
    using program = load('xdp', 2)
    expect((await program.runAsync({ data: FRAME, repeat: 10 })).returnValue).toBe(2)
  })

  test('is refused for a type that has none', () => {
    using program = load('perf_event', 0)
    expect(refusal(() => program.run({}))).toMatch(/ENOTSUPP .*cannot run programs of type perf_event by hand/)
  })
})

describe('statistics', needs(), () => {
  test('are counted while somebody wants them', () => {
    using program = load('sched_cls', 0)
    program.run({ data: FRAME, repeat: 10 })
    expect(program.info().runCount).toBe(0n)
    {
      using _ = enableStats()
      program.run({ data: FRAME, repeat: 10 })
    }
    const { runCount, runTime } = program.info()
    expect(runCount).toBe(10n)
    expect(runTime).toBeGreaterThan(0n)
    program.run({ data: FRAME, repeat: 10 })
    expect(program.info().runCount).toBe(10n)
  })
})

describe('after close', needs(), () => {
  test('everything is refused, and a second close does nothing', () => {
    const before = openDescriptors()
    const program = load('sched_cls', 0)
    using map = BpfMap.create({ type: 'array', maxEntries: 1, value: u32Codec })
    program.close()
    program.close()
    const uses = [
      () => program.info(),
      () => program.code(),
      () => program.list('jited'),
      () => program.run({ data: FRAME }),
      () => program.bindMap(map),
      () => program.clone(),
      () => program.pin('/sys/fs/bpf/gone'),
      () => program.id,
    ]
    for (const use of uses) expect(use).toThrow(ClosedError)
    expect(openDescriptors()).toBe(before + 1)
  })
})
