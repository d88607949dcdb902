import type { AnyCodec, Codec, In, Out, Simplify } from './codec.ts'
import { compile } from './compile.ts'
import type { Source } from './source.ts'
import { string } from './text.ts'
import { UnknownAttributes, type UnknownAttribute } from './unknown.ts'
import { NLA_F_NESTED, NLA_TYPE_MASK, type Writer } from './writer.ts'

/** The rows of an attribute table: name → [`nla_type`, codec]. */
export type Rows = { readonly [name: string]: readonly [id: number, codec: AnyCodec] }

/** One row of a table, for code that walks it. */
export interface Row {
  readonly name: string
  /** `nla_type`. */
  readonly id: number
  readonly codec: AnyCodec
}

/** A set of netlink attributes: {@link attrs}. */
export interface Attributes<R extends Rows = Rows> extends Codec<AttributesOut<R>, AttributesIn<R>> {
  readonly nested: true
  /** The rows, in the order they were written down. */
  readonly rows: readonly Row[]
  /** The row of a type, if it is known. */
  byId(id: number): Row | undefined
  /** The row of a name, if there is one. */
  byName(name: string): Row | undefined
  /** Writes the members of `value` as attributes, in their own order; the names in `skip` belong to somebody else. */
  writeMembers(writer: Writer, value: object, skip?: ReadonlySet<string>): void
}

/** A row that occurs any number of times: {@link many}. */
export interface Many<C extends AnyCodec> extends Codec<Out<C>[], readonly In<C>[]> {
  readonly kind: 'many'
  readonly of: C
}

/** Codecs by the name that a sibling attribute holds. */
export type Kinds = { readonly [kind: string]: AnyCodec }

/** A payload whose codec the value of a sibling attribute names: {@link by}. */
export interface By<S extends string, K extends Kinds> extends Codec<Out<K[keyof K]>, In<K[keyof K]>> {
  readonly kind: 'by'
  readonly sibling: S
  readonly kinds: K
}

type ByKeys<R extends Rows> = { [K in keyof R]: R[K][1] extends { readonly kind: 'by' } ? K : never }[keyof R]
type Siblings<R extends Rows> = { [K in ByKeys<R>]: R[K][1] extends By<infer S, Kinds> ? S : never }[ByKeys<R>]
type Plain<R extends Rows> = Exclude<keyof R, ByKeys<R> | Siblings<R>>
type Rest<D, K> = string extends D ? string & {} : Exclude<D, K>

/** For one `by` row: one member per kind, so that checking the kind tells the type of the payload. */
type Choice<R extends Rows, D extends keyof R> =
  R[D][1] extends By<infer S, infer K>
    ? | { [N in keyof K]: { [P in S]: N } & { [P in D]?: Out<K[N]> } }[keyof K]
      | ({ [P in S]?: Rest<Out<R[S][1]>, keyof K> } & { [P in D]?: undefined })
    : never
type ChoiceIn<R extends Rows, D extends keyof R> =
  R[D][1] extends By<infer S, infer K>
    ? | { readonly [N in keyof K]: { readonly [P in S]: N } & { readonly [P in D]?: In<K[N]> | undefined } }[keyof K]
      | ({ readonly [P in S]?: Rest<In<R[S][1]>, keyof K> | undefined } & { readonly [P in D]?: undefined })
    : never

type All<U> = [U] extends [never]
  ? unknown
  : (U extends (x: infer T) => void ? (x: T) => void : never) extends (x: infer I) => void
    ? I
    : never
type Choices<R extends Rows> = All<{ [D in ByKeys<R>]: (x: Choice<R, D>) => void }[ByKeys<R>]>
type ChoicesIn<R extends Rows> = All<{ [D in ByKeys<R>]: (x: ChoiceIn<R, D>) => void }[ByKeys<R>]>

/** What reading a table yields: the attributes that were there. */
export type AttributesOut<R extends Rows> = Simplify<
  { -readonly [K in keyof R as K extends Plain<R> ? K : never]?: Out<R[K][1]> } & { unknown?: UnknownAttributes }
> &
  Choices<R>

/** What writing a table accepts: `undefined` is not sent, everything else is. */
export type AttributesIn<R extends Rows> = Simplify<
  { readonly [K in keyof R as K extends Plain<R> ? K : never]?: In<R[K][1]> | undefined } & {
    readonly unknown?: Iterable<UnknownAttribute> | undefined
  }
> &
  ChoicesIn<R>

/**
 * A set of netlink attributes, one row per attribute: `attrs({ ifname: [3, string], mtu: [4, u32] })`.
 *
 * Attributes that no row knows, and those whose payload does not fit their row, are kept under `unknown` and written back as they came.
 * Reading never fails: what is cut short ends the set.
 */
export function attrs<R extends Rows>(rows: R): Attributes<R> {
  return new AttributeTable(rows) as unknown as Attributes<R>
}

/** An attribute that may occur several times at its level, as the list of its values. */
export function many<C extends AnyCodec>(of: C): Many<C> {
  return {
    kind: 'many',
    size: undefined,
    align: of.align,
    get nested() {
      return of.nested
    },
    of,
    read(source, start, end) {
      const one = of.read(source, start, end)
      return one === undefined ? undefined : [one as Out<C>]
    },
    write: (writer, value) => writer.wrongType('to be written by its table', value),
  }
}

/**
 * A payload that is read by the table which the value of the sibling attribute `sibling` names, whatever comes first on the wire:
 * `attrs({ kind: [1, string], data: [2, by('kind', { netkit, veth })] })`. The payload of a kind without a table is kept as unknown.
 */
