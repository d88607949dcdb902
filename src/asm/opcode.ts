/**
 * The opcode byte of a BPF instruction, taken apart: three bits of class, and for the other five either
 * (operation, operand source) or (mode, width).
 */

/** Instruction classes: the low three bits of an opcode (`BPF_CLASS`). */
export const Class = {
  LD: 0x00,
  LDX: 0x01,
  ST: 0x02,
  STX: 0x03,
  ALU: 0x04,
  JMP: 0x05,
  JMP32: 0x06,
  ALU64: 0x07,
} as const

/** Operand source of arithmetic and jumps: the immediate or a register (`BPF_SRC`). */
export const Source = { K: 0x00, X: 0x08 } as const

/** Width of a load or store (`BPF_SIZE`). */
export const Size = { W: 0x00, H: 0x08, B: 0x10, DW: 0x18 } as const

/** Mode of a load or store (`BPF_MODE`). */
export const Mode = { IMM: 0x00, ABS: 0x20, IND: 0x40, MEM: 0x60, MEMSX: 0x80, ATOMIC: 0xc0 } as const

/** Arithmetic operations (`BPF_OP` of class ALU and ALU64). */
export const AluOp = {
  ADD: 0x00,
  SUB: 0x10,
  MUL: 0x20,
  DIV: 0x30,
  OR: 0x40,
  AND: 0x50,
  LSH: 0x60,
  RSH: 0x70,
  NEG: 0x80,
  MOD: 0x90,
  XOR: 0xa0,
  MOV: 0xb0,
  ARSH: 0xc0,
  END: 0xd0,
} as const

/** Jump operations (`BPF_OP` of class JMP and JMP32). */
export const JmpOp = {
  JA: 0x00,
  JEQ: 0x10,
  JGT: 0x20,
  JGE: 0x30,
  JSET: 0x40,
  JNE: 0x50,
  JSGT: 0x60,
  JSGE: 0x70,
  CALL: 0x80,
  EXIT: 0x90,
  JLT: 0xa0,
  JLE: 0xb0,
  JSLT: 0xc0,
  JSLE: 0xd0,
  JCOND: 0xe0,
} as const

/** Atomic operations: the immediate of an `STX | ATOMIC` instruction. */
export const AtomicOp = {
  ADD: 0x00,
  OR: 0x40,
  AND: 0x50,
  XOR: 0xa0,
  FETCH: 0x01,
  XCHG: 0xe1,
  CMPXCHG: 0xf1,
  LOAD_ACQ: 0x100,
  STORE_REL: 0x110,
} as const

/** What the source register field of a two-slot load or of a call says about the immediate (`BPF_PSEUDO_*`). */
export const Pseudo = {
  /** `LD_IMM64`: a map's file descriptor. */
  MAP_FD: 1,
  /** `LD_IMM64`: a map's file descriptor below, an offset into its only value above. */
  MAP_VALUE: 2,
  /** `LD_IMM64`: the BTF id of a kernel variable below, the descriptor of its module's BTF above. */
  BTF_ID: 3,
  /** `LD_IMM64`: distance in slots to a function of this program. */
  FUNC: 4,
  /** `LD_IMM64`: an index into the load's `fd_array`. */
  MAP_IDX: 5,
  /** `LD_IMM64`: an index into the load's `fd_array` below, an offset into the value above. */
  MAP_IDX_VALUE: 6,
  /** Call: distance in slots to a function of this program. */
  CALL: 1,
  /** Call: the BTF id of a kernel function; `offset` is an index into `fd_array` for a module's. */
  KFUNC_CALL: 2,
} as const

/** Bytes of one instruction slot (`sizeof(struct bpf_insn)`). */
export const SLOT_SIZE = 8

/** Opcode of the only instruction of two slots: a 64-bit immediate into a register. */
export const LD_IMM64: number = Class.LD | Mode.IMM | Size.DW
/** Opcode of a call: helper, function of the program, or kernel function, by its source register. */
export const CALL: number = Class.JMP | JmpOp.CALL
/** Opcode of `exit`. */
export const EXIT: number = Class.JMP | JmpOp.EXIT
/** Opcode of an unconditional jump with a 16-bit distance. */
export const JA: number = Class.JMP | JmpOp.JA
/** Opcode of an unconditional jump with a 32-bit distance (`gotol`, Linux 6.6). */
export const JA32: number = Class.JMP32 | JmpOp.JA
/** Opcode of an indirect jump through a register (`gotox`). */
export const JA_X: number = Class.JMP | JmpOp.JA | Source.X
/** Opcode of `may_goto` (Linux 6.9): falls through until the kernel's loop budget is spent. */
export const JCOND: number = Class.JMP | JmpOp.JCOND

/** The class bits of an opcode. */
export const classOf = (opcode: number): number => opcode & 0x07
/** The operation bits of an arithmetic or jump opcode. */
export const operationOf = (opcode: number): number => opcode & 0xf0
/** The width bits of a load or store opcode. */
export const sizeOf = (opcode: number): number => opcode & 0x18
/** The mode bits of a load or store opcode. */
export const modeOf = (opcode: number): number => opcode & 0xe0
/** True for an arithmetic or jump opcode whose second operand is a register. */
export const usesRegister = (opcode: number): boolean => (opcode & Source.X) !== 0

/** True for both arithmetic classes. */
export const isAlu = (opcode: number): boolean => classOf(opcode) === Class.ALU || classOf(opcode) === Class.ALU64
/** True for both jump classes (calls and `exit` included). */
export const isJumpClass = (opcode: number): boolean => classOf(opcode) === Class.JMP || classOf(opcode) === Class.JMP32

/**
 * Where a jump keeps its distance: `'offset'` for all with 16 bits, `'imm'` for `gotol`, undefined for what does
 * not jump by a distance (calls, `exit`, `gotox` and everything that is no jump).
 */
export function jumpField(opcode: number): 'offset' | 'imm' | undefined {
  if (!isJumpClass(opcode) || opcode === JA_X) return undefined
  const operation = operationOf(opcode)
  if (operation === JmpOp.CALL || operation === JmpOp.EXIT) return undefined
  return opcode === JA32 ? 'imm' : 'offset'
}
