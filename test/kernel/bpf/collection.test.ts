/** Objects in the kernel: what is created, set, shared, attached and undone. What their programs return is another file's. */
import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { describe, expect, test } from 'vitest'
import { exit, gotox, label, ldMapValue, ldx, mov } from '../../../src/asm/index.ts'
import {
  BpfMap,
  btfIds,
  btfInfo,
  Collection,
  KernelTypes,
  MapMismatchError,
  ObjectError,
  openBtf,
  Program,
  queryPrograms,
  readBtf,
  readObjectFile,
  StructOpsLink,
  TcxLink,
  u32Codec,
  u64Codec,
  VerifierError,
} from '../../../src/bpf/index.ts'
import { openDescriptors } from '../../../src/sys/index.ts'
import { NetNs } from '../../../src/netns/index.ts'
import { Lab } from '../lab.ts'
import { needs } from '../needs.ts'
import { Bpffs, loadConntrack, outcome } from './programs.ts'

const DIRECTORY = new URL('../../../bpf/tests/', import.meta.url)
const object = (name: string): URL => new URL(`${name}.bpf.o`, DIRECTORY)

/** What a program gives when it is run, and what its source says that it gives. */
function results(collection: Collection): { name: string; got: number; said: number }[] {
  return Object.values(collection.programs).flatMap((program) => {
    const said = collection.spec.programs[program.name]?.tags.find((tag) => tag.startsWith('returns:'))
    if (said === undefined) return []
    const { returnValue } = program.run(program.type === 'sched_cls' ? { data: new Uint8Array(64) } : {})
    return [{ name: program.name, got: returnValue, said: Number(said.slice('returns:'.length)) }]
  })
}

/** Programs of the object `maps`, without the one that peeks into a bloom filter: Linux 7.3 refuses it. */
const WITH_MAPS = { hash_round_trip: 'sched_cls', array_and_percpu: 'sched_cls', longest_prefix: 'sched_cls' } as const

describe('a collection', needs(), () => {
  test('closes what it opened', () => {
    const before = openDescriptors()
    const collection = Collection.load(object('globals'))
    expect(openDescriptors()).toBeGreaterThan(before)
    collection.close()
    collection.close()
    expect(openDescriptors()).toBe(before)
  })

  test('leaves nothing behind when it fails half-way', () => {
    const before = openDescriptors()
    const spec = readObjectFile(object('maps'))
    spec.programs['probably_seen']!.instructions = spec.programs['probably_seen']!.instructions.slice(0, 1)
    expect(() => Collection.load(spec)).toThrow(VerifierError)
    expect(openDescriptors()).toBe(before)
  })

  test('loads in the background', async () => {
    using collection = await Collection.loadAsync(object('globals'))
    expect(results(collection).every(({ got, said }) => got === said)).toBe(true)
  })

  test('loads the programs that are asked for, and says what it has instead of one that is not there', () => {
    using collection = Collection.load(object('optional'), { programs: { sometimes: 'sched_cls' } })
    expect(Object.keys(collection.programs)).toEqual(['sometimes'])
    expect(collection.programs.sometimes.run({ data: new Uint8Array(14) }).returnValue).toBe(7)
    expect(() => Collection.load(object('optional'), { programs: { other: 'xdp' } })).toThrow(
      'the object has no program other: it has always, sometimes, never',
    )
    expect(() => Collection.load(object('optional'), { programs: { always: 'xdp' } })).toThrow(
      'of type sched_cls, not xdp',
    )
    expect(() => Collection.load(object('optional'), { programs: { never: 'xdp' } })).toThrow(
      'program never needs the kernel function no_such_function, which this kernel does not have',
    )
    expect(() => collection.map('nothing')).toThrow(ObjectError)
  })

  test('creates only the maps that are used, when told so', () => {
    using all = Collection.load(object('maps'), { programs: WITH_MAPS })
    using used = Collection.load(object('maps'), { programs: { longest_prefix: 'sched_cls' }, onlyUsed: true })
    expect(Object.keys(all.maps)).toContain('unused')
    expect(Object.keys(used.maps)).toEqual(['routes', '.rodata.cst16'].filter((name) => name in used.maps))
  })

  test('brings the programs along that a program array holds, unless they are optional', () => {
    const before = openDescriptors()
    const asked = { programs: { jump_third: 'sched_cls' }, onlyUsed: true } as const
    const run = (collection: Collection) =>
      collection.program('jump_third').run({ data: new Uint8Array(64) }).returnValue | 0
    {
      using collection = Collection.load(object('tailcalls'), asked)
      expect(Object.keys(collection.programs)).toEqual(['jump_third'])
      expect(run(collection)).toBe(103)
    }
    expect(openDescriptors()).toBe(before)
    const spec = readObjectFile(object('tailcalls'))
    spec.programs['third']!.autoload = false
    using collection = Collection.load(spec, asked)
    expect(run(collection)).toBe(-1)
  })

  test('has the log of the programs that it was asked for', () => {
    using collection = Collection.load(object('globals'), { logLevel: { count: 4 } })
    expect(collection.program('count').stats?.instructions).toBeGreaterThan(0)
    expect(collection.program('read_constants').stats).toBeUndefined()
  })

  test('is for one byte order', () => {
    expect(() => Collection.load(object('globals.eb'.replace('.eb', '.eb')))).toThrow('big-endian')
  })
})

