import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Btf, BtfBuilder, valueCodec, type BtfMember, type BtfTypeSpec } from '../../../src/btf/index.ts'
import { walk } from '../../../src/btf/values/compile.ts'

/** A type to be laid out: its parts are drawn first, then put one behind the other as a compiler does. */
type Plan =
  | { kind: 'int'; size: 1 | 2 | 4 | 8 | 16; signed: boolean; typedef?: string | undefined }
  | { kind: 'bool' }
  | { kind: 'float'; size: 4 | 8 }
  | { kind: 'ptr' }
  | { kind: 'enum'; size: 1 | 2 | 4 | 8; signed: boolean }
  | { kind: 'text'; length: number }
  | { kind: 'array'; of: Plan; length: number }
  | { kind: 'struct'; anonymous: boolean; parts: (Plan | { kind: 'bits'; width: number; signed: boolean })[] }
  | { kind: 'union'; anonymous: boolean; parts: Plan[] }

const size = fc.constantFrom(1, 2, 4, 8, 16) as fc.Arbitrary<1 | 2 | 4 | 8 | 16>
const typedef = fc.option(fc.constantFrom('__be16', '__be32', '__le64', 'u_count'), { nil: undefined })

/** Values with more than one spelling in memory (booleans, NaN) are kept out of unions, where both would have to agree. */
const exact: fc.Arbitrary<Plan> = fc.oneof(
  fc.record({ kind: fc.constant('int' as const), size, signed: fc.boolean(), typedef }),
  fc.record({ kind: fc.constant('ptr' as const) }),
  fc.record({
    kind: fc.constant('enum' as const),
    size: fc.constantFrom(1, 2, 4, 8) as fc.Arbitrary<1 | 2 | 4 | 8>,
    signed: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('text' as const), length: fc.integer({ min: 1, max: 9 }) }),
)
const scalar: fc.Arbitrary<Plan> = fc.oneof(
  exact,
  fc.record({ kind: fc.constant('bool' as const) }),
  fc.record({ kind: fc.constant('float' as const), size: fc.constantFrom(4, 8) as fc.Arbitrary<4 | 8> }),
)
const bits = fc.record({
  kind: fc.constant('bits' as const),
  width: fc.integer({ min: 1, max: 64 }),
  signed: fc.boolean(),
})

const { plan } = fc.letrec<{ plan: Plan; exact: Plan; struct: Plan }>((tie) => ({
  plan: fc.oneof(
    { depthSize: 'small' },
    scalar,
    tie('struct'),
    fc.record({ kind: fc.constant('array' as const), of: tie('plan'), length: fc.integer({ min: 1, max: 3 }) }),
  ),
  exact: fc.oneof(
    { depthSize: 'small' },
    exact,
    fc.record({ kind: fc.constant('array' as const), of: tie('exact'), length: fc.integer({ min: 1, max: 3 }) }),
  ),
  struct: fc.oneof(
    fc.record({
      kind: fc.constant('struct' as const),
      anonymous: fc.boolean(),
      parts: fc.array(fc.oneof(tie('plan'), bits), { maxLength: 5 }),
    }),
    fc.record({
      kind: fc.constant('union' as const),
      anonymous: fc.boolean(),
      parts: fc.array(tie('exact'), { maxLength: 3 }),
    }),
  ),
}))

/** Lays types out in a builder. */
class Layout {
  readonly builder = new BtfBuilder()
  #names = 0

  add(plan: Plan): { id: number; size: number } {
    const done = (spec: BtfTypeSpec, bytes: number) => ({ id: this.builder.add(spec), size: bytes })
    switch (plan.kind) {
      case 'int': {
        const { id } = done(int('number', plan.size, plan.signed), plan.size)
        return plan.typedef === undefined
          ? { id, size: plan.size }
          : done({ kind: 'typedef', name: plan.typedef, type: id }, plan.size)
      }
      case 'bool':
        return done({ ...int('_Bool', 1, false), bool: true }, 1)
      case 'float':
        return done({ kind: 'float', name: 'float', size: plan.size }, plan.size)
      case 'ptr':
        return done({ kind: 'ptr', type: 0 }, 8)
      case 'enum':
        return done(
          {
            kind: 'enum',
            name: 'e',
            size: plan.size,
            signed: plan.signed,
            values: [
              { name: 'ZERO', value: 0 },
              { name: 'ONE', value: 1 },
            ],
          },
          plan.size,
        )
      case 'text':
        return done(
          { kind: 'array', type: this.builder.add(int('char', 1, true)), indexType: 0, length: plan.length },
          plan.length,
        )
      case 'array': {
        const of = this.add(plan.of)
        return done({ kind: 'array', type: of.id, indexType: 0, length: plan.length }, of.size * plan.length)
      }
      case 'struct':
      case 'union':
        return this.#composite(plan)
    }
  }

