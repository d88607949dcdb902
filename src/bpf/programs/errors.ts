/**
 * Programs that the kernel refuses to load.
 *
 * @module
 */
import { errnoText, KernelError } from '../../sys/index.ts'
import { readVerifierLog, type VerifierReport, type VerifierSource } from './log.ts'

/** What a {@link VerifierError} is made of. */
export interface VerifierErrorOptions {
  readonly errno: number
  /** The program's name. */
  readonly program: string
  /** The whole log. */
  readonly log: string
  /** The line of source of an instruction, where the caller knows it better than the log does. */
  readonly sourceOf?: ((instruction: number) => VerifierSource | undefined) | undefined
  /** What an instruction stands for, where the verifier's words do not say: they come first then. */
  readonly explain?: ((instruction: number) => string | undefined) | undefined
}

const TAIL = 30

/**
 * The verifier refused a program.
 *
 * The message is one line: the program, the cause, the instruction and its line of source. {@link log} holds everything that the verifier
 * wrote; printing the error (`console.log`) shows its last lines.
 */
export class VerifierError extends KernelError {
  override readonly name: string = 'VerifierError'
  /** The program's name. */
  readonly program: string
  /** The cause in a line. */
  readonly summary: string
  /** Everything that the verifier wrote. */
  readonly log: string
  /** The same, taken apart: reason and suggestion (Linux 7.3 and later), registers, statistics. */
  readonly report: VerifierReport
  /** The line of source of the refused instruction. */
  readonly source: VerifierSource | undefined

  constructor(options: VerifierErrorOptions) {
    const report = readVerifierLog(options.log)
    const { cause, reason, suggestion, instruction } = report
    const source = (instruction && options.sourceOf?.(instruction.index)) ?? report.source
    const meaning = instruction && options.explain?.(instruction.index)
    const summary = [
      meaning ? `${meaning}; ` : '',
      cause || reason || errnoText(options.errno),
      instruction ? ` at instruction ${instruction.index} ${instruction.text}` : '',
      source ? `, ${source.file ? `${source.file}:${source.line}: ` : ''}${source.text}` : '',
    ].join('')
    super({
      errno: options.errno,
      syscall: 'bpf(BPF_PROG_LOAD)',
      attempted: `load program ${JSON.stringify(options.program)}`,
      detail: summary,
      hint: suggestion,
    })
    this.program = options.program
    this.summary = summary
    this.log = options.log
    this.report = report
    this.source = source
  }

  /** What `console.log` shows: the message, and the end of the log. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const lines = this.log.trimEnd().split('\n')
    const omitted = lines.length > TAIL ? [`(${lines.length - TAIL} lines before; .log has them)`] : []
    return [this.stack ?? `${this.name}: ${this.message}`, ...omitted, ...lines.slice(-TAIL)].join('\n    ')
  }
}
