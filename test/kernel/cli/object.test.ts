/** `netkit object load` in the kernel: what it reports of programs that load and of those that do not. */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type LoadReport } from '../../../src/cli/object/load.ts'
import { Program } from '../../../src/bpf/index.ts'
import { openDescriptors } from '../../../src/sys/index.ts'
import { netkit, netkitJson } from '../../unit/cli/terminal.ts'
import { needs } from '../needs.ts'

const fileOf = (name: string): string => fileURLToPath(new URL(`../../../bpf/tests/${name}.bpf.o`, import.meta.url))
const load = (...args: string[]) => netkitJson<LoadReport[]>('object', 'load', ...args)

describe('object load', needs(), () => {
  test('tells what the verifier did with each program, and leaves nothing behind', async () => {
    await load(fileOf('static'))
    const before = openDescriptors()
    const programs = [...Program.ids()].length
    const { status, report } = await load(fileOf('globals'), fileOf('subprograms'))
    expect(status).toBe(0)
    expect(report.map(({ ok, error }) => [ok, error])).toEqual([[true, null], [true, null]]) // prettier-ignore
    expect(report[0]?.programs.find(({ name }) => name === 'read_struct')).toEqual({
      name: 'read_struct',
      section: 'tc',
      type: 'sched_cls',
      ok: true,
      code: null,
      errno: null,
      cause: null,
      verifiedInstructions: expect.any(Number) as number,
      peakStates: expect.any(Number) as number,
      totalStates: expect.any(Number) as number,
      verificationTime: expect.any(Number) as number,
      translatedInstructions: 13,
      time: expect.any(Number) as number,
    })
    expect(openDescriptors()).toBe(before)
    expect([...Program.ids()].length).toBeLessThanOrEqual(programs + 1)
  })

  test('tells why a program is refused, in a line, and fails', needs('btf'), async () => {
    const { status, report } = await load(fileOf('core'))
    expect(status).toBe(1)
    const programs = report[0]?.programs ?? []
    expect(programs.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['unguarded'])
    const refused = programs.find(({ name }) => name === 'unguarded')
    expect(refused).toMatchObject({ code: 'EINVAL', errno: 22, translatedInstructions: null })
    expect(refused?.cause).toMatch(/^it reaches task_struct___view\.no_such_member .*core\.bpf\.c:\d+/)
    expect(refused?.verifiedInstructions).toBeGreaterThan(0)
    expect((await load('--autoload', fileOf('core'))).status).toBe(0)
  })

  test('tells programs apart that one object holds', async () => {
    const { report } = await load(fileOf('missing'))
    const rows = report[0]?.programs.map(({ name, code, errno }) => [name, code, errno])
    expect(rows).toEqual([
      ['fine', null, null],
      ['needs_symbol', 'ERR_OBJECT', null],
      ['needs_function', 'ERR_OBJECT', null],
      ['needs_body', 'ERR_ELF', null],
    ])
  })

  test('loads callbacks without registering them', needs('btf:bpf_struct_ops_tcp_congestion_ops'), async () => {
    const { status, report } = await load(fileOf('struct-ops'))
    expect(report[0]?.programs.filter(({ ok }) => !ok)).toEqual([])
    expect(status).toBe(0)
  })

  test('goes on after a file that is none', async () => {
    const { status, report } = await load(fileURLToPath(import.meta.url), fileOf('static'))
    expect(status).toBe(1)
    expect(report.map(({ ok }) => ok)).toEqual([false, true])
    expect(report[0]?.error).toContain('object.test.ts')
    const { out } = await netkit('object', 'load', fileOf('static'))
    expect(out).toMatch(/static\.bpf\.o +hidden_program +ok/)
    expect(out).toContain('2 of 2 programs loaded')
  })
})
