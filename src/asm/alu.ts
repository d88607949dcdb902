import { type Instruction } from './instruction.ts'
import { AluOp, Class, Source } from './opcode.ts'
import { isHalf, type Register, type Register32, type Register64, registerNumber } from './registers.ts'

/** An arithmetic instruction of two operands; the width is the destination's, both registers must have the same. */
export interface Arithmetic {
  (dst: Register64, operand: Register64 | number): Instruction
  (dst: Register32, operand: Register32 | number): Instruction
}

function arithmetic(operation: number, offset = 0): Arithmetic {
  return (dst: Register, operand: Register | number): Instruction => {
    const width = isHalf(dst) ? Class.ALU : Class.ALU64
    if (typeof operand === 'number') {
      return { opcode: width | operation | Source.K, dst: registerNumber(dst), src: 0, offset, imm: operand }
    }
    const src = registerNumber(operand)
    return { opcode: width | operation | Source.X, dst: registerNumber(dst), src, offset, imm: 0 }
  }
}

/** `dst += operand` */
export const add: Arithmetic = arithmetic(AluOp.ADD)
/** `dst -= operand` */
export const sub: Arithmetic = arithmetic(AluOp.SUB)
/** `dst *= operand` */
export const mul: Arithmetic = arithmetic(AluOp.MUL)
/** `dst /= operand`, unsigned; division by zero gives 0. */
export const div: Arithmetic = arithmetic(AluOp.DIV)
/** `dst s/= operand`, signed. Requires Linux 6.6. */
export const sdiv: Arithmetic = arithmetic(AluOp.DIV, 1)
/** `dst %= operand`, unsigned; modulo zero leaves `dst`. */
export const mod: Arithmetic = arithmetic(AluOp.MOD)
/** `dst s%= operand`, signed. Requires Linux 6.6. */
export const smod: Arithmetic = arithmetic(AluOp.MOD, 1)
/** `dst |= operand` */
export const or: Arithmetic = arithmetic(AluOp.OR)
/** `dst &= operand` */
export const and: Arithmetic = arithmetic(AluOp.AND)
/** `dst ^= operand` */
export const xor: Arithmetic = arithmetic(AluOp.XOR)
/** `dst <<= operand` */
export const lsh: Arithmetic = arithmetic(AluOp.LSH)
/** `dst >>= operand`, zeros shifted in. */
export const rsh: Arithmetic = arithmetic(AluOp.RSH)
/** `dst s>>= operand`, the sign shifted in. */
export const arsh: Arithmetic = arithmetic(AluOp.ARSH)
/** `dst = operand`; a number is a signed 32-bit immediate, extended to the width of `dst`. */
export const mov: Arithmetic = arithmetic(AluOp.MOV)

/** `dst = -dst` */
export function neg(dst: Register): Instruction {
  const width = isHalf(dst) ? Class.ALU : Class.ALU64
  return { opcode: width | AluOp.NEG, dst: registerNumber(dst), src: 0, offset: 0, imm: 0 }
}

/**
 * `dst = (sN)src`: moves the low 8, 16 or 32 bits with their sign. Requires Linux 6.6.
 * The width is the destination's; 32 bits are only extended into a 64-bit register.
 */
export function movsx(dst: Register64, src: Register64, bits: 8 | 16 | 32): Instruction
export function movsx(dst: Register32, src: Register32, bits: 8 | 16): Instruction
export function movsx(dst: Register, src: Register, bits: 8 | 16 | 32): Instruction {
  const width = isHalf(dst) ? Class.ALU : Class.ALU64
  const opcode = width | AluOp.MOV | Source.X
  return { opcode, dst: registerNumber(dst), src: registerNumber(src), offset: bits, imm: 0 }
}

/**
 * `dst = addr_space_cast(src, to, from)`: converts a pointer between address spaces: 0 is the kernel's, 1 the arena's.
 * Requires Linux 6.9.
 */
export function addrSpaceCast(dst: Register64, src: Register64, to: number, from: number): Instruction {
  const opcode = Class.ALU64 | AluOp.MOV | Source.X
  return { opcode, dst: registerNumber(dst), src: registerNumber(src), offset: 1, imm: (to << 16) | from | 0 }
}

const endian =
  (opcode: number) =>
  (dst: Register64, bits: 16 | 32 | 64): Instruction => ({
    opcode,
    dst: registerNumber(dst),
    src: 0,
    offset: 0,
    imm: bits,
  })

/** Takes the low 16, 32 or 64 bits of a register from or to some byte order; higher bits become zero. */
export type ByteSwap = (dst: Register64, bits: 16 | 32 | 64) => Instruction

/** `dst = leN dst`: between the machine's order and little endian. */
export const le: ByteSwap = endian(Class.ALU | AluOp.END | Source.K)
/** `dst = beN dst`: between the machine's order and big endian. */
export const be: ByteSwap = endian(Class.ALU | AluOp.END | Source.X)
/** `dst = bswapN dst`: unconditionally. Requires Linux 6.6. */
export const bswap: ByteSwap = endian(Class.ALU64 | AluOp.END)
