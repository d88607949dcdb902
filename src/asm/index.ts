/**
 * BPF instructions as data: build programs in TypeScript, take bytes apart, print them as the kernel does, and
 * rewrite them by functions from instructions to instructions.
 *
 * @module
 */
export * from './alu.ts'
export * from './assemble.ts'
export * from './atomic.ts'
export * from './call.ts'
export * from './disassemble.ts'
export * from './error.ts'
export * from './helpers.ts'
export * from './instruction.ts'
export * from './jump.ts'
export * from './load.ts'
export { ldAbs, ldInd, ldx, type SignedWidth, st, stx, type Width } from './memory.ts'
export {
  AluOp,
  CALL,
  AtomicOp,
  Class,
  classOf,
  isAlu,
  isJumpClass,
  EXIT,
  JmpOp,
  jumpField,
  LD_IMM64,
  Mode,
  modeOf,
  operationOf,
  Pseudo,
  Size,
  sizeOf,
  SLOT_SIZE,
  Source,
  usesRegister,
} from './opcode.ts'
export * from './print.ts'
export type { Register, Register32, Register64 } from './registers.ts'
export * from './resolve.ts'
