import type { Attributes, Rows } from './attrs.ts'
import type { AnyCodec } from './codec.ts'
import type { Message } from './message.ts'
import type { Fields } from './struct.ts'

/** The codec itself, where it was looked up lazily or holds the elements of a list. */
export function resolve(codec: AnyCodec): AnyCodec {
  return codec.kind === 'lazy' ? resolve((codec as AnyCodec & { readonly of: AnyCodec }).of) : codec
}

/** The attribute table that a codec is, or that follows its header; `undefined` for anything else. */
export function tableOf(codec: AnyCodec): Attributes | undefined {
  const found = resolve(codec)
  if (found.kind === 'attrs') return found as unknown as Attributes
  if (found.kind === 'message')
    return (found as unknown as Message<Fields, Fields, Rows>).attributes as unknown as Attributes
  return undefined
}
