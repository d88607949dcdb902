/**
 * `npm run fuzz -- [--seconds N] [--seed N] [--plain] [--keep N] [TARGET…]`: throws broken inputs at the parsers, which must neither
 * hang, nor take memory without end, nor throw anything but their own errors. Inputs that lead to code which did not run
 * before are built upon, by the coverage that V8 counts (`--plain` does without).
 *
 * What does so is written to `corpus/`, which a unit test goes through: it fails until the parser is mended, and sees to
 * it that it stays so. With `--keep` a few small inputs that led to new code are written there too.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { type Assignment, HEADER, LENGTH, STOP, type Told, TRIED } from './shared.ts'
import { CORPUS, fileName, TARGETS } from './targets.ts'

/** Bytes that an input may have. */
const ROOM = 1 << 20
/** An input that keeps a worker so long hangs, in milliseconds. */
const PATIENCE = 15_000
/** Bytes of an input that is kept for where it leads. */
const SMALL = 4096
const HEAP_MEGABYTES = 1024

/** Workers are started from text, as those of Node 20 do not take the loader from their parent. */
const START = `require('tsx/cjs'); require(${JSON.stringify(fileURLToPath(new URL('./worker.ts', import.meta.url)))})`

/** Writes an input to the corpus and says so. */
function save(target: string, bytes: Uint8Array, what: string): void {
  const folder = new URL(`${target}/`, CORPUS)
  mkdirSync(folder, { recursive: true })
  const file = new URL(fileName(bytes), folder)
  writeFileSync(file, bytes)
  console.error(`${target}: ${relative(process.cwd(), fileURLToPath(file))}: ${what}\n`)
}

interface Outcome {
  readonly tried: number
  readonly places: number
  readonly findings: number
  /** Inputs that led to new code. */
  readonly found: readonly Uint8Array[]
}

/** How a target is fuzzed. */
interface Way {
  readonly seconds: number
  readonly seed: number
  readonly guided: boolean
}

/** Fuzzes a target for so long; a worker that hangs or dies is a finding, and another goes on. */
async function fuzz(target: string, { seconds, seed, guided }: Way): Promise<Outcome> {
  const end = Date.now() + seconds * 1000
  const sum = { tried: 0, places: 0, findings: 0, found: [] as Uint8Array[] }
  for (let round = 0; Date.now() < end; round++) {
    const shared = new SharedArrayBuffer(HEADER + ROOM)
    const one = await work({ target, seed: seed + round, shared, guided }, end)
    sum.tried += one.tried
    sum.places = Math.max(sum.places, one.places)
    sum.findings += one.findings
    sum.found.push(...one.found)
  }
  return sum
}

function work(assignment: Assignment, end: number): Promise<Outcome> {
  const { target, shared } = assignment
  const state = new Int32Array(shared, 0, 4)
  const input = (): Uint8Array => new Uint8Array(shared, HEADER, Atomics.load(state, LENGTH)).slice()
  const worker = new Worker(START, {
    eval: true,
    workerData: assignment,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
  })
  let [places, findings, last, since] = [0, 0, 0, Date.now()]
  let kept: readonly Uint8Array[] = []
  const found = (bytes: Uint8Array, what: string): void => {
    findings++
    save(target, bytes, what)
  }
  return new Promise((resolve, reject) => {
    const watch = setInterval(() => {
      if (Date.now() >= end) Atomics.store(state, STOP, 1)
      const tried = Atomics.load(state, TRIED)
      if (tried !== last) [last, since] = [tried, Date.now()]
      else if (tried > 0 && Date.now() - since > PATIENCE) {
        found(input(), `hangs: nothing for ${PATIENCE} ms`)
        void worker.terminate()
      }
    }, 200)
    worker.on('message', (told: Told) => {
      if (told.kind === 'finding') found(told.bytes, told.what)
      else ({ places, found: kept } = told)
    })
    worker.on('error', (error) => {
      if (Atomics.load(state, TRIED) === 0) reject(error)
      else found(input(), `the worker gave up: ${error.message}`)
    })
    worker.on('exit', () => {
      clearInterval(watch)
      resolve({ tried: Atomics.load(state, TRIED), places, findings, found: kept })
    })
  })
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      seed: { type: 'string' },
      plain: { type: 'boolean' },
      keep: { type: 'string' },
    },
  })
  const targets = positionals.length > 0 ? positionals : Object.keys(TARGETS)
  const unknown = targets.filter((name) => !Object.hasOwn(TARGETS, name))
  const seconds = Number(values.seconds ?? 10 * targets.length)
  const seed = Number(values.seed ?? Date.now() % 1_000_000)
  const keep = Number(values.keep ?? 0)
  if (unknown.length > 0 || !(seconds > 0) || !Number.isInteger(seed)) {
    console.error(
      `usage: npm run fuzz -- [--seconds N] [--seed N] [--plain] [--keep N] [${Object.keys(TARGETS).join('|')}]…`,
    )
    return 2
  }
  console.log(`seed ${seed}, ${seconds} s for ${targets.length} targets`)
  let findings = 0
  for (const target of targets) {
    const way = { seconds: seconds / targets.length, seed, guided: values.plain !== true }
    const outcome = await fuzz(target, way)
    findings += outcome.findings
    const small = outcome.found.filter(({ length }) => length <= SMALL).sort((a, b) => a.length - b.length)
    for (const bytes of small.slice(0, keep)) save(target, bytes, 'leads to new code')
    console.log(`${target}: ${outcome.tried} inputs, ${outcome.places} places of code, ${outcome.findings} findings`)
  }
  return findings > 0 ? 1 : 0
}

void main().then((status) => {
  process.exitCode = status
})
