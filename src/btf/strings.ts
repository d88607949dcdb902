import { StringIndex } from './string-index.ts'

const decoder = new TextDecoder()

/** Twice what the kernel allows (`KSYM_NAME_LEN`). */
const MAX_NAME = 1024

/** How many strings that were read are remembered: enough for an object, and little beside a kernel. */
const REMEMBERED = 8192

/** Up to this length, text is decoded by hand. */
const SHORT = 40

/** The strings of a BTF, which go on from those of its base. */
export class StringTable {
  readonly bytes: Uint8Array
  readonly base: StringTable | undefined
  /** The offset of the first string that is not the base's. */
  readonly first: number
  /** What was read, and where: an object's lines of source and names are asked for again when it is described to the kernel. */
  readonly #read = new Map<string, number>()
  #index: StringIndex | undefined

  constructor(bytes: Uint8Array, base: StringTable | undefined) {
    this.bytes = bytes
    this.base = base
    this.first = base === undefined ? 0 : base.end
  }

  /** The first offset past the strings. */
  get end(): number {
    return this.first + this.bytes.length
  }

  /** The table, this or one of its bases, that an offset points into. */
  owner(offset: number): StringTable {
    return offset < this.first && this.base !== undefined ? this.base.owner(offset) : this
  }

  /** The string at this offset; `undefined` past the end. */
  at(offset: number): string | undefined {
    return this.#remember(offset, this.#decode(offset, Infinity))
  }

  /** The offset of a string of this table: of one that was read before, else of the first that is this text. */
  find(text: string): number | undefined {
    const read = this.#read.get(text)
    if (read !== undefined) return read
    this.#index ??= new StringIndex(this)
    return this.#index.find(text)
  }

  /**
   * The name at this offset; `undefined` past the end, or if it is longer than any name. Names may overlap each other, so
   * without a limit a small input could claim many that are as long as the whole of it.
   */
  name(offset: number): string | undefined {
    return this.#remember(offset, this.#decode(offset, MAX_NAME))
  }

  #remember(offset: number, text: string | undefined): string | undefined {
    if (text !== undefined && offset >= this.first && this.#read.size < REMEMBERED) this.#read.set(text, offset)
    return text
  }

  #decode(offset: number, limit: number): string | undefined {
    if (!(offset >= 0 && offset < this.end)) return offset === 0 ? '' : undefined
    const { bytes, first } = this.owner(offset)
    const start = offset - first
    // Identifiers are short and ASCII: one character code after another beats the decoder's set-up by far.
    let text = ''
    for (let at = start; at < start + SHORT; at++) {
      const code = bytes[at] ?? 0
      if (code === 0) return text
      if (code >= 0x80) break
      text += String.fromCharCode(code)
    }
    const window = bytes.subarray(start, start + limit + 1)
    const length = window.indexOf(0)
    return length < 0 ? undefined : decoder.decode(window.subarray(0, length))
  }
}
