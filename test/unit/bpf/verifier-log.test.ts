/** The verifier's logs of four refused programs, as three kernels wrote them. */
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { readVerifierLog, readVerifierStats, VerifierError } from '../../../src/bpf/index.ts'
import { KernelError } from '../../../src/sys/index.ts'

const KERNELS = ['6.12', '6.18', '7.3'] as const

function logOf(kernel: string, program: string): string {
  const text = readFileSync(new URL(`logs/${kernel}.txt`, import.meta.url), 'utf8')
  const [, rest = ''] = text.split(`=== ${program}\n`)
  return rest.split('\n=== ')[0]!
}

const ROWS = [
  ['PACKET', /^invalid access to packet, off=10 size=1, R1\(id=0,off=10,r=0\); R1 /, 4, 'refused.c:13: return data[10];'],
  ['NULLVALUE', /^R0 invalid mem access 'map_value_or_null'$/, 7, 'refused.c:20: *value += 1;'],
  ['STACK', /^invalid variable-offset write to stack R2 /, 6, 'refused.c:27: buf[skb->mark & 31] = 1;'],
  ['CONTEXT', /^invalid bpf_context access off=1000 size=4$/, 0, 'refused.c:41: return *(u32 *)((void *)skb + 1000);'],
] as const // prettier-ignore

describe.each(KERNELS)('Linux %s', (kernel) => {
  test.each(ROWS)('%s: cause, instruction, source', (program, cause, index, source) => {
    const report = readVerifierLog(logOf(kernel, program))
    expect(report.cause).toMatch(cause)
    expect(report.instruction?.index).toBe(index)
    expect(report.instruction?.text).toMatch(/^\([0-9a-f]{2}\) /)
    expect(`${report.source?.file}:${report.source?.line}: ${report.source?.text}`).toBe(source)
    expect(report.registers).toMatch(/R\d+(_w)?=/)
    expect(report.stats?.instructions).toBeGreaterThan(0)
  })
})

test('Linux 7.3 gives reason and suggestion in words', () => {
  expect(readVerifierLog(logOf('7.3', 'NULLVALUE'))).toMatchObject({
    reason:
      'R0 may be NULL here (a nullable map value pointer). The program could dereference NULL on this path, so the verifier cannot prove this access is safe.',
    suggestion: 'Add a NULL check before the access and dereference the pointer only on the non-NULL path.',
  })
  expect(readVerifierLog(logOf('6.18', 'NULLVALUE'))).not.toHaveProperty('reason')
})

test('a report alone, without the lines before it, names its title', () => {
  const log = logOf('7.3', 'NULLVALUE')
  const alone = log.slice(log.indexOf('Verification failed'))
  expect(readVerifierLog(alone).cause).toBe('Register Type Safety: Invalid dereference')
})

test.each(['', '\n\n', 'processed 1 insns', 'R0 !read_ok', '; @ :\n0:', ' '])('odd log %j', (log) => {
  expect(readVerifierLog(log).cause).toBe(log.startsWith('R0') ? log : log.startsWith(';') ? '0:' : '')
})

test('statistics', () => {
  const log = 'verification time 49 usec\nstack depth 0+8\nprocessed 22 insns (limit 1000000) max_states_per_insn 1 total_states 3 peak_states 2 mark_read 1\n' // prettier-ignore
  expect(readVerifierStats(log)).toEqual({
    instructions: 22,
    maxStatesPerInstruction: 1,
    totalStates: 3,
    peakStates: 2,
    time: 49,
  })
  expect(readVerifierStats('')).toBeUndefined()
})

describe('VerifierError', () => {
  const log = logOf('7.3', 'NULLVALUE')
  const error = new VerifierError({ errno: -13, program: 'count', log })

  test('says in a line which program, why, where, and what to do', () => {
    expect(error.message).toBe(
      `load program "count": bpf(BPF_PROG_LOAD): EACCES R0 invalid mem access 'map_value_or_null' at instruction 7 (79) r1 = *(u64 *)(r0 +0), refused.c:20: *value += 1; (Add a NULL check before the access and dereference the pointer only on the non-NULL path.)`,
    )
    expect(error.message).not.toContain('\n')
    expect(error).toBeInstanceOf(KernelError)
    expect(error).toMatchObject({ name: 'VerifierError', code: 'EACCES', program: 'count' })
  })

  test('keeps the whole log, and prints its end', () => {
    expect(error.log).toBe(log)
    expect(inspect(error)).toContain('Suggestion:')
    expect(inspect(error)).toMatch(/\(\d+ lines before; \.log has them\)/)
  })

  test('takes the line of source from who knows it better', () => {
    const sourceOf = (index: number) => ({ text: `line of ${index}`, file: 'a.c', line: 3 })
    expect(new VerifierError({ errno: -13, program: 'p', log, sourceOf }).summary).toContain(', a.c:3: line of 7')
  })
})
