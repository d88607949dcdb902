import type { Btf, BtfType } from '../../../src/btf/index.ts'

const INT_ENCODING = ['(none)', 'SIGNED', 'CHAR', undefined, 'BOOL'] as const

/** A type as `bpftool btf dump … format raw` prints it: what the tests hold our decoding against. */
export function rawLine(btf: Btf, type: BtfType): string {
  const named = (kind: string): string => `[${type.id}] ${kind} '${('name' in type && type.name) || '(anon)'}'`
  const member = (name: string, rest: string): string => `\n\t'${name || '(anon)'}' ${rest}`
  switch (type.kind) {
    case 'int': {
      const encoding = INT_ENCODING[(type.signed ? 1 : 0) | (type.char ? 2 : 0) | (type.bool ? 4 : 0)]
      return `${named('INT')} size=${type.size} bits_offset=${type.bitOffset} nr_bits=${type.bits} encoding=${encoding}`
    }
    case 'ptr':
    case 'const':
    case 'volatile':
    case 'restrict':
    case 'typedef':
      return `${named(type.kind.toUpperCase())} type_id=${type.type}`
    case 'typeTag':
      return `${named('TYPE_TAG')} type_id=${type.type}`
    case 'declTag':
      return `${named('DECL_TAG')} type_id=${type.type} component_idx=${type.component}`
    case 'array':
      return `${named('ARRAY')} type_id=${type.type} index_type_id=${type.indexType} nr_elems=${type.length}`
    case 'struct':
    case 'union':
      return (
        `${named(type.kind.toUpperCase())} size=${type.size} vlen=${type.members.length}` +
        type.members
          .map((m) =>
            member(
              m.name,
              `type_id=${m.type} bits_offset=${m.bitOffset}${m.bitfieldSize ? ` bitfield_size=${m.bitfieldSize}` : ''}`,
            ),
          )
          .join('')
      )
    case 'enum':
    case 'enum64':
      return (
        `${named(type.kind.toUpperCase())} encoding=${type.signed ? 'SIGNED' : 'UNSIGNED'} size=${type.size} vlen=${type.values.length}` +
        type.values
          .map((v) =>
            member(
              v.name,
              `val=${v.value}${type.kind === 'enum64' && !type.signed ? 'ULL' : type.kind === 'enum64' ? 'LL' : ''}`,
            ),
          )
          .join('')
      )
    case 'fwd':
      return `${named('FWD')} fwd_kind=${type.target}`
    case 'func':
      return `${named('FUNC')} type_id=${type.type} linkage=${type.linkage}`
    case 'funcProto':
      return (
        `${named('FUNC_PROTO')} ret_type_id=${type.returns} vlen=${type.params.length}` +
        type.params.map((p) => member(p.name, `type_id=${p.type}`)).join('')
      )
    case 'var':
      return `${named('VAR')} type_id=${type.type}, linkage=${type.linkage}`
    case 'datasec':
      return (
        `${named('DATASEC')} size=${type.size} vlen=${type.vars.length}` +
        type.vars
          .map(
            (v) =>
              `\n\ttype_id=${v.type} offset=${v.offset} size=${v.size} (${btf.kindOf(v.type).toUpperCase()} '${btf.nameOf(v.type)}')`,
          )
          .join('')
      )
    case 'float':
      return `${named('FLOAT')} size=${type.size}`
    case 'void':
    case 'unknown':
      return ''
  }
}
