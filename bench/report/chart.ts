/**
 * Plots as SVG, drawn by hand: a file that a repository can hold and a browser or GitHub shows, in light and in dark.
 *
 * @module
 */
import { type Metric } from '../work.ts'
import { type Result } from './results.ts'
import { median, ratios, samples, spread } from './statistics.ts'
import { quantity, significant } from './units.ts'

const WIDTH = 760
const LABEL = 220
const VALUE = 150
const ROW = 26
const HEAD = 48
const FOOT = 30
const BAR = 16

const style = `<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.small { font-size: 11px; fill: #59636e }
.title { font-weight: 600 }
.ours { fill: #0969da } .floor { fill: #8c959f } .peer { fill: #d4a72c }
.grid { stroke: #d1d9e0; stroke-width: 1 } .one { stroke: #59636e; stroke-width: 1; stroke-dasharray: 3 3 }
.range { stroke: #1f2328; stroke-width: 1.5 } .line { fill: none; stroke-width: 1.5 }
.stroke-0 { stroke: #0969da } .stroke-1 { stroke: #d4a72c } .stroke-2 { stroke: #1a7f37 } .stroke-3 { stroke: #cf222e }
.fill-0 { fill: #0969da } .fill-1 { fill: #d4a72c } .fill-2 { fill: #1a7f37 } .fill-3 { fill: #cf222e }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc } .small { fill: #9198a1 } .ours { fill: #4493f8 } .floor { fill: #656c76 } .peer { fill: #bb8009 }
  .grid { stroke: #3d444d } .one { stroke: #9198a1 } .range { stroke: #f0f6fc }
}
</style>`

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function text(x: number, y: number, content: string, kind = '', anchor = 'start'): string {
  return `<text x="${round(x)}" y="${round(y)}" class="${kind}" text-anchor="${anchor}">${escape(content)}</text>`
}

function line(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" class="${kind}"/>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function frame(height: number, label: string, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escape(label)}">`,
    style,
    ...body,
    '</svg>',
    '',
  ].join('\n')
}

function kindOf(contender: string): 'ours' | 'floor' | 'peer' {
  if (contender.startsWith('netkit')) return 'ours'
  return /^(C\b|Node)/.test(contender) ? 'floor' : 'peer'
}

/** Round numbers from 0, or powers of ten, to above the greatest ratio. */
function scaleOf(greatest: number): { ticks: number[]; place: (ratio: number) => number; logarithmic: boolean } {
  const room = WIDTH - LABEL - VALUE
  if (greatest > 12) {
    const decades = Math.ceil(Math.log10(greatest))
    const ticks = Array.from({ length: decades + 2 }, (_, i) => 10 ** (i - 1))
    const place = (ratio: number): number => (Math.max(0, Math.log10(Math.max(ratio, 0.01)) + 1) / (decades + 1)) * room
    return { ticks, place, logarithmic: true }
  }
  const step = [0.25, 0.5, 1, 2].find((size) => greatest / size <= 6) ?? 2
  const top = Math.max(step, Math.ceil(greatest / step) * step)
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step)
  return { ticks, place: (ratio) => (ratio / top) * room, logarithmic: false }
}

/**
 * Bars of the ratios to the base, with the range that the rounds gave; `undefined` where there is nothing to compare.
 */
export function barChart(result: Result, metric: Metric): string | undefined {
  if (result.base === undefined) return undefined
  const bars = result.contenders.flatMap((contender) => {
    const range = spread(ratios(result, contender, metric.name, result.base))
    return range ? [{ contender, range, value: median(samples(result, contender, metric.name)) }] : []
  })
  if (bars.length < 2) return undefined
  const { ticks, place, logarithmic } = scaleOf(Math.max(...bars.map(({ range }) => range.median), 1))
  const bottom = HEAD + bars.length * ROW
  const title = `${result.title}: ${metric.title}`
  const body = [
    text(8, 20, title, 'title'),
    text(
      8,
      38,
      `ratio to ${result.base}, median of rounds; less is better${logarithmic ? '; logarithmic' : ''}`,
      'small',
    ),
  ]
  for (const tick of ticks) {
    const x = LABEL + place(tick)
    body.push(
      line(x, HEAD, x, bottom, 'grid'),
      text(x, bottom + 16, String(Number(tick.toFixed(2))), 'small', 'middle'),
    )
  }
  for (const [i, { contender, range, value }] of bars.entries()) {
    const y = HEAD + i * ROW
    const middle = y + ROW / 2
    const width = Math.max(1, place(range.median))
    const far = Math.min(place(range.max), WIDTH - LABEL - VALUE)
    body.push(
      text(LABEL - 8, middle + 4, contender, '', 'end'),
      `<rect x="${LABEL}" y="${y + (ROW - BAR) / 2}" width="${round(width)}" height="${BAR}" class="${kindOf(contender)}"/>`,
      line(LABEL + place(range.min), middle, LABEL + far, middle, 'range'),
      text(
        LABEL + Math.max(width, far) + 8,
        middle + 4,
        `${significant(range.median)}  (${quantity(value, metric.unit)})`,
        'small',
      ),
    )
  }
  body.push(line(LABEL + place(1), HEAD, LABEL + place(1), bottom, 'one'))
  return frame(bottom + FOOT, title, body)
}

/** Lines of what the contenders' last runs recorded over time; `undefined` where none did. */
export function lineChart(result: Result, metric: Metric): string | undefined {
  const curves = result.contenders.flatMap((contender) => {
    const curve = result.runs.findLast((run) => run.contender === contender)?.curves?.[metric.name]
    return curve && curve.length > 1 ? [{ contender, curve }] : []
  })
  if (curves.length === 0) return undefined
  const height = 240
  const points = curves.flatMap(({ curve }) => [...curve])
  const [right, top] = [Math.max(...points.map(([x]) => x)), Math.max(...points.map(([, y]) => y)) * 1.1]
  const [left, bottom] = [70, HEAD + height]
  const at = ([x, y]: readonly [number, number]): string =>
    `${round(left + (x / right) * (WIDTH - left - VALUE))},${round(bottom - (y / top) * height)}`
  const title = `${result.title}: ${metric.title}`
  const body = [text(8, 20, title, 'title')]
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    const y = bottom - part * height
    body.push(
      line(left, y, WIDTH - VALUE, y, 'grid'),
      text(left - 6, y + 4, quantity(part * top, metric.unit), 'small', 'end'),
    )
    body.push(
      text(left + part * (WIDTH - left - VALUE), bottom + 16, quantity(part * right, 'time'), 'small', 'middle'),
    )
  }
  for (const [i, { contender, curve }] of curves.entries()) {
    body.push(
      `<polyline points="${curve.map(at).join(' ')}" class="line stroke-${i % 4}"/>`,
      `<rect x="${WIDTH - VALUE + 10}" y="${HEAD + i * 20}" width="10" height="10" class="fill-${i % 4}"/>`,
      text(WIDTH - VALUE + 26, HEAD + 10 + i * 20, contender, 'small'),
    )
  }
  return frame(bottom + FOOT, title, body)
}
