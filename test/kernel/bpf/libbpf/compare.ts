/**
 * Objects loaded by libbpf and by us, and what differs: the verdict on each program, its translated length, the
 * attributes of maps. Run as a program it compares the files that it is given and prints each difference.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BpfMap, Collection, KernelTypes } from '../../../../src/bpf/index.ts'
import { loadReport } from '../../../../src/cli/object/load.ts'
import { MAP_TYPES, readObject } from '../../../../src/elf/index.ts'
import { compiled } from '../../../bundle/script.ts'
import { type Capability } from '../../needs.ts'
import { reasonOf } from './known.ts'

/** A program in libbpf's hands. */
interface TheirProgram {
  readonly name: string
  readonly errno: number
  readonly translated?: number
  /** Its first warning. */
  readonly words: string
}

interface MapShape {
  readonly name: string
  readonly type: number
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly flags: number
  readonly extra: string
}

interface Theirs {
  readonly version: string
  readonly opened: number
  readonly words: string
  readonly programs: readonly TheirProgram[]
  readonly maps: readonly MapShape[]
}

/** Something that is not the same. */
export interface Difference {
  readonly file: string
  /** `program NAME`, `map NAME` or `object`. */
  readonly what: string
  /** `refused`: by us alone. `accepted`: by us alone. `length`: translated instructions. `map`: an attribute. */
  readonly kind: 'refused' | 'accepted' | 'length' | 'map'
  readonly libbpf: string
  readonly ours: string
  /** Of libbpf. */
  readonly version: string
}

/** What comparing came to. */
export interface Comparison {
  readonly differences: Difference[]
  /** Programs that both load, and that both refuse. */
  both: number
  neither: number
}

const SOURCE = fileURLToPath(new URL('verdicts.c', import.meta.url))

/** The program that was built of the source before: `NETKIT_LIBBPF` names it, or the bundle has it that the machine runs. */
function builtBefore(): string | undefined {
  const path = process.env['NETKIT_LIBBPF'] ?? compiled('verdicts')
  return path !== undefined && existsSync(path) ? path : undefined
}

/** libbpf at work: a small C program, built for the occasion unless that was done before. */
export class Libbpf implements Disposable {
  readonly #folder: string | undefined
  readonly #command: string

