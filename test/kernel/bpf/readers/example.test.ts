import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { script } from '../../../bundle/script.ts'
import { needs } from '../../needs.ts'

const root = join(import.meta.dirname, '../../../..')

test('examples/events.ts prints what is executed, and ends by a signal', needs(), async () => {
  const example = spawn(process.execPath, script(join(root, 'examples/events.ts')), {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(example, 'exit')
  const said: string[] = []
  for await (const line of createInterface(example.stdout)) {
    // The heading is printed when the program is attached.
    if (said.push(line) === 1) spawnSync('true')
    if (/^\d+ +\d+ +true$/.test(line)) break
  }
  expect(said[0]).toBe('pid     uid     program')
  example.kill('SIGINT')
  expect(await exit).toEqual([0, null])
})
