import { BtfError } from './error.ts'
import type { TypeSink } from './wire.ts'

/** What turns names into offsets and ids into those of the output. */
interface Translation {
  text(name: string): number
  ref(id: number): number
}

/** Types as bytes, in a buffer that grows. */
export class ByteSink implements TypeSink {
  #bytes = new Uint8Array(1024)
  #view = new DataView(this.#bytes.buffer)
  #length = 0
  readonly #littleEndian: boolean
  readonly #translation: Translation

  constructor(littleEndian: boolean, translation: Translation) {
    this.#littleEndian = littleEndian
    this.#translation = translation
  }

  /** What was written. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  head(name: string, kindNumber: number, vlen: number, kindFlag: boolean): void {
    if (vlen > 0xffffff || vlen < 0) throw new BtfError(`${vlen} is no number of elements`)
    this.text(name)
    this.u32(((kindFlag ? 0x80000000 : 0) | (kindNumber << 24) | vlen) >>> 0)
  }

  u32(value: number): void {
    this.#reserve(4)
    this.#view.setUint32(this.#length, value, this.#littleEndian)
    this.#length += 4
  }

  ref(id: number): void {
    this.u32(this.#translation.ref(id))
  }

  text(name: string): void {
    this.u32(this.#translation.text(name))
  }

  opaque(data: Uint8Array): void {
    this.#reserve(data.length)
    this.#bytes.set(data, this.#length)
    this.#length += data.length
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + size))
    larger.set(this.#bytes)
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }
}
