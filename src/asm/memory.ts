import { type Instruction } from './instruction.ts'
import { Class, Mode, Size } from './opcode.ts'
import { type Register, type Register64, registerNumber } from './registers.ts'

/** Width of an access to memory, by the names of the kernel's notation. */
export type Width = 'u8' | 'u16' | 'u32' | 'u64'
/** Width of a load that extends the sign to 64 bits. */
export type SignedWidth = 's8' | 's16' | 's32'

/** The size bits for each width. */
const SIZES: Readonly<Record<Width | SignedWidth, number>> = {
  u8: Size.B,
  u16: Size.H,
  u32: Size.W,
  u64: Size.DW,
  s8: Size.B,
  s16: Size.H,
  s32: Size.W,
}

/** The size bits of an opcode for a width. */
export const sizeBits = (width: Width | SignedWidth): number => SIZES[width]

/** `dst = *(width *)(src + offset)`; with `s8`, `s16`, `s32` the sign is extended (requires Linux 6.6). */
export function ldx(width: Width | SignedWidth, dst: Register64, src: Register64, offset: number): Instruction {
  const mode = width.startsWith('s') ? Mode.MEMSX : Mode.MEM
  const opcode = Class.LDX | mode | sizeBits(width)
  return { opcode, dst: registerNumber(dst), src: registerNumber(src), offset, imm: 0 }
}

/** `*(width *)(dst + offset) = src` */
export function stx(width: Width, dst: Register64, offset: number, src: Register): Instruction {
  const opcode = Class.STX | Mode.MEM | sizeBits(width)
  return { opcode, dst: registerNumber(dst), src: registerNumber(src), offset, imm: 0 }
}

/** `*(width *)(dst + offset) = imm`; for `u64` the 32-bit immediate is extended with its sign. */
export function st(width: Width, dst: Register64, offset: number, imm: number): Instruction {
  const opcode = Class.ST | Mode.MEM | sizeBits(width)
  return { opcode, dst: registerNumber(dst), src: 0, offset, imm }
}

/** `r0 = *(width *)skb[imm]`: reads the packet, in the machine's byte order; leaves the program with 0 past its end. `r6` is the context. */
export function ldAbs(width: Exclude<Width, 'u64'>, imm: number): Instruction {
  return { opcode: Class.LD | Mode.ABS | sizeBits(width), dst: 0, src: 0, offset: 0, imm }
}

/** `r0 = *(width *)skb[src + imm]`, as {@link ldAbs} with a register added to the place. */
export function ldInd(width: Exclude<Width, 'u64'>, src: Register64, imm: number): Instruction {
  return { opcode: Class.LD | Mode.IND | sizeBits(width), dst: 0, src: registerNumber(src), offset: 0, imm }
}
