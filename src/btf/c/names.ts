import type { Btf } from '../btf.ts'
import type { BtfType } from '../types.ts'

/** What a tag (the name after `struct`, `union` or `enum`) stands for in one output. */
interface Tag {
  readonly keyword: string
  /** The type that is defined under it; none while it is only mentioned. */
  definedBy: number | undefined
}

/**
 * The names under which types appear in one C output. BTF may hold several types of one name, from different sources; C may
 * not: the second becomes `name___2`, which CO-RE takes for a flavour of the first.
 */
export class CNames {
  readonly #btf: Btf
  readonly #tags = new Map<string, Tag>()
  /** Taken already: what compilers have without being told, and not the same on every machine. */
  readonly #identifiers = new Set(['__builtin_va_list'])
  readonly #tagOf = new Map<number, string>()
  readonly #typedefOf = new Map<number, string>()

  constructor(btf: Btf) {
    this.#btf = btf
  }

  /** The tag of a struct, union, enum or forward declaration; empty if it is anonymous. */
  tag(type: BtfType): string {
    const known = this.#tagOf.get(type.id)
    if (known !== undefined) return known
    const name = this.#btf.nameOf(type.id)
    const tag = name === '' ? '' : this.#claimTag(identifier(name), keywordOf(type), type)
    this.#tagOf.set(type.id, tag)
    return tag
  }

  /** The name of a typedef. */
  typedef(id: number): string {
    let name = this.#typedefOf.get(id)
    if (name === undefined) this.#typedefOf.set(id, (name = this.claim(this.#btf.nameOf(id))))
    return name
  }

  /** A name for a typedef or an enumerator that nothing else has. */
  claim(name: string): string {
    const wanted = identifier(name)
    let free = wanted
    for (let n = 2; this.#identifiers.has(free); n++) free = `${wanted}___${n}`
    this.#identifiers.add(free)
    return free
  }

  #claimTag(wanted: string, keyword: string, type: BtfType): string {
    for (let n = 1; ; n++) {
      const name = n === 1 ? wanted : `${wanted}___${n}`
      const tag = this.#tags.get(name)
      const definedBy = type.kind === 'fwd' ? undefined : type.id
      if (tag === undefined) {
        this.#tags.set(name, { keyword, definedBy })
        return name
      }
      // A forward declaration means the type of its name, and the first that is defined is what it declared.
      if (tag.keyword !== keyword) continue
      if (type.kind === 'fwd') return name
      if (tag.definedBy === undefined) {
        tag.definedBy = type.id
        return name
      }
    }
  }
}

/** The word before a tag. */
export function keywordOf(type: BtfType): 'struct' | 'union' | 'enum' {
  if (type.kind === 'fwd') return type.target
  return type.kind === 'struct' || type.kind === 'union' ? type.kind : 'enum'
}

/** Other languages have names that C has not: `Vec<u8>` becomes `Vec_u8_`. */
export function identifier(name: string): string {
  return name.replace(/[^\w$]/g, '_').replace(/^(?=\d)/, '_')
}

/** Whether C knows a number by this name, which may be several words. Other languages name theirs otherwise. */
export function isCNumber(name: string): boolean {
  return /^(?:(?:(?:un)?signed|char|short|int|long|_Bool|__int128|float|double|_Float16)(?: |$))+$/.test(name)
}
