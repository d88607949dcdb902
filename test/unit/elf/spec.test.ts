import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { valueCodec } from '../../../src/btf/index.ts'
import { type ObjectSpec, readObject, readVariable, writeVariable } from '../../../src/elf/index.ts'
import { bytesOf, exampleOf, specOf, testObjects } from './objects.ts'

/** A spec without what is different by nature: the byte order, and data in it. */
function comparable(spec: ObjectSpec): unknown {
  const { endian: _endian, btf, maps, ...rest } = spec
  return {
    ...rest,
    maps: Object.values(maps).map(({ contents, ...map }) => ({ ...map, filled: contents !== undefined })),
    types: btf === undefined ? [] : [...btf],
    values: Object.keys(spec.variables).map((name) => readVariable(spec, name)),
  }
}

describe('byte order', () => {
  /** Functions in which the compiler wrote bytes of the data into the code. */
  const DIFFERENT: Readonly<Record<string, readonly string[]>> = {
    core: ['reads_bitfields'],
    maps: ['hash_round_trip', 'longest_prefix'],
    readers: ['emit'],
    ringbuf: ['emit'],
  }

  for (const name of testObjects.filter((each) => each !== 'linked')) {
    it(`gives one spec of ${name} from both`, () => {
      const little = readObject(bytesOf(name))
      const big = readObject(bytesOf(name, 'big'))
      expect([little.endian, big.endian]).toEqual(['little', 'big'])
      const different = Object.keys(little.programs).filter(
        (program) => !isDeepStrictEqual(little.programs[program], big.programs[program]),
      )
      expect(different).toEqual(DIFFERENT[name] ?? [])
      for (const program of different) {
        delete little.programs[program]
        delete big.programs[program]
      }
      expect(comparable(big)).toEqual(comparable(little))
    })
  }

  it('gives the same spec each time, sharing nothing with the file', () => {
    const bytes = bytesOf('globals')
    const first = readObject(bytes)
    const again = readObject(Buffer.from(bytes))
    expect(again).toEqual(first)
    writeVariable(first, 'limit', 1)
    expect(readObject(bytes)).toEqual(again)
  })
})

describe('the netkit example', () => {
  it('is what its source says', () => {
    const { license, version, programs, maps } = exampleOf('netkit')
    expect({ license, version, maps }).toEqual({ license: 'Dual MIT/GPL', version: 0, maps: {} })
    const shape = Object.values(programs).map(({ name, section, type, attachType, linkage, autoload }) => ({
      name,
      section,
      type,
      attachType,
      linkage,
      autoload,
    }))
    const rest = { type: 'sched_cls', linkage: 'global', autoload: true }
    expect(shape).toEqual([
      { name: 'netkit_primary', section: 'netkit/primary', attachType: 'netkit_primary', ...rest },
      { name: 'netkit_peer', section: 'netkit/peer', attachType: 'netkit_peer', ...rest },
    ])
    expect(programs['netkit_primary']?.instructions[0]?.source).toMatchObject({
      file: './netkit.bpf.c',
      text: '\treturn TCX_PASS;',
    })
  })
})

