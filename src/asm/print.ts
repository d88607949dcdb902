import { helperName } from './helpers.ts'
import { type Instruction, isFunctionAddress, isKfuncCall, type Reference, slotsOf } from './instruction.ts'
import {
  AluOp,
  AtomicOp,
  CALL,
  Class,
  classOf,
  EXIT,
  JA,
  JA32,
  JA_X,
  JCOND,
  JmpOp,
  LD_IMM64,
  Mode,
  modeOf,
  operationOf,
  Pseudo,
  Size,
  sizeOf,
  usesRegister,
} from './opcode.ts'

/**
 * Programs as text, in the kernel's own notation: what the verifier's log and `bpftool prog dump xlated` print.
 * The tables hold what the kernel's `disasm.c` prints for each field.
 */

const ALU_SIGNS: Readonly<Record<number, string>> = {
  [AluOp.ADD]: '+=',
  [AluOp.SUB]: '-=',
  [AluOp.MUL]: '*=',
  [AluOp.DIV]: '/=',
  [AluOp.OR]: '|=',
  [AluOp.AND]: '&=',
  [AluOp.LSH]: '<<=',
  [AluOp.RSH]: '>>=',
  [AluOp.MOD]: '%=',
  [AluOp.XOR]: '^=',
  [AluOp.MOV]: '=',
  [AluOp.ARSH]: 's>>=',
}

const JMP_SIGNS: Readonly<Record<number, string>> = {
  [JmpOp.JEQ]: '==',
  [JmpOp.JGT]: '>',
  [JmpOp.JGE]: '>=',
  [JmpOp.JSET]: '&',
  [JmpOp.JNE]: '!=',
  [JmpOp.JSGT]: 's>',
  [JmpOp.JSGE]: 's>=',
  [JmpOp.JLT]: '<',
  [JmpOp.JLE]: '<=',
  [JmpOp.JSLT]: 's<',
  [JmpOp.JSLE]: 's<=',
}

const ATOMIC_NAMES: Readonly<Record<number, string>> = {
  [AtomicOp.ADD]: 'add',
  [AtomicOp.OR]: 'or',
  [AtomicOp.AND]: 'and',
  [AtomicOp.XOR]: 'xor',
}

const WIDTHS: Readonly<Record<number, string>> = { [Size.W]: '32', [Size.H]: '16', [Size.B]: '8', [Size.DW]: '64' }

const signed = (value: number): string => (value < 0 ? `${value}` : `+${value}`)
const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`
const memory = (register: number, instruction: Instruction, sign = 'u'): string =>
  `*(${sign}${WIDTHS[sizeOf(instruction.opcode)]} *)(r${register} ${signed(instruction.offset)})`

function alu(instruction: Instruction): string {
  const { opcode, dst, src, offset, imm } = instruction
  const operation = operationOf(opcode)
  const wide = classOf(opcode) === Class.ALU64
  const r = wide ? 'r' : 'w'
  if (operation === AluOp.END) {
    const order = wide ? 'bswap' : usesRegister(opcode) ? 'be' : 'le'
    return `r${dst} = ${order}${imm} r${dst}`
  }
  if (operation === AluOp.NEG) return `${r}${dst} = -${r}${dst}`
  const moves = operation === AluOp.MOV && usesRegister(opcode)
  if (moves && wide && offset === 1) {
    return `r${dst} = addr_space_cast(r${src}, ${imm >>> 16}, ${imm & 0xffff})`
  }
  if (moves && wide && offset === -1) return `r${dst} = &(void __percpu *)(r${src})`
  const divides = (operation === AluOp.DIV || operation === AluOp.MOD) && offset === 1
  const sign = `${divides ? 's' : ''}${ALU_SIGNS[operation] ?? '?='}`
  if (!usesRegister(opcode)) return `${r}${dst} ${sign} ${imm}`
  const extended = moves && (offset === 8 || offset === 16 || offset === 32) ? `(s${offset})` : ''
  return `${r}${dst} ${sign} ${extended}${r}${src}`
}

function atomic(instruction: Instruction): string {
  const { opcode, dst, src, imm } = instruction
  const place = memory(dst, instruction)
  const suffix = sizeOf(opcode) === Size.DW ? '64' : ''
  // Within a call the kernel writes the address as `(u32 *)(r1 +0)`, without the star that dereferences it.
  const pointer = place.slice(1)
  if (imm === AtomicOp.LOAD_ACQ) return `r${dst} = load_acquire(${memory(src, instruction).slice(1)})`
  if (imm === AtomicOp.STORE_REL) return `store_release(${pointer}, r${src})`
  if (imm === AtomicOp.XCHG) return `r${src} = atomic${suffix}_xchg(${pointer}, r${src})`
  if (imm === AtomicOp.CMPXCHG) return `r0 = atomic${suffix}_cmpxchg(${pointer}, r0, r${src})`
  const name = ATOMIC_NAMES[imm & ~AtomicOp.FETCH]
  if (name === undefined) return `unknown atomic ${hex(imm)}`
  return (imm & AtomicOp.FETCH) === 0
    ? `lock ${place} ${ALU_SIGNS[imm]} r${src}`
    : `r${src} = atomic${suffix}_fetch_${name}(${pointer}, r${src})`
}

function nameOf(reference: Reference): string {
  switch (reference.kind) {
    case 'map':
      return `map[${reference.name}]`
    case 'mapValue':
      return `map[${reference.name}][0]${signed(reference.offset)}`
    case 'arena':
      return `arena[${reference.name}]${signed(reference.offset)}`
    case 'jumpTable':
      return `jump_table[${reference.name}]`
    case 'ksym':
      return `ksym[${reference.name}]`
    case 'function':
      return `subprog[${reference.name}]`
    case 'kfunc':
    case 'label':
      return reference.name
  }
}

function wide(instruction: Instruction): string {
  if (instruction.reference !== undefined) return nameOf(instruction.reference)
  if (isFunctionAddress(instruction)) return `subprog[${signed(instruction.imm)}]`
  return `0x${(instruction.imm64 ?? 0n).toString(16)}`
}

function load(instruction: Instruction): string {
  const { opcode, dst, src, imm } = instruction
  if (opcode === LD_IMM64) return `r${dst} = ${wide(instruction)}`
  const width = WIDTHS[sizeOf(opcode)]
  if (modeOf(opcode) === Mode.ABS) return `r0 = *(u${width} *)skb[${imm}]`
  if (modeOf(opcode) === Mode.IND) return `r0 = *(u${width} *)skb[r${src} + ${imm}]`
  return `unknown load ${hex(opcode)}`
}

function call(instruction: Instruction): string {
  const { src, imm, reference } = instruction
  if (reference?.kind === 'function') return `call ${reference.name}`
  if (src === Pseudo.CALL) return `call pc${signed(imm)}`
  if (isKfuncCall(instruction)) return `call ${reference === undefined ? 'kernel-function' : nameOf(reference)}#${imm}`
  return `call ${helperName(imm) ?? 'unknown'}#${imm}`
}

