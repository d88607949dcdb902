/**
 * Where a probe in user space has its arguments: what the compiler wrote into the file, read into data.
 *
 * @module
 */

/** Where an argument is when the probe is passed. */
export type UsdtLocation =
  /** It is always this. */
  | { readonly kind: 'constant'; readonly value: bigint }
  /** In a register. `context` is where the program finds the register: bytes into `struct pt_regs`; undefined for one that is not there. */
  | { readonly kind: 'register'; readonly register: string; readonly context: number | undefined }
  /**
   * In memory, at base + offset + index × scale: for `bpf_probe_read_user`. Registers are as above, under `context` and `indexContext`.
   */
  | {
      readonly kind: 'memory'
      readonly base: string
      readonly context: number | undefined
      readonly offset: number
      readonly index: string | undefined
      readonly indexContext: number | undefined
      readonly scale: number
    }
  /** In a way that is not read here: see the argument's `text`. */
  | { readonly kind: 'unknown' }

/** One argument of a probe at one place. */
export interface UsdtArgument {
  /** As the file says it: `-4@-1204(%rbp)`. */
  readonly text: string
  /** Bytes: 1, 2, 4 or 8. */
  readonly size: number
  readonly signed: boolean
  /** Whether it is a floating-point number, which is in no register that a program sees. */
  readonly float: boolean
  readonly location: UsdtLocation
}

/** A register of a machine, as the file calls it: bytes into what a program gets as its context. */
type Registers = (name: string) => number | undefined

/** `struct pt_regs` of x86-64, in 8-byte words. */
const X86_WORDS = ['r15', 'r14', 'r13', 'r12', 'bp', 'bx', 'r11', 'r10', 'r9', 'r8', 'ax', 'cx', 'dx', 'si', 'di', 'orig_ax', 'ip', 'cs', 'flags', 'sp'] // prettier-ignore

/** The low byte, word and long word of a register have names of their own: `%al`, `%ax`, `%eax`, `%r8d`. High bytes have none here. */
function x86Register(name: string): number | undefined {
  const word =
    /^%r(\d+)[dwb]?$/.exec(name)?.[1] ?? /^%[re]?([abcd]x|[sd]i|[bs]p|ip)$/.exec(name)?.[1] ?? lowByte(name) ?? ''
  const at = X86_WORDS.indexOf(/^\d/.test(word) ? `r${word}` : word)
  return at < 0 ? undefined : at * 8
}

function lowByte(name: string): string | undefined {
  const [, letter, pointer] = /^%(?:([abcd])|([sd]i|[bs]p))l$/.exec(name) ?? []
  return letter === undefined ? pointer : `${letter}x`
}

/** `struct user_pt_regs` of arm64: 31 registers, then the stack pointer. */
function armRegister(name: string): number | undefined {
  if (name === 'sp' || name === 'wsp') return 31 * 8
  const number = /^[xw](\d+)$/.exec(name)?.[1]
  return number === undefined || Number(number) > 30 ? undefined : Number(number) * 8
}

/** How a machine's operands are written. */
interface Machine {
  readonly registers: Registers
  readonly constant: RegExp
  readonly register: RegExp
  /** Groups `offset`, `base`, `index` and `scale`. */
  readonly memory: RegExp
}

/** The machines by `EM_*`, one row each. */
const MACHINES: Readonly<Record<number, Machine>> = {
  62: {
    registers: x86Register,
    constant: /^\$(-?(?:0x[\da-f]+|\d+))$/i,
    register: /^(%\w+)$/,
    memory: /^(?<offset>-?(?:0x[\da-f]+|\d+))?\((?<base>%\w+)(?:,(?<index>%\w+)(?:,(?<scale>[1248]))?)?\)$/,
  },
  183: {
    registers: armRegister,
    constant: /^(-?(?:0x[\da-f]+|\d+))$/i,
    register: /^([xw]\d+|w?sp)$/,
    memory: /^\[(?<base>\w+)(?:, ?#?(?:(?<offset>-?(?:0x[\da-f]+|\d+))|(?<index>[xw]\d+)))?\]$/,
  },
}

function locate(machine: Machine | undefined, operand: string): UsdtLocation {
  if (!machine) return { kind: 'unknown' }
  const constant = machine.constant.exec(operand)?.[1]
  if (constant !== undefined) return { kind: 'constant', value: whole(constant) }
  const register = machine.register.exec(operand)?.[1]
  if (register !== undefined) return { kind: 'register', register, context: machine.registers(register) }
  const { offset, base, index, scale } = machine.memory.exec(operand)?.groups ?? {}
  if (base === undefined) return { kind: 'unknown' }
  return {
    kind: 'memory',
    base,
    context: machine.registers(base),
    offset: Number(whole(offset ?? '0')),
    index,
    indexContext: index === undefined ? undefined : machine.registers(index),
    scale: Number(scale ?? 1),
  }
}

/** A number in decimal or hexadecimal, which may be negative. */
const whole = (text: string): bigint => (text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text))

/** Reads the arguments of a probe, as the file has them: `4@%edi -8@8(%rsp)`. `machine` is `EM_*`. */
export function readUsdtArguments(text: string, machine: number): UsdtArgument[] {
  // What is in brackets may have spaces in it.
  return Array.from(text.matchAll(/(-?)(\d+)(f?)@(\[[^\]]*\]|\S+)/g), ([whole, minus, size, float, operand]) => ({
    text: whole,
    size: Number(size),
    signed: minus === '-',
    float: float === 'f',
    location: locate(MACHINES[machine], operand ?? ''),
  }))
}
