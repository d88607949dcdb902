import { type HelperName, helperNumber } from './helpers.ts'
import { type Instruction } from './instruction.ts'
import { CALL, EXIT, Pseudo } from './opcode.ts'

/**
 * `call helper`: a function of the kernel's closed list, by name or number. Arguments are in `r1`–`r5`, the result
 * comes in `r0`. Throws `TypeError` for a name that no helper has.
 */
export function call(helper: HelperName | number): Instruction {
  const number = typeof helper === 'number' ? helper : helperNumber(helper)
  if (number === undefined) throw new TypeError(`no helper is called ${helper}`)
  return { opcode: CALL, dst: 0, src: 0, offset: 0, imm: number }
}

/** `call function`: a function of the same program, by name. */
export const callFunction = (name: string): Instruction => ({
  opcode: CALL,
  dst: 0,
  src: Pseudo.CALL,
  offset: 0,
  imm: -1,
  reference: { kind: 'function', name },
})

/**
 * `call kfunc`: a kernel function by name, resolved when the program is loaded, or by BTF id; `fdIndex` is the place
 * of its module's BTF in the load's `fd_array`, 0 for the kernel's own. Requires Linux 5.13.
 */
export const callKfunc = (kfunc: string | number, fdIndex = 0): Instruction => {
  const base = { opcode: CALL, dst: 0, src: Pseudo.KFUNC_CALL, offset: fdIndex, imm: 0 }
  return typeof kfunc === 'number' ? { ...base, imm: kfunc } : { ...base, reference: { kind: 'kfunc', name: kfunc } }
}

/** `exit`: returns `r0`. */
export const exit = (): Instruction => ({ opcode: EXIT, dst: 0, src: 0, offset: 0, imm: 0 })

/** The instruction with a name, for jumps and calls to find it: a label, or the entry of a function. */
export const label = (name: string, instruction: Instruction): Instruction => ({ ...instruction, symbol: name })
