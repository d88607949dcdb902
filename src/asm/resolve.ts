import { AsmError } from './error.ts'
import { type Instruction, joinImm64, slotsOf, withImm64 } from './instruction.ts'
import { jumpField, LD_IMM64 } from './opcode.ts'

/** The slot at which each named instruction stands. */
function locateSymbols(instructions: readonly Instruction[]): Map<string, number> {
  const slots = new Map<string, number>()
  let slot = 0
  let index = -1
  for (const instruction of instructions) {
    index++
    const { symbol } = instruction
    if (symbol !== undefined) {
      if (slots.has(symbol)) {
        throw new AsmError('ERR_ASM_DUPLICATE_SYMBOL', index, `two instructions are called ${symbol}`)
      }
      slots.set(symbol, slot)
    }
    slot += slotsOf(instruction)
  }
  return slots
}

function withDistance(instruction: Instruction, distance: number, index: number, name: string): Instruction {
  const field = jumpField(instruction.opcode)
  if (field === 'offset') {
    if (distance < -0x8000 || distance > 0x7fff) {
      const message = `the jump to ${name} is ${distance} slots long, and its field has 16 bits: gotol reaches further`
      throw new AsmError('ERR_ASM_RANGE', index, message)
    }
    return { ...instruction, offset: distance }
  }
  return instruction.opcode === LD_IMM64
    ? withImm64(instruction, joinImm64(distance, 0))
    : { ...instruction, imm: distance }
}

/**
 * Writes the distances of jumps to labels, calls of functions and addresses of functions, now that every instruction
 * has its place. References to things outside the program (maps, kernel symbols) stay as they are.
 *
 * Throws {@link AsmError}: a name that no instruction bears, or two do; a jump too long for its field.
 */
export function resolveReferences(instructions: readonly Instruction[]): Instruction[] {
  if (!instructions.some(({ reference }) => reference?.kind === 'label' || reference?.kind === 'function')) {
    return [...instructions]
  }
  const symbols = locateSymbols(instructions)
  let slot = 0
  return instructions.map((instruction, index) => {
    const here = slot
    slot += slotsOf(instruction)
    const { reference } = instruction
    if (reference?.kind !== 'label' && reference?.kind !== 'function') return instruction
    const there = symbols.get(reference.name)
    if (there === undefined) {
      const message = `the ${reference.kind} ${reference.name} is referred to, but is not in the program`
      throw new AsmError('ERR_ASM_UNKNOWN_SYMBOL', index, message)
    }
    // The kernel counts from the slot after the jump, and for a two-slot load from the one after its first.
    return withDistance(instruction, there - here - 1, index, reference.name)
  })
}

/**
 * The opposite of {@link resolveReferences} for jumps: gives every jump target a label (`prefix+slot`, or the name
 * that it has) and lets the jumps refer to it, so that instructions can be inserted and removed.
 *
 * Throws {@link AsmError} `ERR_ASM_BAD_JUMP` when a jump leaves the list or lands inside a two-slot instruction.
 */
export function labelJumps(instructions: readonly Instruction[], prefix = ''): Instruction[] {
  const indexOfSlot = new Map<number, number>()
  let slot = 0
  for (const [index, instruction] of instructions.entries()) {
    indexOfSlot.set(slot, index)
    slot += slotsOf(instruction)
  }
  const labelled = [...instructions]
  slot = 0
  for (const [index, instruction] of instructions.entries()) {
    const next = slot + 1
    slot += slotsOf(instruction)
    const field = jumpField(instruction.opcode)
    if (field === undefined || instruction.reference !== undefined) continue
    const there = next + instruction[field]
    const targetIndex = indexOfSlot.get(there)
    const target = targetIndex === undefined ? undefined : labelled[targetIndex]
    if (targetIndex === undefined || target === undefined) {
      throw new AsmError('ERR_ASM_BAD_JUMP', index, `a jump goes to slot ${there}, where no instruction starts`)
    }
    const name = target.symbol ?? `${prefix}+${there}`
    if (target.symbol === undefined) labelled[targetIndex] = { ...target, symbol: name }
    // Read again: the instruction may be a target itself.
    labelled[index] = { ...(labelled[index] ?? instruction), reference: { kind: 'label', name } }
  }
  return labelled
}