  #composite(plan: Plan & { kind: 'struct' | 'union' }): { id: number; size: number } {
    const members: BtfMember[] = []
    let end = 0
    let largest = 0
    for (const part of plan.parts) {
      if (plan.kind === 'union') end = 0
      if (part.kind === 'bits') {
        const type = this.builder.add(int('bits', 8, part.signed))
        members.push({ name: this.#name(), type, bitOffset: end, bitfieldSize: part.width })
        end += part.width
      } else {
        end = 8 * Math.ceil(end / 8)
        const { id, size } = this.add(part)
        const anonymous = (part.kind === 'struct' || part.kind === 'union') && part.anonymous
        members.push({ name: anonymous ? '' : this.#name(), type: id, bitOffset: end, bitfieldSize: 0 })
        end += 8 * size
      }
      largest = Math.max(largest, Math.ceil(end / 8))
    }
    return {
      id: this.builder.add({ kind: plan.kind, name: '', size: largest, bitfields: true, members }),
      size: largest,
    }
  }

  #name(): string {
    return `m${this.#names++}`
  }
}

function int(name: string, bytes: number, signed: boolean): BtfTypeSpec<'int'> {
  return { kind: 'int', name, size: bytes, signed, char: false, bool: false, bits: 8 * bytes, bitOffset: 0 }
}

describe('values of any layout', () => {
  it.each(['little', 'big'] as const)('read, written and read again are the same, %s-endian', (endian) => {
    const property = fc.property(plan, fc.infiniteStream(fc.nat(255)), (drawn, stream) => {
      const layout = new Layout()
      const { id, size } = layout.add(drawn)
      const btf = Btf.parse(layout.builder.build({ endian }))
      const codec = valueCodec(btf, id)
      expect(codec.size).toBe(size)
      const bytes = Uint8Array.from({ length: size }, () => stream.next().value ?? 0)
      const value = codec.decode(bytes)
      const written = codec.encode(value)
      expect(written.length).toBe(size)
      expect(codec.decode(written)).toEqual(value)
      // What was written is the least that says it: writing it again changes nothing.
      expect(codec.encode(codec.decode(written))).toEqual(written)
    })
    expect(() => fc.assert(property, { numRuns: 400, includeErrorInReport: true })).not.toThrow()
  })

  it('reads the same without making code', () => {
    const u8 = { label: 'u8', size: 1, read: (view: DataView, at: number) => view.getUint8(at), write() {} }
    const places = ['a', '__proto__', 'b c'].map((name, offset) => ({ name, offset, shape: u8 }))
    const value = walk(places)(new DataView(Uint8Array.of(1, 2, 3).buffer), 0, 3)
    expect(Object.entries(value)).toEqual([
      ['a', 1],
      ['__proto__', 2],
      ['b c', 3],
    ])
  })

  it('takes any name for a member', () => {
    const builder = new BtfBuilder()
    const type = builder.add(int('u8', 1, false))
    const names = ['__proto__', 'constructor', "a'b", '"]: process.exit(), ["', '${x}', '\u2028']
    const id = builder.add({
      kind: 'struct',
      name: 's',
      size: names.length,
      bitfields: false,
      members: names.map((name, i) => ({ name, type, bitOffset: 8 * i, bitfieldSize: 0 })),
    })
    const codec = valueCodec<Record<string, number>>(Btf.parse(builder.build()), id)
    const value = codec.decode(Uint8Array.from(names, (_, i) => i))
    expect(Object.entries(value)).toEqual(names.map((name, i) => [name, i]))
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(codec.encode(value)).toEqual(Uint8Array.from(names, (_, i) => i))
  })
})
