/**
 * Rows that several kinds of tunnel have.
 *
 * @module
 */
import { be16, type Codec, flags, named, struct, u16 } from '../../../codec/index.ts'

/** `TUNNEL_ENCAP_*`; ip: `encap`. What a tunnel's packets are wrapped in besides. */
export const encapKind = named(u16, { none: 0, fou: 1, gue: 2, mpls: 3 })

/** `TUNNEL_ENCAP_FLAG_*`; ip: `encap-csum`, `encap-csum6`, `encap-remcsum`. */
export const encapFlags = flags(u16, { csum: 1, csum6: 2, remcsum: 4 })

/** `GRE_*`: which fields a GRE header has. */
export const greFlags = flags(be16, { csum: 0x8000, routing: 0x4000, key: 0x2000, seq: 0x1000 })

/** A range of source ports, from `low` to `high`. */
export const portRange: Codec<
  { low: number; high: number },
  { readonly low?: number | undefined; readonly high?: number | undefined }
> = struct({ low: be16, high: be16 })
