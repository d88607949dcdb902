/**
 * Compiles the programs of this folder, so that nobody needs a compiler to use them: `npm run build:bpf`. With `--check`
 * it compiles into a scratch folder and says which committed objects do not match their sources.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

/** How a source is compiled, where not as all others are. */
interface Recipe {
  /** Major version of clang. */
  clang?: number
  cpu?: string
  /** Sources that `bpftool` links into one object. */
  link?: readonly string[]
}

const CLANG = 14
const CPU = 'v3'

const RECIPES: Readonly<Record<string, Recipe>> = {
  'tests/arena': { clang: 19, cpu: 'v4' },
  'tests/core-newer': { clang: 19 },
  'tests/cpu-v4': { clang: 19, cpu: 'v4' },
  'tests/type-tags': { clang: 19 },
  // Byte order by hand: only newer linkers write the one that is not their machine's.
  'tests/linked': { link: ['tests/linked-a', 'tests/linked-b'] },
}

/** An object to be made. */
interface Job extends Recipe {
  /** The object, relative to this folder. */
  object: string
  /** The source's path less `.bpf.c`, relative to this folder. */
  source: string
  endian: 'el' | 'eb'
}

const sourcesIn = (folder: string): string[] =>
  readdirSync(join(here, folder))
    .filter((name) => name.endsWith('.bpf.c'))
    .map((name) => join(folder, basename(name, '.bpf.c')))
    .sort()

/** Examples are compiled for the usual machines, tests for both byte orders. */
function jobs(): Job[] {
  const examples = sourcesIn('.').map((source): Job => ({ source, endian: 'el', object: `${source}.bpf.o` }))
  const tests = sourcesIn('tests').flatMap((source): Job[] => [
    { ...RECIPES[source], source, endian: 'el', object: `${source}.bpf.o` },
    { ...RECIPES[source], source, endian: 'eb', object: `${source}.eb.bpf.o` },
  ])
  const linked = Object.entries(RECIPES).flatMap(([source, recipe]): Job[] =>
    recipe.link === undefined ? [] : [{ ...recipe, source, endian: 'el', object: `${source}.bpf.o` }],
  )
  return [...examples, ...tests, ...linked]
}

/** The programs that are needed and not there, with the packages that have them. */
function missing(all: readonly Job[]): string[] {
  const tools = new Map<string, string>()
  for (const { clang = CLANG, link } of all) {
    if (link !== undefined) tools.set('bpftool', 'bpftool')
    else tools.set(`clang-${clang}`, `clang-${clang}`).set(`llvm-strip-${clang}`, `llvm-${clang}`)
  }
  return [...tools].filter(([tool]) => spawnSync(tool, ['--version']).error !== undefined).map(([, name]) => name)
}

/** Runs a tool in this folder; its own messages say what is wrong. */
function run(tool: string, ...args: string[]): boolean {
  return spawnSync(tool, args, { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}

/** The file of an object in the folder that is compiled into. */
const built = (out: string, object: string): string => join(out, object.replaceAll('/', '_'))

function compile(job: Job, out: string): boolean {
  const { clang = CLANG, cpu = CPU, source, endian, link } = job
  const object = built(out, job.object)
  if (link !== undefined) {
    return run('bpftool', 'gen', 'object', object, ...link.map((part) => built(out, `${part}.bpf.o`)))
  }
  // With paths relative to this folder and debug information removed, the object is the same wherever it is made, by
  // whichever build of that compiler.
  const places = [`-ffile-prefix-map=${here}=.`, '-fdebug-compilation-dir=.', '-I', '.']
  const code = ['-target', `bpf${endian}`, `-mcpu=${cpu}`, '-g', '-O2', '-Wall', '-Werror']
  return (
    run(`clang-${clang}`, ...code, ...places, '-c', `${source}.bpf.c`, '-o', object) &&
    run(`llvm-strip-${clang}`, '-g', object)
  )
}

function committed(object: string): Uint8Array | undefined {
  try {
    return readFileSync(join(here, object))
  } catch {
    return undefined
  }
}

function main(check: boolean): number {
  const all = jobs()
  const packages = missing(all)
  if (packages.length > 0) {
    console.error(`Compilers are missing. Install them: apt-get install ${packages.join(' ')}`)
    return 1
  }
  const out = mkdtempSync(join(tmpdir(), 'netkit-bpf-'))
  let [changed, failed] = [0, 0]
  try {
    for (const job of all) {
      if (!compile(job, out)) {
        console.error(`${job.object}: could not be made`)
        failed++
        continue
      }
      const now = readFileSync(built(out, job.object))
      const before = committed(job.object)
      if (before !== undefined && now.equals(before)) continue
      changed++
      console.log(`${job.object}: ${before === undefined ? 'missing' : 'differs'}${check ? '' : ', written'}`)
      if (!check) writeFileSync(join(here, job.object), now)
    }
  } finally {
    rmSync(out, { recursive: true })
  }
  if (failed > 0) return 1
  if (changed === 0) console.log(`All ${all.length} objects match their sources.`)
  else if (check) console.error(`${changed} of ${all.length} objects do not match their sources: npm run build:bpf`)
  return check && changed > 0 ? 1 : 0
}

process.exitCode = main(process.argv.includes('--check'))