function jump(instruction: Instruction): string {
  const { opcode, dst, src, offset, imm, reference } = instruction
  const to = reference?.kind === 'label' ? reference.name : undefined
  if (opcode === CALL) return call(instruction)
  if (opcode === EXIT) return 'exit'
  if (opcode === JA) return `goto ${to ?? `pc${signed(offset)}`}`
  if (opcode === JA32) return `gotol ${to ?? `pc${signed(imm)}`}`
  if (opcode === JA_X) return `gotox r${dst}`
  if (opcode === JCOND) return `may_goto ${to ?? `pc${signed(offset)}`}`
  const r = classOf(opcode) === Class.JMP32 ? 'w' : 'r'
  const operand = usesRegister(opcode) ? `${r}${src}` : hex(imm)
  return `if ${r}${dst} ${JMP_SIGNS[operationOf(opcode)] ?? '?'} ${operand} goto ${to ?? `pc${signed(offset)}`}`
}

function text(instruction: Instruction): string {
  const { opcode, dst, src, imm } = instruction
  const mode = modeOf(opcode)
  switch (classOf(opcode)) {
    case Class.ALU:
    case Class.ALU64:
      return alu(instruction)
    case Class.JMP:
    case Class.JMP32:
      return jump(instruction)
    case Class.LD:
      return load(instruction)
    case Class.LDX:
      if (mode === Mode.MEM) return `r${dst} = ${memory(src, instruction)}`
      if (mode === Mode.MEMSX) return `r${dst} = ${memory(src, instruction, 's')}`
      return `unknown load ${hex(opcode)}`
    case Class.ST:
      if (mode === Mode.MEM) return `${memory(dst, instruction)} = ${imm}`
      // The kernel writes this one into programs itself, against speculation.
      return mode === Mode.ATOMIC ? 'nospec' : `unknown store ${hex(opcode)}`
    default:
      if (mode === Mode.MEM) return `${memory(dst, instruction)} = r${src}`
      return mode === Mode.ATOMIC ? atomic(instruction) : `unknown store ${hex(opcode)}`
  }
}

/** One instruction in the kernel's notation: `(b7) r0 = 0`. References are shown by name. */
export function formatInstruction(instruction: Instruction): string {
  return `(${instruction.opcode.toString(16).padStart(2, '0')}) ${text(instruction)}`
}

/** What {@link print} shows beside the instructions. */
export interface PrintOptions {
  /** Show the lines of source (`; text`) above the instructions they became; default true. */
  source?: boolean | undefined
}

/**
 * A program as text, one line for each instruction, counted in slots as the kernel counts: `   0: (b7) r0 = 0`.
 * Labels and functions stand on lines of their own.
 */
export function print(instructions: readonly Instruction[], options: PrintOptions = {}): string {
  const lines: string[] = []
  let slot = 0
  for (const instruction of instructions) {
    if (instruction.symbol !== undefined) lines.push(`${instruction.symbol}:`)
    if (options.source !== false && instruction.source !== undefined) lines.push(`; ${instruction.source.text.trim()}`)
    lines.push(`${String(slot).padStart(4)}: ${formatInstruction(instruction)}`)
    slot += slotsOf(instruction)
  }
  return lines.join('\n')
}
