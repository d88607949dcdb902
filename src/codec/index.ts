/**
 * Tables of fields that both directions read: C structs and netlink attributes, with the TypeScript types inferred from the table.
 * Pure: bytes in, data out.
 * @module
 */
export type { AnyCodec, Codec, In, Out, Simplify } from './codec.ts'
export { littleEndian, Source } from './source.ts'
export { NLA_F_NESTED, NLA_F_NET_BYTEORDER, NLA_TYPE_MASK, Writer, type Mark } from './writer.ts'
export { array, arrayOf, type List } from './arrays.ts'
export {
  be16,
  be32,
  be64,
  bool,
  bool32,
  count64,
  flag,
  pad,
  s16,
  s32,
  s64,
  s8,
  sint,
  u16,
  u32,
  u64,
  u8,
  uint,
  type BigInteger,
  type Integer,
} from './scalars.ts'
export { bytes, chars, fixedBytes, string } from './text.ts'
export { byFamily, ip, ipv4, ipv6, mac, type AddressCodec, type ByFamily, type Families } from './address.ts'
export {
  flags,
  maskedFlags,
  named,
  type Flags,
  type FlagSet,
  type FlagSetInput,
  type MaskedFlags,
  type Named,
  type Names,
} from './enums.ts'
export { struct, type Field, type Fields, type Struct, type StructIn, type StructOut } from './struct.ts'
export {
  attrs,
  by,
  byKind,
  isBy,
  isMany,
  many,
  type Attributes,
  type AttributesIn,
  type AttributesOut,
  type By,
  type Kinds,
  type Many,
  type Row,
  type Rows,
} from './attrs.ts'
export { UnknownAttributes, type UnknownAttribute } from './unknown.ts'
export { message, type Message, type MessageIn, type MessageOut } from './message.ts'
export { lazy, list } from './nests.ts'
export { numbered, type Numbered } from './numbered.ts'
export { shaped, type Shaped } from './shaped.ts'
export { decode, DecodeError, encode, markAt, trace } from './encode.ts'
export { children, resolve, tableOf, walk } from './walk.ts'
export {
  AF_INET,
  AF_INET6,
  familyOf,
  formatCidr,
  formatIp,
  formatIpv4,
  formatIpv6,
  parseCidr,
  parseIp,
  type Cidr,
} from './ip.ts'
export { formatMac, parseMac } from './mac.ts'
