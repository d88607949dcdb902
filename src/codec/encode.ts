import type { Codec } from './codec.ts'
import { Source } from './source.ts'
import { Writer, type Mark } from './writer.ts'

/** Bytes that are not what their codec reads. */
export class DecodeError extends RangeError {
  override readonly name = 'DecodeError'
  readonly code = 'ERR_DECODE'
}

/**
 * Encodes one value.
 * @throws {TypeError} A value of the wrong type; the message names its path.
 * @throws {RangeError} A value that cannot be written; the message names its path.
 */
export function encode<T>(codec: Codec<unknown, T>, value: T): Uint8Array {
  const writer = new Writer()
  codec.write(writer, value)
  return writer.toBytes()
}

/**
 * Decodes one value.
 * @throws {DecodeError} The bytes do not fit the codec.
 */
export function decode<T>(codec: Codec<T, never>, bytes: Uint8Array): T {
  const value = codec.read(new Source(bytes), 0, bytes.length)
  if (value === undefined) throw new DecodeError(`${bytes.length} bytes are not a ${codec.kind}`)
  return value
}

/** Encodes a value again only to learn where each part of it lies. Inner parts come before those that contain them. */
export function trace<T>(codec: Codec<unknown, T>, value: T): readonly Mark[] {
  const writer = new Writer().reset(true)
  codec.write(writer, value)
  writer.mark(0, writer.length, codec)
  return writer.marks!
}

/** The innermost part that contains an offset. */
export function markAt(marks: readonly Mark[], offset: number): Mark | undefined {
  return marks.find((mark) => offset >= mark.start && offset < mark.end)
}
