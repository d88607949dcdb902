import { type Endian, type Instruction, slotsOf, type SourceLine } from '../asm/index.ts'

/** What the kernel is told about the functions and lines of a program, as it takes them. */
export interface ProgramInfo {
  /** `struct bpf_func_info` records of 8 bytes; undefined where a function has no type. */
  readonly functions: Uint8Array | undefined
  /** `struct bpf_line_info` records of 16 bytes; undefined where a function has no line. */
  readonly lines: Uint8Array | undefined
}

/** What {@link programInfo} writes into. */
export interface ProgramInfoOptions {
  /** The place of a string in the BTF that the program is loaded with. */
  intern: (text: string) => number
  /** Byte order, little unless said. */
  endian?: Endian | undefined
}

const MAX_LINE = 0x3f_ffff
const MAX_COLUMN = 0x3ff

/** Writes records, given as 32-bit numbers in a row. */
function records(numbers: readonly number[], endian: Endian | undefined): Uint8Array {
  const bytes = new Uint8Array(numbers.length * 4)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < numbers.length; i++) view.setUint32(4 * i, numbers[i] ?? 0, endian !== 'big')
  return bytes
}

/** The names of the instructions at which functions start: the first, and whatever is called or passed on. */
function functionNames(instructions: readonly Instruction[]): Set<string | undefined> {
  const names = new Set<string | undefined>([instructions[0]?.symbol])
  for (const { reference } of instructions) if (reference?.kind === 'function') names.add(reference.name)
  return names
}

/**
 * Writes func_info and line_info for a program as it is now, from what rides on its instructions: call it after all
 * passes that move code. The kernel wants either for all functions or for none, and is given so.
 */
export function programInfo(instructions: readonly Instruction[], options: ProgramInfoOptions): ProgramInfo {
  const { intern, endian } = options
  const starts = functionNames(instructions)
  const functions: number[] = []
  const lines: number[] = []
  let allTyped = true
  let allLined = true
  let slot = 0
  for (const instruction of instructions) {
    const { symbol, funcId, source } = instruction
    // One with a type is a function whoever calls it: the handler of exceptions is called by the kernel alone.
    const isStart = slot === 0 || funcId !== undefined || (symbol !== undefined && starts.has(symbol))
    if (isStart && funcId === undefined) allTyped = false
    if (isStart && source === undefined) allLined = false
    if (isStart && funcId !== undefined) functions.push(slot, funcId)
    if (source !== undefined) lines.push(slot, intern(source.file), intern(source.text), lineAndColumn(source))
    slot += slotsOf(instruction)
  }
  return {
    functions: allTyped && functions.length > 0 ? records(functions, endian) : undefined,
    lines: allLined && lines.length > 0 ? records(lines, endian) : undefined,
  }
}

const lineAndColumn = ({ line, column }: SourceLine): number =>
  ((Math.min(line, MAX_LINE) << 10) | Math.min(column, MAX_COLUMN)) >>> 0
