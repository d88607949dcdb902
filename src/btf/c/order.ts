import type { Btf } from '../btf.ts'
import { BtfError } from '../error.ts'
import type { BtfType } from '../types.ts'
import { isCNumber } from './names.ts'

/** What puts the declarations out, in the order that {@link inOrder} finds. */
export interface Output {
  /** The type's definition (struct, union, enum) or declaration (typedef, an integer that C has not). */
  define(type: BtfType): void
  /** A struct or union that is used before it is, or never, defined. */
  forward(type: BtfType): void
}

/** How a type is needed: by its name only, as behind a pointer, or with its size. */
type Need = 'name' | 'size'

/** Types that hold each other deeper than this are no C program's. */
const MAX_DEPTH = 256

/**
 * Walks types so that each is put out after all that it needs: what it holds is defined before, what it points to is at least
 * declared. Types may point to each other in circles, so a struct that is only pointed to is not walked into.
 */
export class Order {
  readonly #btf: Btf
  readonly #out: Output
  /** What was walked, by id and need. Broken BTF may come back to where it started. */
  readonly #walked = new Set<number>()
  readonly #defined = new Set<number>()
  readonly #forwarded = new Set<number>()

  constructor(btf: Btf, out: Output) {
    this.#btf = btf
    this.#out = out
  }

  /** Puts out a type and whatever it needs, unless that has been done. */
  visit(id: number): void {
    this.#need(id, 'size', 0, 0)
  }

  /** `within` is the named struct whose body is being walked: there its own name is known. */
  #need(id: number, need: Need, within: number, depth: number): void {
    if (depth > MAX_DEPTH)
      throw new BtfError(`more than ${MAX_DEPTH} types within each other`, { source: this.#btf.name, typeId: id })
    for (let next: number | undefined = id; next !== undefined;) {
      const type: BtfType = this.#btf.type(next)
      next = undefined
      const nameSuffices: boolean = need === 'name' && 'name' in type && type.name !== ''
      if ((type.kind === 'struct' || type.kind === 'union') && nameSuffices) {
        if (type.id !== within) this.#forward(type)
        return
      }
      const key = 2 * type.id + (need === 'size' ? 1 : 0)
      if (this.#walked.has(key)) return
      this.#walked.add(key)
      switch (type.kind) {
        case 'int':
        case 'float':
          if (!isCNumber(type.name)) this.#define(type)
          break
        case 'const':
        case 'volatile':
        case 'restrict':
        case 'typeTag':
        case 'declTag':
        case 'var':
        case 'func':
          next = type.type
          break
        case 'ptr':
          next = type.type
          need = 'name'
          break
        case 'array':
          next = type.type
          need = 'size' // there are no arrays of incomplete types, not even behind a pointer
          break
        case 'funcProto':
          for (const { type: param } of type.params) this.#need(param, 'name', within, depth + 1)
          next = type.returns
          need = 'name'
          break
        case 'typedef':
          // The name needs no more than names, but its size is that of its target.
          if (!this.#defined.has(type.id)) {
            this.#need(type.type, 'name', 0, depth + 1)
            this.#define(type)
          }
          if (need === 'size') next = type.type
          break
        case 'enum':
        case 'enum64':
          if (type.name !== '') this.#define(type)
          break
        case 'fwd':
          this.#forward(type)
          break
        case 'struct':
        case 'union':
          for (const member of type.members)
            this.#need(member.type, 'size', type.name === '' ? within : type.id, depth + 1)
          if (type.name !== '') this.#define(type)
          break
        case 'void':
        case 'datasec':
        case 'unknown':
          break
      }
    }
  }

  #forward(type: BtfType): void {
    if (this.#forwarded.has(type.id) || this.#defined.has(type.id)) return
    this.#forwarded.add(type.id)
    this.#out.forward(type)
  }

  #define(type: BtfType): void {
    if (this.#defined.has(type.id)) return
    this.#defined.add(type.id)
    this.#out.define(type)
  }
}
