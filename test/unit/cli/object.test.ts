import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BtfBuilder, type BtfMember } from '../../../src/btf/index.ts'
import { type CoreReport } from '../../../src/cli/object/core.ts'
import { type InspectReport } from '../../../src/cli/object/inspect.ts'
import { netkit, netkitJson } from './terminal.ts'

const fileOf = (path: string): string => fileURLToPath(new URL(`../../../bpf/tests/${path}`, import.meta.url))

describe('netkit', () => {
  it('says how it is used', async () => {
    expect(await netkit('--help')).toMatchObject({ status: 0, err: '' })
    expect((await netkit('--help')).out).toContain('netkit object inspect FILE [--json]')
    expect(await netkit()).toMatchObject({ status: 2 })
  })

  it.each([
    [['nothing'], 'no command nothing'],
    [['object'], 'no command object'],
    [['object', 'nothing'], 'no command object nothing: there are inspect, load, core'],
    [['object', 'inspect'], 'object inspect takes one file'],
    [['object', 'inspect', 'a', 'b'], 'object inspect takes one file'],
    [['object', 'inspect', '--yaml', 'a'], "Unknown option '--yaml'"],
    [['object', 'load'], 'object load takes files'],
    [['object', 'core', 'a'], 'object core needs --btf FILE'],
  ])('refuses %j', async (args, words) => {
    const { status, out, err } = await netkit(...args)
    expect(status).toBe(2)
    expect(out).toBe('')
    expect(err).toContain(words)
  })

  it('names the file that it cannot read', async () => {
    const { status, err } = await netkit('object', 'inspect', '/nowhere/x.o')
    expect(status).toBe(1)
    expect(err).toContain('/nowhere/x.o')
    expect((await netkit('object', 'inspect', fileURLToPath(import.meta.url))).err).toMatch(/object\.test\.ts: .*ELF/)
  })
})

describe('object inspect', () => {
  const inspect = async (name: string): Promise<InspectReport> => {
    const { status, report } = await netkitJson<InspectReport>('object', 'inspect', fileOf(name))
    expect(status).toBe(0)
    return report
  }

  it('tells programs', async () => {
    const report = await inspect('subprograms.bpf.o')
    expect(report).toMatchObject({ endian: 'little', license: 'GPL', btf: { types: expect.any(Number) as number } })
    expect(report.programs.find(({ name }) => name === 'nested')).toEqual({
      name: 'nested',
      section: 'tc',
      type: 'sched_cls',
      attachType: null,
      attachTo: '',
      flags: 0,
      autoload: true,
      linkage: 'global',
      hidden: false,
      instructions: 3,
      linkedInstructions: expect.any(Number) as number,
      uses: { maps: ['.bss'], externs: [] },
      tags: ['returns:12'],
      coreRelocations: [],
    })
    expect(report.functions.map(({ name, linkage, hidden }) => [name, hidden ? 'hidden' : linkage])).toContainEqual([
      'hidden_function',
      'hidden',
    ])
    const { programs } = await inspect('optional.bpf.o')
    expect(programs.map(({ name, autoload }) => [name, autoload])).toEqual([
      ['always', true],
      ['sometimes', false],
      ['never', false],
    ])
  })

  it('tells maps', async () => {
    const { maps } = await inspect('maps.bpf.o')
    expect(maps.find(({ name }) => name === 'flows')).toEqual({
      name: 'flows',
      origin: 'maps',
      type: 'hash',
      keySize: 8,
      valueSize: 16,
      maxEntries: 128,
      flags: 5,
      extra: '0',
      numaNode: 0,
      pinning: 'none',
      autocreate: true,
      keyType: 'struct key',
      valueType: 'struct value',
      inner: null,
      values: [],
      structOps: null,
      tags: ['exported'],
    })
    const nested = (await inspect('map-in-map.bpf.o')).maps.find(({ name }) => name === 'array')
    expect(nested).toMatchObject({ type: 'array_of_maps', inner: { type: 'array' } })
    expect(nested?.values.length).toBeGreaterThan(0)
    const table = (await inspect('struct-ops.bpf.o')).maps.find(({ name }) => name === 'linked')
    expect(table?.structOps).toMatchObject({ type: 'tcp_congestion_ops', link: true })
  })

  it('tells variables and externs as C', async () => {
    const { variables } = await inspect('globals.bpf.o')
    expect(variables.find(({ name }) => name === 'origin')).toEqual({
      name: 'origin',
      map: '.data',
      section: '.data',
      offset: 8,
      size: 16,
      linkage: 'global',
      declaration: 'struct point origin',
      tags: [],
    })
    const { externs } = await inspect('kfuncs.bpf.o')
    expect(externs).toContainEqual({
      name: 'bpf_no_such_function',
      kind: 'kfunc',
      weak: true,
      declaration: 'int bpf_no_such_function(int)',
    })
  })

  it('tells CO-RE relocations, by what is accessed', async () => {
    const { programs } = await inspect('core.bpf.o')
    expect(programs.find(({ name }) => name === 'reads_members')?.coreRelocations[0]).toEqual({
      instruction: 7,
      kind: 'byte_off',
      access: 'task_struct.tgid',
      source: { file: './tests/core.bpf.c', line: expect.any(Number) as number, text: expect.any(String) as string },
    })
  })

  it('reads either byte order, and prints tables of all', async () => {
    const little = await inspect('core.bpf.o')
    const big = await inspect('core.eb.bpf.o')
    const names = (report: InspectReport) => report.programs.map(({ name }) => name)
    expect(big.endian).toBe('big')
    expect(names(big)).toEqual(names(little))
    const { out } = await netkit('object', 'inspect', fileOf('globals.bpf.o'))
    expect(out).toMatch(/^Programs\n +name +section +type/m)
    expect(out).toMatch(/^ +origin +\.data +8 +16 +struct point origin$/m)
  })
})

