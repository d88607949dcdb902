import { BtfBuilder } from './builder.ts'
import { Btf } from './btf.ts'
import type { BtfTypeSpec } from './types.ts'

/** What a kernel understands. What is left out, it does. */
export interface BtfFeatures {
  /** `BTF_KIND_FUNC` and `BTF_KIND_FUNC_PROTO`. Linux 5.0. */
  readonly func?: boolean | undefined
  /** `BTF_KIND_VAR` and `BTF_KIND_DATASEC`. Linux 5.2. */
  readonly datasec?: boolean | undefined
  /** Functions with global linkage. Linux 5.6. */
  readonly funcGlobal?: boolean | undefined
  /** `BTF_KIND_FLOAT`. Linux 5.13. */
  readonly float?: boolean | undefined
  /** `BTF_KIND_DECL_TAG`. Linux 5.16. */
  readonly declTag?: boolean | undefined
  /** `BTF_KIND_TYPE_TAG`. Linux 5.17. */
  readonly typeTag?: boolean | undefined
  /** `BTF_KIND_ENUM64`, and enums that say that they are signed. Linux 6.0. */
  readonly enum64?: boolean | undefined
  /** Section names with a `?`. Linux 6.10. */
  readonly datasecQuestionMark?: boolean | undefined
}

/** What a replacement may need of its surroundings. */
interface Surroundings {
  readonly builder: BtfBuilder
  /** An integer of one byte to refer to; added when it is first needed. */
  readonly byte: () => number
}

type Replace<K extends BtfTypeSpec['kind']> = (
  type: Extract<BtfTypeSpec, { kind: K }>,
  around: Surroundings,
) => BtfTypeSpec

/** A kind that a feature concerns, and what goes in its place where the feature is missing. */
interface Rule {
  readonly feature: keyof BtfFeatures
  readonly apply: (type: BtfTypeSpec, around: Surroundings) => BtfTypeSpec
}

function rule<K extends BtfTypeSpec['kind']>(feature: keyof BtfFeatures, kind: K, replace: Replace<K>): Rule {
  return {
    feature,
    apply: (type, around) => (type.kind === kind ? replace(type as Extract<BtfTypeSpec, { kind: K }>, around) : type),
  }
}

/** An integer of one byte, which every kernel that knows BTF knows. */
const BYTE: BtfTypeSpec = {
  kind: 'int',
  name: '',
  size: 1,
  signed: false,
  char: false,
  bool: false,
  bits: 8,
  bitOffset: 0,
}

/**
 * One row per replacement, in the order in which they are tried. Each keeps the id, and as much of size and name as the
 * verifier of an older kernel asks for.
 */
const RULES: readonly Rule[] = [
  // The names of variables become those of members, whose struct goes by a name that C would take.
  rule('datasec', 'datasec', ({ name, size, vars }, { builder }) => ({
    kind: 'struct',
    name: name.replace(/[.?]/g, '_'),
    size,
    bitfields: false,
    members: vars.map(({ type, offset }) => {
      const variable = builder.type(type)
      return { name: 'name' in variable ? variable.name : '', type, bitOffset: 8 * offset, bitfieldSize: 0 }
    }),
  })),
  rule('datasec', 'var', () => BYTE),
  rule('datasecQuestionMark', 'datasec', (type) => ({ ...type, name: type.name.replaceAll('?', '_') })),
  rule('func', 'funcProto', ({ params }) => ({
    kind: 'enum',
    name: '',
    size: 4,
    signed: false,
    values: params.map(({ name }, value) => ({ name, value })),
  })),
  rule('func', 'func', ({ name, type }) => ({ kind: 'typedef', name, type })),
  rule('funcGlobal', 'func', (type) => ({ ...type, linkage: type.linkage === 'global' ? 'static' : type.linkage })),
  // Anonymous, for float is no name for a struct.
  rule('float', 'float', ({ size }) => ({ kind: 'struct', name: '', size, bitfields: false, members: [] })),
  rule('declTag', 'declTag', () => BYTE),
  rule('typeTag', 'typeTag', ({ type }) => ({ kind: 'const', type })),
  rule('enum64', 'enum', (type) => ({ ...type, signed: false })),
  rule('enum64', 'enum64', ({ name, size, values }, { byte }) => ({
    kind: 'union',
    name,
    size,
    bitfields: false,
    members: values.map((value) => ({ name: value.name, type: byte(), bitOffset: 0, bitfieldSize: 0 })),
  })),
]

/**
 * Replaces what an older kernel would refuse by something of the same id and size that it takes, so that the rest keeps its
 * meaning: a float by an empty struct, a type tag by `const`, a global function by a static one.
 *
 * Changes the builder that it is given and returns it; of a {@link Btf} it makes a new one.
 */
export function sanitize(btf: Btf | BtfBuilder, features: BtfFeatures): BtfBuilder {
  const builder = btf instanceof Btf ? BtfBuilder.from(btf) : btf
  const rules = RULES.filter(({ feature }) => features[feature] === false)
  let placeholder: number | undefined
  const around: Surroundings = {
    builder,
    byte: () => (placeholder ??= builder.add({ ...BYTE, name: 'enum64_placeholder' } as BtfTypeSpec)),
  }
  // Sections look at the variables they hold, so nothing is replaced before all has been looked at.
  const replaced = [...builder.entries()].map(
    ([id, type]) => [id, type, rules.reduce((present, { apply }) => apply(present, around), type)] as const,
  )
  for (const [id, before, after] of replaced) if (after !== before) builder.replace(id, after)
  return builder
}