describe('maps', () => {
  const { maps, btf } = specOf('maps')

  it('have every field of their definition', () => {
    expect(maps['flows']).toEqual({
      name: 'flows',
      origin: 'maps',
      type: 'hash',
      keySize: 8,
      valueSize: 16,
      maxEntries: 128,
      flags: 5,
      extra: 0n,
      numaNode: 0,
      pinning: 'none',
      keyType: btf?.find('key', 'struct')?.id,
      valueType: btf?.find('value', 'struct')?.id,
      values: [],
      tags: ['exported'],
      autocreate: true,
    })
    expect(maps['slots']).toMatchObject({ type: 'array', keySize: 4, valueSize: 8, maxEntries: 4 })
    expect(maps['seen']).toMatchObject({ type: 'bloom_filter', keySize: 0, valueSize: 4, extra: 3n })
    expect(maps['perf']).toMatchObject({ type: 'perf_event_array', keySize: 4, valueSize: 4, maxEntries: 0 })
    expect(maps['routes']).toMatchObject({ type: 'lpm_trie', keySize: 8, flags: 1 })
  })

  it('are there when nobody uses them, and when they are static', () => {
    expect(maps['unused']).toMatchObject({ type: 'hash', maxEntries: 1 })
  })

  it('are pinned by name if they say so', () => {
    expect(specOf('pinning').maps['shared']?.pinning).toBe('by-name')
  })

  it('of maps know what they hold, and what they start with', () => {
    const nested = specOf('map-in-map').maps
    const inner = { type: 'array', keySize: 4, valueSize: 4, maxEntries: 2 }
    expect(nested['array']).toMatchObject({ type: 'array_of_maps', keySize: 4, valueSize: 4 })
    expect(nested['array']?.inner).toMatchObject({ name: 'array.inner', ...inner })
    expect(nested['array']?.values).toEqual([
      { index: 1, name: 'left' },
      { index: 3, name: 'right' },
    ])
    expect(nested['hash']?.inner).toMatchObject(inner)
    expect(nested['hash']?.values).toEqual([{ index: 0, name: 'right' }])
    expect(nested['empty']?.values).toEqual([])
  })

  it('of programs know the programs that they start with', () => {
    const { table } = specOf('tailcalls').maps
    expect(table).toMatchObject({ type: 'prog_array', keySize: 4, valueSize: 4, maxEntries: 4 })
    expect(table?.values).toEqual([
      { index: 0, name: 'first' },
      { index: 2, name: 'third' },
    ])
  })

  it('that are ring buffers keep the type of their records, and no size', () => {
    const spec = specOf('ringbuf')
    const { events } = spec.maps
    expect(events).toMatchObject({ type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 4096 })
    expect(spec.btf?.nameOf(events?.valueType ?? 0)).toBe('event')
  })

  it('of the old form are read by their symbols', () => {
    const old = specOf('legacy-maps')
    const rest = { origin: 'legacy', flags: 0, keySize: 4 }
    expect(old.maps['old_hash']).toMatchObject({ type: 'hash', valueSize: 8, maxEntries: 16, ...rest })
    expect(old.maps['old_array']).toMatchObject({ type: 'array', valueSize: 4, maxEntries: 2, ...rest })
    expect(old.version).toBe(0x050f00)
  })

  it('for kernel callbacks name the programs behind each member', () => {
    const { maps: tables, programs, btf: types } = specOf('struct-ops')
    expect(tables['direct']?.structOps).toEqual({
      typeId: types?.find('tcp_congestion_ops', 'struct')?.id,
      typeName: 'tcp_congestion_ops',
      link: false,
      programs: [
        { offset: 0, member: 'init', name: 'nk_init' },
        { offset: 8, member: 'ssthresh', name: 'nk_ssthresh' },
        { offset: 16, member: 'cong_avoid', name: 'nk_cong_avoid' },
        { offset: 24, member: 'undo_cwnd', name: 'nk_undo_cwnd' },
      ],
    })
    const switches = Object.entries(tables).map(([name, map]) => [name, map.structOps?.link, map.autocreate])
    expect(switches).toEqual([
      ['.bss', undefined, true],
      ['direct', false, true],
      ['linked', true, true],
      ['optional', true, false],
    ])
    expect(programs['nk_init']).toMatchObject({ type: 'struct_ops', attachTo: 'init' })
  })
})

