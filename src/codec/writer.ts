import { type AnyCodec } from './codec.ts'
import { littleEndian } from './source.ts'

/** Where a part of an encoded message lies, and what it is. */
export interface Mark {
  /** Offset of the first byte, of the attribute's header where it has one. */
  readonly start: number
  /** Offset after the last byte, padding excluded. */
  readonly end: number
  /** Dotted path from the root of the encoded value: `linkinfo.data.mode`. */
  readonly path: string
  /** The codec that wrote it: for a nest, the table in which a missing attribute has a name. */
  readonly codec: AnyCodec
}

const NLA_HDRLEN = 4
const NLA_MAX = 0xffff
/** Set in `nla_type` when the payload is attributes. */
export const NLA_F_NESTED = 0x8000
/** Set in `nla_type` when the payload is in network byte order. */
export const NLA_F_NET_BYTEORDER = 0x4000
/** The bits of `nla_type` that are the type. */
export const NLA_TYPE_MASK = 0x3fff

/** A growing buffer to encode into, that knows the path of what it is writing. Reusable: {@link Writer.reset}. */
export class Writer {
  bytes: Uint8Array
  view: DataView
  /** Bytes written so far. */
  length = 0
  /** Address family (`AF_*`) of the message being written. */
  family = 0
  /** Filled while {@link Writer.reset} asked for tracing. */
  marks: Mark[] | undefined
  #trail: (string | number)[] = []
  #depth = 0

  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity)
    this.view = new DataView(this.bytes.buffer)
  }

  /** Starts over, keeping the buffer; `trace` records a {@link Mark} per attribute and field. */
  reset(trace = false): this {
    this.length = 0
    this.family = 0
    this.#depth = 0
    this.marks = trace ? [] : undefined
    return this
  }

  /** A copy of the bytes written. */
  toBytes(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }

  /** Appends `size` zero bytes and returns their offset. */
  reserve(size: number): number {
    const start = this.length
    const end = start + size
    if (end > this.bytes.length) this.#grow(end)
    if (size <= 16) for (let at = start; at < end; at++) this.bytes[at] = 0
    else this.bytes.fill(0, start, end)
    this.length = end
    return start
  }

  /** Appends raw bytes. */
  append(bytes: Uint8Array): void {
    const start = this.length
    const end = start + bytes.length
    if (end > this.bytes.length) this.#grow(end)
    this.bytes.set(bytes, start)
    this.length = end
  }

  /** Appends zeros up to a multiple of `size` (a power of two). */
  pad(size: number): void {
    const over = this.length & (size - 1)
    if (over !== 0) this.reserve(size - over)
  }

  /** Opens an attribute and returns the offset that {@link Writer.close} wants. */
  open(type: number): number {
    const start = this.reserve(NLA_HDRLEN)
    this.view.setUint16(start + 2, type, littleEndian)
    return start
  }

  /**
   * Closes the attribute opened at `start`: writes its length and pads.
   * @throws {RangeError} The attribute is longer than the 65535 bytes that `nla_len` can say.
   */
  close(start: number): void {
    const size = this.length - start
    if (size > NLA_MAX)
      this.outOfRange(`an attribute of at most ${NLA_MAX - NLA_HDRLEN} bytes`, `${size - NLA_HDRLEN} bytes`)
    this.view.setUint16(start, size, littleEndian)
    this.pad(4)
  }

  /** Steps into a member (by name) or an element (by index), for the path in errors and marks. */
  enter(step: string | number): void {
    this.#trail[this.#depth++] = step
  }

  /** Steps out again. */
  leave(): void {
    this.#depth--
  }

  /** Records what lies between `start` and `end`, when tracing. */
  mark(start: number, end: number, codec: AnyCodec): void {
    this.marks?.push({ start, end, path: this.path, codec })
  }

  /** The path of what is being written. */
  get path(): string {
    let path = ''
    for (let i = 0; i < this.#depth; i++) {
      const step = this.#trail[i]!
      path += typeof step === 'number' ? `[${step}]` : path === '' ? step : `.${step}`
    }
    return path
  }

  /** Throws the TypeError for a value of the wrong type. */
  wrongType(expected: string, value: unknown): never {
    throw new TypeError(this.#complaint(expected, value))
  }

  /** Throws the RangeError for a value that cannot be written. */
  outOfRange(expected: string, value: unknown): never {
    throw new RangeError(this.#complaint(expected, value))
  }

  #complaint(expected: string, value: unknown): string {
    const path = this.path
    return `${path === '' ? '' : `${path}: `}expected ${expected}, got ${show(value)}`
  }

  #grow(needed: number): void {
    const bytes = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    bytes.set(this.bytes.subarray(0, this.length))
    this.bytes = bytes
    this.view = new DataView(bytes.buffer)
  }
}

function show(value: unknown): string {
  if (typeof value === 'string')
    return value.length > 60 ? `${JSON.stringify(value.slice(0, 60))}…` : JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'function') return 'a function'
  return String(value)
}
