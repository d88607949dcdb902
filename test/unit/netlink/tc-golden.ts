/**
 * Requests as `tc` makes them, byte by byte: `npx tsx test/unit/netlink/tc-golden.ts` writes them to `fixtures/tc-requests.json`, one for each row of
 * the differential test. It needs root, ip, tc and strace; the kernel need not know what is asked for, only the bytes count.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import type { Codec } from '../../../src/codec/index.ts'
import { operations } from '../../../src/netlink/route/index.ts'
import { rows as filterRows } from './tc-filter-rows.ts'
import { rows as otherRows, type TcRow } from './tc-rows.ts'
import { type Golden, requests } from '../route/golden.ts'

/** The requests, as {@link Golden} without its value: what it says is in the row. */
export type TcGolden = Omit<Golden, 'value'>

const FIXTURE = new URL('./fixtures/tc-requests.json', import.meta.url)

/** The message of each type that a request can have. */
export const BODIES: ReadonlyMap<number, Codec<object, never>> = new Map(
  [operations.QDISC, operations.TCLASS, operations.TFILTER].map(
    (speaks) => [speaks.new.type, speaks.new.request as unknown as Codec<object, never>] as const,
  ),
)

/** The rows whose words every `tc` knows, which may be older than the kernel. */
export const rows: readonly TcRow[] = [...otherRows, ...filterRows].filter(
  ({ needs = [] }) => !needs.some((capability) => capability.startsWith('tc:')),
)

/** The captured requests, in the order of the rows. */
export const captured = (): TcGolden[] => JSON.parse(readFileSync(FIXTURE, 'utf8')) as TcGolden[]

function capture(): void {
  const run = (words: string) => spawnSync(words.split(' ')[0]!, words.split(' ').slice(1))
  run('ip netns add cap')
  for (const name of ['x', 'z']) run(`ip -n cap link add ${name} type veth peer name ${name}p`)
  const golden = rows.map(({ tc }): TcGolden => {
    const made = requests(['tc', '-n', 'cap', ...tc.split(/\s+/).filter((word) => word !== '')], BODIES)
    if (made.length !== 1) throw new Error(`${made.length} requests: tc ${tc}`)
    const { value: _, ...request } = made[0]!
    return request
  })
  run('ip netns del cap')
  writeFileSync(FIXTURE, `${JSON.stringify(golden, null, 2)}\n`)
  console.log(`${golden.length} requests`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) capture()
