import { AsmError } from './error.ts'
import { countSlots, type Instruction } from './instruction.ts'
import { LD_IMM64, SLOT_SIZE } from './opcode.ts'
import { resolveReferences } from './resolve.ts'

/** Byte order of a program's bytes. The kernel takes its own machine's. */
export type Endian = 'little' | 'big'

/** How a program is written as bytes. */
export interface AssembleOptions {
  /** Byte order, little unless said. */
  endian?: Endian | undefined
}

function check(index: number, field: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new AsmError('ERR_ASM_RANGE', index, `${field} is ${value}, and must be an integer from ${low} to ${high}`)
  }
}

function checkFields(instruction: Instruction, index: number): void {
  const { opcode, dst, src, offset, imm } = instruction
  const small = (opcode & 0xff) === opcode && (dst & 15) === dst && (src & 15) === src
  // The usual case in one go; what follows says which field it is.
  if (small && (offset << 16) >> 16 === offset && ((imm | 0) === imm || imm >>> 0 === imm)) return
  check(index, 'opcode', opcode, 0, 0xff)
  check(index, 'dst', dst, 0, 15)
  check(index, 'src', src, 0, 15)
  check(index, 'offset', offset, -0x8000, 0x7fff)
  // Unsigned immediates are welcome too: masks are written so.
  check(index, 'imm', imm, -0x8000_0000, 0xffff_ffff)
}

/**
 * Writes a program as the bytes that the kernel loads, 8 for each slot. Jumps to labels and calls of functions get
 * their distances; references to maps and kernel symbols must have been replaced by numbers before.
 *
 * Throws {@link AsmError}: a field out of range, a jump too long, a label or function that is missing or there twice.
 */
export function assemble(instructions: readonly Instruction[], options: AssembleOptions = {}): Uint8Array {
  const little = options.endian !== 'big'
  const bytes = new Uint8Array(countSlots(instructions) * SLOT_SIZE)
  const view = new DataView(bytes.buffer)
  let at = 0
  const slot = (opcode: number, dst: number, src: number, offset: number, imm: number): void => {
    view.setUint8(at, opcode)
    // Two 4-bit fields of a C bitfield: their order in the byte follows the machine's byte order.
    view.setUint8(at + 1, little ? (src << 4) | dst : (dst << 4) | src)
    view.setInt16(at + 2, offset, little)
    view.setInt32(at + 4, imm, little)
    at += SLOT_SIZE
  }
  let index = 0
  for (const instruction of resolveReferences(instructions)) {
    checkFields(instruction, index++)
    const { opcode, dst, src, offset, imm, imm64 } = instruction
    if (opcode === LD_IMM64) {
      const value = imm64 ?? BigInt(imm)
      slot(opcode, dst, src, offset, Number(BigInt.asIntN(32, value)))
      slot(0, 0, 0, 0, Number(BigInt.asIntN(32, value >> 32n)))
    } else {
      slot(opcode, dst, src, offset, imm)
    }
  }
  return bytes
}
