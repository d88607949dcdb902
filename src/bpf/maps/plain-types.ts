/**
 * The types of a map that has none of its own.
 *
 * @module
 */
import { BtfBuilder } from '../../btf/index.ts'
import { type Fd } from '../../sys/index.ts'
import { loadBtf } from '../btf-objects.ts'

/** What a map is described by, in the kernel for as long as somebody holds it. */
export interface PlainTypes {
  readonly fd: Fd
  readonly keyTypeId: number
  readonly valueTypeId: number
}

const INT = { size: 4, bits: 32, bitOffset: 0 } as const
const BYTE = { size: 1, bits: 8, bitOffset: 0 } as const

/** `int` for keys and an array of bytes for values: the kernel makes no local storage without types. The caller closes them. */
export function plainTypes(valueSize: number, tokenFd?: number): PlainTypes {
  const builder = new BtfBuilder()
  const flags = { char: false, bool: false }
  const keyTypeId = builder.add({ kind: 'int', name: 'int', signed: true, ...flags, ...INT })
  const byte = builder.add({ kind: 'int', name: 'unsigned char', signed: false, ...flags, ...BYTE })
  const valueTypeId = builder.add({ kind: 'array', type: byte, indexType: keyTypeId, length: valueSize })
  return { fd: loadBtf(builder.build(), { tokenFd }), keyTypeId, valueTypeId }
}
