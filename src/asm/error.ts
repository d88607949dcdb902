/** Why a program could not be assembled or bytes could not be taken apart. */
export type AsmErrorCode =
  'ERR_ASM_RANGE' | 'ERR_ASM_UNKNOWN_SYMBOL' | 'ERR_ASM_DUPLICATE_SYMBOL' | 'ERR_ASM_MALFORMED' | 'ERR_ASM_BAD_JUMP'

/** A program that cannot be written as bytes, or bytes that are no program. */
export class AsmError extends Error {
  /** Which of the things that can be wrong. */
  readonly code: AsmErrorCode
  /** Index of the instruction in the list (assembling), or of the slot (disassembling). */
  readonly index: number

  constructor(code: AsmErrorCode, index: number, message: string) {
    super(message)
    this.name = 'AsmError'
    this.code = code
    this.index = index
  }
}
