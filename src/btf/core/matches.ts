import type { Btf } from '../btf.ts'
import { essentialName } from '../names.ts'
import type { BtfStruct, BtfType, BtfUnion } from '../types.ts'
import { isEnum } from './compatible.ts'
import { fail } from './failure.ts'

/** How deep types are compared. */
const MAX_DEPTH = 32

/** Comparisons of two types in one match: more can only come of structs that multiply each other. */
const MAX_WORK = 1 << 16

/**
 * Whether a target's type has all that the program's type has, as `bpf_core_type_matches` asks: members and enumerators by
 * name, and what they are, recursively; behind a pointer only name and kind count. Integers must have the same size and
 * sign, arrays the same length.
 */
export class TypeMatcher {
  readonly #local: Btf
  readonly #target: Btf
  #work = 0

  constructor(local: Btf, target: Btf) {
    this.#local = local
    this.#target = target
  }

  /** Whether the target's type matches. The names of the outermost types have been compared. */
  match(localId: number, targetId: number): boolean {
    return this.#match(localId, targetId, false, MAX_DEPTH)
  }

  #match(localId: number, targetId: number, behindPointer: boolean, level: number): boolean {
    if (level <= 0) return fail(`more than ${MAX_DEPTH} types within each other`)
    if (++this.#work > MAX_WORK) return fail('the types multiply each other')
    let local = this.#local.resolve(localId)
    let target = this.#target.resolve(targetId)
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      if (!namesAgree(nameOf(local), nameOf(target))) return false
      switch (local.kind) {
        case 'void':
          return target.kind === 'void'
        case 'fwd':
          if (target.kind === 'fwd') return local.target === target.target
          return behindPointer && local.target === target.kind
        case 'enum':
        case 'enum64':
          return isEnum(target) && enumsMatch(local, target)
        case 'struct':
        case 'union':
          if (!behindPointer) return local.kind === target.kind && this.#composites(local, target, level)
          return local.kind === target.kind || (target.kind === 'fwd' && target.target === local.kind)
        case 'int':
          return target.kind === 'int' && local.size === target.size && local.signed === target.signed
        case 'ptr':
          if (target.kind !== 'ptr') return false
          behindPointer = true
          local = this.#local.resolve(local.type)
          target = this.#target.resolve(target.type)
          break
        case 'array':
          if (target.kind !== 'array' || local.length !== target.length) return false
          local = this.#local.resolve(local.type)
          target = this.#target.resolve(target.type)
          break
        case 'funcProto':
          if (target.kind !== 'funcProto' || local.params.length !== target.params.length) return false
          for (const [i, param] of local.params.entries())
            if (!this.#match(param.type, target.params[i]?.type ?? 0, behindPointer, level - 1)) return false
          local = this.#local.resolve(local.returns)
          target = this.#target.resolve(target.returns)
          break
        default:
          return false
      }
    }
    return fail(`more than ${MAX_DEPTH} pointers and arrays on top of each other`)
  }

  #composites(local: BtfStruct | BtfUnion, target: BtfType, level: number): boolean {
    if (target.kind !== 'struct' && target.kind !== 'union') return false
    return (
      local.members.length <= target.members.length &&
      local.members.every((ours) =>
        target.members.some(
          (theirs) => namesAgree(ours.name, theirs.name) && this.#match(ours.type, theirs.type, false, level - 1),
        ),
      )
    )
  }
}

function nameOf(type: BtfType): string {
  return 'name' in type ? type.name : ''
}

function namesAgree(local: string, target: string): boolean {
  return local === target || (target !== '' && essentialName(local) === essentialName(target))
}

type Enumeration = { readonly size: number; readonly values: readonly { readonly name: string }[] }

function enumsMatch(local: Enumeration, target: Enumeration): boolean {
  const theirs = new Set(target.values.map(({ name }) => essentialName(name)))
  return (
    local.size === target.size &&
    local.values.length <= target.values.length &&
    local.values.every(({ name }) => theirs.has(essentialName(name)))
  )
}