describe('variables', needs(), () => {
  test('are set before the load, constants too', () => {
    using collection = Collection.load(object('globals'), { variables: { limit: 1, bias: 1000n, counter: 5 } })
    const run = (name: string) => collection.program(name).run({ data: new Uint8Array(64) }).returnValue
    expect(run('read_constants')).toBe(1101)
    expect(run('read_initial')).toBe(7)
    expect(() => Collection.load(object('globals'), { variables: { nothing: 1 } })).toThrow('no variable nothing')
    expect(() => Collection.load(object('globals'), { variables: { limit: 'x' } })).toThrow('limit')
  })

  test('are read and written while programs run, by their types', () => {
    using collection = Collection.load(object('globals'))
    const count = collection.program('count')
    const hits = collection.variable<bigint>('hits')
    for (let round = 0; round < 3; round++) count.run({ data: new Uint8Array(64) })
    expect(hits.get()).toBe(3n)
    hits.set(40n)
    count.run({ data: new Uint8Array(64) })
    expect(hits.get()).toBe(41n)
    expect(hits.add(9)).toBe(41n)
    expect(hits.exchange(2)).toBe(50n)
    expect(hits.compareExchange(2, 7)).toBe(2n)
    expect(hits.compareExchange(2, 8)).toBe(7n)
    expect(hits.get()).toBe(7n)
    expect(collection.variable('origin').get()).toEqual({ x: 1, y: -2, weight: 1n << 40n })
    collection.variable('origin').set({ x: 5, y: 6, weight: 0 })
    expect(collection.variable('origin').get()).toEqual({ x: 5, y: 6, weight: 0n })
    expect(collection.variable('table').bytes.length).toBe(16)
    const limit = collection.variable<number>('limit')
    expect(limit.get()).toBe(7)
    expect(() => limit.set(8)).toThrow('limit is constant')
  })
})

