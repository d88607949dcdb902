/**
 * Registers by the names of the kernel's own notation: `r1` is the whole register and makes an instruction 64 bits
 * wide, `w1` its low half and makes it 32 bits wide (the upper half becomes zero).
 */

type Number = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10

/** A 64-bit register: `r0` result, `r1`–`r5` arguments, `r6`–`r9` kept across calls, `r10` frame pointer. */
export type Register64 = `r${Number}`
/** The low 32 bits of a register. */
export type Register32 = `w${Number}`
/** A register at either width. */
export type Register = Register64 | Register32

/** The number of a register, 0–10. */
export function registerNumber(register: Register): number {
  const number = Number(register.slice(1))
  if (!/^[rw]\d+$/.test(register) || number > 10) throw new TypeError(`${register} is not a BPF register`)
  return number
}

/** True for `w0`–`w10`. */
export const isHalf = (register: Register): boolean => register.startsWith('w')
