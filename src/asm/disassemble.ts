import { type AssembleOptions } from './assemble.ts'
import { AsmError } from './error.ts'
import { type Instruction, joinImm64 } from './instruction.ts'
import { LD_IMM64, SLOT_SIZE } from './opcode.ts'

/**
 * Takes the bytes of a program apart. Distances stay numbers; `labelJumps` turns those of jumps into labels.
 *
 * Throws {@link AsmError} `ERR_ASM_MALFORMED` when the bytes are not whole slots, or the second slot of a two-slot
 * load is missing or holds anything but an immediate. Opcodes that do not exist are kept as they are.
 */
export function disassemble(bytes: Uint8Array, options: AssembleOptions = {}): Instruction[] {
  if (bytes.length % SLOT_SIZE !== 0) {
    const message = `${bytes.length} bytes are not a whole number of ${SLOT_SIZE}-byte instructions`
    throw new AsmError('ERR_ASM_MALFORMED', Math.floor(bytes.length / SLOT_SIZE), message)
  }
  const little = options.endian !== 'big'
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const instructions: Instruction[] = []
  for (let at = 0; at < bytes.length; at += SLOT_SIZE) {
    const opcode = view.getUint8(at)
    const registers = view.getUint8(at + 1)
    const [low, high] = [registers & 15, registers >> 4]
    const dst = little ? low : high
    const src = little ? high : low
    const offset = view.getInt16(at + 2, little)
    const imm = view.getInt32(at + 4, little)
    if (opcode !== LD_IMM64) {
      instructions.push({ opcode, dst, src, offset, imm })
      continue
    }
    at += SLOT_SIZE
    if (at >= bytes.length || view.getUint32(at, little) !== 0) {
      const slot = at / SLOT_SIZE
      throw new AsmError('ERR_ASM_MALFORMED', slot, `slot ${slot} is not the second half of a 64-bit immediate`)
    }
    instructions.push({ opcode, dst, src, offset, imm, imm64: joinImm64(imm, view.getInt32(at + 4, little)) })
  }
  return instructions
}
