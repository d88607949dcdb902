import { type Instruction } from './instruction.ts'
import { AtomicOp, Class, Mode } from './opcode.ts'
import { sizeBits, type Width } from './memory.ts'
import { type Register64, registerNumber } from './registers.ts'

/** An atomic read-modify-write of `*(width *)(dst + offset)` with `src`. */
export type Atomic = (width: 'u32' | 'u64', dst: Register64, offset: number, src: Register64) => Instruction

function atomic(operation: number): Atomic {
  return (width, dst, offset, src) => ({
    opcode: Class.STX | Mode.ATOMIC | sizeBits(width),
    dst: registerNumber(dst),
    src: registerNumber(src),
    offset,
    imm: operation,
  })
}

/** `lock *(width *)(dst + offset) += src` */
export const atomicAdd: Atomic = atomic(AtomicOp.ADD)
/** `lock *(width *)(dst + offset) |= src`. Requires Linux 5.12. */
export const atomicOr: Atomic = atomic(AtomicOp.OR)
/** `lock *(width *)(dst + offset) &= src`. Requires Linux 5.12. */
export const atomicAnd: Atomic = atomic(AtomicOp.AND)
/** `lock *(width *)(dst + offset) ^= src`. Requires Linux 5.12. */
export const atomicXor: Atomic = atomic(AtomicOp.XOR)
/** As {@link atomicAdd}; `src` receives the old value. Requires Linux 5.12. */
export const atomicFetchAdd: Atomic = atomic(AtomicOp.ADD | AtomicOp.FETCH)
/** As {@link atomicOr}; `src` receives the old value. Requires Linux 5.12. */
export const atomicFetchOr: Atomic = atomic(AtomicOp.OR | AtomicOp.FETCH)
/** As {@link atomicAnd}; `src` receives the old value. Requires Linux 5.12. */
export const atomicFetchAnd: Atomic = atomic(AtomicOp.AND | AtomicOp.FETCH)
/** As {@link atomicXor}; `src` receives the old value. Requires Linux 5.12. */
export const atomicFetchXor: Atomic = atomic(AtomicOp.XOR | AtomicOp.FETCH)
/** Swaps memory and `src`. Requires Linux 5.12. */
export const xchg: Atomic = atomic(AtomicOp.XCHG)
/** Stores `src` if memory equals `r0`; `r0` receives the old value. Requires Linux 5.12. */
export const cmpxchg: Atomic = atomic(AtomicOp.CMPXCHG)

/** `dst = load_acquire((width *)(src + offset))`. Requires Linux 6.15. */
export function loadAcquire(width: Width, dst: Register64, src: Register64, offset: number): Instruction {
  const opcode = Class.STX | Mode.ATOMIC | sizeBits(width)
  return { opcode, dst: registerNumber(dst), src: registerNumber(src), offset, imm: AtomicOp.LOAD_ACQ }
}

/** `store_release((width *)(dst + offset), src)`. Requires Linux 6.15. */
export function storeRelease(width: Width, dst: Register64, offset: number, src: Register64): Instruction {
  const opcode = Class.STX | Mode.ATOMIC | sizeBits(width)
  return { opcode, dst: registerNumber(dst), src: registerNumber(src), offset, imm: AtomicOp.STORE_REL }
}
