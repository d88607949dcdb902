/**
 * The pool of libuv's threads is made by its first job, and born where the thread that gave the job is. A process that has a cold pool is needed
 * to see that, and the test runner's is not: so the code under test runs, as plain JavaScript, in a process of its own.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, test } from 'vitest'

import { compiled } from '../../bundle/script.ts'
import { run } from '../lab.ts'
import { needs } from '../needs.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Node's own loader of modules uses the pool, so it has to be CommonJS. */
function build(directory: string): string {
  const window = join(directory, 'window.cjs')
  const how = ['--bundle', '--platform=node', '--packages=external', '--target=node20', '--log-level=warning']
  run([join(root, 'node_modules/.bin/esbuild'), join(root, 'src/netns/window.ts'), `--outfile=${window}`, ...how])
  return window
}

const script = (window: string, warm: boolean): string => `
  const fs = require('node:fs')
  const namespaces = () => fs.readdirSync('/proc/self/task').map((id) => fs.readlinkSync('/proc/self/task/' + id + '/ns/net'))
  const home = fs.readlinkSync('/proc/self/ns/net')
  const { insideNew } = require(${JSON.stringify(window)})
  ${warm ? '' : 'fs.access = () => {}'}
  const before = namespaces().length
  insideNew(() => fs.stat('/', () => {}))
  const after = namespaces()
  console.log(JSON.stringify({ started: after.length - before, strangers: after.filter((ns) => ns !== home).length }))
`

test('the pool is started at home, before the first window opens', needs('root'), () => {
  const directory = mkdtempSync(join(tmpdir(), 'netkit-cold-'))
  try {
    const window = compiled('window.cjs') ?? build(directory)
    const play = (warm: boolean): unknown => {
      const file = join(directory, 'main.cjs')
      writeFileSync(file, script(window, warm))
      const { stdout, stderr } = spawnSync(process.execPath, [file], {
        encoding: 'utf8',
        env: { ...process.env, NODE_PATH: join(root, 'node_modules'), NODE_OPTIONS: '', UV_THREADPOOL_SIZE: '4' },
      })
      expect(stderr).toBe('')
      return JSON.parse(stdout)
    }
    // Without the warming the trap is real: all four are born in the foreign namespace, for ever.
    expect(play(false)).toEqual({ started: 4, strangers: 4 })
    expect(play(true)).toEqual({ started: 4, strangers: 0 })
  } finally {
    rmSync(directory, { recursive: true })
  }
})
