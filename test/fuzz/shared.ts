/** What the fuzzer and its workers say to each other. */

/** What a worker is given. */
export interface Assignment {
  readonly target: string
  readonly seed: number
  /** `[inputs tried, length of the input, stop]`, and the input behind them. */
  readonly shared: SharedArrayBuffer
  /** Whether inputs are preferred that lead somewhere new. */
  readonly guided: boolean
}

/** What a worker tells: an input that does what it should not, or, last, what came of it all. */
export type Told =
  | { readonly kind: 'finding'; readonly bytes: Uint8Array; readonly what: string }
  | { readonly kind: 'done'; readonly places: number; readonly found: readonly Uint8Array[] }

/** Places of the shared memory. */
export const [TRIED, LENGTH, STOP] = [0, 1, 2]
/** Bytes in front of the input. */
export const HEADER = 16
