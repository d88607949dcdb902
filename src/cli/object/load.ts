/**
 * `netkit object load`: would this kernel take the programs of an object? Each is loaded on its own, and is gone again at once.
 *
 * @module
 */
import { Collection, type KernelTypes, type Program, VerifierError, type VerifierStats } from '../../bpf/index.ts'
import { type ObjectSpec, type ProgramSpec } from '../../elf/index.ts'
import { KernelError } from '../../sys/index.ts'
import { table } from '../table.ts'
import { readObjectAt } from './files.ts'

/** What became of a program. */
export interface LoadedProgram {
  readonly name: string
  readonly section: string
  readonly type: string
  readonly ok: boolean
  /** `EINVAL` and the like for what the kernel refused, `ERR_…` for what it was not asked for; null when it was loaded. */
  readonly code: string | null
  /** The error number, positive; null when the kernel was not asked, and when it was loaded. */
  readonly errno: number | null
  /** Why not, in a line. */
  readonly cause: string | null
  /** What the verifier looked at, all paths together; null when it was not asked. */
  readonly verifiedInstructions: number | null
  readonly peakStates: number | null
  readonly totalStates: number | null
  /** How long the verifier took, in microseconds. */
  readonly verificationTime: number | null
  /** Its length as the verifier rewrote it, in 8-byte slots. */
  readonly translatedInstructions: number | null
  /** How long everything took, in milliseconds: relocation, its maps, the verifier. */
  readonly time: number
}

/** What `netkit object load --json` prints for a file. */
export interface LoadReport {
  readonly file: string
  /** The file was read, and every program was loaded. */
  readonly ok: boolean
  /** Why the file could not be read. */
  readonly error: string | null
  readonly programs: readonly LoadedProgram[]
}

/** How objects are tried. */
export interface LoadOptions {
  /** Leave programs of optional sections (`?`) out. */
  readonly autoload?: boolean | undefined
  /** The kernel's types, to share between objects. They stay the caller's. */
  readonly kernel: KernelTypes
}

/** `BPF_LOG_STATS`: what the verifier counted, and no more. */
const STATS = 4
const SLOT = 8

/** Loads each program of a file and closes it. Nothing is attached, and nothing pinned. */
export function loadReport(file: string, options: LoadOptions): LoadReport {
  let spec: ObjectSpec
  try {
    spec = readObjectAt(file)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { file, ok: false, error: line(error.message), programs: [] }
  }
  // A trial leaves no file in a bpffs, and does not mix with maps that are in use.
  for (const map of Object.values(spec.maps)) {
    map.pinning = 'none'
    // A table with one of its callbacks is not complete: it is not handed to the kernel.
    if (map.structOps) map.structOps.link = false
    // Each program is tried by itself: another one that it may jump to has a verdict of its own.
    map.values = map.type === 'prog_array' ? [] : map.values
  }
  const programs = Object.values(spec.programs)
    .filter(({ autoload }) => autoload || !options.autoload)
    .map((program) => tryProgram(spec, program, options.kernel))
  return { file, ok: programs.every(({ ok }) => ok), error: null, programs }
}

function tryProgram(spec: ObjectSpec, { name, section, type }: ProgramSpec, kernel: KernelTypes): LoadedProgram {
  const start = performance.now()
  const row = (outcome: Partial<LoadedProgram>): LoadedProgram => ({
    name,
    section,
    type: String(type),
    ok: false,
    code: null,
    errno: null,
    cause: null,
    ...counts(undefined),
    translatedInstructions: null,
    ...outcome,
    time: Math.round((performance.now() - start) * 1000) / 1000,
  })
  try {
    using collection = Collection.load(spec, { programs: { [name]: type }, onlyUsed: true, logLevel: STATS, kernel })
    const program: Program = collection.program(name)
    const translatedInstructions = program.info().translatedSize / SLOT
    return row({ ok: true, translatedInstructions, ...counts(program.stats) })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return row(failure(error))
  }
}

const counts = (
  stats: VerifierStats | undefined,
): Pick<LoadedProgram, 'verifiedInstructions' | 'peakStates' | 'totalStates' | 'verificationTime'> => ({
  verifiedInstructions: stats?.instructions ?? null,
  peakStates: stats?.peakStates ?? null,
  totalStates: stats?.totalStates ?? null,
  verificationTime: stats?.time ?? null,
})

function failure(error: Error): Partial<LoadedProgram> {
  const cause = line(error.message)
  if (error instanceof VerifierError) {
    return { code: error.code, errno: -error.errno, cause: line(error.summary), ...counts(error.report.stats) }
  }
  if (error instanceof KernelError) return { code: error.code, errno: -error.errno, cause }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return { code, cause }
}

const line = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

/** The same for people. */
export function loadText(reports: readonly LoadReport[]): string {
  const rows = reports.flatMap(({ file, error, programs }) =>
    error === null
      ? programs.map((program) => [
          file,
          program.name,
          program.ok ? 'ok' : (program.code ?? 'failed'),
          program.verifiedInstructions ?? '',
          program.peakStates ?? '',
          program.translatedInstructions ?? '',
          program.time.toFixed(1),
          program.cause ?? '',
        ])
      : [[file, '', 'unreadable', '', '', '', '', error]],
  )
  const failed = reports.reduce((sum, { programs }) => sum + programs.filter(({ ok }) => !ok).length, 0)
  const unreadable = reports.filter(({ error }) => error !== null).length
  const total = reports.reduce((sum, { programs }) => sum + programs.length, 0)
  const summary = `${total - failed} of ${total} programs loaded${unreadable > 0 ? `, ${unreadable} files unreadable` : ''}`
  return `${table(['file', 'program', 'result', 'verified', 'peak', 'insns', 'ms', 'cause'], rows)}${summary}\n`
}
