import { describe, expect, test } from 'vitest'
import { judged, root } from '../../suite-checks.ts'
import { failureWords, parseReport, skippedOf, vitestArguments } from '../../suite-vitest.ts'
import { lastLine, oneTest, render, skippedStep, tally } from '../../suite.ts'

interface TestOf {
  status: string
  name: string
  lacks?: { capability: string; reason: string }[]
}

const file = (name: string, tests: TestOf[], { status = 'passed', message = '' } = {}): object => ({
  name: `${root}/test/${name}`,
  status,
  message,
  assertionResults: tests.map(({ status: state, name: fullName, lacks }) => ({ fullName, status: state, meta: lacks ? { lacks } : {} })), // prettier-ignore
})
const report = (...testResults: object[]): string => JSON.stringify({ testResults })

describe('a report of vitest', () => {
  test('is counted, with the reason of each skip', () => {
    const lacks = [{ capability: 'netkit', reason: 'no link kind netkit' }]
    const skip = { status: 'skipped', name: 's', lacks }
    const read = parseReport(
      report(file('a.ts', [{ status: 'passed', name: 'p' }, skip, { ...skip, name: 't' }])),
      root,
    )
    expect(read).toMatchObject({ passed: 1, failed: 0, failures: [] })
    expect(read.skipped.map(({ name }) => name)).toEqual(['test/a.ts > s', 'test/a.ts > t'])
    expect(skippedOf(read)).toEqual([{ reason: 'netkit: no link kind netkit', count: 2 }])
  })

  test('tells of a file that failed outside of its tests', () => {
    const read = parseReport(report(file('a.ts', [], { status: 'failed', message: 'does not load' })), root)
    expect(read).toMatchObject({ failed: 1, failures: ['test/a.ts: does not load'] })
  })

  test('tells of a leak beside tests that failed', () => {
    const tests = [{ status: 'failed', name: 'f' }]
    const read = parseReport(report(file('a.ts', tests, { status: 'failed', message: 'this file leaked 1' })), root)
    expect(read.failures).toEqual(['test/a.ts > f', 'test/a.ts: this file leaked 1'])
  })

  test('a todo counts as skipped without a reason', () => {
    expect(skippedOf(parseReport(report(file('a.ts', [{ status: 'todo', name: 't' }])), root))).toEqual([
      { reason: 'the test gives no reason', count: 1 },
    ])
  })
})

describe('a run of vitest', () => {
  const passed = report(file('a.ts', [{ status: 'passed', name: 'p' }]))

  test('that ended well is what its report says', () => {
    expect(judged('unit', passed, '', true, {})).toMatchObject({ passed: 1, failed: 0, failures: [] })
  })

  test('that ended badly fails even where no test did', () => {
    expect(judged('unit', passed, 'Unhandled', false, {})).toMatchObject({ passed: 1, failed: 1 })
  })

  test('without a report fails with its last words', () => {
    const result = judged('unit', undefined, 'out of memory', false, {})
    expect(result).toMatchObject({ passed: 0, failed: 1 })
    expect(result.failures[0]).toContain('out of memory')
  })

  test('that found no file is a skip', () => {
    expect(judged('unit', undefined, '', true, {})).toMatchObject({ failed: 0, skipped: [{ count: 1 }] })
  })

  test('runs the kernel suite in one process', () => {
    expect(vitestArguments({ project: 'kernel' }, 'r.json', ['netns'])).toEqual(
      expect.arrayContaining(['--no-isolate', '--no-file-parallelism', '--outputFile.json=r.json', 'netns']),
    )
    expect(vitestArguments({ project: 'unit' }, 'r.json', [])).not.toContain('--no-isolate')
  })
})

test('of what vitest printed the part that tells of failures is shown', () => {
  const words = ' ✓ a.test.ts (9 tests)\n\n⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯\n\n FAIL b.test.ts\n'
  expect(failureWords(words)).toBe('⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯\n\n FAIL b.test.ts')
})

describe('the story told', () => {
  const results = [
    oneTest('types', undefined, 2),
    oneTest('lint', 'a.ts:1: wrong', 1),
    skippedStep('native', 'not root'),
    { name: 'unit', passed: 40, failed: 1, skipped: [{ reason: 'r', count: 3 }], failures: ['x'] },
  ]

  test('adds up in its last line', () => {
    expect(lastLine(tally(results))).toBe('41 passed, 2 failed, 4 skipped')
  })

  test('shows failures whole and skips with their reason', () => {
    expect(render(results[1]!)).toMatch(/^FAIL lint +0 passed, 1 failed +1\.0 s\n {5}a\.ts:1: wrong$/)
    expect(render(results[2]!)).toMatch(/^skip native +0 passed, 1 skipped\n {5}skipped 1: not root$/)
    expect(render(results[0]!)).toMatch(/^ok {3}types +1 passed +2\.0 s$/)
  })
})
