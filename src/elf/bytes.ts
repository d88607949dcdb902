import { ElfError } from './error.ts'

/** Names longer than this are refused: a hostile string table must not make the reader copy it again and again. */
const LONGEST_NAME = 16_384

/** Up to this length, names are decoded by hand. */
const SHORT = 40

const TWO_32 = 0x1_0000_0000

const decoder = new TextDecoder()

/**
 * A stretch of a file that is read with its bounds checked: whatever lies outside is an {@link ElfError} that names the
 * section (if the stretch is one) and the place.
 */
export class Bytes {
  /** The stretch itself. */
  readonly bytes: Uint8Array
  readonly #view: DataView
  readonly #little: boolean
  readonly #section: string | undefined

  constructor(bytes: Uint8Array, endian: 'little' | 'big', section?: string) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#little = endian === 'little'
    this.#section = section
  }

  /** Length in bytes. */
  get length(): number {
    return this.bytes.length
  }

  /** The unsigned 16-bit number at an offset. */
  u16(at: number): number {
    this.#within(at, 2)
    return this.#view.getUint16(at, this.#little)
  }

  /** The unsigned 32-bit number at an offset. */
  u32(at: number): number {
    this.#within(at, 4)
    return this.#view.getUint32(at, this.#little)
  }

  /** The unsigned 64-bit number at an offset, which must be one that a file can mean (below 2^53). */
  u64(at: number): number {
    const value = this.near64(at)
    if (value <= Number.MAX_SAFE_INTEGER) return value
    throw this.error(`${this.big64(at)} is too large to be a size or a place`, at)
  }

  /** The unsigned 64-bit number at an offset, as near as a double comes to it: an address. */
  near64(at: number): number {
    this.#within(at, 8)
    const [first, second] = [this.#view.getUint32(at, this.#little), this.#view.getUint32(at + 4, this.#little)]
    return this.#little ? second * TWO_32 + first : first * TWO_32 + second
  }

  /** The unsigned 64-bit number at an offset. */
  big64(at: number): bigint {
    this.#within(at, 8)
    return this.#view.getBigUint64(at, this.#little)
  }

  /** The NUL-terminated string at an offset. */
  string(at: number): string {
    if (at >= this.length) throw this.error(`a name starts past the end (${this.length} bytes)`, at)
    // Names are short and ASCII: one character code after another beats the decoder's set-up by far.
    let text = ''
    for (let next = at; next < at + SHORT; next++) {
      const code = this.bytes[next] ?? 0x80
      if (code === 0) return text
      if (code >= 0x80) break
      text += String.fromCharCode(code)
    }
    const window = this.bytes.subarray(at, at + LONGEST_NAME)
    const end = window.indexOf(0)
    if (end < 0) throw this.error('a name has no end', at)
    return decoder.decode(window.subarray(0, end))
  }

  /** A part of the stretch. */
  slice(at: number, length: number, what: string): Uint8Array {
    if (at > this.length || length > this.length - at) {
      throw this.error(`${what} (${length} bytes) runs past the end (${this.length} bytes)`, at)
    }
    return this.bytes.subarray(at, at + length)
  }

  /** An error at a place in this stretch. */
  error(message: string, offset: number): ElfError {
    return new ElfError(message, { section: this.#section, offset })
  }

  #within(at: number, length: number): void {
    if (at > this.length - length) throw this.error(`cut off: ${this.length} bytes are too few`, at)
  }
}