describe('object core', () => {
  let folder: string
  let target: string

  /** A kernel as far as the object's questions go: `task_struct` with its members elsewhere. */
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netkit-cli-'))
    target = join(folder, 'kernel.btf')
    const builder = new BtfBuilder()
    const int = builder.add({ kind: 'int', name: 'int', size: 4, signed: true, char: false, bool: false, bits: 32, bitOffset: 0 }) // prettier-ignore
    const member = (name: string, bitOffset: number): BtfMember => ({ name, type: int, bitOffset, bitfieldSize: 0 })
    builder.add({ kind: 'struct', name: 'task_struct', size: 64, bitfields: false, members: [member('pid', 256), member('tgid', 320)] }) // prettier-ignore
    writeFileSync(target, builder.build())
  })

  afterAll(() => rmSync(folder, { recursive: true }))

  it('tells what each relocation comes to, without a kernel', async () => {
    const { status, report } = await netkitJson<CoreReport>('object', 'core', fileOf('core.bpf.o'), '--btf', target)
    expect(status).toBe(0)
    expect(report).toMatchObject({ ok: true, failed: 0, btf: target, modules: [] })
    const [tgid, leader] = report.programs.find(({ name }) => name === 'reads_members')!.relocations
    expect(tgid).toEqual({
      instruction: 7,
      kind: 'byte_off',
      access: 'task_struct.tgid',
      source: { file: './tests/core.bpf.c', line: expect.any(Number) as number, text: expect.any(String) as string },
      status: 'resolved',
      reason: null,
      original: '4',
      value: '40',
      candidates: [{ target: 'kernel.btf', typeId: 2, type: 'task_struct', why: null }],
    })
    expect(leader).toMatchObject({ status: 'poisoned', original: null, value: null })
    expect(leader?.reason).toContain('it has no member group_leader')
    const all = report.programs.flatMap(({ relocations }) => relocations)
    expect(report.resolved + report.poisoned).toBe(all.length)
  })

  it('says which functions of the kernel are missing, and fails', async () => {
    const { status, report } = await netkitJson<CoreReport>('object', 'core', fileOf('kfuncs.bpf.o'), '--btf', target)
    expect(status).toBe(1)
    expect(report.programs.find(({ name }) => name === 'calls_void')).toMatchObject({
      ok: false,
      missing: ['bpf_rcu_read_lock', 'bpf_rcu_read_unlock'],
    })
    expect(report.programs.find(({ name }) => name === 'weak_is_absent')).toMatchObject({ ok: true, missing: [] })
  })

  it('takes the types of an ELF file, and fails where a question has two answers', async () => {
    const object = fileOf('core.bpf.o')
    const { status, out } = await netkit('object', 'core', object, '--btf', object)
    expect(status).toBe(1)
    expect(out).toContain('ambiguous: task_struct')
    const { err } = await netkit('object', 'core', object, '--btf', fileURLToPath(import.meta.url))
    expect(err).toMatch(/object\.test\.ts: .*magic/)
  })
})
