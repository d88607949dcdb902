/**
 * `docs/performance.md` and its plots, made of nothing but results.
 *
 * @module
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NODE, type Profile } from '../run/profile.ts'
import { root } from '../set-up/cache.ts'
import { type Chapter, chapters, type Metric } from '../work.ts'
import { barChart, lineChart } from './chart.ts'
import { type Result, type Results, save } from './results.ts'
import { judge } from './statistics.ts'
import { markdown, reachedInWords, rows, targetInWords } from './table.ts'
import { loadInWords } from './terminal.ts'
import { quantity } from './units.ts'

const intro = `# Performance

<!-- Written by \`npm run bench -- --docs\` from the results of a run. Changes made here are lost. -->

What \`netkit\` costs beside the programs that do the same in other languages, and beside a floor in C that does the least that the kernel
allows: it asks and receives, and looks at nothing.

How to read it: contenders run in turn, A B C A B C …, each in a process of its own. A ratio is taken within a round, and the median of those ratios is
what stands in the table: a machine that others use drifts by half, a ratio within a round does not. Less is better everywhere. Absolute
figures are this machine's; run \`npm run bench\` for yours.
`

function machineOf({ machine, when }: Result): string {
  return `${machine.processor}, ${machine.cores} cores, ${quantity(machine.memory, 'bytes')}; Linux ${machine.kernel}; Node ${machine.node}; ${when.slice(0, 10)}`
}

/** Each distinct machine and day; of all but that of most works, which works they are of. */
function machines(works: readonly Result[]): string[] {
  const groups = [...group(works)].toSorted(([, a], [, b]) => b.length - a.length)
  return groups.map(([words, members], i) =>
    i === 0 ? `- ${words}` : `- ${words}: ${members.map(({ name }) => `\`${name}\``).join(', ')}`,
  )
}

/** By machine and day, in order. */
function group(works: readonly Result[]): Map<string, Result[]> {
  const groups = new Map<string, Result[]>()
  for (const work of works) groups.set(machineOf(work), [...(groups.get(machineOf(work)) ?? []), work])
  return groups
}

function versionsOf(works: readonly Result[]): string {
  const versions: Record<string, string> = {}
  for (const work of works) Object.assign(versions, work.versions)
  return [
    '| | version |',
    '|---|---|',
    ...Object.entries(versions).map(([name, version]) => `| ${name} | ${version} |`),
  ].join('\n')
}

/** Every target in one table: what a reader looks for first. */
function targets(works: readonly Result[]): string {
  const lines = works.flatMap((work) =>
    work.targets.map((target) => {
      const metric = work.metrics.find(({ name }) => name === target.metric)
      const unit = metric?.unit ?? 'time'
      const verdict = judge(work, target)
      const words = verdict.reached === undefined ? 'not measured' : verdict.met ? 'met' : '**missed**'
      const over = 'limit' in target ? '' : target.over
      const goal = 'limit' in target ? targetInWords(work, target, unit) : `≤ ${target.ratio}`
      const cells = [
        work.title,
        metric?.title ?? '',
        target.contender,
        over,
        goal,
        reachedInWords(verdict, unit),
        words,
      ]
      return `| ${cells.join(' | ')} |`
    }),
  )
  if (lines.length === 0) return ''
  return ['| work | measured | who | over | target | reached | |', '|---|---|---|---|--:|--:|---|', ...lines].join('\n')
}

function plot(folder: string, work: Result, metric: Metric): string | undefined {
  const svg = lineChart(work, metric) ?? barChart(work, metric)
  if (svg === undefined) return undefined
  const name = `${work.name.replace('/', '-')}-${metric.name}.svg`
  writeFileSync(join(folder, name), svg)
  return `![${work.title}: ${metric.title}](performance/${name})`
}

/** Where the time goes of those of ours that missed a target; without Node's start, where that is not what was timed. */
function profile({ contender, shares }: Profile, chapter: Chapter): string {
  const whole = chapter === 'start'
  const seen = shares.filter(({ what }) => whole || what !== NODE)
  const rest = whole ? 1 : 1 - (shares.find(({ what }) => what === NODE)?.share ?? 0)
  const parts = seen.map(({ what, share }) => `${what} ${Math.round((share / rest) * 100)} %`)
  return `Where the time of “${contender}” goes${whole ? '' : ', once Node is up'}: ${parts.join(', ')}.`
}

function section(folder: string, work: Result): string {
  const body = work.metrics.flatMap((metric, i) => {
    const table = rows(work, metric)
    if (table.length === 0) return []
    const picture =
      i === 0 || work.runs.some((run) => run.curves?.[metric.name]) ? plot(folder, work, metric) : undefined
    return [...(picture === undefined ? [] : [picture, '']), markdown(table), '']
  })
  const absent = work.absences.map(({ contender, reason }) => `- ${contender}: ${reason}`)
  return [
    `### ${work.title}`,
    '',
    `\`${work.name}\`${work.base === undefined ? '' : `, in ratios to ${work.base}`}.${work.note === undefined ? '' : ` ${work.note}`}`,
    '',
    ...body,
    ...(absent.length === 0 ? [] : ['Not measured:', '', ...absent, '']),
    ...(work.profiles ?? []).flatMap((one) => [profile(one, work.chapter), '']),
    `${loadInWords(work)}${work.scale === 1 ? '' : ` This was a run at ${work.scale} of the full size.`}`,
    '',
  ].join('\n')
}

/** Writes the page, its plots and the results that they are made of; gives the page's path. */
export function writePage(results: Results): string {
  const folder = join(root, 'docs', 'performance')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  save(join(folder, 'results.json'), results)
  const parts = [intro, '## Machine and versions\n', ...machines(results.works), '', versionsOf(results.works), '']
  parts.push('## Targets\n', targets(results.works), '')
  for (const [chapter, title] of Object.entries(chapters) as [Chapter, string][]) {
    const works = results.works.filter((work) => work.chapter === chapter)
    if (works.length > 0) parts.push(`## ${title}\n`, ...works.map((work) => section(folder, work)))
  }
  const path = join(root, 'docs', 'performance.md')
  writeFileSync(path, `${parts.join('\n').trimEnd()}\n`)
  return path
}
