/** What a CO-RE relocation is about. */
export type CoreSubject = 'field' | 'type' | 'enumerator'

/** The relocations by number (`enum bpf_core_relo_kind`): the name, and what it is about. */
const KINDS = [
  ['byte_off', 'field'],
  ['byte_sz', 'field'],
  ['field_exists', 'field'],
  ['signed', 'field'],
  ['lshift_u64', 'field'],
  ['rshift_u64', 'field'],
  ['type_id_local', 'type'],
  ['type_id_target', 'type'],
  ['type_exists', 'type'],
  ['type_size', 'type'],
  ['enumval_exists', 'enumerator'],
  ['enumval_value', 'enumerator'],
  ['type_matches', 'type'],
] as const

/** The name of a relocation, as the kernel spells it. */
export type CoreKind = (typeof KINDS)[number][0]

/** A kind that is known. */
export interface CoreKindRow {
  readonly name: CoreKind
  readonly subject: CoreSubject
}

/** The kind of this number; `undefined` for one that is not known. */
export function coreKind(number: number): CoreKindRow | undefined {
  const row = KINDS[number]
  return row && { name: row[0], subject: row[1] }
}