describe('variables', () => {
  it('lie in the map of their section, with their type', () => {
    const { maps, variables, btf } = specOf('globals')
    expect(Object.keys(maps).sort()).toEqual(['.bss', '.bss.cold', '.data', '.data.hot', '.rodata', '.rodata.more'])
    expect(maps['.rodata']).toMatchObject({ flags: 128 | 1024, maxEntries: 1, keySize: 4 })
    expect(maps['.data.hot']).toMatchObject({ flags: 1024, valueSize: 4 })
    expect(maps['.bss']?.contents).toBeUndefined()
    expect(variables['hits']).toMatchObject({ map: '.bss', size: 8, linkage: 'global' })
    expect(variables['scratch']).toMatchObject({ map: '.bss', linkage: 'static' })
    expect(btf?.resolve(variables['origin']?.type ?? 0)).toMatchObject({ kind: 'struct', name: 'point' })
  })

  it('have the values of the source', () => {
    const spec = specOf('globals')
    const value = (name: string): unknown => readVariable(spec, name)
    expect(['limit', 'bias', 'enabled', 'secret', 'counter', 'hot', 'cold'].map(value)).toEqual([
      7,
      -3n,
      1,
      100,
      40,
      5,
      0,
    ])
    expect(value('origin')).toEqual({ x: 1, y: -2, weight: 1n << 40n })
    expect(value('table')).toEqual(new Uint8Array(16))
  })

  it('can be set before load, in either byte order', () => {
    for (const endian of ['little', 'big'] as const) {
      const spec = readObject(bytesOf('globals', endian))
      writeVariable(spec, 'origin', { x: 5, weight: 9 })
      writeVariable(spec, 'hits', 3n)
      writeVariable(spec, 'limit', 11)
      expect(readVariable(spec, 'origin')).toEqual({ x: 5, y: 0, weight: 9n })
      expect(readVariable(spec, 'hits')).toBe(3n)
      expect(spec.maps['.bss']?.contents).toHaveLength(spec.maps['.bss']?.valueSize ?? 0)
      const { btf, variables } = spec
      if (btf === undefined) throw new Error('no types')
      const { offset = 0, type = 0 } = variables['limit'] ?? {}
      expect(valueCodec(btf, type).decode(spec.maps['.rodata']?.contents?.subarray(offset) ?? new Uint8Array())).toBe(
        11,
      )
    }
  })

  it('refuse values that are none of their type, and names that are no variable', () => {
    const spec = specOf('globals')
    expect(() => writeVariable(spec, 'limit', 'many')).toThrow('limit')
    expect(() => writeVariable(spec, 'limit', 2 ** 40)).toThrow(RangeError)
    expect(() => writeVariable(spec, 'toString', 1)).toThrow('the object has no variable toString; it has limit, bias')
    expect(readVariable(spec, 'limit')).toBe(7)
  })

  it('in an arena count from the first of them', () => {
    const spec = specOf('arena')
    expect(spec.maps['arena']).toMatchObject({ type: 'arena', flags: 1024, extra: 1n << 44n })
    expect(spec.variables['numbers']).toMatchObject({ map: 'arena', section: '.addr_space.1', size: 16 })
    expect([readVariable(spec, 'in_arena'), readVariable(spec, 'numbers')]).toEqual([
      41n,
      new Uint32Array([1, 2, 3, 4]),
    ])
  })

  it('keep all of their tags, in order', () => {
    expect(specOf('type-tags').variables['global']?.tags).toEqual(['first', 'second'])
    expect(specOf('type-tags').functions['with_tag']?.tags).toEqual(['function'])
  })
})

describe('what the kernel must provide', () => {
  it('configuration values lie in a map of their own, the widest first', () => {
    const { externs, maps } = specOf('kconfig')
    const shape = Object.values(externs).map(({ name, kind, weak, offset, size }) => [name, kind, weak, offset, size])
    expect(shape.sort((a, b) => Number(a[3]) - Number(b[3]))).toEqual([
      ['CONFIG_NO_SUCH_OPTION', 'kconfig', true, 0, 8],
      ['CONFIG_HZ', 'kconfig', false, 8, 4],
      ['CONFIG_NET', 'kconfig', false, 12, 4],
      ['LINUX_KERNEL_VERSION', 'kconfig', false, 16, 4],
      ['CONFIG_BPF_SYSCALL', 'kconfig', false, 20, 1],
      ['CONFIG_NO_SUCH_LETTER', 'kconfig', true, 21, 1],
      ['LINUX_HAS_BPF_COOKIE', 'kconfig', true, 22, 1],
      ['LINUX_HAS_SYSCALL_WRAPPER', 'kconfig', true, 23, 1],
      ['CONFIG_DEFAULT_HOSTNAME', 'kconfig', true, 24, 16],
    ])
    expect(maps['.kconfig']).toMatchObject({ origin: 'kconfig', flags: 1152, valueSize: 40 })
  })

  it('tells symbols by address, by type, and functions apart', () => {
    const kinds = (name: string): unknown =>
      Object.values(specOf(name).externs).map((extern) => [extern.name, extern.kind, extern.weak])
    expect(kinds('ksyms')).toEqual([
      ['schedule', 'ksym', false],
      ['no_such_symbol', 'ksym', true],
      ['no_such_variable', 'typed-ksym', true],
    ])
    expect(kinds('kfuncs')).toContainEqual(['bpf_no_such_function', 'kfunc', true])
    expect(kinds('kfuncs')).toContainEqual(['bpf_cast_to_kern_ctx', 'kfunc', false])
    expect(kinds('missing')).toContainEqual(['without_body', 'undefined', false])
  })
})
