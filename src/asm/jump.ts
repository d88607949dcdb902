import { type Instruction } from './instruction.ts'
import { Class, JA, JA32, JA_X, JCOND, JmpOp, Source } from './opcode.ts'
import { isHalf, type Register, type Register32, type Register64, registerNumber } from './registers.ts'

/** Where a jump goes: a label, or a distance in slots from the instruction that follows. */
export type Target = string | number

/** A conditional jump: compares at the width of the first register and jumps if true. */
export interface Conditional {
  (dst: Register64, operand: Register64 | number, target: Target): Instruction
  (dst: Register32, operand: Register32 | number, target: Target): Instruction
}

const toward = (base: Instruction, field: 'offset' | 'imm', target: Target): Instruction =>
  typeof target === 'number' ? { ...base, [field]: target } : { ...base, reference: { kind: 'label', name: target } }

function conditional(operation: number): Conditional {
  return (dst: Register, operand: Register | number, target: Target): Instruction => {
    const immediate = typeof operand === 'number'
    const base = {
      opcode: (isHalf(dst) ? Class.JMP32 : Class.JMP) | operation | (immediate ? Source.K : Source.X),
      dst: registerNumber(dst),
      src: immediate ? 0 : registerNumber(operand),
      offset: 0,
      imm: immediate ? operand : 0,
    }
    return toward(base, 'offset', target)
  }
}

/** `if dst == operand goto` */
export const jeq: Conditional = conditional(JmpOp.JEQ)
/** `if dst != operand goto` */
export const jne: Conditional = conditional(JmpOp.JNE)
/** `if dst > operand goto`, unsigned. */
export const jgt: Conditional = conditional(JmpOp.JGT)
/** `if dst >= operand goto`, unsigned. */
export const jge: Conditional = conditional(JmpOp.JGE)
/** `if dst < operand goto`, unsigned. */
export const jlt: Conditional = conditional(JmpOp.JLT)
/** `if dst <= operand goto`, unsigned. */
export const jle: Conditional = conditional(JmpOp.JLE)
/** `if dst s> operand goto`, signed. */
export const jsgt: Conditional = conditional(JmpOp.JSGT)
/** `if dst s>= operand goto`, signed. */
export const jsge: Conditional = conditional(JmpOp.JSGE)
/** `if dst s< operand goto`, signed. */
export const jslt: Conditional = conditional(JmpOp.JSLT)
/** `if dst s<= operand goto`, signed. */
export const jsle: Conditional = conditional(JmpOp.JSLE)
/** `if dst & operand goto`: any common bit set. */
export const jset: Conditional = conditional(JmpOp.JSET)

/** `goto target`, at most 32767 slots away. */
export const goto = (target: Target): Instruction =>
  toward({ opcode: JA, dst: 0, src: 0, offset: 0, imm: 0 }, 'offset', target)

/** `gotol target`, at any distance. Requires Linux 6.6. */
export const gotol = (target: Target): Instruction =>
  toward({ opcode: JA32, dst: 0, src: 0, offset: 0, imm: 0 }, 'imm', target)

/** `gotox register`: jumps to the address that the register took from a jump table. Requires Linux 7.0. */
export const gotox = (register: Register64): Instruction => ({
  opcode: JA_X,
  dst: registerNumber(register),
  src: 0,
  offset: 0,
  imm: 0,
})

/** `may_goto target`: goes on with the next instruction until the loop budget is spent, then jumps. Requires Linux 6.9. */
export const mayGoto = (target: Target): Instruction =>
  toward({ opcode: JCOND, dst: 0, src: 0, offset: 0, imm: 0 }, 'offset', target)
