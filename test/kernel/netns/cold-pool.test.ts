/**
 * The pool of libuv's threads is made by its first job, and born where the thread that gave the job is. A process that has a cold pool is needed
 * to see that, and the test runner's is not: so the code under test runs, as plain JavaScript, in a process of its own.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import ts from 'typescript'
import { expect, test } from 'vitest'

import { needs } from '../needs.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Turns a module and what it imports into CommonJS, below a directory. */
function compile(entry: string, into: string, done = new Set<string>()): void {
  if (done.has(entry)) return
  done.add(entry)
  const source = readFileSync(entry, 'utf8')
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
      rewriteRelativeImportExtensions: true,
    },
  })
  const target = join(into, relative(root, entry)).replace(/\.ts$/, '.js')
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, outputText)
  for (const [, path] of source.matchAll(/from '(\.[^']+)'/g)) compile(resolve(dirname(entry), path!), into, done)
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
    compile(join(root, 'src/netns/window.ts'), directory)
    writeFileSync(join(directory, 'package.json'), '{"type":"commonjs"}')
    const play = (warm: boolean): unknown => {
      const file = join(directory, 'main.js')
      writeFileSync(file, script(join(directory, 'src/netns/window.js'), warm))
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
