/**
 * From the name of a program to the command that runs it, set up on first use; or the reason why it cannot be had.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Program } from '../work.ts'
import { buildC, buildGo } from './build.ts'
import { bench, build, cache } from './cache.ts'
import { unpacked } from './packages.ts'
import { Unavailable, which } from './shell.ts'

/** How to run a program. */
export interface Command {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** A family's answer, kept: a peer that cannot be had is asked for once. */
function remembered<T>(make: () => T): () => T {
  let answer: { value: T } | { error: unknown } | undefined
  return () => {
    try {
      answer ??= { value: make() }
    } catch (error) {
      answer = { error }
    }
    if ('error' in answer) throw answer.error
    return answer.value
  }
}

const c = remembered(buildC)
const go = remembered(buildGo)
const python = remembered(() => {
  const interpreter = '/usr/bin/python3'
  if (!existsSync(interpreter)) throw new Unavailable('there is no Python: apt-get install python3')
  return { interpreter, path: join(unpacked('python').root, 'usr/lib/python3/dist-packages') }
})

function found(path: string, what: string): string {
  if (!existsSync(path)) throw new Unavailable(`there is no ${what}`)
  return path
}

function onMachine(name: string, from: string): string {
  const path = which(name)
  if (path === undefined) throw new Unavailable(`there is no ${name}: apt-get install ${from}`)
  return path
}

/** Where the compiled library is: this checkout's, unless a test against another one says otherwise. */
export interface Library {
  readonly build: string
  readonly node: string
}

/** The library of this checkout under the Node that runs this. */
export const ours: Library = { build, node: process.execPath }

/** How to run the program.  @throws Unavailable with the reason. */
export function command(program: Program, library: Library = ours, node: readonly string[] = []): Command {
  const env = { BENCH_BIN: cache.programs() }
  if (program === 'ip') return { argv: [onMachine('ip', 'iproute2')], env }
  if (program === 'bpftool') return { argv: [onMachine('bpftool', 'bpftool')], env }
  const at = program.indexOf('/')
  const family = program.slice(0, at)
  const name = program.slice(at + 1)
  switch (family) {
    case 'c':
      return { argv: [found(join(c(), name), program)], env }
    case 'go':
      return { argv: [found(join(go(), `go-${name}`), program)], env }
    case 'python': {
      const { interpreter, path } = python()
      return { argv: [interpreter, join(bench, 'peers', 'python', `${name}.py`)], env: { ...env, PYTHONPATH: path } }
    }
    default:
      return { argv: [library.node, ...node, found(join(library.build, 'bench', family, `${name}.js`), program)], env }
  }
}