export function by<const S extends string, const K extends Kinds>(sibling: S, kinds: K): By<S, K> {
  return {
    kind: 'by',
    size: undefined,
    align: 4,
    nested: true,
    sibling,
    kinds,
    read: () => undefined,
    write: (writer, value) => writer.wrongType('to be written by its table', value),
  }
}

/** The usual pair of attributes, `kind` and `data`: the payload of the second is read by the table that the first names. */
export function byKind<const K extends Kinds>(
  kindId: number,
  dataId: number,
  kinds: K,
): Attributes<{ readonly kind: readonly [number, Codec<string>]; readonly data: readonly [number, By<'kind', K>] }> {
  return attrs({ kind: [kindId, string], data: [dataId, by('kind', kinds)] })
}

class AttributeTable implements Attributes {
  readonly kind = 'attrs'
  readonly size = undefined
  readonly align = 4
  readonly nested = true
  readonly rows: readonly Row[]
  readonly #byId = new Map<number, Row>()
  readonly #byName = new Map<string, Row>()
  /** Compiled at the first message, not when the module loads; a plain property, because a private one costs 4 % of a dump. */
  read: (source: Source, start: number, end: number) => AttributesOut<Rows>

  constructor(rows: Rows) {
    this.read = (source, start, end) => {
      this.read = compile({ fields: [], minimum: 0, rows: this.rows }) as typeof this.read
      return this.read(source, start, end)
    }
    this.rows = Object.entries(rows).map(([name, [id, codec]]) => ({ name, id, codec }))
    for (const row of this.rows) {
      if (this.#byId.has(row.id))
        throw new TypeError(`attributes ${this.#byId.get(row.id)!.name} and ${row.name} share the type ${row.id}`)
      if (row.name === 'unknown') throw new TypeError('an attribute cannot be named unknown')
      this.#byId.set(row.id, row)
      this.#byName.set(row.name, row)
    }
    for (const { name, codec } of this.rows) {
      if (isBy(codec) && !this.#byName.has(codec.sibling))
        throw new TypeError(`attribute ${name} depends on ${codec.sibling}, which is missing`)
    }
  }

  byId(id: number): Row | undefined {
    return this.#byId.get(id)
  }

  byName(name: string): Row | undefined {
    return this.#byName.get(name)
  }

  write(writer: Writer, value: AttributesIn<Rows>): void {
    if (typeof value !== 'object' || value === null) writer.wrongType('an object of attributes', value)
    this.writeMembers(writer, value)
  }

  writeMembers(writer: Writer, value: object, skip?: ReadonlySet<string>): void {
    for (const name in value) {
      if (skip?.has(name) === true) continue
      const given: unknown = (value as Record<string, unknown>)[name]
      if (given === undefined) continue
      if (name === 'unknown') {
        writeUnknown(writer, given as Iterable<UnknownAttribute>)
        continue
      }
      writer.enter(name)
      const row = this.#byName.get(name)
      if (row === undefined) writer.outOfRange(`an attribute of this table (${this.#names()})`, given)
      this.#writeRow(writer, row, given, value)
      writer.leave()
    }
  }

  #writeRow(writer: Writer, row: Row, given: unknown, whole: object): void {
    const { codec } = row
    if (isBy(codec)) {
      const kind: unknown = (whole as Record<string, unknown>)[codec.sibling]
      const chosen = typeof kind === 'string' && Object.hasOwn(codec.kinds, kind) ? codec.kinds[kind] : undefined
      if (chosen === undefined)
        writer.outOfRange(`no ${row.name}: there is no table for ${codec.sibling} ${String(kind)}`, given)
      writeAttribute(writer, row.id, chosen, given)
    } else if (isMany(codec)) {
      if (!Array.isArray(given)) writer.wrongType('an array', given)
      for (let i = 0; i < given.length; i++) {
        writer.enter(i)
        writeAttribute(writer, row.id, codec.of, given[i])
        writer.leave()
      }
    } else if (given !== false || codec.kind !== 'flag') {
      writeAttribute(writer, row.id, codec, given)
    }
  }

  #names(): string {
    const names = this.rows.map((row) => row.name)
    return names.length > 12 ? `${names.slice(0, 12).join(', ')}, …` : names.join(', ')
  }
}

/** Whether a codec is a row that a sibling decides. */
export function isBy(codec: AnyCodec): codec is By<string, Kinds> {
  return codec.kind === 'by'
}

/** Whether a codec is a row that occurs several times. */
export function isMany(codec: AnyCodec): codec is Many<AnyCodec> {
  return codec.kind === 'many'
}

/** Writes one attribute with its header. */
export function writeAttribute(writer: Writer, id: number, codec: AnyCodec, value: unknown): void {
  const start = writer.open(codec.nested ? id | NLA_F_NESTED : id)
  ;(codec as Codec<unknown>).write(writer, value)
  writer.mark(start, writer.length, codec)
  writer.close(start)
}

function writeUnknown(writer: Writer, unknown: Iterable<UnknownAttribute>): void {
  if (unknown instanceof UnknownAttributes) return writer.append(unknown.raw)
  writer.enter('unknown')
  for (const { type, bytes, nested } of unknown) {
    if (!(bytes instanceof Uint8Array)) writer.wrongType('bytes (a Uint8Array)', bytes)
    const start = writer.open((type & NLA_TYPE_MASK) | (nested === true ? NLA_F_NESTED : 0))
    writer.append(bytes)
    writer.close(start)
  }
  writer.leave()
}
