/**
 * The types that the kernel wants of local storage.
 *
 * @module
 */
import { BtfBuilder } from '../../btf/index.ts'
import { type Fd } from '../../sys/index.ts'
import { loadBtf } from '../btf-objects.ts'

/** What a map is described by, in the kernel for as long as somebody holds it. */
export interface StorageTypes {
  readonly fd: Fd
  readonly keyTypeId: number
  readonly valueTypeId: number
}

const INT = { size: 4, bits: 32, bitOffset: 0 } as const
const BYTE = { size: 1, bits: 8, bitOffset: 0 } as const

/** Types for a map whose keys are descriptors and whose values are bytes: the kernel makes no local storage without. The caller closes them. */
export function storageTypes(valueSize: number, tokenFd?: number): StorageTypes {
  const builder = new BtfBuilder()
  const flags = { char: false, bool: false }
  const keyTypeId = builder.add({ kind: 'int', name: 'int', signed: true, ...flags, ...INT })
  const byte = builder.add({ kind: 'int', name: 'unsigned char', signed: false, ...flags, ...BYTE })
  const valueTypeId = builder.add({ kind: 'array', type: byte, indexType: keyTypeId, length: valueSize })
  return { fd: loadBtf(builder.build(), { tokenFd }), keyTypeId, valueTypeId }
}
