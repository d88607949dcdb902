/**
 * Two ways to one qdisc, class or filter: what the library makes of a row and what `tc` makes of the same words have to be alike, for both who read it.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { Rtnl, type TcFilter } from '../../../src/netlink/route/index.ts'
import { Lab } from '../lab.ts'
import { needs } from '../needs.ts'
import { rows as filterRows } from '../../unit/netlink/tc-filter-rows.ts'
import { rows, type TcRow } from '../../unit/netlink/tc-rows.ts'

/** What differs from one object to the next of the same kind: chosen by the kernel, or counted. */
const VOLATILE =
  /^(index|stats2|xstats|stats|tm|tag|id|prog|unknown|pcnt|rnd_seed|seed|bindcnt|refcnt|installed|last_used|first_used)$/

/** The seed that a row names; any other is at random. */
const SEED = 42n

function steady(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(steady)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !VOLATILE.test(key) && (key !== 'prngSeed' || inner === SEED))
      .map(([key, inner]) => [key, steady(inner)]),
  )
}

/** Classes are printed as text by an older `tc`. */
const parsed = (printed: string): unknown => (/^\s*\[/.test(printed) ? JSON.parse(printed) : printed.trim())

/** Everything in it that no row of a table knows. */
function strangers(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name !== 'unknown') return strangers(inner, `${path}.${name}`)
    const types = [...(inner as Iterable<{ type: number }>)].map(({ type }) => type)
    // of an object itself, counters of a kind whose counters have no table
    return types.filter((type) => type !== TCA_XSTATS || !/^\.\d+$/.test(path)).map((type) => `${path}: type ${type}`)
  })
}
const TCA_XSTATS = 4

describe('the traffic control, told by the library and by tc', needs(), () => {
  let lab: Lab
  let nl: Rtnl

  beforeAll(() => {
    lab = Lab.create('tc')
    nl = Rtnl.open({ netns: lab.name })
    for (const name of ['x', 'z']) {
      nl.links.add({ name, up: true, linkinfo: { kind: 'veth', data: { peer: { name: `${name}p` } } } })
    }
  })
  afterAll(() => {
    nl.close()
    lab.remove()
  })

  /** Runs commands of `tc` one after another; gives what they print. */
  const tc = (...lines: readonly string[]): string =>
    lab.exec(['tc', '-json', '-details', '-batch', '-'], { input: lines.join('\n') }).stdout

  const show = ({ object, spec }: TcRow): string => {
    if (object !== 'filter') return `${object} show dev x`
    const { parent, block } = spec as { parent?: string; block?: number }
    if (block !== undefined) return `filter show block ${block}`
    return `filter show dev x ${parent?.endsWith('gress') ? parent : `parent ${parent}`}`
  }

  const read = ({ object, spec }: TcRow): unknown[] => {
    if (object === 'qdisc') return nl.qdiscs.list({ dev: 'x' })
    if (object === 'class') return nl.classes.list({ dev: 'x' })
    const { parent, block } = spec as { parent?: string; block?: number }
    return nl.filters.list(block === undefined ? { dev: 'x', parent } : { block })
  }

  /** What both read; then it is deleted. */
  const look = (row: TcRow, printed: string): { ours: unknown; theirs: unknown } => {
    const found = read(row)
    clear()
    expect(strangers(found), 'every attribute has a row').toEqual([])
    return { ours: steady(found), theirs: steady(parsed(printed)) }
  }

  const clear = (): void => {
    for (const { kind, parent, handle } of nl.qdiscs.list({ dev: 'x' })) {
      if (handle !== '0:' && (parent === 'root' || parent === 'clsact')) nl.qdiscs.delete({ dev: 'x', kind, parent })
    }
  }
  afterEach(() => {
    if (nl !== undefined) clear()
  })

  for (const [index, row] of [...rows, ...filterRows].entries()) {
    test(`${index}: ${row.tc.slice(0, 90)}`, needs(...(row.needs ?? [])), () => {
      const { object, before = [], spec } = row
      if (before.length > 0) tc(...before)
      const into = { qdisc: nl.qdiscs, class: nl.classes, filter: nl.filters }[object] as unknown as {
        add(spec: object): TcFilter
      }
      const made = into.add(spec['block'] === undefined ? { dev: 'x', ...spec } : spec)
      expect(made).toMatchObject({ kind: spec.kind })
      const mine = look(row, tc(show(row)))
      const theirs = look(row, tc(...before, row.tc, show(row)))
      expect(mine.theirs).toEqual(theirs.theirs)
      expect(mine.ours).toEqual(theirs.ours)
    })
  }
})
