import type { Codec } from './codec.ts'
import type { Source } from './source.ts'
import type { Writer } from './writer.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Words met lately (`noqueue`, `veth`, `eth0`): the bytes as two numbers and the length, and the text. A hit costs a tenth of making it. */
const lately: { low: number; high: number; size: number; text: string }[] = Array.from({ length: 128 }, () => ({
  low: -1,
  high: -1,
  size: 0,
  text: '',
}))

/** Reads the text between two offsets, up to the first NUL. */
export function readText(source: Source, start: number, end: number): string {
  const size = end - start
  if (size > 8 || start + 8 > source.bytes.length) return makeText(source.bytes, start, end)
  const low = source.view.getUint32(start)
  const high = size > 4 ? source.view.getUint32(start + 4) : 0
  const entry = lately[(Math.imul(low, 31) ^ Math.imul(high, 17) ^ (low >>> 13)) & 127]!
  if (entry.low === low && entry.high === high && entry.size === size) return entry.text
  entry.low = low
  entry.high = high
  entry.size = size
  return (entry.text = makeText(source.bytes, start, end))
}

/** ASCII four at a time: for texts as short as names this is ahead of a TextDecoder, which costs 300 ns before the first character. */
function makeText(bytes: Uint8Array, start: number, end: number): string {
  let stop = start
  for (; stop < end; stop++) {
    const c = bytes[stop]!
    if (c === 0) break
    if (c >= 128) return decodeText(bytes, start, end)
  }
  if (stop - start > 64) return decoder.decode(bytes.subarray(start, stop))
  let text = ''
  let at = start
  for (; at + 4 <= stop; at += 4) {
    text += String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!)
  }
  for (; at < stop; at++) text += String.fromCharCode(bytes[at]!)
  return text
}

function decodeText(bytes: Uint8Array, start: number, end: number): string {
  const nul = bytes.indexOf(0, start)
  return decoder.decode(bytes.subarray(start, nul < 0 || nul > end ? end : nul))
}

function toText(writer: Writer, value: string): Uint8Array {
  if (typeof value !== 'string') writer.wrongType('a string', value)
  if (value.includes('\0')) writer.outOfRange('a string without NUL', value)
  return encoder.encode(value)
}

/** Text ended by NUL (`NLA_NUL_STRING`); a missing NUL is forgiven when reading. */
export const string: Codec<string> = {
  kind: 'string',
  size: undefined,
  align: 1,
  nested: false,
  read: readText,
  write(writer, value) {
    if (typeof value === 'string' && value.length < 32) {
      const at = writer.reserve(value.length + 1)
      let i = 0
      for (; i < value.length; i++) {
        const c = value.charCodeAt(i)
        if (c === 0 || c >= 128) break
        writer.bytes[at + i] = c
      }
      if (i === value.length) return
      writer.length = at
    }
    writer.append(toText(writer, value))
    writer.reserve(1)
  },
}

/** Text in a field of `size` bytes, filled with NULs (`char name[IFNAMSIZ]`); the last byte is always NUL when written. */
export function chars(size: number): Codec<string> {
  return {
    kind: 'chars',
    size,
    align: 1,
    nested: false,
    read: (source, start, end) => (end - start >= size ? readText(source, start, start + size) : undefined),
    write(writer, value) {
      const text = toText(writer, value)
      if (text.length >= size) writer.outOfRange(`a string of at most ${size - 1} bytes`, value)
      const at = writer.reserve(size)
      writer.bytes.set(text, at)
    },
  }
}

/** Raw bytes of any length, copied out. */
export const bytes: Codec<Uint8Array> = {
  kind: 'bytes',
  size: undefined,
  align: 1,
  nested: false,
  read: (source, start, end) => source.bytes.slice(start, end),
  write(writer, value) {
    if (!(value instanceof Uint8Array)) writer.wrongType('bytes (a Uint8Array)', value)
    writer.append(value)
  },
}

/** Exactly `size` raw bytes, copied out. */
export function fixedBytes(size: number): Codec<Uint8Array> {
  return {
    kind: 'fixedBytes',
    size,
    align: 1,
    nested: false,
    read: (source, start, end) => (end - start >= size ? source.bytes.slice(start, start + size) : undefined),
    write(writer, value) {
      if (!(value instanceof Uint8Array)) writer.wrongType('bytes (a Uint8Array)', value)
      if (value.length !== size) writer.outOfRange(`${size} bytes`, value)
      writer.append(value)
    },
  }
}
