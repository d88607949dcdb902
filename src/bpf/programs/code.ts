/**
 * The code of a program as the kernel has it: instructions after the verifier, machine code, and the lines of source that both come from.
 *
 * @module
 */
import { disassemble, type Instruction } from '../../asm/index.ts'
import { type Btf } from '../../btf/index.ts'
import { openBtf, readBtf } from '../btf-objects.ts'
import { getInfo, PROG_INFO } from '../info.ts'
import { programList } from './info.ts'

/** A line of source, and where its code begins. */
export interface ProgramLine {
  /** The slot of its first translated instruction. */
  readonly instruction: number
  /** The address of its machine code, where the kernel shows addresses to this user. */
  readonly address: bigint | undefined
  readonly file: string
  readonly line: number
  readonly column: number
  /** The line itself. */
  readonly text: string
}

/** A function of a program: the main one is the first, those that it calls follow. */
export interface ProgramFunction {
  /** Its name, where the program has types. */
  readonly name: string | undefined
  /** The slot of its first translated instruction, where the program has types; 0 for the first. */
  readonly instruction: number | undefined
  /** The address of its machine code, where the kernel shows addresses to this user. */
  readonly address: bigint | undefined
  /** Its machine code; empty where it is interpreted, or the kernel does not show it. */
  readonly code: Uint8Array
}

/** A program's code. */
export interface ProgramCode {
  /** The instructions as the verifier left them: maps by id, helpers by their distance in the kernel. Empty where the kernel does not show them. */
  readonly instructions: readonly Instruction[]
  readonly functions: readonly ProgramFunction[]
  /** In the order of the instructions; empty for a program without types. */
  readonly lines: readonly ProgramLine[]
}

const FUNCTION_RECORD = 8
const LINE_RECORD = 16
const LINE_SHIFT = 10
const COLUMN_MASK = 1023

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

/** Reads a program's code. Needs CAP_SYS_ADMIN for its types. */
export function programCode(fd: number): ProgramCode {
  const { btfId, funcInfoRecSize, lineInfoRecSize } = getInfo(fd, PROG_INFO)
  const btf = btfId === 0 ? undefined : typesOf(btfId)
  return {
    instructions: disassemble(programList(fd, 'translated')),
    functions: functionsOf(fd, btf, funcInfoRecSize || FUNCTION_RECORD),
    lines: btf ? linesOf(fd, btf, lineInfoRecSize || LINE_RECORD) : [],
  }
}

function typesOf(id: number): Btf {
  using fd = openBtf(id)
  return readBtf(fd.number)
}

function functionsOf(fd: number, btf: Btf | undefined, record: number): ProgramFunction[] {
  const infos = viewOf(programList(fd, 'functions'))
  const symbols = viewOf(programList(fd, 'jitedSymbols'))
  const lengths = viewOf(programList(fd, 'jitedLengths'))
  const code = programList(fd, 'jited')
  const count = Math.max(infos.byteLength / record, lengths.byteLength / 4, 1)
  let at = 0
  return Array.from({ length: count }, (_, index) => {
    const known = btf && (index + 1) * record <= infos.byteLength
    const size = index * 4 < lengths.byteLength ? lengths.getUint32(index * 4, true) : 0
    const body = code.subarray(at, (at += size))
    return {
      name: known ? btf.nameOf(infos.getUint32(index * record + 4, true)) : undefined,
      instruction: known ? infos.getUint32(index * record, true) : index === 0 ? 0 : undefined,
      address: index * 8 < symbols.byteLength ? symbols.getBigUint64(index * 8, true) : undefined,
      code: body,
    }
  })
}

function linesOf(fd: number, btf: Btf, record: number): ProgramLine[] {
  const lines = viewOf(programList(fd, 'lines'))
  const addresses = viewOf(programList(fd, 'jitedLines'))
  return Array.from({ length: lines.byteLength / record }, (_, index) => {
    const at = index * record
    const place = lines.getUint32(at + 12, true)
    return {
      instruction: lines.getUint32(at, true),
      address: index * 8 < addresses.byteLength ? addresses.getBigUint64(index * 8, true) : undefined,
      file: btf.string(lines.getUint32(at + 4, true)),
      line: place >>> LINE_SHIFT,
      column: place & COLUMN_MASK,
      text: btf.string(lines.getUint32(at + 8, true)).trim(),
    }
  })
}
