import { join } from 'node:path'
import { expect, test } from 'vitest'
import { script } from '../../bundle/script.ts'
import { run } from '../lab.ts'
import { needs } from '../needs.ts'

const root = join(import.meta.dirname, '../../..')

test('examples/maps.ts prints who makes system calls, itself among them', needs(), () => {
  const { stdout } = run([process.execPath, ...script(join(root, 'examples/maps.ts'))])
  const [heading, ...lines] = stdout.trimEnd().split('\n')
  const [, calls, processes] = /^(\d+) system calls of (\d+) processes in a second$/.exec(heading!) ?? []
  expect(Number(calls)).toBeGreaterThan(0)
  expect(lines.length).toBe(Math.min(Number(processes), 10))
  for (const line of lines) expect(line).toMatch(/^ *\d+ {2}\d+ +\S/)
})
