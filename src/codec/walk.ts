import type { Attributes, Rows } from './attrs.ts'
import type { AnyCodec } from './codec.ts'
import type { Message } from './message.ts'
import type { Field, Fields } from './struct.ts'

/** The codec that writes the bytes, where one is looked up lazily or only shapes the values of another. */
export function resolve(codec: AnyCodec): AnyCodec {
  return codec.kind === 'lazy' || codec.kind === 'shaped'
    ? resolve((codec as AnyCodec & { readonly of: AnyCodec }).of)
    : codec
}

/** The attribute table that a codec is, or that follows its header; `undefined` for anything else. */
export function tableOf(codec: AnyCodec): Attributes | undefined {
  const found = resolve(codec)
  if (found.kind === 'attrs') return found as unknown as Attributes
  if (found.kind === 'message')
    return (found as unknown as Message<Fields, Fields, Rows>).attributes as unknown as Attributes
  return undefined
}

/** The codecs that a codec is made of, by the step that leads to each; empty for a leaf. */
export function children(codec: AnyCodec): readonly (readonly [step: string, codec: AnyCodec])[] {
  const parts = codec as AnyCodec & {
    readonly fields?: readonly Field[]
    readonly rows?: Attributes['rows']
    readonly header?: AnyCodec
    readonly attributes?: AnyCodec
    readonly kinds?: { readonly [kind: string]: AnyCodec }
    readonly families?: { readonly [family: number]: AnyCodec }
    readonly otherwise?: AnyCodec
    readonly of?: AnyCodec
  }
  const found: (readonly [string, AnyCodec])[] = []
  for (const field of parts.fields ?? []) found.push([field.name, field.codec])
  for (const row of parts.rows ?? []) found.push([row.name, row.codec])
  found.push(...Object.entries(parts.kinds ?? {}), ...Object.entries(parts.families ?? {}))
  for (const part of [parts.header, parts.attributes, parts.otherwise, parts.of])
    if (part !== undefined) found.push(['', part])
  return found
}

/** Every codec below one, itself included, once each, with the path of its first occurrence: for code that checks whole tables. */
export function* walk(
  codec: AnyCodec,
  path = '',
  seen = new Set<AnyCodec>(),
): Generator<readonly [path: string, codec: AnyCodec]> {
  if (seen.has(codec)) return
  seen.add(codec)
  yield [path, codec]
  for (const [step, child] of children(codec))
    yield* walk(child, path === '' || step === '' ? path + step : `${path}.${step}`, seen)
}
