import type { Btf } from '../btf.ts'
import { essentialName } from '../names.ts'
import type { BtfMember } from '../types.ts'
import { isFlexible, typeName, type Access, type Step } from './access.ts'
import { fieldsAgree, isEnum, typesAgree } from './compatible.ts'
import { fail } from './failure.ts'
import type { CoreKindRow } from './kinds.ts'
import { TypeMatcher } from './matches.ts'

/** Anonymous structs that one search may go through. */
const MAX_ANONYMOUS = 1024

/** The program's access in a target's types, or why there is none. */
export type Found = { readonly access: Access } | { readonly why: string }

/** Looks for what the program accesses in one candidate. */
export function findAccess(local: Access, kind: CoreKindRow, target: Btf, candidate: number): Found {
  switch (kind.subject) {
    case 'type':
      return findType(local, kind, target, candidate)
    case 'enumerator':
      return findEnumerator(local, target, candidate)
    case 'field':
      return new FieldSearch(local, target, candidate).run()
  }
}

function findType(local: Access, kind: CoreKindRow, target: Btf, candidate: number): Found {
  const agrees =
    kind.name === 'type_matches'
      ? new TypeMatcher(local.btf, target).match(local.root, candidate)
      : typesAgree(local.btf, local.root, target, candidate)
  if (agrees) return { access: { btf: target, root: candidate, steps: [], bitOffset: 0 } }
  return { why: kind.name === 'type_matches' ? 'it does not have all of the local type' : 'it is another kind of type' }
}

function findEnumerator(local: Access, target: Btf, candidate: number): Found {
  const type = target.resolve(candidate)
  if (!isEnum(type)) return { why: `it is a ${type.kind}` }
  const wanted = essentialName(local.steps[0]?.name ?? '')
  const index = type.values.findIndex(({ name }) => essentialName(name) === wanted)
  if (index < 0) return { why: `it has no enumerator ${wanted}` }
  const step: Step = { typeId: type.id, index, name: type.values[index]?.name }
  return { access: { btf: target, root: candidate, steps: [step], bitOffset: 0 } }
}

/** Follows the steps of an access through a target's structs, which may have members elsewhere or in anonymous structs. */
class FieldSearch {
  readonly #local: Access
  readonly #target: Btf
  readonly #root: number
  readonly #steps: Step[] = []
  #bitOffset = 0

  constructor(local: Access, target: Btf, root: number) {
    this.#local = local
    this.#target = target
    this.#root = root
  }

  run(): Found {
    let at = this.#root
    for (const [i, step] of this.#local.steps.entries()) {
      const next = step.name === undefined ? this.#index(at, step, i === 0) : this.#member(at, step, step.name)
      if (typeof next === 'string') return { why: next }
      at = next
    }
    return {
      access: { btf: this.#target, root: this.#root, steps: this.#steps, bitOffset: this.#bitOffset },
    }
  }

  /** Takes an element; returns its type, or why there is none. */
  #index(at: number, step: Step, first: boolean): number | string {
    let element = this.#target.resolve(at)
    if (!first) {
      if (element.kind !== 'array') return `${this.#where()} is of kind ${element.kind}, not array`
      if (step.index >= element.length && !isFlexible(this.#target, element, this.#steps.at(-1)))
        return `${this.#where()} has ${element.length} elements, too few for index ${step.index}`
      element = this.#target.resolve(element.type)
    }
    this.#steps.push({ typeId: element.id, index: step.index, name: undefined })
    this.#bitOffset += 8 * step.index * this.#target.sizeOf(element.id)
    return element.id
  }

  /** Takes a member; returns its type, or why there is none. */
  #member(at: number, step: Step, name: string): number | string {
    const holder = this.#local.btf.type(step.typeId)
    const own = holder.kind === 'struct' || holder.kind === 'union' ? holder.members[step.index] : undefined
    if (own === undefined) return fail(`${typeName(this.#local.btf, step.typeId)} has no member ${step.index}`)
    return this.#look(at, own, name, new Set()) ?? `${this.#where()} has no member ${name}`
  }

  /**
   * Looks for a member in a struct and in the anonymous ones within, each of which is looked into once: `undefined` if it
   * isn't there.
   */
  #look(at: number, own: BtfMember, name: string, seen: Set<number>): number | string | undefined {
    const type = this.#target.resolve(at)
    if ((type.kind !== 'struct' && type.kind !== 'union') || seen.has(type.id)) return undefined
    seen.add(type.id)
    if (seen.size > MAX_ANONYMOUS) fail(`more than ${MAX_ANONYMOUS} anonymous structs within each other`)
    let mismatch: string | undefined
    let index = -1
    for (const member of type.members) {
      index++
      if (member.name === name) {
        if (!fieldsAgree(this.#local.btf, own.type, this.#target, member.type)) {
          const [theirs, ours] = [this.#target.resolve(member.type), this.#local.btf.resolve(own.type)]
          return `${[...this.#path(), name].join('.')} is of kind ${theirs.kind}, not ${ours.kind}`
        }
        this.#steps.push({ typeId: type.id, index, name })
        this.#bitOffset += member.bitOffset
        return member.type
      }
      if (member.name !== '') continue
      const inner = this.#look(member.type, own, name, seen)
      if (typeof inner === 'number') {
        this.#bitOffset += member.bitOffset
        return inner
      }
      mismatch ??= inner
    }
    return mismatch
  }

  /** How far the search has come: member by member, each with the indices that follow it. */
  #path(): string[] {
    const path: string[] = []
    for (const { name, index } of this.#steps)
      if (name !== undefined) path.push(name)
      else if (path.length > 0) path.push(`${path.pop()}[${index}]`)
    return path
  }

  #where(): string {
    return this.#path().join('.') || 'it'
  }
}
