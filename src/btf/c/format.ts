import type { Btf } from '../btf.ts'
import { BtfError } from '../error.ts'
import { references } from '../references.ts'
import type { BtfFloat, BtfInt, BtfType } from '../types.ts'
import { declare, type Scope } from './declare.ts'
import { define } from './define.ts'
import { CNames, keywordOf } from './names.ts'
import { Order } from './order.ts'

/** How {@link formatC} is to print. */
export interface FormatCOptions {
  /** The types that are wanted; what they need comes with them. All types by default. */
  readonly types?: Iterable<number> | undefined
  /** Whether accesses to the structs shall be relocated to the running kernel (CO-RE), as in a `vmlinux.h`. */
  readonly preserveAccessIndex?: boolean | undefined
}

function scopeOf(btf: Btf): Scope {
  // Each type on the way takes at least eight bytes to write down, unless it is come by again and again.
  let steps = sizeOfAll(btf)
  const scope: Scope = {
    btf,
    names: new CNames(btf),
    spend() {
      if (steps-- <= 0) throw new BtfError('the types multiply each other', { source: btf.name })
    },
    body: (type, indent, depth) => define(scope, type, indent, depth),
  }
  return scope
}

/** Bytes of a BTF and of those that it goes on from. */
function sizeOfAll(btf: Btf): number {
  return btf.bytes.length + (btf.base === undefined ? 0 : sizeOfAll(btf.base))
}

/**
 * Prints types as C that compiles: every type after those that it needs, with forward declarations where types point to
 * each other, and with padding, bitfields and attributes so that each has the layout that its BTF says. Functions and
 * variables are left out.
 *
 * Where several types have one name, all but the first are called `name___2` and so on.
 *
 * Throws {@link BtfError} if a type is broken.
 */
export function formatC(btf: Btf, options: FormatCOptions = {}): string {
  const scope = scopeOf(btf)
  const parts: string[] = []
  const order = new Order(btf, {
    define: (type) => parts.push(`${definition(scope, type)};\n`),
    forward: (type) => parts.push(`${keywordOf(type)} ${scope.names.tag(type)};\n`),
  })
  if (options.types !== undefined) for (const id of options.types) order.visit(id)
  else {
    const anonymousEnums = new Set<number>()
    for (const type of btf) {
      if (type.kind === 'enum' || type.kind === 'enum64') if (type.name === '') anonymousEnums.add(type.id)
      if (isPrinted(type)) order.visit(type.id)
    }
    // Enumerators of an enum that nothing has the type of are constants all the same.
    for (const type of btf) for (const id of references(type)) anonymousEnums.delete(id)
    for (const id of anonymousEnums) parts.push(`${define(scope, btf.type(id), '', 0)};\n`)
  }
  const text = parts.join('\n')
  if (options.preserveAccessIndex !== true) return text
  const attribute = '__attribute__((preserve_access_index))'
  return `#pragma clang attribute push (${attribute}, apply_to = record)\n\n${text}\n#pragma clang attribute pop\n`
}

/** Prints the declaration of something of a type: `formatDeclaration(btf, id, 'tasks')` → `struct task_struct *tasks[4]`. */
export function formatDeclaration(btf: Btf, id: number, name = ''): string {
  return declare(scopeOf(btf), id, name, '')
}

/** Prints the definition of one type, without the `;`: a struct with its members, an enum with its values, a typedef. */
export function formatDefinition(btf: Btf, id: number): string {
  return definition(scopeOf(btf), btf.type(id))
}

function isPrinted(type: BtfType): boolean {
  switch (type.kind) {
    case 'struct':
    case 'union':
    case 'enum':
    case 'enum64':
    case 'fwd':
    case 'typedef':
      return type.name !== ''
    default:
      return false
  }
}

function definition(scope: Scope, type: BtfType): string {
  switch (type.kind) {
    case 'typedef':
      return `typedef ${declare(scope, type.type, scope.names.typedef(type.id), '')}`
    case 'int':
    case 'float':
      return `typedef ${cNumber(type)} ${scope.names.typedef(type.id)}`
    case 'struct':
    case 'union':
    case 'enum':
    case 'enum64':
      return define(scope, type, '', 0)
    case 'fwd':
      return `${keywordOf(type)} ${scope.names.tag(type)}`
    case 'void':
    case 'ptr':
    case 'array':
    case 'volatile':
    case 'const':
    case 'restrict':
    case 'func':
    case 'funcProto':
    case 'var':
    case 'datasec':
    case 'declTag':
    case 'typeTag':
    case 'unknown':
      return declare(scope, type.id, '', '')
  }
}

const INTEGERS: { readonly [size: number]: string } = {
  1: 'char',
  2: 'short',
  4: 'int',
  8: 'long long',
  16: '__int128',
}
const FLOATS: { readonly [size: number]: string } = { 2: '_Float16', 4: 'float', 8: 'double', 16: 'long double' }

/** The number of C that has the size of another language's. */
function cNumber(type: BtfInt | BtfFloat): string {
  if (type.kind === 'float') return FLOATS[type.size] ?? 'double'
  return type.bool ? '_Bool' : `${type.signed ? 'signed' : 'unsigned'} ${INTEGERS[type.size] ?? 'int'}`
}
