import type { AnyCodec, Codec, In, Out } from './codec.ts'
import { formatIpv4, formatIpv6, putIpv4, putIpv6 } from './ip.ts'
import { formatMac, parseMac } from './mac.ts'
import type { Writer } from './writer.ts'

/** An address: its text when read, its text or its bytes when written. */
export type AddressCodec = Codec<string, string | Uint8Array>

function ipCodec(
  kind: string,
  size: number,
  align: number,
  put: typeof putIpv6,
  format: typeof formatIpv6,
): AddressCodec {
  return {
    kind,
    size,
    align,
    nested: false,
    read: (source, start, end) => (end - start >= size ? format(source.bytes, start) : undefined),
    write(writer, value) {
      const at = writer.reserve(size)
      if (typeof value === 'string') {
        if (!put(value, writer.bytes, at)) writer.outOfRange(`an ${kind === 'ipv4' ? 'IPv4' : 'IPv6'} address`, value)
      } else {
        if (!(value instanceof Uint8Array)) writer.wrongType('an address', value)
        if (value.length !== size) writer.outOfRange(`${size} bytes`, value)
        writer.bytes.set(value, at)
      }
    },
  }
}

/** `struct in_addr`: four bytes. */
export const ipv4: AddressCodec = ipCodec('ipv4', 4, 4, putIpv4, formatIpv4)
/** `struct in6_addr`: sixteen bytes. */
export const ipv6: AddressCodec = ipCodec('ipv6', 16, 4, putIpv6, formatIpv6)

/** An IPv4 or IPv6 address, told apart by its length. */
export const ip: AddressCodec = {
  kind: 'ip',
  size: undefined,
  align: 4,
  nested: false,
  read(source, start, end) {
    if (end - start === 4) return formatIpv4(source.bytes, start)
    return end - start === 16 ? formatIpv6(source.bytes, start) : undefined
  },
  write: (writer, value) => writeIp(writer, value),
}

function writeIp(writer: Writer, value: string | Uint8Array): void {
  const long = typeof value === 'string' ? value.includes(':') : value instanceof Uint8Array && value.length === 16
  if (long) ipv6.write(writer, value)
  else ipv4.write(writer, value)
}

/** A hardware address of 0 to 32 bytes, as `02:00:5e:10:00:01`. */
export const mac: AddressCodec = {
  kind: 'mac',
  size: undefined,
  align: 1,
  nested: false,
  read: (source, start, end) => formatMac(source.bytes, start, end),
  write(writer: Writer, value: string | Uint8Array) {
    if (typeof value === 'string') {
      let parsed: Uint8Array
      try {
        parsed = parseMac(value)
      } catch {
        writer.outOfRange('a hardware address like 02:00:5e:10:00:01', value)
      }
      writer.append(parsed)
    } else {
      if (!(value instanceof Uint8Array)) writer.wrongType('a hardware address', value)
      writer.append(value)
    }
  },
}

/** Codecs by address family (`AF_*`). */
export type Families = { readonly [family: number]: AnyCodec }

/** A payload whose shape the address family of the message decides: {@link byFamily}. */
export interface ByFamily<F extends Families, O extends AnyCodec> extends Codec<
  Out<F[keyof F]> | Out<O>,
  In<F[keyof F]> | In<O>
> {
  readonly families: F
  readonly otherwise: O
}

/**
 * A payload whose shape the family in the message's header decides: `byFamily({ 2: ipv4, 10: ipv6, 28: labels }, ip)`.
 * Families without a codec of their own use `otherwise`.
 */
export function byFamily<const F extends Families, O extends AnyCodec>(families: F, otherwise: O): ByFamily<F, O> {
  type Chosen = Codec<Out<F[keyof F]> | Out<O>, In<F[keyof F]> | In<O>>
  const choose = (family: number): Chosen => (families[family] ?? otherwise) as AnyCodec as Chosen
  return {
    kind: 'byFamily',
    size: undefined,
    align: 4,
    nested: false,
    families,
    otherwise,
    read: (source, start, end) => choose(source.family).read(source, start, end),
    write: (writer, value) => choose(writer.family).write(writer, value),
  }
}
