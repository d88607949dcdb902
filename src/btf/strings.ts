const decoder = new TextDecoder()

/** Twice what the kernel allows (`KSYM_NAME_LEN`). */
const MAX_NAME = 1024

/** Up to this length, text is decoded by hand. */
const SHORT = 40

/** The strings of a BTF, which go on from those of its base. */
export class StringTable {
  readonly bytes: Uint8Array
  readonly base: StringTable | undefined
  /** The offset of the first string that is not the base's. */
  readonly first: number

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
    return this.#decode(offset, Infinity)
  }

  /**
   * The name at this offset; `undefined` past the end, or if it is longer than any name. Names may overlap each other, so
   * without a limit a small input could claim many that are as long as the whole of it.
   */
  name(offset: number): string | undefined {
    return this.#decode(offset, MAX_NAME)
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
