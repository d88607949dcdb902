import { BtfBuilder, type BtfKind, type BtfTypeSpec } from '../btf/index.ts'
import { type ObjectSpec } from './spec.ts'

type Spec<K extends BtfTypeSpec['kind']> = Extract<BtfTypeSpec, { kind: K }>

/** Everything that is declared elsewhere gets this type: the kernel wants to know the size of a variable. */
const INT: Spec<'int'> = {
  kind: 'int',
  name: 'int',
  size: 4,
  signed: true,
  char: false,
  bool: false,
  bits: 32,
  bitOffset: 0,
}

/** The kinds that are looked at; all others are right as they are. */
const DECLARATIONS: ReadonlySet<BtfKind> = new Set(['var', 'func'])
const SECTIONS: ReadonlySet<BtfKind> = new Set(['datasec'])

/** Stands for a section that has nothing in it that the kernel could know. */
const NOTHING: BtfTypeSpec = { kind: 'struct', name: '', size: 0, bitfields: false, members: [] }

/** Looks through names and qualifiers to whether a type has a size of its own. */
function hasSize(builder: BtfBuilder, id: number): boolean {
  for (let at = id, steps = 0; at < builder.count && steps < builder.count; steps++) {
    const type = builder.type(at)
    switch (type.kind) {
      case 'typedef':
      case 'volatile':
      case 'const':
      case 'restrict':
      case 'typeTag':
        at = type.type
        break
      case 'void':
      case 'fwd':
      case 'func':
      case 'funcProto':
        return false
      default:
        return true
    }
  }
  return false
}

class Preparation {
  readonly builder: BtfBuilder
  readonly #spec: ObjectSpec
  readonly #hidden: ReadonlySet<number | undefined>
  #int: number | undefined

  constructor(spec: ObjectSpec, builder: BtfBuilder) {
    this.#spec = spec
    this.builder = builder
    const functions = [...Object.values(spec.functions), ...Object.values(spec.programs)]
    this.#hidden = new Set(functions.filter(({ hidden }) => hidden).map(({ funcId }) => funcId))
  }

  /** One type as the kernel wants it; the same one if it is right. */
  prepare(id: number, type: BtfTypeSpec): BtfTypeSpec {
    switch (type.kind) {
      case 'var':
        return type.linkage === 'extern' ? this.#variable(type) : type
      case 'func':
        this.#nameParameters(type.type)
        // The kernel knows no functions without a body.
        if (type.linkage === 'extern') return { ...type, linkage: 'global' }
        // The verifier takes the word of BTF for what is global, and a hidden function is only so for the linker.
        return this.#hidden.has(id) ? { ...type, linkage: 'static' } : type
      case 'datasec':
        return this.#section(type)
      default:
        return type
    }
  }

  #variable(type: Spec<'var'>): BtfTypeSpec {
    return { ...type, linkage: 'global', type: hasSize(this.builder, type.type) ? type.type : this.#intId() }
  }

  /** Functions whose parameters have no names are refused; C has them in declarations, and in functions that use none. */
  #nameParameters(id: number): void {
    const proto = this.builder.type(id)
    if (proto.kind !== 'funcProto' || proto.params.every(({ name, type }) => name !== '' || type === 0)) return
    const params = proto.params.map((param, index) =>
      param.name === '' && param.type !== 0 ? { ...param, name: `arg${index + 1}` } : param,
    )
    this.builder.replace(id, { ...proto, params })
  }

  /** A section with the places and size that its variables have in the map, in order; what is no variable is left out. */
  #section(type: Spec<'datasec'>): BtfTypeSpec {
    const { name } = type
    let end = 0
    const vars = type.vars.flatMap((item) => {
      const declared = this.builder.type(item.type)
      if (declared.kind !== 'var') return []
      if (name === '.ksyms') {
        const offset = end
        end += INT.size
        return [{ ...item, offset, size: INT.size }]
      }
      // Of what is defined in another file the place is not known.
      if (name !== '.kconfig') return this.#isExtern(item.type) ? [] : [item]
      const offset = this.#spec.externs[declared.name]?.offset
      return offset === undefined ? [] : [{ ...item, offset }]
    })
    if (vars.length === 0) return NOTHING
    if (name === '.ksyms') for (const { type: id } of vars) this.#asInt(id)
    vars.sort((a, b) => a.offset - b.offset)
    const used = Math.max(...vars.map(({ offset, size }) => offset + size))
    return { ...type, vars, size: Math.max(this.#spec.maps[name]?.valueSize ?? 0, used) }
  }

  #isExtern(id: number): boolean {
    const original = this.#spec.btf?.type(id)
    return original?.kind === 'var' && original.linkage === 'extern'
  }

  /** Symbols of the kernel have no place in a map: any size will do for them. */
  #asInt(id: number): void {
    const variable = this.builder.type(id)
    if (variable.kind === 'var') this.builder.replace(id, { ...variable, linkage: 'global', type: this.#intId() })
  }

  #intId(): number {
    return (this.#int ??= this.builder.add(INT))
  }
}

/**
 * The object's types as the kernel takes them (`BPF_BTF_LOAD`), still to be added to: sections of data with the sizes
 * and places of the object's maps, externs as if they were defined, hidden functions static. Ids and strings stay what
 * they are in the object. `string` of the builder is what `programInfo` wants to place strings with.
 *
 * Returns undefined for an object without types.
 */
export function kernelBtf(spec: ObjectSpec): BtfBuilder | undefined {
  if (spec.btf === undefined) return undefined
  const { btf } = spec
  const builder = BtfBuilder.from(btf)
  const preparation = new Preparation(spec, builder)
  // Variables before the sections that list them, for a section may change them once more.
  for (const kinds of [DECLARATIONS, SECTIONS]) {
    for (let id = btf.firstId; id < btf.count; id++) {
      if (!kinds.has(btf.kindOf(id))) continue
      const type = builder.type(id)
      const prepared = preparation.prepare(id, type)
      if (prepared !== type) builder.replace(id, prepared)
    }
  }
  return builder
}
