import type { Attributes, AttributesIn, AttributesOut, Rows } from './attrs.ts'
import type { Codec } from './codec.ts'
import { compile } from './compile.ts'
import type { Source } from './source.ts'
import { writeFields, type Fields, type Struct, type StructIn, type StructOut } from './struct.ts'
import type { Writer } from './writer.ts'

/** A fixed header followed by attributes: {@link message}. */
export interface Message<F extends Fields, G extends Fields, R extends Rows> extends Codec<
  MessageOut<F, G, R>,
  MessageIn<F, G, R>
> {
  readonly header: Struct<F, G>
  readonly attributes: Attributes<R>
}

/** What reading a message yields: fields and attributes in one object. */
export type MessageOut<F extends Fields, G extends Fields, R extends Rows> = StructOut<F, G> & AttributesOut<R>

/** What writing a message accepts. */
export type MessageIn<F extends Fields, G extends Fields, R extends Rows> = StructIn<F & G> & AttributesIn<R>

/**
 * A fixed header (`struct ifinfomsg`) followed by attributes, as one flat object. Where the header has a field `family`, it decides how the
 * addresses among the attributes are read.
 */
export function message<F extends Fields, G extends Fields, R extends Rows>(
  header: Struct<F, G>,
  attributes: Attributes<R>,
): Message<F, G, R> {
  return new MessageCodec(header, attributes)
}

class MessageCodec<F extends Fields, G extends Fields, R extends Rows> implements Message<F, G, R> {
  readonly kind = 'message'
  readonly size = undefined
  readonly align = 4
  readonly nested = true
  readonly header: Struct<F, G>
  readonly attributes: Attributes<R>
  readonly #names: ReadonlySet<string>
  readonly #body: number
  readonly #familyAt: number
  /** Compiled at the first message. */
  read: (source: Source, start: number, end: number) => MessageOut<F, G, R> | undefined

  constructor(header: Struct<F, G>, attributes: Attributes<R>) {
    this.header = header
    this.read = (source, start, end) => {
      const { fields, minimum } = header
      this.read = compile({ fields, minimum, body: this.#body, rows: attributes.rows }) as typeof this.read
      return this.read(source, start, end)
    }
    this.attributes = attributes
    this.#names = new Set(header.fields.map((field) => field.name))
    this.#body = (header.size + 3) & ~3
    const family = header.fields.find((field) => field.name === 'family')
    this.#familyAt = family === undefined ? -1 : family.offset
    for (const { name } of attributes.rows) {
      if (this.#names.has(name)) throw new TypeError(`${name} is both a field of the header and an attribute`)
    }
  }

  write(writer: Writer, value: MessageIn<F, G, R>): void {
    if (typeof value !== 'object' || value === null) writer.wrongType('an object', value)
    const outer = writer.family
    const start = writer.length
    writeFields(writer, this.header, value as { readonly [name: string]: unknown })
    writer.pad(4)
    if (this.#familyAt >= 0) writer.family = writer.bytes[start + this.#familyAt]!
    this.attributes.writeMembers(writer, value, this.#names)
    writer.family = outer
  }
}