  constructor() {
    const given = builtBefore()
    this.#folder = given === undefined ? mkdtempSync(join(tmpdir(), 'netkit-libbpf-')) : undefined
    this.#command = given ?? join(this.#folder!, 'verdicts')
    if (given !== undefined) return
    const { status, stderr } = spawnSync('gcc', ['-O1', '-o', this.#command, SOURCE, '-lbpf'], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`cannot build ${SOURCE}: ${stderr}`)
  }

  /** What has to be there for it: a compiler and libbpf, unless it was built elsewhere. */
  static needs(): Capability[] {
    return builtBefore() === undefined ? ['command:gcc', 'header:bpf/libbpf.h'] : []
  }

  verdicts(file: string): Theirs {
    const { status, signal, stdout, stderr } = spawnSync(this.#command, [file], {
      encoding: 'utf8',
      timeout: 120_000,
      maxBuffer: 1 << 26,
    })
    if (status !== 0) throw new Error(`${this.#command} ${file}: ${signal ?? status} ${stderr}`)
    return JSON.parse(stdout) as Theirs
  }

  [Symbol.dispose](): void {
    if (this.#folder) rmSync(this.#folder, { recursive: true })
  }
}

/** libbpf calls the maps of these sections by the object's name and theirs. */
const SECTION = /^.*(\.(?:data|rodata|bss|kconfig))$/
const sectionName = (name: string): string => name.replace(SECTION, '$1')

const shapeOf = (map: BpfMap): Omit<MapShape, 'name'> => {
  const { type, keySize, valueSize, maxEntries, flags, extra } = map.info()
  return { type: MAP_TYPES[type as keyof typeof MAP_TYPES], keySize, valueSize, maxEntries, flags, extra: `${extra}` }
}

/** Our maps of the whole object; undefined when it does not load as a whole. */
function ourMaps(file: string, kernel: KernelTypes): ReadonlyMap<string, Omit<MapShape, 'name'>> | undefined {
  const spec = readObject(new Uint8Array(readFileSync(file)))
  for (const map of Object.values(spec.maps)) map.pinning = 'none'
  try {
    using collection = Collection.load(spec, { kernel })
    return new Map(Object.entries(collection.maps).map(([name, map]) => [name, shapeOf(map)]))
  } catch {
    return undefined // the verdicts on its programs say why
  }
}

/** Loads a file by both, and adds what differs. */
export function compare(file: string, libbpf: Libbpf, kernel: KernelTypes, into: Comparison): void {
  const theirs = libbpf.verdicts(file)
  const { version } = theirs
  const report = loadReport(file, { kernel })
  const add = (kind: Difference['kind'], what: string, one: string, other: string): void => {
    into.differences.push({ file: basename(file), what, kind, libbpf: one.trim(), ours: other, version })
  }
  if (theirs.opened !== 0) {
    if (report.error !== null) into.neither++
    for (const program of report.programs) {
      if (program.ok) add('accepted', `program ${program.name}`, theirs.words, 'ok')
      else into.neither++
    }
    return
  }
  if (report.error !== null) return add('refused', 'object', 'opened', report.error)
  const ours = new Map(report.programs.map((program) => [program.name, program]))
  for (const program of theirs.programs) {
    const what = `program ${program.name}`
    const mine = ours.get(program.name)
    if (!mine) {
      add('refused', what, program.errno === 0 ? 'ok' : `errno ${program.errno}`, 'it is not there')
    } else if (mine.ok !== (program.errno === 0)) {
      add(mine.ok ? 'accepted' : 'refused', what, mine.ok ? program.words || `errno ${program.errno}` : 'ok', mine.ok ? 'ok' : `${mine.code}: ${mine.cause}`) // prettier-ignore
    } else if (!mine.ok) {
      into.neither++
    } else {
      into.both++
      if (mine.translatedInstructions !== program.translated) {
        add('length', what, `${program.translated}`, `${mine.translatedInstructions}`)
      }
    }
  }
  if (theirs.maps.length > 0) compareMaps(theirs.maps, ourMaps(file, kernel), add)
}

function compareMaps(
  theirs: readonly MapShape[],
  ours: ReturnType<typeof ourMaps>,
  add: (kind: 'map', what: string, one: string, other: string) => void,
): void {
  if (!ours) return
  for (const { name, ...map } of theirs) {
    const mine = ours.get(sectionName(name)) ?? ours.get(name)
    if (!mine) {
      add('map', `map ${name}`, 'created', 'not created')
      continue
    }
    for (const field of ['type', 'keySize', 'valueSize', 'maxEntries', 'flags', 'extra'] as const) {
      if (mine[field] !== map[field]) add('map', `map ${name}`, `${field} ${map[field]}`, `${field} ${mine[field]}`)
    }
  }
}

function main(files: readonly string[]): void {
  using libbpf = new Libbpf()
  using kernel = new KernelTypes()
  const comparison: Comparison = { differences: [], both: 0, neither: 0 }
  let shown = 0
  for (const file of files.filter((path) => statSync(path).isFile())) {
    try {
      compare(file, libbpf, kernel, comparison)
    } catch (error) {
      console.log(`${basename(file)}\tcould not be compared\t${String(error).slice(0, 300)}`)
    }
    for (; shown < comparison.differences.length; shown++) {
      const { file: name, what, kind, libbpf: one, ours } = comparison.differences[shown]!
      const known = reasonOf(comparison.differences[shown]!) === undefined ? 'new' : 'known'
      console.log([name, known, kind, what, `libbpf: ${one}`, `ours: ${ours}`].join('\t'))
    }
  }
  const { both, neither, differences } = comparison
  const unknown = differences.filter((difference) => reasonOf(difference) === undefined).length
  console.log(`${files.length} files: ${both} programs loaded by both, ${neither} by neither, ${differences.length} differences, ${unknown} of them new`) // prettier-ignore
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2))
