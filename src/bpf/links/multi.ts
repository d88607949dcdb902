/**
 * What the links on many functions at once have in common.
 *
 * @module
 */
import { addressOf } from '../../sys/index.ts'
import { type AttachType } from '../names.ts'

/** Run the program when the functions return: `BPF_F_KPROBE_MULTI_RETURN`, `BPF_F_UPROBE_MULTI_RETURN`. */
export const MULTI_RETURN = 1

/** 64-bit numbers as the kernel reads them from an address. */
export const u64Array = (numbers: readonly (bigint | number)[]): Uint8Array =>
  new Uint8Array(BigUint64Array.from(numbers, BigInt).buffer)

/** Pointers to texts, as the kernel reads them from an address. `texts` has to be kept alive as long as they are used. */
export function textPointers(list: readonly string[]): { readonly pointers: Uint8Array; readonly texts: Uint8Array[] } {
  const texts = list.map((text) => new TextEncoder().encode(`${text}\0`))
  return { pointers: u64Array(texts.map(addressOf)), texts }
}

/** The function that tells whether a name fits a pattern, in which `*` stands for any letters and `?` for one. */
export function globMatcher(pattern: string): (name: string) => boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const expression = new RegExp(`^${source}$`)
  return (name) => expression.test(name)
}

/** The attach type of the program, where it is one of these, else the first of them. */
export const ownOr = <A extends AttachType>(own: AttachType | undefined, allowed: readonly [A, ...A[]]): A =>
  allowed.find((type) => type === own) ?? allowed[0]
