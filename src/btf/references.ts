import type { BtfKind, BtfTypeSpec } from './types.ts'
import { KINDS, type KindRow, type TypeSink } from './wire.ts'

/** Writes a type down. */
export function writeType(type: BtfTypeSpec, sink: TypeSink): void {
  // The row belongs to the very kind of the type, which the type system cannot follow through a look-up.
  const row = KINDS[type.kind] as KindRow<BtfKind>
  row.write(type, sink)
}

/** The ids of all types that a type refers to, 0 (`void`) included, repeated as they are. */
export function references(type: BtfTypeSpec): number[] {
  const ids: number[] = []
  if (type.kind !== 'void') writeType(type, { head() {}, u32() {}, text() {}, opaque() {}, ref: (id) => ids.push(id) })
  return ids
}
