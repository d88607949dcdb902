import { describe, expect, it } from 'vitest'
import { barChart, lineChart } from '../../../bench/report/chart.ts'
import { merge, type Result } from '../../../bench/report/results.ts'
import { judge, median, ratios, spread } from '../../../bench/report/statistics.ts'
import { markdown, plain, rows } from '../../../bench/report/table.ts'
import { quantity, significant } from '../../../bench/report/units.ts'

const time = { name: 'time', title: 'an <item>', unit: 'time' } as const

/** Three rounds on a machine that gets three times as slow: the ratio stays. */
const result: Result = {
  name: 'netlink/sample',
  chapter: 'netlink',
  title: 'A sample & more',
  base: 'C',
  metrics: [time],
  contenders: ['C', 'netkit', 'absent'],
  targets: [
    { contender: 'netkit', metric: 'time', over: 'C', ratio: 1.4 },
    { contender: 'netkit', metric: 'time', over: 'absent', ratio: 1 },
    { contender: 'netkit', metric: 'time', limit: 3000 },
  ],
  runs: [1, 2, 3].flatMap((slow, round) => [
    { contender: 'C', round, values: { time: 1000 * slow } },
    {
      contender: 'netkit',
      round,
      values: { time: 1500 * slow },
      curves: {
        time: [
          [0, 1],
          [1e9, 2],
        ],
      },
    },
  ]),
  absences: [{ contender: 'absent', reason: 'there is none' }],
  when: '2026-01-01T00:00:00.000Z',
  machine: { kernel: '6.18', build: '', processor: 'a processor', cores: 2, memory: 1 << 30, node: 'v20' },
  versions: {},
  scale: 1,
}

describe('the numbers of a benchmark', () => {
  it('takes a value that was measured as the median', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(3)
    expect(spread([2, 1, 3])).toEqual({ min: 1, median: 2, max: 3, count: 3 })
    expect(spread([])).toBeUndefined()
  })

  it('takes ratios within a round, so that a drifting machine cancels out', () => {
    expect(ratios(result, 'netkit', 'time', 'C')).toEqual([1.5, 1.5, 1.5])
    expect(ratios(result, 'netkit', 'time', 'absent')).toEqual([])
    expect(ratios(result, 'netkit', 'time', undefined)).toEqual([])
  })

  it('judges targets: a ratio, one that was not measured, a limit', () => {
    expect(result.targets.map((target) => judge(result, target))).toMatchObject([
      { reached: 1.5, met: false },
      { reached: undefined, met: false },
      { reached: 3000, met: true },
    ])
  })

  it('writes numbers with three digits and a unit', () => {
    expect([0, 0.0123, 1.5, 12.34, 1234].map(significant)).toEqual(['0', '0.0123', '1.50', '12.3', '1234'])
    expect(quantity(1500, 'time')).toBe('1.50 µs')
    expect(quantity(2.5e9, 'time')).toBe('2.50 s')
    expect(quantity(3 << 20, 'bytes')).toBe('3.00 MiB')
  })
})

describe('what a reader sees', () => {
  it('has a row for each that was measured, with its verdict', () => {
    const table = rows(result, time)
    expect(table.map((row) => row[0])).toEqual(['an <item>', 'C', 'netkit'])
    expect(table[2]).toEqual([
      'netkit',
      '1.50 µs',
      '3.00 µs',
      '4.50 µs',
      '1.50',
      '≤ 1.4: missed (1.50); ≤ 1 of absent: not measured; ≤ 3.00 µs: met (3.00 µs)',
    ])
    expect(markdown(table).split('\n')).toHaveLength(4)
    expect(plain(table)).toContain('netkit')
  })

  it('draws bars of ratios and lines of curves as XML', () => {
    const bars = barChart(result, time) ?? ''
    expect(bars).toContain('A sample &amp; more: an &lt;item&gt;')
    expect(bars.match(/<rect /g)).toHaveLength(2)
    expect(lineChart(result, time)).toContain('<polyline points="')
    expect(barChart({ ...result, base: undefined }, time)).toBeUndefined()
    expect(lineChart({ ...result, runs: [] }, time)).toBeUndefined()
  })

  it('puts a new result in the place of the old one', () => {
    const merged = merge({ format: 1, works: [result] }, [{ ...result, scale: 0.5 }])
    expect(merged.works.map(({ scale }) => scale)).toEqual([0.5])
  })
})
