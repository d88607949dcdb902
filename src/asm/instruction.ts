import { CALL, LD_IMM64, Pseudo } from './opcode.ts'

/**
 * What an instruction's immediate or distance stands for. References are names, so instructions can be moved,
 * inserted and put behind each other without counting; the numbers are written when all has found its place.
 */
export type Reference =
  /** A jump to the instruction that bears this label as its `symbol`. */
  | { readonly kind: 'label'; readonly name: string }
  /** A function of the program: called, or its address taken as a callback. */
  | { readonly kind: 'function'; readonly name: string }
  /** A map. */
  | { readonly kind: 'map'; readonly name: string }
  /** A place in the only value of a map: a global variable, usually. Offset in bytes. */
  | { readonly kind: 'mapValue'; readonly name: string; readonly offset: number }
  /** A global variable that lives in an arena; the offset (bytes) counts from the first of the arena's globals. */
  | { readonly kind: 'arena'; readonly name: string; readonly offset: number }
  /** A function of the kernel or of a module. */
  | { readonly kind: 'kfunc'; readonly name: string }
  /** A variable or symbol of the kernel, by address (untyped) or by BTF (typed). */
  | { readonly kind: 'ksym'; readonly name: string }
  /** A table of jump targets. */
  | { readonly kind: 'jumpTable'; readonly name: string }

/** The line of source that an instruction came from. */
export interface SourceLine {
  readonly file: string
  readonly line: number
  readonly column: number
  /** The text of the line, as the compiler saw it. */
  readonly text: string
}

/** A field, type or enum value that the compiler left to be looked up in the running kernel's types (CO-RE). */
export interface CoreRelocation {
  /** What is asked for: `enum bpf_core_relo_kind`. */
  readonly kind: number
  /** BTF id of the local type that the access starts from. */
  readonly typeId: number
  /** The path from that type, e.g. `0:1:2`. */
  readonly access: string
}

/**
 * One BPF instruction as plain data, with what is known about it riding along.
 *
 * A two-slot `LD_IMM64` is one `Instruction`: `imm64` holds the whole value (unsigned) and `imm` its low half.
 */
export interface Instruction {
  /** The opcode byte. */
  readonly opcode: number
  /** Destination register, 0–10. */
  readonly dst: number
  /** Source register, 0–10, or a `BPF_PSEUDO_*` value. */
  readonly src: number
  /** Signed 16-bit field: a distance in bytes for memory, in slots for jumps. */
  readonly offset: number
  /** Signed 32-bit immediate. */
  readonly imm: number
  /** The 64 bits of an `LD_IMM64`, unsigned; absent on every other instruction. */
  readonly imm64?: bigint | undefined
  /** The label or function that starts at this instruction. */
  readonly symbol?: string | undefined
  /** BTF id of the FUNC that starts at this instruction. */
  readonly funcId?: number | undefined
  /** What the immediate or distance stands for. */
  readonly reference?: Reference | undefined
  /** Set where the compiler noted a new line of source; those that follow belong to it too. */
  readonly source?: SourceLine | undefined
  /** A CO-RE relocation of this instruction. */
  readonly core?: CoreRelocation | undefined
}

/** How many 8-byte slots the instruction takes: 2 for `LD_IMM64`, 1 for all others. */
export const slotsOf = (instruction: Instruction): 1 | 2 => (instruction.opcode === LD_IMM64 ? 2 : 1)

/** Total length of a list of instructions, in slots: the unit that jumps and line info count in. */
export function countSlots(instructions: readonly Instruction[]): number {
  let slots = 0
  for (const instruction of instructions) slots += slotsOf(instruction)
  return slots
}

/** True for a call of a function of the same program (BPF to BPF). */
export const isFunctionCall = (instruction: Instruction): boolean =>
  instruction.opcode === CALL && instruction.src === Pseudo.CALL

/** True for a call of a kernel function (kfunc). */
export const isKfuncCall = (instruction: Instruction): boolean =>
  instruction.opcode === CALL && instruction.src === Pseudo.KFUNC_CALL

/** True for a call of a helper. */
export const isHelperCall = (instruction: Instruction): boolean => instruction.opcode === CALL && instruction.src === 0

/** True for a load of the address of a function of the same program. */
export const isFunctionAddress = (instruction: Instruction): boolean =>
  instruction.opcode === LD_IMM64 && instruction.src === Pseudo.FUNC

/** The same instruction with another 64-bit immediate; both of its fields are kept in step. */
export function withImm64(instruction: Instruction, value: bigint): Instruction {
  const imm64 = BigInt.asUintN(64, value)
  return { ...instruction, imm: Number(BigInt.asIntN(32, imm64)), imm64 }
}

/** The two 32-bit immediates of an `LD_IMM64` as one value: `low` in the first slot, `high` in the second. */
export const joinImm64 = (low: number, high: number): bigint =>
  (BigInt.asUintN(32, BigInt(high)) << 32n) | BigInt.asUintN(32, BigInt(low))
