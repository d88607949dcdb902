/**
 * Handles of the traffic control, spelled as `tc` has them: `1:`, `1:10`, `ffff:fff2`, in hexadecimal.
 *
 * @module
 */
import { type Codec, type Names, u32 } from '../../../codec/index.ts'

/** A handle as it may be written: `1:10`, a word that the place knows (`root`, `ingress`), or the number. */
export type HandleRef = string | number

/** Handles of the upper 16 bits and the lower ones. */
const MAJOR = 0x1_0000
const HANDLE = /^([\da-f]{0,4}):([\da-f]{0,4})$/i

/** The number of a handle like `1:10`, `1:`, `:10` or `none`; `undefined` for any other text. */
export function parseHandle(text: string): number | undefined {
  if (text === 'none') return 0
  const [, major, minor] = HANDLE.exec(text) ?? []
  if (major === undefined || minor === undefined || text === ':') return undefined
  return Number.parseInt(major || '0', 16) * MAJOR + Number.parseInt(minor || '0', 16)
}

/** A handle in the form of `tc`: without what is zero, `1:`, `1:10`, `:10`; `0:` for none. */
export function formatHandle(handle: number): string {
  const major = Math.floor(handle / MAJOR)
  const minor = handle % MAJOR
  const left = major === 0 && minor !== 0 ? '' : major.toString(16)
  return `${left}:${minor === 0 ? '' : minor.toString(16)}`
}

/** A handle that has words for some of its values. */
function handleWith(words: Names): Codec<string, HandleRef> {
  const known = new Map<number, string>()
  for (const word in words) if (!known.has(words[word]!)) known.set(words[word]!, word)
  const expected = ['a handle like 1:10', ...Object.keys(words)].join(', ')
  return {
    kind: 'handle',
    size: 4,
    align: 4,
    nested: false,
    read(source, start, end) {
      const number = u32.read(source, start, end)
      return number === undefined ? undefined : (known.get(number) ?? formatHandle(number))
    },
    write(writer, value) {
      if (typeof value === 'number') return u32.write(writer, value)
      if (typeof value !== 'string') writer.wrongType(expected, value)
      const number = Object.hasOwn(words, value) ? words[value] : parseHandle(value)
      if (number === undefined) return writer.outOfRange(expected, value)
      u32.write(writer, number)
    },
  }
}

/** A handle as it is: of a qdisc `1:`, of a class `1:10`. */
export const handle: Codec<string, HandleRef> = handleWith({})

/** What a qdisc hangs on: `root` (`TC_H_ROOT`), `clsact` (`TC_H_CLSACT`, also called `ingress`), or a class. */
export const qdiscParent: Codec<string, HandleRef> = handleWith({
  root: 0xffff_ffff,
  clsact: 0xffff_fff1,
  ingress: 0xffff_fff1,
})

/** What a class belongs to: `root` for those of the first level, or another class. */
export const classParent: Codec<string, HandleRef> = handleWith({ root: 0xffff_ffff })

/** What a filter hangs on: `ingress` and `egress` of a clsact qdisc (`TC_H_MIN_INGRESS`, `TC_H_MIN_EGRESS`), a qdisc or a class. */
export const filterParent: Codec<string, HandleRef> = handleWith({ ingress: 0xffff_fff2, egress: 0xffff_fff3 })
