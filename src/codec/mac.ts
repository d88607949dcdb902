const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

const BROADCAST = 'ff:ff:ff:ff:ff:ff'

/** Formats a hardware address as `ip` prints it: `02:00:5e:10:00:01`. Any length (InfiniBand has 20 bytes). */
export function formatMac(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  if (start >= end) return ''
  if (end - start === 6) {
    const a = bytes[start]!
    const b = bytes[start + 1]!
    const c = bytes[start + 2]!
    const d = bytes[start + 3]!
    const e = bytes[start + 4]!
    const f = bytes[start + 5]!
    if ((a & b & c & d & e & f) === 0xff) return BROADCAST
    return `${HEX[a]!}:${HEX[b]!}:${HEX[c]!}:${HEX[d]!}:${HEX[e]!}:${HEX[f]!}`
  }
  let text = HEX[bytes[start]!]!
  for (let at = start + 1; at < end; at++) text += `:${HEX[bytes[at]!]!}`
  return text
}

/**
 * Parses a hardware address: pairs of hexadecimal digits between colons, of any length.
 * @throws {RangeError} The text is none.
 */
export function parseMac(text: string): Uint8Array {
  if (text === '') return new Uint8Array(0)
  if (!/^[\da-f]{2}(:[\da-f]{2})*$/i.test(text)) {
    throw new RangeError(`${JSON.stringify(text)} is not a hardware address`)
  }
  const bytes = new Uint8Array((text.length + 1) / 3)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(i * 3, i * 3 + 2), 16)
  return bytes
}
