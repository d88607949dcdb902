/** `AF_INET`. */
export const AF_INET = 2
/** `AF_INET6`. */
export const AF_INET6 = 10

const DECIMAL: readonly string[] = Array.from({ length: 256 }, (_, byte) => String(byte))

/** An IP address with the length of its network's prefix. */
export interface Cidr {
  /** In the form that `ip` prints. */
  readonly address: string
  /** Bits of the network part: 0 to 32 or 128. */
  readonly prefix: number
  /** `AF_INET` (2) or `AF_INET6` (10). */
  readonly family: number
}

/** Reads dotted decimal strictly (four numbers, no leading zeros) into `out` at `at`; false when the text is no IPv4 address. */
export function putIpv4(text: string, out: Uint8Array, at: number, from = 0): boolean {
  let part = 0
  let digits = 0
  let value = 0
  const end = text.length
  for (let i = from; i < end; i++) {
    const c = text.charCodeAt(i)
    if (c === 46) {
      if (digits === 0 || part === 3) return false
      out[at + part++] = value
      digits = value = 0
    } else {
      if (c < 48 || c > 57 || (digits > 0 && value === 0)) return false
      value = value * 10 + c - 48
      digits++
      if (value > 255) return false
    }
  }
  if (part !== 3 || digits === 0) return false
  out[at + 3] = value
  return true
}

/** Reads an IPv6 address strictly (no zone) into `out` at `at`; false when the text is none. */
export function putIpv6(text: string, out: Uint8Array, at: number): boolean {
  let word = 0 // next of the eight 16-bit groups
  let gap = -1 // group where '::' stands
  let i = 0
  const end = text.length
  out.fill(0, at, at + 16)
  if (text.startsWith('::')) {
    gap = 0
    i = 2
    if (end === 2) return true
  }
  for (;;) {
    let value = 0
    let digits = 0
    const start = i
    for (; i < end; i++) {
      const digit = hexDigit(text.charCodeAt(i))
      if (digit < 0) break
      if (++digits > 4) return false
      value = value * 16 + digit
    }
    if (text.charCodeAt(i) === 46) {
      // the last 32 bits may be written as IPv4
      if (word > 6 || !putIpv4(text, out, at + word * 2, start)) return false
      word += 2
      break
    }
    if (digits === 0 || word > 7) return false
    out[at + word * 2] = value >> 8
    out[at + word * 2 + 1] = value & 0xff
    word++
    if (i === end) break
    if (text.charCodeAt(i++) !== 58) return false
    if (text.charCodeAt(i) === 58) {
      if (gap >= 0) return false
      gap = word
      i++
      if (i === end) break
    }
  }
  if (gap < 0) return word === 8
  if (word > 7) return false
  const tail = (word - gap) * 2
  out.copyWithin(at + 16 - tail, at + gap * 2, at + word * 2)
  out.fill(0, at + gap * 2, at + 16 - tail)
  return true
}

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48
  const letter = c | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

let lastNet = -1
let lastNetText = ''

/** Formats four bytes as dotted decimal. The first three are remembered: dumps are sorted, so they come again and again. */
export function formatIpv4(bytes: Uint8Array, at = 0): string {
  const net = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
  if (net !== lastNet) {
    lastNet = net
    lastNetText = `${DECIMAL[bytes[at]!]!}.${DECIMAL[bytes[at + 1]!]!}.${DECIMAL[bytes[at + 2]!]!}.`
  }
  return lastNetText + DECIMAL[bytes[at + 3]!]!
}

/** Formats sixteen bytes as RFC 5952 asks, with the dotted tail of `::ffff:1.2.3.4` and `::1.2.3.4` that libc, hence `ip`, prints. */
export function formatIpv6(bytes: Uint8Array, at = 0): string {
  let best = -1
  let bestLength = 1 // a single zero group is never shortened
  for (let word = 0; word < 8;) {
    let length = 0
    while (word + length < 8 && bytes[at + (word + length) * 2] === 0 && bytes[at + (word + length) * 2 + 1] === 0)
      length++
    if (length > bestLength) {
      best = word
      bestLength = length
    }
    word += length + 1
  }
  const dotted =
    best === 0 && (bestLength === 6 || (bestLength === 5 && bytes[at + 10] === 0xff && bytes[at + 11] === 0xff))
  const words = dotted ? 6 : 8
  let text = ''
  for (let word = 0; word < words; word++) {
    if (word === best) {
      text += '::'
      word += bestLength - 1
      continue
    }
    if (text !== '' && !text.endsWith(':')) text += ':'
    text += ((bytes[at + word * 2]! << 8) | bytes[at + word * 2 + 1]!).toString(16)
  }
  if (dotted) text += `${text.endsWith(':') ? '' : ':'}${formatIpv4(bytes, at + 12)}`
  return text
}

/**
 * Parses an IPv4 or IPv6 address into its 4 or 16 bytes.
 * @throws {RangeError} The text is neither.
 */
export function parseIp(text: string): Uint8Array {
  const bytes = new Uint8Array(text.includes(':') ? 16 : 4)
  const fits = bytes.length === 4 ? putIpv4(text, bytes, 0) : putIpv6(text, bytes, 0)
  if (!fits) throw new RangeError(`${JSON.stringify(text)} is not an IP address`)
  return bytes
}

/**
 * Formats 4 or 16 bytes as an address.
 * @throws {RangeError} Another number of bytes.
 */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return formatIpv4(bytes)
  if (bytes.length === 16) return formatIpv6(bytes)
  throw new RangeError(`an IP address has 4 or 16 bytes, not ${bytes.length}`)
}

/** Where an address is looked at that nobody keeps. */
const scratch = new Uint8Array(16)

/** Reads the length of a prefix from a place of the text; −1 when it is none. */
function prefixLength(text: string, from: number): number {
  const end = text.length
  if (end === from || end - from > 3 || (text.charCodeAt(from) === 48 && end - from > 1)) return -1
  let value = 0
  for (let i = from; i < end; i++) {
    const c = text.charCodeAt(i)
    if (c < 48 || c > 57) return -1
    value = value * 10 + c - 48
  }
  return value
}

/**
 * Parses `10.0.0.1/24` or `fd00::1/64`; without a slash the prefix is the whole address.
 * @throws {RangeError} The text is no address, or its prefix is longer than the address.
 */
export function parseCidr(text: string): Cidr {
  const slash = text.indexOf('/')
  const host = slash < 0 ? text : text.slice(0, slash)
  const six = host.includes(':')
  if (!(six ? putIpv6(host, scratch, 0) : putIpv4(host, scratch, 0)))
    throw new RangeError(`${JSON.stringify(host)} is not an IP address`)
  const bits = six ? 128 : 32
  const prefix = slash < 0 ? bits : prefixLength(text, slash + 1)
  if (prefix < 0 || prefix > bits)
    throw new RangeError(`${JSON.stringify(text)}: the prefix must be a number from 0 to ${bits}`)
  // Dotted decimal as it is taken here has one form only.
  return { address: six ? formatIpv6(scratch) : host, prefix, family: six ? AF_INET6 : AF_INET }
}

/** Formats an address with its prefix: `10.0.0.1/24`. */
export function formatCidr(cidr: { readonly address: string; readonly prefix: number }): string {
  return `${cidr.address}/${cidr.prefix}`
}

/**
 * Says the address family of an address: `AF_INET` (2) or `AF_INET6` (10).
 * @throws {RangeError} The text is no address.
 */
export function familyOf(address: string): number {
  return parseIp(address).length === 4 ? AF_INET : AF_INET6
}
