import { type Instruction, slotsOf } from '../asm/index.ts'
import { ElfError } from './error.ts'
import { type FunctionSpec, type JumpTableSpec, type ObjectSpec, type ProgramSpec } from './spec.ts'

function find(spec: ObjectSpec, caller: FunctionSpec, name: string): FunctionSpec {
  const found = spec.functions[name] ?? spec.programs[name]
  if (found !== undefined) return found
  const message = `${caller.name} refers to function ${name}, which has no body in this object`
  throw new ElfError(message, { section: caller.section })
}

/** The tag of a program that names the function which the kernel runs when it throws (`bpf_throw`). */
const EXCEPTION_CALLBACK = 'exception_callback:'

/** Adds what the functions call or take the address of; the map grows while it is walked, until nobody calls anybody new. */
function addCalled(spec: ObjectSpec, functions: Map<string, FunctionSpec>): void {
  for (const code of functions.values()) {
    for (const { reference } of code.instructions) {
      if (reference?.kind !== 'function' || functions.has(reference.name)) continue
      functions.set(reference.name, find(spec, code, reference.name))
    }
  }
}

/**
 * The functions that a program consists of: its own first, then each that is called or passed as a callback from
 * there on, in the order in which it is first met, and last the one that handles its exceptions, which nobody calls.
 *
 * Throws {@link ElfError} for a function that is declared but has no body.
 */
export function programFunctions(spec: ObjectSpec, program: ProgramSpec): FunctionSpec[] {
  const functions = new Map<string, FunctionSpec>([[program.name, program]])
  addCalled(spec, functions)
  for (const tag of program.tags) {
    if (!tag.startsWith(EXCEPTION_CALLBACK)) continue
    const name = tag.slice(EXCEPTION_CALLBACK.length)
    if (!functions.has(name)) functions.set(name, find(spec, program, name))
  }
  addCalled(spec, functions)
  return [...functions.values()]
}

/**
 * The instructions of a program with all functions that it reaches behind its own. Calls and addresses of functions
 * are still references by name: `assemble` turns them into distances, after every other change.
 *
 * Throws {@link ElfError} for a function that is declared but has no body.
 */
export const linkProgram = (spec: ObjectSpec, program: ProgramSpec): Instruction[] =>
  new Array<Instruction>().concat(...programFunctions(spec, program).map(({ instructions }) => instructions))

/**
 * Where the entries of a jump table are in a linked program, in slots from its start: what `struct bpf_insn_array_value`
 * wants as the original offset. Call it after every pass that moves instructions.
 *
 * Throws {@link ElfError} for an entry that leads out of the program.
 */
export function jumpTargets(instructions: readonly Instruction[], table: JumpTableSpec): number[] {
  const slots = new Map<string | undefined, number>()
  let slot = 0
  for (const instruction of instructions) {
    slots.set(instruction.symbol, slot)
    slot += slotsOf(instruction)
  }
  return table.targets.map((label, entry) => {
    const target = slots.get(label)
    if (target !== undefined) return target
    const message = `entry ${entry} of jump table ${table.name} leads to ${label}, which is no instruction of the program`
    throw new ElfError(message, { section: '.jumptables' })
  })
}
