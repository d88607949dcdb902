import type { CoreResult } from './resolve.ts'

/** As much of an instruction as a relocation changes. A two-slot `LD_IMM64` is one, with `imm64`. */
export interface CoreInstruction {
  readonly opcode: number
  readonly dst: number
  readonly src: number
  readonly offset: number
  readonly imm: number
  /** The 64 bits of an `LD_IMM64`, unsigned. */
  readonly imm64?: bigint | undefined
}

/** A relocation that cannot be applied to its instruction. */
export class CoreError extends Error {
  static {
    this.prototype.name = 'CoreError'
  }
  /** Always `ERR_CORE`. */
  readonly code = 'ERR_CORE'
  /** The relocation, with all that was tried. */
  readonly result: CoreResult

  /** Says what is wrong with which access. */
  constructor(result: CoreResult, message: string) {
    super(`${result.access} (${result.kind}): ${message}`)
    this.result = result
  }
}

/** The helper number of a poisoned instruction, `0xbad2310`: no kernel has it, so the verifier refuses it, if it can be reached. */
export const CORE_POISON = 195896080

const CLASS = 0x07
const [LD, LDX, ST, STX, ALU, ALU64] = [0x00, 0x01, 0x02, 0x03, 0x04, 0x07]
const CALL = 0x85
const LD_IMM64 = 0x18
/** The operand is a register, not the immediate. */
const SOURCE_REGISTER = 0x08
const SIZE = 0x18
const SIZES: { readonly [bytes: number]: number } = { 1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18 }

/**
 * Applies a relocation to its instruction and returns what takes its place: the instruction with another value, offset or
 * size of access. An instruction that must not run becomes a call of a helper that does not exist ({@link CORE_POISON}),
 * two of them for an `LD_IMM64`, so that all keep their places.
 *
 * Throws {@link CoreError} if the relocation failed, or if the instruction is not one that it can be of.
 */
export function patchCore<I extends CoreInstruction>(instruction: I, result: CoreResult): (I | CoreInstruction)[] {
  if (result.status === 'failed') throw new CoreError(result, result.reason ?? 'it cannot be resolved')
  if (result.status === 'poisoned') return poison(instruction)
  switch (instruction.opcode & CLASS) {
    case ALU:
    case ALU64:
      return [patchImmediate(instruction, result)]
    case LDX:
    case ST:
    case STX:
      return result.resizable
        ? [patchMemory(instruction, result)]
        : (expectOffset(instruction, result), poison(instruction))
    case LD:
      return [patchWide(instruction, result)]
    default:
      throw new CoreError(result, `opcode 0x${instruction.opcode.toString(16)} takes no relocation`)
  }
}

function poison<I extends CoreInstruction>(instruction: I): (I | CoreInstruction)[] {
  const call = { opcode: CALL, dst: 0, src: 0, offset: 0, imm: CORE_POISON }
  const first = { ...instruction, ...call, imm64: undefined }
  return instruction.opcode === LD_IMM64 ? [first, call] : [first]
}

function mismatch(result: CoreResult, held: number | bigint): never {
  throw new CoreError(
    result,
    `the instruction holds ${held}, not the ${result.originalValue} of the program's own types`,
  )
}

function patchImmediate<I extends CoreInstruction>(instruction: I, result: CoreResult): I {
  if ((instruction.opcode & SOURCE_REGISTER) !== 0)
    throw new CoreError(result, 'the instruction takes a register, which cannot be relocated')
  if (result.validate && BigInt.asIntN(32, result.originalValue) !== BigInt(instruction.imm))
    mismatch(result, instruction.imm)
  return { ...instruction, imm: Number(BigInt.asIntN(32, result.value)) }
}

function expectOffset(instruction: CoreInstruction, result: CoreResult): void {
  if (result.validate && result.originalValue !== BigInt(instruction.offset)) mismatch(result, instruction.offset)
  if (result.value > 0x7fffn)
    throw new CoreError(result, `offset ${result.value} is more than the 32767 that an instruction can hold`)
}

function patchMemory<I extends CoreInstruction>(instruction: I, result: CoreResult): I {
  expectOffset(instruction, result)
  const offset = Number(result.value)
  if (result.size === result.originalSize) return { ...instruction, offset }
  if ((instruction.opcode & SIZE) !== SIZES[result.originalSize])
    throw new CoreError(result, `the instruction does not access the ${result.originalSize} bytes of the field`)
  const size = SIZES[result.size]
  if (size === undefined) throw new CoreError(result, `no instruction accesses ${result.size} bytes`)
  return { ...instruction, offset, opcode: (instruction.opcode & ~SIZE) | size }
}

function patchWide<I extends CoreInstruction>(instruction: I, result: CoreResult): I {
  const held = instruction.imm64
  if (instruction.opcode !== LD_IMM64 || held === undefined || instruction.src !== 0 || instruction.offset !== 0)
    throw new CoreError(result, 'the instruction loads no plain 64-bit number')
  const original = BigInt.asUintN(64, result.originalValue)
  const value = BigInt.asUintN(64, result.value)
  // The types of old compilers hold no more than 32 bits of an enumerator, and don't tell its sign.
  const bits = result.kind === 'enumval_value' ? 32 : 64
  if (result.validate && BigInt.asUintN(bits, held) !== BigInt.asUintN(bits, original)) mismatch(result, held)
  const isUnsigned = held !== original && held === BigInt.asUintN(32, original)
  const imm64 = isUnsigned && value >> 31n === 0x1ffffffffn ? BigInt.asUintN(32, value) : value
  return { ...instruction, imm: Number(BigInt.asIntN(32, imm64)), imm64 }
}
