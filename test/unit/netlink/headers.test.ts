/** The ids of our tables beside the uapi headers, where those are installed; and that the comparison would see what is wrong. */
import { describe, expect, test } from 'vitest'

import { allowed } from '../../tables/allow.ts'
import { compare } from '../../tables/compare.ts'
import { readHeaders } from '../../tables/headers.ts'
import { writtenTables } from '../../tables/rows.ts'

const headers = readHeaders()
const tables = writtenTables()

test.runIf(headers !== undefined)('every row has the number of the constant that it names', () => {
  const { differences, confirmed } = compare(tables, headers!)
  expect(differences.filter(({ subject }) => allowed(subject) === undefined)).toEqual([])
  expect(confirmed).toBeGreaterThan(800)
})

test('rows name their constants', () => {
  const rows = tables.flatMap((table) => table.rows)
  expect(rows.length).toBeGreaterThan(1000)
  const named = rows.filter(({ constant }) => constant !== undefined)
  expect(named.length / rows.length).toBeGreaterThan(0.75)
})

describe('the comparison', () => {
  const made = {
    folder: '',
    version: '7.0',
    values: new Map([
      ['X_UNSPEC', 0],
      ['X_ONE', 1],
      ['X_TWO', 2],
      ['X_THREE', 3],
    ]),
    enums: [{ file: 'x.h', names: ['X_UNSPEC', 'X_ONE', 'X_TWO', 'X_THREE', '__X_MAX'] }],
  }
  const row = (name: string, id: number, constant?: string) => ({ at: 'x.ts:1', name, id, constant, codec: 'u8' })

  test('sees a wrong number, a constant without a row, and one that is newer', () => {
    const rows = [row('one', 1, 'X_ONE'), row('two', 7, 'X_TWO'), row('five', 5, 'X_FIVE')]
    const { differences, newer, confirmed } = compare([{ at: 'x.ts:1', rows }], made)
    expect(differences.map(({ subject, what }) => `${subject} ${what}`)).toEqual([
      'X_TWO is 2, row two says 7',
      'X_THREE no row has it (x.h, 3)',
    ])
    expect(newer.map(({ subject }) => subject)).toEqual(['X_FIVE'])
    expect(confirmed).toBe(1)
  })

  test('takes a row of that number for the constant where its comment names none', () => {
    const rows = [row('one', 1, 'X_ONE'), row('two', 2, 'X_TWO'), row('three', 3)]
    expect(compare([{ at: 'x.ts:1', rows }], made).differences).toEqual([])
  })
})
