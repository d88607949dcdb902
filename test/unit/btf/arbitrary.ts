import fc from 'fast-check'
import type { BtfTypeSpec } from '../../../src/btf/index.ts'

const name = fc.oneof(
  fc.constantFrom('', 'a', 'foo___v2', 'struct name', 'größe'),
  fc.string({ maxLength: 8 }).map((s) => s.replaceAll('\0', '0')),
)
const u32 = fc.nat(0xffffffff)
const u8 = fc.nat(255)
const linkage = fc.constantFrom('static', 'global', 'extern')

/** Any list of types whose references stay among them: valid to write, whatever it would mean. */
export function specsOf(maxLength = 12): fc.Arbitrary<BtfTypeSpec[]> {
  return fc.integer({ min: 1, max: maxLength }).chain((count) => {
    const ref = fc.nat(count)
    const list = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { maxLength: 4 })
    const composite = fc.oneof(
      fc.record({
        bitfields: fc.constant(false),
        members: list(fc.record({ name, type: ref, bitOffset: u32, bitfieldSize: fc.constant(0) })),
      }),
      fc.record({
        bitfields: fc.constant(true),
        members: list(fc.record({ name, type: ref, bitOffset: fc.nat(0xffffff), bitfieldSize: u8 })),
      }),
    )
    const of = <K extends string, T>(kind: K, rest: fc.Arbitrary<T>): fc.Arbitrary<T & { kind: K }> =>
      rest.map((more) => ({ kind, ...more }))
    const type: fc.Arbitrary<BtfTypeSpec> = fc.oneof(
      of(
        'int',
        fc.record({
          name,
          size: u32,
          signed: fc.boolean(),
          char: fc.boolean(),
          bool: fc.boolean(),
          bits: u8,
          bitOffset: u8,
        }),
      ),
      ...(['ptr', 'const', 'volatile', 'restrict'] as const).map((kind) => of(kind, fc.record({ type: ref }))),
      of('array', fc.record({ type: ref, indexType: ref, length: u32 })),
      ...(['struct', 'union'] as const).map((kind) =>
        of(
          kind,
          fc.tuple(fc.record({ name, size: u32 }), composite).map(([head, body]) => ({ ...head, ...body })),
        ),
      ),
      of(
        'enum',
        fc.record({
          name,
          size: u32,
          signed: fc.constant(true),
          values: list(fc.record({ name, value: fc.integer() })),
        }),
      ),
      of(
        'enum',
        fc.record({ name, size: u32, signed: fc.constant(false), values: list(fc.record({ name, value: u32 })) }),
      ),
      of(
        'enum64',
        fc.record({
          name,
          size: u32,
          signed: fc.constant(true),
          values: list(fc.record({ name, value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) })),
        }),
      ),
      of(
        'enum64',
        fc.record({
          name,
          size: u32,
          signed: fc.constant(false),
          values: list(fc.record({ name, value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) })),
        }),
      ),
      of('fwd', fc.record({ name, target: fc.constantFrom('struct', 'union') })),
      of('typedef', fc.record({ name, type: ref })),
      of('func', fc.record({ name, type: ref, linkage })),
      of('funcProto', fc.record({ returns: ref, params: list(fc.record({ name, type: ref })) })),
      of('var', fc.record({ name, type: ref, linkage })),
      of('datasec', fc.record({ name, size: u32, vars: list(fc.record({ type: ref, offset: u32, size: u32 })) })),
      of('float', fc.record({ name, size: u32 })),
      of('declTag', fc.record({ name, type: ref, component: fc.integer(), attribute: fc.boolean() })),
      of('typeTag', fc.record({ name, type: ref, attribute: fc.boolean() })),
    )
    return fc.array(type, { minLength: count, maxLength: count })
  })
}
