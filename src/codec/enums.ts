import type { Codec } from './codec.ts'
import type { Integer } from './scalars.ts'
import type { Writer } from './writer.ts'

/** Names of numbers: the kernel's words, as `ip` prints them. */
export type Names = { readonly [name: string]: number }

/** An open enum: {@link named}. */
export interface Named<N extends Names> extends Codec<keyof N | number> {
  readonly names: N
  readonly of: Integer
}

/** A word of flags: {@link flags}. */
export interface Flags<N extends Names> extends Codec<
  readonly (keyof N | number)[],
  readonly (keyof N | number)[] | number
> {
  readonly names: N
  readonly of: Integer
}

/** Flags with the mask of those that are meant: {@link maskedFlags}. */
export interface MaskedFlags<N extends Names> extends Codec<FlagSet<N>, FlagSetInput<N>> {
  readonly names: N
  readonly of: Integer
}

/** The flags that are meant, each true or false; bits without a name are in `other`. */
export type FlagSet<N extends Names> = { -readonly [K in keyof N]?: boolean } & {
  other?: { value: number; mask: number }
}

/** What {@link maskedFlags} writes from. */
export type FlagSetInput<N extends Names> = { readonly [K in keyof N]?: boolean | undefined } & {
  readonly other?: { readonly value: number; readonly mask: number } | undefined
}

/** An open enum: known values are names, the others stay numbers, in both directions. */
export function named<const N extends Names>(of: Integer, names: N): Named<N> {
  const byValue = new Map<number, string>()
  for (const name in names) if (!byValue.has(names[name]!)) byValue.set(names[name]!, name)
  const expected = `${quoted(names)} or a number`
  const nameOf = (value: number): keyof N | number => byValue.get(value) ?? value
  return {
    kind: 'named',
    size: of.size,
    align: of.align,
    nested: false,
    names,
    of,
    inline: (at, use) => `${use(nameOf)}(${of.inline!(at, use)})`,
    read(source, start, end) {
      const value = of.read(source, start, end)
      return value === undefined ? undefined : nameOf(value)
    },
    write(writer, value) {
      if (typeof value === 'number') of.write(writer, value)
      else of.write(writer, lookUp(writer, names, value, expected))
    },
  }
}

/**
 * A word of flags as the list of their names, in the order of the table; bits without a name come last, as one number.
 * Written from such a list, or from the number itself. Lists are shared and frozen.
 */
export function flags<const N extends Names>(of: Integer, names: N): Flags<N> {
  const entries = Object.entries(names) as [keyof N & string, number][]
  const expected = `${quoted(names)} or a number`
  // the same few words come again and again: one list each
  const known = new Map<number, readonly (keyof N | number)[]>()
  const split = (word: number): readonly (keyof N | number)[] => {
    const list: (keyof N | number)[] = []
    let rest = word
    for (const [name, bit] of entries) {
      if (bit !== 0 && (word & bit) >>> 0 === bit >>> 0) {
        list.push(name)
        rest = (rest & ~bit) >>> 0
      }
    }
    if (rest !== 0) list.push(rest)
    if (known.size >= 256) known.clear()
    known.set(word, Object.freeze(list))
    return list
  }
  const listOf = (word: number): readonly (keyof N | number)[] => known.get(word) ?? split(word)
  return {
    kind: 'flags',
    size: of.size,
    align: of.align,
    nested: false,
    names,
    of,
    inline: (at, use) => `${use(listOf)}(${of.inline!(at, use)})`,
    read(source, start, end) {
      const word = of.read(source, start, end)
      return word === undefined ? undefined : listOf(word)
    },
    write(writer, value) {
      if (typeof value === 'number') return of.write(writer, value)
      if (!Array.isArray(value)) writer.wrongType('a list of flags or a number', value)
      let word = 0
      for (const item of value as readonly (keyof N | number)[]) {
        word = (word | (typeof item === 'number' ? item : lookUp(writer, names, item, expected))) >>> 0
      }
      of.write(writer, word)
    },
  }
}

/**
 * Two words, the flags and the mask of those that are meant (`struct nla_bitfield32`, `struct ifla_vlan_flags`): flags outside the mask
 * are absent, those inside are true or false.
 */
export function maskedFlags<const N extends Names>(of: Integer, names: N): MaskedFlags<N> {
  const entries = Object.entries(names)
  return {
    kind: 'maskedFlags',
    size: of.size * 2,
    align: of.align,
    nested: false,
    names,
    of,
    read(source, start, end) {
      const value = of.read(source, start, end)
      const mask = of.read(source, start + of.size, end)
      if (value === undefined || mask === undefined) return undefined
      const set: Record<string, boolean> & { other?: { value: number; mask: number } } = {} as never
      let rest = mask
      for (const [name, bit] of entries) {
        if ((mask & bit) >>> 0 !== bit >>> 0) continue
        const on = value & bit
        if (on !== 0 && on >>> 0 !== bit >>> 0) continue // half of a field of several bits: leave it a number
        set[name] = on !== 0
        rest = (rest & ~bit) >>> 0
      }
      const strays = (value & (rest | ~mask)) >>> 0
      if (rest !== 0 || strays !== 0) set.other = { value: strays, mask: rest }
      return set as FlagSet<N>
    },
    write(writer: Writer, value: FlagSetInput<N>) {
      if (typeof value !== 'object' || value === null) writer.wrongType('an object of flags', value)
      let word = 0
      let mask = 0
      for (const name in value) {
        const on: unknown = value[name]
        if (on === undefined) continue
        if (name === 'other') {
          const other = on as { value: number; mask: number }
          word |= other.value
          mask |= other.mask
          continue
        }
        writer.enter(name)
        const bit = names[name]
        if (bit === undefined) writer.outOfRange(`one of ${quoted(names)}`, name)
        if (typeof on !== 'boolean') writer.wrongType('true or false', on)
        if (on) word |= bit
        mask |= bit
        writer.leave()
      }
      of.write(writer, word >>> 0)
      of.write(writer, mask >>> 0)
    },
  }
}

function lookUp(writer: Writer, names: Names, name: PropertyKey, expected: string): number {
  if (typeof name !== 'string') writer.wrongType(expected, name)
  if (!Object.hasOwn(names, name)) writer.outOfRange(expected, name)
  return names[name]!
}

function quoted(names: Names): string {
  const words = Object.keys(names).map((name) => `'${name}'`)
  return words.length > 12 ? `${words.slice(0, 12).join(', ')}, …` : words.join(', ')
}
