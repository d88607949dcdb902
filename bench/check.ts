/**
 * `npm run bench:check`: is what I have here slower than where I set out from? Both run in turn, so the machine's mood does not count.
 *
 * @module
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { median, ratios } from './report/statistics.ts'
import { significant } from './report/units.ts'
import { measure } from './run/interleave.ts'
import { build, root } from './set-up/cache.ts'
import { compile } from './set-up/library.ts'
import { type Library } from './set-up/programs.ts'
import { run, say, Unavailable } from './set-up/shell.ts'
import { type Contender, scaled, type Work } from './work.ts'
import { works } from './works/index.ts'

const help = `npm run bench:check -- [PATTERN…] [OPTION…]

Runs a short subset of our benchmarks with this working tree and with the commit it set out from, in turn, and fails when we became slower.

  --base REVISION  compares with that (the merge base with the main branch; the last commit when there is nothing in between)
  --rounds N       how often each runs (7)
  --scale X        works on so much of the full number of things (0.1)
  --tolerance X    slower by less is noise (0.15)
`

/** A regression has to show in the median, and in most rounds too. */
const MOST = 0.75

interface Compared {
  readonly work: string
  readonly contender: string
  readonly metric: string
  readonly ratio: number
  readonly slower: boolean
}

function git(...args: readonly string[]): string {
  return run('git', args, { cwd: root }).trim()
}

/** Where this tree set out from. */
function mergeBase(): string {
  const head = git('rev-parse', 'HEAD')
  for (const main of ['origin/main', 'main']) {
    try {
      const found = git('merge-base', 'HEAD', main)
      if (found !== head) return found
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
    }
  }
  // On the main branch itself: what is not committed yet, or the last commit.
  return git('status', '--porcelain', '--', 'src') === '' ? git('rev-parse', 'HEAD~1') : head
}

/** A commit's library and benchmarks, compiled; below this checkout, so that its packages are found. */
function checkout(revision: string): Library {
  const folder = join(root, '.cache', 'bench', `base-${revision.slice(0, 12)}`)
  const out = join(folder, 'build')
  if (!existsSync(out)) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    const archive = join(folder, 'tree.tar')
    run('git', ['archive', '--output', archive, revision, 'src', 'bench'], { cwd: root })
    run('tar', ['-xf', archive, '-C', folder])
    compile(folder, out)
  }
  return { build: out, node: process.execPath }
}

const before = (name: string): string => `${name} before`

/** Our contenders of a work, and each of them a second time for the other tree. */
function twice(work: Work): Work {
  const ours = work.contenders.filter(({ program }) => program.startsWith('ours/'))
  const contenders = ours.flatMap((contender): Contender[] => [
    { ...contender, name: before(contender.name) },
    contender,
  ])
  return { ...work, contenders, targets: [] }
}

async function compare(work: Work, base: Library, options: { rounds: number; scale: number; tolerance: number }) {
  const both = twice(work)
  const olds = both.contenders.filter(({ name }) => name.endsWith(before('')))
  const libraries = new Map(olds.map(({ name }) => [name, base]))
  const result = await measure(both, { ...options, nice: -10, libraries })
  for (const { contender, reason } of result.absences) say(`  ${contender}: ${reason}`)
  return both.contenders
    .filter((contender) => !olds.includes(contender))
    .flatMap(({ name }) =>
      work.metrics.flatMap((metric): Compared[] => {
        const each = ratios(result, name, metric.name, before(name))
        if (each.length === 0) return []
        const limit = 1 + options.tolerance
        const slower = median(each) > limit && each.filter((ratio) => ratio > 1).length >= each.length * MOST
        return [{ work: work.name, contender: name, metric: metric.title, ratio: median(each), slower }]
      }),
    )
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      base: { type: 'string' },
      rounds: { type: 'string', default: '7' },
      scale: { type: 'string', default: '0.1' },
      tolerance: { type: 'string', default: '0.15' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(help)
    return 0
  }
  const revision = git('rev-parse', values.base ?? mergeBase())
  const options = { rounds: Number(values.rounds), scale: Number(values.scale), tolerance: Number(values.tolerance) }
  say(`This tree against ${git('log', '-1', '--format=%h %s', revision)}`)
  compile(root, build)
  const base = checkout(revision)
  const chosen = works(scaled(options.scale)).filter(
    ({ name, guard }) => guard && (positionals.length === 0 || positionals.some((pattern) => name.includes(pattern))),
  )
  const all: Compared[] = []
  for (const work of chosen) {
    say(`${work.name}: ${work.title}`)
    all.push(...(await compare(work, base, options)))
  }
  for (const { work, contender, metric, ratio, slower } of all) {
    process.stdout.write(
      `${significant(ratio).padStart(6)}  ${slower ? 'SLOWER' : '      '}  ${work}: ${contender}: ${metric}\n`,
    )
  }
  const failed = all.filter(({ slower }) => slower).length
  process.stdout.write(`${all.length - failed} passed, ${failed} failed\n`)
  return failed > 0 || all.length === 0 ? 1 : 0
}

process.exitCode = await main()
