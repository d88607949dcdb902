import type { Source } from './source.ts'
import type { Writer } from './writer.ts'

/**
 * Any codec at all. (A type of its own, not `Codec<unknown, never>`: comparing type arguments would make the compiler look into the types of
 * tables that contain themselves, and give up.)
 */
export interface AnyCodec {
  /** What this is, for code that walks tables: `'u32'`, `'string'`, `'attrs'`, `'struct'`, … */
  readonly kind: string
  /** Width in bytes where it never varies; `undefined` where the bytes tell. Only codecs with a size fit in a `struct`. */
  readonly size: number | undefined
  /** Natural alignment in a C struct, in bytes. */
  readonly align: number
  /** Whether the payload is attributes itself, so that its header must carry `NLA_F_NESTED`. */
  readonly nested: boolean
  /**
   * The same read as a JavaScript expression over `v` (a DataView) with the offset spelled `at`, for codecs of fixed size that never
   * refuse their bytes. Compiled tables put it in line. Values that it needs get a name from `use`.
   * @internal
   */
  readonly inline?: ((at: string, use: (value: unknown) => string) => string) | undefined
  /**
   * Reads the payload between two offsets. `undefined` says that the bytes do not fit this codec: the attribute is then kept as it came,
   * among the unknown ones. What is returned never aliases the source.
   */
  read(source: Source, start: number, end: number): unknown
  /** Appends the payload; a wrong value throws TypeError or RangeError naming its path. */
  write(writer: Writer, value: never): void
}

/**
 * One piece of a wire format: how its bytes become a value, and how a value becomes its bytes.
 *
 * Codecs are rows of tables ({@link attrs}, {@link struct}), and tables are codecs themselves. `Out` is what reading yields,
 * `In` what writing accepts (often wider: a number where reading gives a name).
 */
export interface Codec<Out, In = Out> extends AnyCodec {
  read(source: Source, start: number, end: number): Out | undefined
  write(writer: Writer, value: In): void
}

/** The type that reading with a codec yields. */
export type Out<C> = C extends Codec<infer O, never> ? O : never

/** The type that writing with a codec accepts. */
export type In<C> = C extends Codec<unknown, infer I> ? I : never

/** Flattens an intersection for a readable type on hover. */
export type Simplify<T> = { [K in keyof T]: T[K] } & {}
