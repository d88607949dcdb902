import fc from 'fast-check'
import {
  type AnyCodec,
  type Attributes,
  formatIp,
  formatMac,
  type Integer,
  type Message,
  type Names,
  resolve,
  type Rows,
  type Struct,
  walk,
} from '../../../src/codec/index.ts'

/** How to make values for codecs that a table brings along, by their `kind`; `undefined` for those that are never written. */
export type Custom = { readonly [kind: string]: ((codec: AnyCodec) => fc.Arbitrary<unknown>) | undefined }

/** What the value of a codec depends on besides the codec. */
export interface Context {
  readonly custom: Custom
  /** Address family of the message. */
  readonly family: number
  /** How many more tables may be inside each other. */
  readonly depth: number
}

type Any = AnyCodec & {
  readonly of: AnyCodec
  readonly names: Names
  readonly families: { readonly [family: number]: AnyCodec }
  readonly otherwise: AnyCodec
}

const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(formatIp)
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(formatIp)
const text = (max: number): fc.Arbitrary<string> =>
  fc
    .string({ maxLength: max, unit: 'grapheme' })
    .filter((s) => !s.includes('\0') && new TextEncoder().encode(s).length < max)

/** Values that a codec can write: made from its table alone, so that every row of every table is tried. */
export function arbitraryOf(codec: AnyCodec, custom: Custom = {}): fc.Arbitrary<unknown> {
  return valueOf(codec, { custom, family: 2, depth: 3 })
}

export function valueOf(codec: AnyCodec, context: Context): fc.Arbitrary<unknown> {
  const any = codec as Any
  const make = context.custom[codec.kind]
  if (make !== undefined) return make(codec)
  if (isReadOnly(codec, context)) return fc.constant(undefined)
  switch (codec.kind) {
    case 'u8':
    case 'u16':
    case 'u32':
    case 's8':
    case 's16':
    case 's32':
    case 'be16':
    case 'be32': {
      const { min, max } = codec as Integer
      return fc.integer({ min, max })
    }
    case 'u64':
    case 'be64':
    case 'uint':
      return fc.oneof(fc.nat(), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }))
    case 's64':
    case 'sint':
      return fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n })
    case 'count64':
      return fc.maxSafeNat()
    case 'bool':
    case 'bool32':
    case 'flag':
      return fc.boolean()
    case 'string':
      return text(20)
    case 'chars':
      return text(codec.size!)
    case 'bytes':
      return fc.uint8Array({ maxLength: 40 })
    case 'fixedBytes':
      return fc.uint8Array({ minLength: codec.size!, maxLength: codec.size! })
    case 'ipv4':
      return ipv4
    case 'ipv6':
      return ipv6
    case 'ip':
      return fc.oneof(ipv4, ipv6)
    case 'mac':
      return fc.uint8Array({ maxLength: 20 }).map((bytes) => formatMac(bytes))
    case 'byFamily':
      return valueOf(any.families[context.family] ?? any.otherwise, context)
    case 'named':
      return fc.oneof(fc.constantFrom(...Object.keys(any.names)), valueOf(any.of, context))
    case 'flags':
      return fc.oneof(fc.subarray(Object.keys(any.names)), valueOf(any.of, context))
    case 'maskedFlags':
      return recordOf(Object.keys(any.names).map((name) => [name, fc.boolean()]))
    case 'struct': {
      const { fields } = codec as unknown as Struct<Record<string, AnyCodec>>
      return recordOf(fields.map(({ name, codec: field }) => [name, valueOf(field, context)]))
    }
    case 'array':
      return fc.array(valueOf(any.of, context), {
        minLength: codec.size! / any.of.size!,
        maxLength: codec.size! / any.of.size!,
      })
    case 'arrayOf':
    case 'list':
    case 'many':
      return fc.array(valueOf(any.of, context), { maxLength: 4 })
    case 'numbered':
      return fc.constant({}) // an array one way, a nest the other: there is no round trip
    case 'lazy':
      return context.depth <= 0 ? fc.constant({}) : valueOf(resolve(codec), { ...context, depth: context.depth - 1 })
    case 'attrs':
      return attributesOf(codec as unknown as Attributes, context)
    case 'message':
      return messageOf(codec as unknown as Message<{}, {}, Rows>, context)
    default:
      throw new Error(`no values for a codec of kind ${codec.kind}`)
  }
}

function isReadOnly(codec: AnyCodec, { custom }: Context): boolean {
  return Object.hasOwn(custom, codec.kind) && custom[codec.kind] === undefined
}

function recordOf(
  entries: readonly (readonly [string, fc.Arbitrary<unknown>])[],
): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(Object.fromEntries(entries), { requiredKeys: [] })
}

function attributesOf({ rows }: Attributes, outer: Context): fc.Arbitrary<unknown> {
  const context = { ...outer, depth: outer.depth - 1 }
  if (context.depth < 0) return fc.constant({})
  const plain = rows.filter(({ codec }) => codec.kind !== 'by' && codec.kind !== 'pad')
  let value = recordOf(plain.map(({ name, codec }) => [name, valueOf(codec, context)]))
  const payloads = rows.flatMap(({ name, codec }) =>
    codec.kind === 'by'
      ? [{ name, ...(codec as unknown as { sibling: string; kinds: Record<string, AnyCodec> }) }]
      : [],
  )
  for (const sibling of new Set(payloads.map((payload) => payload.sibling))) {
    // one kind for all payloads that it decides
    const decided = payloads.filter((payload) => payload.sibling === sibling)
    const chosen = fc.constantFrom(...new Set(decided.flatMap(({ kinds }) => Object.keys(kinds)))).chain((kind) =>
      fc.record({
        [sibling]: fc.constant(kind),
        ...Object.fromEntries(
          decided.flatMap(({ name, kinds }) =>
            Object.hasOwn(kinds, kind) ? [[name, valueOf(kinds[kind]!, context)]] : [],
          ),
        ),
      }),
    )
    value = fc.tuple(value, fc.option(chosen)).map(([all, more]) => ({ ...all, ...more }))
  }
  return value
}

function messageOf({ header, attributes }: Message<{}, {}, Rows>, context: Context): fc.Arbitrary<unknown> {
  const hasFamily = header.fields.some(({ name }) => name === 'family')
  const families = new Set([2, 10])
  for (const [, codec] of walk(attributes)) {
    if (codec.kind === 'byFamily')
      for (const family of Object.keys((codec as Any).families)) families.add(Number(family))
  }
  return fc
    .constantFrom(...families)
    .chain((family) =>
      fc
        .tuple(
          valueOf(header, context),
          valueOf(attributes as AnyCodec, { ...context, family: hasFamily ? family : context.family }),
        )
        .map(([fixed, rest]) => ({ ...(fixed as object), ...(hasFamily ? { family } : {}), ...(rest as object) })),
    )
}
