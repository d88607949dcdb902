/**
 * One form for what two programs may write in two ways.
 */
import { type AnyCodec, type Codec, decode, isBy, isMany, resolve, tableOf } from '../../../src/codec/index.ts'

type Holder = AnyCodec & { readonly header: { readonly size: number }; readonly of: AnyCodec }

/**
 * The payload in one form for both: nests marked as such, texts ended by NUL, padding zero, attributes by their numbers. The rest stays as it is.
 */
export function canonical(payload: Buffer, codec: AnyCodec | undefined): Buffer {
  if (codec === undefined) return payload
  const found = resolve(codec) as Holder
  if (found.kind === 'string') return payload.at(-1) === 0 ? payload : Buffer.concat([payload, Buffer.of(0)])
  if (found.kind === 'packed') return canonicalPacked(payload, found.of)
  const skip = found.kind === 'message' ? (found.header.size + 3) & ~3 : 0
  const table = tableOf(found)
  if (found.kind !== 'list' && table === undefined) return payload
  const parts: [type: number, bytes: Buffer][] = []
  const kindOf = new Map<string, string>()
  const each = (visit: (type: number, inner: Buffer) => void): void => {
    for (let at = skip; at + 4 <= payload.length;) {
      const size = payload.readUInt16LE(at)
      visit(payload.readUInt16LE(at + 2) & 0x3fff, payload.subarray(at + 4, at + size))
      at += (size + 3) & ~3
    }
  }
  each((type, inner) => {
    const row = table?.byId(type)
    if (row?.codec.kind === 'string') kindOf.set(row.name, inner.toString().replace(/\0.*/, ''))
    if (row?.codec.kind === 'named') kindOf.set(row.name, String(decode(row.codec as Codec<unknown, never>, inner)))
  })
  each((type, inner) => {
    const row = table?.byId(type)
    let of: AnyCodec | undefined = found.kind === 'list' ? found.of : row?.codec
    if (of !== undefined && isBy(of)) of = of.kinds[kindOf.get(of.sibling) ?? '']
    if (of !== undefined && isMany(of)) of = of.of
    const body = canonical(inner, of)
    const header = Buffer.alloc(4)
    header.writeUInt16LE(body.length + 4)
    header.writeUInt16LE(of?.nested === true ? type | 0x8000 : type, 2)
    parts.push([type, Buffer.concat([header, body, Buffer.alloc(-body.length & 3)])])
  })
  if (found.kind !== 'list') parts.sort(([a], [b]) => a - b)
  return Buffer.concat([payload.subarray(0, skip), ...parts.map(([, bytes]) => bytes)])
}

/** A row of structures that each tell their length. */
function canonicalPacked(payload: Buffer, of: AnyCodec): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at + 8 <= payload.length;) {
    const size = payload.readUInt16LE(at)
    const body = canonical(payload.subarray(at, at + size), of)
    body.writeUInt16LE(body.length)
    parts.push(body)
    at += (size + 3) & ~3
  }
  return Buffer.concat(parts)
}
