/**
 * The verifier's log, read: why a program was refused, at which instruction, from which line of source.
 *
 * Two forms are in use. Until Linux 7.2 the cause is the last line or two before the statistics; from 7.3 on a report of sections
 * ("Verification failed:", "Reason:", "At:", "Suggestion:") follows them. Both are read as far as they go: what is not there is left out.
 *
 * @module
 */

/** What the verifier counted: the last line of every log. */
export interface VerifierStats {
  /** Instructions that it looked at, all paths together. */
  readonly instructions: number
  /** The most states that it kept for one instruction. */
  readonly maxStatesPerInstruction: number
  readonly totalStates: number
  /** The most states that it held at once. */
  readonly peakStates: number
  /** How long it took, in microseconds; only with the log level that asks for statistics. */
  readonly time?: number | undefined
}

/** A line of source as the verifier names it. */
export interface VerifierSource {
  readonly text: string
  /** Linux 6.8 and later name the file and the line too. */
  readonly file?: string | undefined
  readonly line?: number | undefined
}

/** What a log says. */
export interface VerifierReport {
  /** The verifier's own words for the cause, a line. Empty when the log names none. */
  readonly cause: string
  /** What it means, in words: Linux 7.3 and later. */
  readonly reason?: string | undefined
  /** What to do: Linux 7.3 and later. */
  readonly suggestion?: string | undefined
  /** The instruction that was refused: its index in 8-byte slots and its text. */
  readonly instruction?: { readonly index: number; readonly text: string } | undefined
  readonly source?: VerifierSource | undefined
  /** What the verifier last knew of the registers. */
  readonly registers?: string | undefined
  readonly stats?: VerifierStats | undefined
}

const INSTRUCTION = /^(\d+): (\([0-9a-f]{2}\) .*)$/
const STATE = /^(?:from \d+ to )?\d+: ((?:frame\d+: )?R\d+.*)$/
const SOURCE = /^; (.*?)(?: @ ([^@]+?):(\d+)(?::\d+)?)?$/
const STATS = /^processed (\d+) insns .*max_states_per_insn (\d+) total_states (\d+) peak_states (\d+)/m
const REPORT = /^Verification failed: (.*)$/m

/** Lines that say how the verifier went about it, not why it refused. */
const NOISE: readonly RegExp[] = [
  /^\s*$/,
  /^processed \d+ insns/,
  /^verification time/,
  /^stack depth/,
  /^(mark_precise|propagating|parent|last_idx|first_idx|regs=|caller|callee|returning from|live regs|arg\d+ )/i,
  /^from \d+ to \d+/,
  /^to caller at/,
  /^func#\d+/,
  /^Func#\d+ .*is safe/,
  /^Validating /,
  /^(frame\d+:)? ?R\d+(_w)?=/,
  /^BPF program is too large\. Proceeding/,
]

/** The most lines that make up one cause. */
const CAUSE_LINES = 3

/** Reads the statistics of a log. */
export function readVerifierStats(log: string): VerifierStats | undefined {
  const found = STATS.exec(log)
  if (!found) return undefined
  const [, instructions, maxStates, totalStates, peakStates] = found
  const time = /^verification time (\d+) usec/m.exec(log)?.[1]
  return {
    instructions: Number(instructions),
    maxStatesPerInstruction: Number(maxStates),
    totalStates: Number(totalStates),
    peakStates: Number(peakStates),
    ...(time === undefined ? {} : { time: Number(time) }),
  }
}

/** Reads a log. It never fails: a log of another form gives an empty report. */
export function readVerifierLog(log: string): VerifierReport {
  const report = REPORT.exec(log)
  const lines = (report ? log.slice(0, report.index) : log).split('\n')
  const [end, cause] = causeOf(lines)
  const title = report?.[1]?.trim()
  return {
    cause: cause || title || '',
    ...optional('reason', section(log, report, 'Reason')),
    ...optional('suggestion', section(log, report, 'Suggestion')),
    ...trace(lines.slice(0, end)),
    ...optional('stats', readVerifierStats(log)),
  }
}

const optional = <K extends string, V>(key: K, value: V | undefined): { readonly [N in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [N in K]?: V }

const says = (line: string): boolean =>
  !INSTRUCTION.test(line) && !STATE.test(line) && !SOURCE.test(line) && !NOISE.some((noise) => noise.test(line))

/** The last lines that say something, together, and where they begin. */
function causeOf(lines: readonly string[]): readonly [begin: number, cause: string] {
  let last = lines.length - 1
  while (last >= 0 && !says(lines[last]!)) last--
  let first = last
  while (first > 0 && last - first < CAUSE_LINES - 1 && says(lines[first - 1]!)) first--
  if (last < 0) return [lines.length, '']
  return [first, lines.slice(first, last + 1).map((line) => line.trim()).join('; ')] // prettier-ignore
}

/** The last instruction, line of source and registers before the cause. */
function trace(lines: readonly string[]): Pick<VerifierReport, 'instruction' | 'source' | 'registers'> {
  let instruction: VerifierReport['instruction']
  let source: VerifierSource | undefined
  let registers: string | undefined
  for (let at = lines.length - 1; at >= 0 && !(instruction && source && registers); at--) {
    const line = lines[at]!
    const step = INSTRUCTION.exec(line)
    if (step) {
      const [text, state] = atSemicolon(step[2]!)
      instruction ??= { index: Number(step[1]), text }
      registers ??= state
      continue
    }
    registers ??= STATE.exec(line)?.[1]
    const from = SOURCE.exec(line)
    // A line without text stands for code that the compiler made up.
    if (from?.[1]?.trim() && instruction) {
      source ??= {
        text: from[1]!.trim(),
        ...optional('file', from[2]),
        ...optional('line', from[3] === undefined ? undefined : Number(from[3])),
      }
    }
  }
  return { ...optional('instruction', instruction), ...optional('source', source), ...optional('registers', registers) }
}

/** An instruction, and the registers that may follow it. Cut by hand: a pattern would try every space of a long line. */
function atSemicolon(text: string): readonly [instruction: string, registers: string | undefined] {
  const at = text.indexOf('; ')
  return at < 0 ? [text, undefined] : [text.slice(0, at).trimEnd(), text.slice(at + 2)]
}

/** The text of a section of the report, its lines put together. */
function section(log: string, report: RegExpExecArray | null, title: string): string | undefined {
  if (!report) return undefined
  const start = log.indexOf(`\n${title}:`, report.index)
  if (start < 0) return undefined
  const text: string[] = []
  for (const line of log.slice(start + title.length + 2).split('\n')) {
    if (/^\S/.test(line)) break
    if (line.trim()) text.push(line.trim())
  }
  return text.join(' ') || undefined
}
