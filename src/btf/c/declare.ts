import type { Btf } from '../btf.ts'
import { BtfError } from '../error.ts'
import type { BtfFuncProto, BtfType } from '../types.ts'
import { identifier, isCNumber, keywordOf, type CNames } from './names.ts'

/** Longer chains of pointers, arrays and qualifiers come back to themselves. */
const MAX_DEPTH = 64

/** What prints declarations: the names in use, and what to do about types that are defined on the spot. */
export interface Scope {
  readonly btf: Btf
  readonly names: CNames
  /** Called for each type on the way: throws when there are too many, which types that multiply each other come to. */
  spend(): void
  /** The text of a struct, union or enum that has no name, at this depth of indentation. */
  body(type: BtfType, indent: string, depth: number): string
}

/** Prints a declaration inside out: what is known of the declarator so far, and the type that remains. */
export function declare(scope: Scope, id: number, declarator: string, indent: string, depth = 0): string {
  const { btf, names } = scope
  scope.spend()
  const type = btf.type(id)
  if (depth > MAX_DEPTH)
    throw new BtfError(`more than ${MAX_DEPTH} types to one declaration`, { source: btf.name, typeId: id })
  const next = (to: number, inner: string): string => declare(scope, to, inner, indent, depth + 1)
  const base = (text: string): string => (declarator === '' ? text : `${text} ${declarator}`)
  switch (type.kind) {
    case 'void':
      return base('void')
    case 'int':
    case 'float':
      return base(isCNumber(type.name) ? type.name : names.typedef(id))
    case 'typedef':
      return base(names.typedef(id))
    case 'struct':
    case 'union':
    case 'enum':
    case 'enum64':
    case 'fwd': {
      const tag = names.tag(type)
      return base(tag === '' ? scope.body(type, indent, depth) : `${keywordOf(type)} ${tag}`)
    }
    case 'ptr':
      return next(type.type, `*${declarator}`)
    case 'array':
      return next(type.type, `${grouped(declarator)}[${type.length}]`)
    case 'funcProto':
      return next(type.returns, `${grouped(declarator)}(${params(scope, type, indent, depth)})`)
    case 'const':
    case 'volatile':
    case 'restrict':
      return qualify(scope, type.kind, type.type, declarator, indent, depth)
    case 'typeTag': {
      const text = type.attribute ? type.name : `btf_type_tag(${JSON.stringify(type.name)})`
      return next(type.type, `__attribute__((${text})) ${declarator}`.trimEnd())
    }
    case 'func':
      return next(type.type, identifier(type.name))
    case 'var':
      return next(type.type, identifier(type.name))
    case 'datasec':
    case 'declTag':
    case 'unknown':
      throw new BtfError(`a ${type.kind} cannot be declared`, { source: btf.name, typeId: id })
  }
}

/** A pointer to an array or a function takes parentheses. */
function grouped(declarator: string): string {
  return declarator.startsWith('*') || declarator.startsWith('__attribute__') ? `(${declarator})` : declarator
}

/** A qualifier stands behind the `*` of a pointer and before anything else; of an array it qualifies the elements. */
function qualify(
  scope: Scope,
  qualifier: string,
  id: number,
  declarator: string,
  indent: string,
  depth: number,
): string {
  const target = scope.btf.type(id)
  const word = declarator === '' || declarator.startsWith('[') ? qualifier : `${qualifier} `
  switch (target.kind) {
    case 'ptr':
      return declare(scope, target.type, `*${word}${declarator}`, indent, depth + 2)
    case 'const':
    case 'volatile':
    case 'restrict':
      // Only a pointer at the end makes a difference to where they go, and the order makes none.
      return isPointer(scope, id, depth)
        ? declare(scope, id, `${word}${declarator}`, indent, depth + 1)
        : `${qualifier} ${declare(scope, id, declarator, indent, depth + 1)}`
    case 'funcProto':
      return declare(scope, id, declarator, indent, depth + 1) // says nothing, and no compiler accepts it
    default:
      return `${qualifier} ${declare(scope, id, declarator, indent, depth + 1)}`
  }
}

function isPointer(scope: Scope, id: number, depth: number): boolean {
  let type = scope.btf.type(id)
  for (; depth <= MAX_DEPTH; depth++) {
    if (type.kind !== 'const' && type.kind !== 'volatile' && type.kind !== 'restrict') return type.kind === 'ptr'
    type = scope.btf.type(type.type)
  }
  return false
}

function params(scope: Scope, proto: BtfFuncProto, indent: string, depth: number): string {
  if (proto.params.length === 0) return 'void'
  return proto.params
    .map(({ name, type }, i) =>
      type === 0 && name === '' && i === proto.params.length - 1
        ? '...'
        : declare(scope, type, name === '' ? '' : identifier(name), indent, depth + 1),
    )
    .join(', ')
}
