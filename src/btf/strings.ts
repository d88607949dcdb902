const decoder = new TextDecoder()

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
    if (!(offset >= 0 && offset < this.end)) return offset === 0 ? '' : undefined
    const { bytes, first } = this.owner(offset)
    return decode(bytes, offset - first)
  }
}

/** Decodes the NUL-terminated string at `at`. The bytes end with a NUL. */
function decode(bytes: Uint8Array, at: number): string {
  const end = bytes.indexOf(0, at)
  if (end - at > 40) return decoder.decode(bytes.subarray(at, end))
  // Identifiers are short and ASCII: one character code after another beats the decoder's set-up by far.
  let text = ''
  for (let i = at; i < end; i++) {
    const code = bytes[i] ?? 0
    if (code >= 0x80) return decoder.decode(bytes.subarray(at, end))
    text += String.fromCharCode(code)
  }
  return text
}