describe('maps of objects', needs(), () => {
  test('take and give plain values', () => {
    using collection = Collection.load(object('maps'), { programs: WITH_MAPS })
    const slots = collection.map<number, unknown>('slots')
    for (const [key, value] of slots) expect(slots.get(key)).toEqual(value)
    expect(collection.maps['flows']?.info().btf.valueTypeId).toBeGreaterThan(0)
  })

  test('are shared by a pin of their name, if they fit', () => {
    using bpffs = new Bpffs()
    const options = { pinPath: bpffs.path }
    using one = Collection.load(object('pinning'), options)
    using two = Collection.load(object('pinning'), options)
    const run = (collection: Collection) =>
      collection.program('count_shared').run({ data: new Uint8Array(64) }).returnValue
    expect([run(one), run(two), run(one)]).toEqual([1, 2, 3])
    expect(two.map<number, bigint>('shared').get(0)).toBe(3n)
    const spec = readObjectFile(object('pinning'))
    spec.maps['shared']!.maxEntries = 2
    const error = (() => {
      try {
        return Collection.load(spec, options)
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toBeInstanceOf(MapMismatchError)
    expect(error).toMatchObject({ map: 'shared', field: 'max_entries', expected: 2, found: 1 })
  })

  test('are given by the caller, if they fit', () => {
    using mine = BpfMap.create({ type: 'array', maxEntries: 1, value: u64Codec })
    using wrong = BpfMap.create({ type: 'array', maxEntries: 1, value: u32Codec })
    const spec = readObjectFile(object('pinning'))
    spec.maps['shared']!.pinning = 'none'
    {
      using collection = Collection.load(spec, { maps: { shared: mine as BpfMap } })
      collection.program('count_shared').run({ data: new Uint8Array(64) })
    }
    expect(mine.get(0)).toBe(1n)
    expect(() => Collection.load(spec, { maps: { shared: wrong as BpfMap } })).toThrow(
      'value size 4, the object needs 8',
    )
  })
})

describe('attaching by section', needs('tcx'), () => {
  const count = (lab: Lab): number => {
    using ns = NetNs.open(lab.name)
    const attachTypes = ['tcx_ingress', 'tcx_egress'] as const
    return ns.run(() => attachTypes.flatMap((attachType) => queryPrograms({ ifindex: 1, attachType }).programs).length)
  }

  test('attaches all, and takes all off', () => {
    using lab = Lab.create()
    using ns = NetNs.open(lab.name)
    using collection = Collection.load(new URL('../../../bpf/tcx.bpf.o', import.meta.url))
    const attached = ns.run(() => collection.attachAll({ ifindex: 1 }))
    expect([...attached.links.keys()]).toEqual(['tcx_ingress', 'tcx_egress'])
    expect(count(lab)).toBe(2)
    attached.close()
    attached.close()
    expect(count(lab)).toBe(0)
  })

  test('attaches programs of sections of your own by your own handler', () => {
    using lab = Lab.create()
    using ns = NetNs.open(lab.name)
    const rows = [{ name: 'tcx/ingress', type: 'sched_cls', attachType: 'tcx_ingress', suffix: 'target' }] as const
    using collection = Collection.load(new URL('../../../bpf/tcx.bpf.o', import.meta.url), { sections: rows })
    const handled: string[] = []
    const handler = (program: Program, { name }: { name: string }) => {
      handled.push(name)
      return TcxLink.attach(program as Program<'sched_cls'>, { ifindex: 1 })
    }
    using attached = ns.run(() => collection.attachAll({ ifindex: 1, handlers: { 'tcx/ingress': handler } }))
    expect(handled).toEqual(['tcx_ingress'])
    expect(attached.links.size).toBe(2)
    expect(count(lab)).toBe(2)
  })

  test('undoes what it did when one fails, and says what is missing', () => {
    using lab = Lab.create()
    using ns = NetNs.open(lab.name)
    using collection = Collection.load(new URL('../../../bpf/tcx.bpf.o', import.meta.url))
    using taken = ns.run(() => TcxLink.attach(collection.program('tcx_egress', 'sched_cls'), { ifindex: 1 }))
    expect(outcome(() => ns.run(() => collection.attachAll({ ifindex: 1 })))).toBe('EEXIST')
    expect(count(lab)).toBe(1)
    expect(taken.info().ifindex).toBe(1)
    expect(() => collection.attachAll()).toThrow('program tcx_ingress: section "tcx/ingress" needs ifindex')
    using other = Collection.load(object('static'))
    expect(() => other.attachAll()).toThrow('does not say how it is attached')
  })
})

describe('what the kernel has', needs(), () => {
  test('its configuration, or what the caller says of it', () => {
    using collection = Collection.load(object('kconfig'), {
      variables: { CONFIG_HZ: 123, CONFIG_BPF_SYSCALL: true, CONFIG_NET: 'TRI_YES', LINUX_KERNEL_VERSION: 0x70301 },
    })
    const run = (name: string) => collection.program(name).run({ data: new Uint8Array(64) }).returnValue
    expect(run('hertz')).toBe(123)
    expect(run('version')).toBe(0x70301)
    expect(run('wraps_and_cookies')).toBe(3)
    const before = openDescriptors()
    const missing = { LINUX_KERNEL_VERSION: 'no number' }
    expect(() => Collection.load(object('kconfig'), { variables: missing })).toThrow('LINUX_KERNEL_VERSION')
    expect(openDescriptors()).toBe(before)
  })

  test('its own types, mapped where it lets them be, once in a process', needs('btf'), () => {
    using one = new KernelTypes()
    using other = new KernelTypes()
    expect(one.vmlinux.find('task_struct', 'struct')?.members.some(({ name }) => name === 'pid')).toBe(true)
    expect(other.vmlinux).toBe(one.vmlinux)
    const [major = 0, minor = 0] = release().split('.').map(Number)
    const mapped = readFileSync('/proc/self/maps', 'utf8').includes('/sys/kernel/btf/vmlinux')
    expect(mapped).toBe(major > 6 || (major === 6 && minor >= 16))
  })

  test(
    'types of a module, by its descriptor and by its name',
    needs('module:nf_conntrack', 'no:btf:bpf_ct_release'),
    () => {
      loadConntrack()
      using kernel = new KernelTypes()
      const read = [...btfIds()].flatMap((id) => {
        using fd = openBtf(id)
        return btfInfo(fd.number).name === 'nf_conntrack' ? [readBtf(fd.number)] : []
      })
      for (const btf of [...read, kernel.module('nf_conntrack')]) {
        expect(btf?.base).toBe(kernel.vmlinux)
        expect(btf?.findId('bpf_ct_release', 'func')).toBeGreaterThanOrEqual(kernel.vmlinux.count)
      }
      expect(kernel.find('bpf_ct_release', 'func')?.module).toBe('nf_conntrack')
    },
  )

  test('a target that is another program', needs('kprobes'), () => {
    using target = Collection.load(object('targets'))
    using attached = Collection.load(object('attached'), {
      programs: { replacement: 'ext' },
      targets: { replacement: target.program('target') },
    })
    expect(attached.programs.replacement.info().target.btfId).toBeGreaterThan(0)
    expect(() => Collection.load(object('attached'))).toThrow('give that in targets')
  })

  test('a jump by a table', needs('btf:BPF_MAP_TYPE_INSN_ARRAY'), () => {
    const spec = readObjectFile(new URL('../../../bpf/tcx.bpf.o', import.meta.url))
    const program = spec.programs['tcx_ingress']!
    const [first] = program.instructions
    spec.jumpTables['table'] = { name: 'table', targets: ['one', 'two'] }
    program.instructions = [
      { ...ldMapValue('r1', 0), reference: { kind: 'jumpTable', name: 'table' }, symbol: first!.symbol },
      ldx('u64', 'r1', 'r1', 8),
      gotox('r1'),
      label('one', mov('r0', 1)),
      exit(),
      label('two', mov('r0', 2)),
      exit(),
    ]
    using collection = Collection.load(spec, { programs: { tcx_ingress: 'sched_cls' } })
    expect(collection.programs.tcx_ingress.run({ data: new Uint8Array(64) }).returnValue).toBe(2)
  })

  test('an access to what is not there is named, where a path leads to it', () => {
    const before = openDescriptors()
    const attempt = () => Collection.load(object('core'), { programs: { unguarded: 'syscall' } })
    expect(attempt).toThrow(VerifierError)
    expect(attempt).toThrow(
      /^load program "unguarded": .*it reaches \S+ \(\w+\), which this kernel does not have.*core\.bpf\.c:\d+/,
    )
    expect(openDescriptors()).toBe(before)
  })

  test('tables of callbacks are registered by a link or without one', needs('sound'), () => {
    const available = () => readFileSync('/proc/sys/net/ipv4/tcp_available_congestion_control', 'utf8')
    using collection = Collection.load(object('struct-ops'))
    expect(Object.keys(collection.maps).toSorted()).toEqual(['.bss', 'direct', 'linked'])
    {
      using link = StructOpsLink.attach(collection.map('linked'))
      expect(available()).toContain('nk_linked')
      expect(link.info().mapId).toBe(collection.map('linked').id)
      expect(StructOpsLink.fromId(link.id).close()).toBeUndefined()
    }
    expect(available()).not.toContain('nk_linked')
    collection.register('direct')
    expect(available()).toContain('nk_direct')
    expect(collection.unregister('direct')).toBe(true)
    expect(available()).not.toContain('nk_direct')
    expect(() => collection.register('linked')).toThrow('the object has no map "linked": it has direct')
  })

  test('programs stay where they are pinned', () => {
    using bpffs = new Bpffs()
    using collection = Collection.load(object('static'))
    const [program] = Object.values(collection.programs)
    program!.pin(`${bpffs.path}/program`)
    using again = Program.loadPinned(`${bpffs.path}/program`, 'sched_cls')
    expect(again.id).toBe(program!.id)
    expect(outcome(() => program!.pin(`${bpffs.path}/program`))).toBe('EEXIST')
    expect(() => Program.loadPinned(`${bpffs.path}/program`, 'xdp')).toThrow('of type sched_cls, not xdp')
  })
})
