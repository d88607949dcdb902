import type { AnyCodec, Codec, In, Out, Simplify } from './codec.ts'
import { compile } from './compile.ts'
import type { Source } from './source.ts'
import type { Writer } from './writer.ts'

/** Fields of a C struct, in order. Each codec must have a fixed size. */
export type Fields = { readonly [name: string]: AnyCodec }

/** One field of a struct, with its place. */
export interface Field {
  readonly name: string
  readonly codec: AnyCodec
  /** Offset in bytes, after natural padding. */
  readonly offset: number
  /** Whether kernels before some version lack it. */
  readonly optional: boolean
}

/** A C struct: {@link struct}. */
export interface Struct<F extends Fields, G extends Fields = {}> extends Codec<StructOut<F, G>, StructIn<F & G>> {
  readonly size: number
  /** The fields, in order. */
  readonly fields: readonly Field[]
  /** Bytes that must be there to read one: those up to the first grown field. */
  readonly minimum: number
}

/** What reading a struct yields. */
export type StructOut<F extends Fields, G extends Fields> = Simplify<
  { -readonly [K in keyof F]: Out<F[K]> } & { -readonly [K in keyof G]?: Out<G[K]> }
>

/** What writing a struct accepts: a field that is left out is zero. */
export type StructIn<F extends Fields> = Simplify<{ readonly [K in keyof F]?: In<F[K]> | undefined }>

/**
 * A C struct with natural alignment: `struct({ family: u8, flags: u16, index: s32 })`.
 *
 * Structs grow at their end. Fields that appeared later go into `grown`: when the bytes end before one, it is absent, and bytes beyond the
 * last known field are skipped. Written is always the whole struct, zero where nothing is given.
 */
export function struct<const F extends Fields, const G extends Fields = {}>(fields: F, grown?: G): Struct<F, G> {
  const places: Field[] = []
  let offset = 0
  let align = 1
  let minimum = 0
  const place = (name: string, codec: AnyCodec, optional: boolean): void => {
    if (codec.size === undefined) throw new TypeError(`struct field ${name}: a ${codec.kind} has no fixed size`)
    offset = Math.ceil(offset / codec.align) * codec.align
    places.push({ name, codec, offset, optional })
    offset += codec.size
    align = Math.max(align, codec.align)
    if (!optional) minimum = offset
  }
  for (const name in fields) place(name, fields[name]!, false)
  if (grown !== undefined) for (const name in grown) place(name, grown[name]!, true)
  return new StructCodec<F, G>(places, Math.ceil(offset / align) * align, align, minimum)
}

class StructCodec<F extends Fields, G extends Fields> implements Struct<F, G> {
  readonly kind = 'struct'
  readonly nested = false
  readonly fields: readonly Field[]
  readonly size: number
  readonly align: number
  readonly minimum: number
  readonly #names: ReadonlySet<string>
  /** Compiled at the first use. */
  read: (source: Source, start: number, end: number) => StructOut<F, G> | undefined

  constructor(fields: readonly Field[], size: number, align: number, minimum: number) {
    this.fields = fields
    this.read = (source, start, end) => {
      this.read = compile({ fields, minimum }) as typeof this.read
      return this.read(source, start, end)
    }
    this.size = size
    this.align = align
    this.minimum = minimum
    this.#names = new Set(fields.map((field) => field.name))
  }

  write(writer: Writer, value: StructIn<F & G>): void {
    if (typeof value !== 'object' || value === null) writer.wrongType('an object', value)
    for (const name in value) {
      if (!this.#names.has(name)) writer.outOfRange(`one of ${[...this.#names].join(', ')}`, name)
    }
    writeFields(writer, this, value)
  }
}

/** Writes a struct from the properties of `value` that are its fields; others are somebody else's. */
export function writeFields(
  writer: Writer,
  of: { readonly fields: readonly Field[]; readonly size: number },
  value: { readonly [name: string]: unknown },
): void {
  const start = writer.reserve(of.size)
  const end = writer.length
  for (const { name, codec, offset } of of.fields) {
    const given = value[name]
    const at = start + offset
    if (given === undefined) {
      if (writer.marks !== undefined) markField(writer, name, codec, at)
      continue
    }
    writer.length = at
    writer.enter(name)
    ;(codec as Codec<unknown>).write(writer, given)
    writer.mark(at, writer.length, codec)
    writer.leave()
  }
  writer.length = end
}

function markField(writer: Writer, name: string, codec: AnyCodec, at: number): void {
  writer.enter(name)
  writer.mark(at, at + codec.size!, codec)
  writer.leave()
}
