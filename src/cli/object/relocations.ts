/**
 * The CO-RE relocations of an object, as rows: what each asks for, and what it comes to in given types.
 *
 * @module
 */
import { type Instruction, slotsOf } from '../../asm/index.ts'
import { type Btf, CoreError, CoreResolver, type CoreResult, patchCore } from '../../btf/index.ts'

/** A line of source. */
export interface SourceRow {
  readonly file: string
  readonly line: number
  readonly text: string
}

/** What a relocation asks for. */
export interface QuestionRow {
  /** The instruction, in 8-byte slots from the start of the function or program that it is listed under. */
  readonly instruction: number
  /** The kind as the kernel names it: `byte_off`, `field_exists`, … */
  readonly kind: string
  /** What is accessed, by the object's own types: `task_struct.mm.exe_file`. */
  readonly access: string
  readonly source: SourceRow | null
}

/** A type that was tried, and what became of it. */
export interface CandidateRow {
  /** Whose type it is: the name of the target. */
  readonly target: string
  readonly typeId: number
  readonly type: string
  /** Why it does not fit; null for one that does. */
  readonly why: string | null
}

/** What a relocation comes to. */
export interface AnswerRow extends QuestionRow {
  /** `resolved`; `poisoned`: not there, so the instruction must not be reached; `failed`: the program cannot be loaded. */
  readonly status: 'resolved' | 'poisoned' | 'failed'
  readonly reason: string | null
  /** What the compiler put there, and what belongs there: decimal, as it may need 64 bits. Null unless resolved. */
  readonly original: string | null
  readonly value: string | null
  readonly candidates: readonly CandidateRow[]
}

/** A relocation with its place, resolved. */
interface Resolved {
  readonly row: QuestionRow
  readonly instruction: Instruction
  readonly result: CoreResult
}

function* resolved(instructions: readonly Instruction[], resolver: CoreResolver): Generator<Resolved> {
  let slot = 0
  let source: SourceRow | null = null
  for (const instruction of instructions) {
    if (instruction.source) {
      const { file, line, text } = instruction.source
      source = { file, line, text: text.trim() }
    }
    const { core } = instruction
    if (core) {
      const result = resolver.resolve({ ...core, accessStr: core.access, insnOff: slot * 8 })
      yield {
        row: { instruction: slot, kind: result.kind, access: result.access, source },
        instruction,
        result,
      }
    }
    slot += slotsOf(instruction)
  }
}

/** What instructions ask for. */
export function questions(local: Btf, instructions: readonly Instruction[]): QuestionRow[] {
  const resolver = new CoreResolver(local, { main: [] })
  return Array.from(resolved(instructions, resolver), ({ row }) => row)
}

/** What that comes to; keep the resolver for all of an object. */
export function answers(resolver: CoreResolver, instructions: readonly Instruction[]): AnswerRow[] {
  return Array.from(resolved(instructions, resolver), ({ row, instruction, result }) => {
    const refusal = refusalOf(instruction, result)
    const status = refusal === undefined ? result.status : 'failed'
    return {
      ...row,
      status,
      reason: refusal ?? result.reason ?? null,
      original: status === 'resolved' ? `${result.originalValue}` : null,
      value: status === 'resolved' ? `${result.value}` : null,
      candidates: result.candidates.map(({ target, typeId, type, why = null }) => ({ target, typeId, type, why })),
    }
  })
}

/** Why the instruction cannot take the answer; undefined when it can. */
function refusalOf(instruction: Instruction, result: CoreResult): string | undefined {
  if (result.status === 'failed') return result.reason ?? 'it cannot be resolved'
  try {
    patchCore(instruction, result)
    return undefined
  } catch (error) {
    if (error instanceof CoreError) return error.message
    throw error
  }
}
