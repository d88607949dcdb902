import { littleEndian, type Source } from './source.ts'
import { NLA_F_NESTED, NLA_TYPE_MASK } from './writer.ts'

/** An attribute that its table does not know, or whose payload does not fit its row. */
export interface UnknownAttribute {
  /** `nla_type` without its flag bits. */
  readonly type: number
  /** The payload. */
  readonly bytes: Uint8Array
  /** Whether the kernel marked the payload as attributes (`NLA_F_NESTED`). */
  readonly nested?: boolean | undefined
}

/**
 * The attributes that nobody asked to understand: kept as one copy of their raw bytes, taken apart only when somebody iterates, and
 * written back exactly as they came.
 */
export class UnknownAttributes implements Iterable<UnknownAttribute> {
  /** The attributes with their headers and padding, as on the wire. */
  readonly raw: Uint8Array

  constructor(raw: Uint8Array) {
    this.raw = raw
  }

  /** Copies the attributes at the given (offset, length) pairs out of a buffer. */
  static collect(source: Source, places: readonly number[]): UnknownAttributes {
    let size = 0
    for (let i = 1; i < places.length; i += 2) size += (places[i]! + 3) & ~3
    const raw = new Uint8Array(size)
    let to = 0
    for (let i = 0; i < places.length; i += 2) {
      const from = places[i]!
      raw.set(source.bytes.subarray(from, from + places[i + 1]!), to)
      to += (places[i + 1]! + 3) & ~3
    }
    return new UnknownAttributes(raw)
  }

  /** One after another. */
  *[Symbol.iterator](): Iterator<UnknownAttribute> {
    const view = new DataView(this.raw.buffer, this.raw.byteOffset, this.raw.byteLength)
    for (let at = 0; at + 4 <= this.raw.length;) {
      const size = view.getUint16(at, littleEndian)
      if (size < 4) return
      const type = view.getUint16(at + 2, littleEndian)
      const bytes = this.raw.slice(at + 4, at + size)
      yield (type & NLA_F_NESTED) === 0
        ? { type: type & NLA_TYPE_MASK, bytes }
        : { type: type & NLA_TYPE_MASK, bytes, nested: true }
      at += (size + 3) & ~3
    }
  }
}
