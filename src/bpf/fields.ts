/**
 * Tables of fields: how `union bpf_attr` and the kernel's info structures are laid out, one row per field.
 *
 * @module
 */
import { getAddress, putAddress } from '../sys/index.ts'

/** What a kind of field holds, and how wide it is. */
const WIDTHS = { u32: 4, s32: 4, u64: 8, size: 8, address: 8, name: 16, tag: 8 } as const

/**
 * The kind of a field.
 *
 * `u32` and `s32` are numbers; `u64` is opaque or can pass 2^53, `size` never does; `address` points to bytes or a text of the caller;
 * `name` is `char[BPF_OBJ_NAME_LEN]`; `tag` is `u8[BPF_TAG_SIZE]`, read as hexadecimal text.
 */
export type FieldKind = keyof typeof WIDTHS

/** What goes into a field of each kind. A text becomes NUL-terminated bytes; a number given for an address is the address itself. */
export interface FieldInputs {
  u32: number
  s32: number
  u64: number | bigint
  size: number
  address: Uint8Array | string | number
  name: string
  tag: string
}

/** What comes out of a field of each kind. */
export interface FieldOutputs {
  u32: number
  s32: number
  u64: bigint
  size: number
  address: number
  name: string
  tag: string
}

/** One row: where the field is, how wide, and what it holds. */
export interface Field<K extends FieldKind = FieldKind, Out extends boolean = boolean> {
  readonly offset: number
  readonly width: number
  readonly kind: K
  /** Whether the kernel writes it. */
  readonly out: Out
}

/** A table: rows by the kernel's name, camel-cased. */
export type Fields = Readonly<Record<string, Field>>

/** The values to put into a table's fields; what is left out stays 0. */
export type Input<F extends Fields> = { readonly [N in keyof F]?: FieldInputs[F[N]['kind']] | undefined }

/** The values of all fields. */
export type Values<F extends Fields> = { readonly [N in keyof F]: FieldOutputs[F[N]['kind']] }

/** The values of the fields that the kernel writes. */
export type Output<F extends Fields> = {
  readonly [N in keyof F as F[N]['out'] extends true ? N : never]: FieldOutputs[F[N]['kind']]
}

const row =
  <K extends FieldKind>(kind: K) =>
  (offset: number): Field<K, false> => ({ offset, width: WIDTHS[kind], kind, out: false })

export const u32 = row('u32')
export const s32 = row('s32')
export const u64 = row('u64')
export const size = row('size')
export const address = row('address')
export const name = row('name')
export const tag = row('tag')

/** The row of a field that the kernel writes. */
export const out = <K extends FieldKind>(field: Field<K>): Field<K, true> => ({ ...field, out: true })

const NAME_LENGTH = 15
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Reads a text that ends with a NUL, or with the bytes. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end))
}

/** Writes the values into a zeroed structure that begins at `base`. `place` says where bytes or a text stand for the kernel. */
export function putFields<F extends Fields>(
  fields: F,
  values: Input<F>,
  view: DataView,
  base: number,
  place: (value: Uint8Array | string) => number,
): void {
  for (const key in values) {
    const value = values[key]
    const field = fields[key]
    if (value === undefined || field === undefined) continue
    const at = base + field.offset
    if (field.kind === 'name') {
      const bytes = encoder.encode(value as string)
      if (bytes.length > NAME_LENGTH) throw new RangeError(`the name ${JSON.stringify(value)} is over 15 bytes`)
      new Uint8Array(view.buffer, view.byteOffset + at, NAME_LENGTH + 1).set(bytes)
    } else if (field.kind === 'address') {
      putAddress(view, at, typeof value === 'number' ? value : place(value as Uint8Array | string))
    } else if (field.width === 8) {
      view.setBigUint64(at, BigInt(value as number | bigint), true)
    } else {
      view.setUint32(at, whole(value as number, key), true)
    }
  }
}

/** What koffi and DataView would cut off silently is refused here. */
function whole(value: number, field: string): number {
  if (!Number.isInteger(value) || value < -0x8000_0000 || value > 0xffff_ffff) {
    throw new RangeError(`${field} is ${value}, which no 32-bit field can hold`)
  }
  return value
}

/** Reads one field of a structure that begins at `base`. */
export function getField<K extends FieldKind>(field: Field<K>, view: DataView, base: number): FieldOutputs[K] {
  return READERS[field.kind](view, base + field.offset) as FieldOutputs[K]
}

const READERS: { [K in FieldKind]: (view: DataView, at: number) => FieldOutputs[K] } = {
  u32: (view, at) => view.getUint32(at, true),
  s32: (view, at) => view.getInt32(at, true),
  u64: (view, at) => view.getBigUint64(at, true),
  size: getAddress,
  address: getAddress,
  name: (view, at) => textOf(new Uint8Array(view.buffer, view.byteOffset + at, WIDTHS.name)),
  tag: (view, at) => Buffer.from(view.buffer, view.byteOffset + at, WIDTHS.tag).toString('hex'),
}

/** Reads all fields. */
export function getFields<F extends Fields>(fields: F, view: DataView, base = 0): Values<F> {
  const values: Record<string, unknown> = {}
  for (const key in fields) values[key] = getField(fields[key]!, view, base)
  return values as Values<F>
}

/** Reads the fields that the kernel writes. */
export function getOutput<F extends Fields>(fields: F, view: DataView, base: number): Output<F> {
  const values: Record<string, unknown> = {}
  for (const key in fields) if (fields[key]!.out) values[key] = getField(fields[key]!, view, base)
  return values as Output<F>
}
