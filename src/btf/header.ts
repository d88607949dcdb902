import { BtfError } from './error.ts'

/** `BTF_MAGIC`, which also tells the byte order. */
export const BTF_MAGIC = 0xeb9f

/** `BTF_VERSION`. */
export const BTF_VERSION = 1

/** Bytes of the header up to the strings: what every kernel writes. */
export const HEADER_SIZE = 24

/** Bytes of the header that also places the layout section. */
export const HEADER_SIZE_WITH_LAYOUT = 32

/** A part of the input, as byte offsets from its start. */
export interface Section {
  readonly start: number
  readonly end: number
}

/** What the start of a `.BTF` or a `.BTF.ext` section says. */
export interface Preamble {
  readonly view: DataView
  readonly littleEndian: boolean
  /** Bytes of the header: the sections' offsets count from its end. */
  readonly length: number
}

/** Reads magic, version, flags and header length, which both kinds of section share. */
export function readPreamble(bytes: Uint8Array, minimum: number, source: string): Preamble {
  if (bytes.length < 8) throw new BtfError(`${bytes.length} bytes are too few for a header`, { source, offset: 0 })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const littleEndian = view.getUint16(0, true) === BTF_MAGIC
  if (!littleEndian && view.getUint16(0, false) !== BTF_MAGIC) {
    const magic = view.getUint16(0, true).toString(16)
    throw new BtfError(`magic is 0x${magic}, not 0x${BTF_MAGIC.toString(16)}`, { source, offset: 0 })
  }
  const version = view.getUint8(2)
  if (version !== BTF_VERSION) throw new BtfError(`version ${version} is not known`, { source, offset: 2 })
  const flags = view.getUint8(3)
  if (flags !== 0) throw new BtfError(`flags 0x${flags.toString(16)} are not known`, { source, offset: 3 })
  const length = view.getUint32(4, littleEndian)
  if (length < minimum || length > bytes.length)
    throw new BtfError(`header length ${length} is not between ${minimum} and the input's ${bytes.length}`, {
      source,
      offset: 4,
    })
  return { view, littleEndian, length }
}

/** Reads a section's offset and length at `at`; both are checked. An empty section may claim any offset. */
export function readSection(preamble: Preamble, at: number, alignment: number, what: string, source: string): Section {
  const offset = preamble.view.getUint32(at, preamble.littleEndian)
  const size = preamble.view.getUint32(at + 4, preamble.littleEndian)
  if (size === 0) return { start: preamble.length, end: preamble.length }
  if (offset % alignment !== 0)
    throw new BtfError(`the ${what} start at ${offset}, which is not a multiple of ${alignment}`, {
      source,
      offset: at,
    })
  const start = preamble.length + offset
  if (start + size > preamble.view.byteLength)
    throw new BtfError(`the ${what} end at ${start + size}, past the input's ${preamble.view.byteLength} bytes`, {
      source,
      offset: at,
    })
  return { start, end: start + size }
}

/** Refuses a header that is longer than we know and means something by it. */
export function refuseUnknownHeader(preamble: Preamble, known: number, source: string): void {
  for (let at = known; at < preamble.length; at++)
    if (preamble.view.getUint8(at) !== 0)
      throw new BtfError(`the header has a field that is not known`, { source, offset: at })
}
