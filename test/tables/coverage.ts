/**
 * `npx tsx test/tables/coverage.ts [--list]`: which rows of the tables of rtnetlink no differential test makes use of, on the kernel that runs.
 *
 * Runs those tests, which leave behind what they sent and read, and adds it up by table; `--list` names each row. Takes root. What the kernel lacks
 * (link kinds, newer attributes) is listed too: the machine's kernels have more than most.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { allRows } from './seen.ts'

const root = join(import.meta.dirname, '../..')

/** The tests that hold the library beside `ip`, `bridge` and `tc`. */
const TESTS = ['kinds', 'objects', 'nexthops', 'bridges', 'links', 'ensure', 'ports', 'netkit', 'tc'].map(
  (name) => `test/kernel/netlink/${name}`,
)

/** The table that a row is in: its path without its own name. */
const tableOfPath = (path: string): string => path.slice(0, path.lastIndexOf('.'))

function main(): number {
  const { values } = parseArgs({ options: { list: { type: 'boolean', default: false } } })
  const folder = mkdtempSync(join(tmpdir(), 'netkit-rows-'))
  try {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const run = spawnSync(
      process.execPath,
      [vitest, 'run', '--project', 'kernel', '--no-isolate', '--no-file-parallelism', '--reporter', 'dot', ...TESTS],
      { cwd: root, env: { ...process.env, NETKIT_TABLE_ROWS: folder }, stdio: ['ignore', 'inherit', 'inherit'] },
    )
    const seen = new Set(
      readdirSync(folder).flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as string[]),
    )
    const tables = new Map<string, { all: number; unseen: string[] }>()
    for (const { path } of allRows()) {
      const table = tables.get(tableOfPath(path)) ?? { all: 0, unseen: [] }
      tables.set(tableOfPath(path), table)
      table.all++
      if (!seen.has(path)) table.unseen.push(path.slice(path.lastIndexOf('.') + 1))
    }
    const total = [...tables.values()].reduce((sum, { all }) => sum + all, 0)
    console.log(`\n${seen.size} of ${total} rows were sent or read`)
    for (const [name, { all, unseen }] of tables) {
      if (unseen.length === 0) continue
      console.log(`${name}: ${unseen.length} of ${all}${values.list ? `: ${unseen.join(', ')}` : ''}`)
    }
    return run.status ?? 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

process.exitCode = main()
