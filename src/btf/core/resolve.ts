import type { Btf } from '../btf.ts'
import { BtfError } from '../error.ts'
import type { BtfCoreRelo } from '../ext.ts'
import { essentialName } from '../names.ts'
import { formatAccess, parseAccess, typeName, type Access } from './access.ts'
import { kindsAgree } from './compatible.ts'
import { CoreFailure } from './failure.ts'
import { coreKind, type CoreKind, type CoreKindRow } from './kinds.ts'
import { findAccess } from './search.ts'
import { coreValue, isResizable, type CoreValue } from './value.ts'

/** The types that relocations are resolved against. */
export interface CoreTargets {
  /** The kernel's own types, or those that the user gives instead. */
  readonly main: readonly Btf[]
  /** The modules' types: asked for only when a type isn't in `main`, and then once. */
  readonly modules?: (() => Iterable<Btf>) | undefined
}

/** A type of a target that bears the name of the program's type, and what became of it. */
export interface CoreCandidate {
  /** The target's name: `vmlinux`, a module. */
  readonly target: string
  readonly typeId: number
  /** The type's name, with its flavour. */
  readonly type: string
  /** What was found in it, as C would write it; none if it doesn't fit. */
  readonly access?: string | undefined
  /** Where it was found: bits from the start of the type. */
  readonly bitOffset?: number | undefined
  /** Why it doesn't fit. */
  readonly why?: string | undefined
}

/** What a relocation comes to. All of it is data: nothing has been changed, and nothing thrown. */
export interface CoreResult {
  readonly relo: BtfCoreRelo
  /** What is asked; the number's own text if the kind isn't known. */
  readonly kind: CoreKind | `${number}`
  /** What is accessed, by the program's own types: `task_struct.mm.exe_file`. */
  readonly access: string
  /**
   * `resolved`: there is a value. `poisoned`: what is accessed does not exist, so the instruction must not run. `failed`:
   * there is no telling, {@link reason} says why, and the program can't be loaded.
   */
  readonly status: 'resolved' | 'poisoned' | 'failed'
  /** Why it is poisoned or failed. */
  readonly reason?: string | undefined
  /** What the compiler put into the instruction. */
  readonly originalValue: bigint
  /** What has to be there, of 64 bits. */
  readonly value: bigint
  /** Whether the instruction must hold {@link originalValue}, and something is wrong if it doesn't. */
  readonly validate: boolean
  /** Bytes that a load or store of the field had, and has to have; 0 if the relocation is no field's offset. */
  readonly originalSize: number
  readonly size: number
  /** Whether a load or store may be changed from the one size to the other. */
  readonly resizable: boolean
  /** The types that were tried, those that fit first to last among the others. */
  readonly candidates: readonly CoreCandidate[]
  /** The target that the answer is from. */
  readonly target?: Btf | undefined
}

interface Candidate {
  readonly btf: Btf
  readonly id: number
}

/** A candidate that fits. */
interface Match {
  readonly candidate: Candidate
  readonly access: Access
  readonly value: CoreValue
}

/** What to say of all but the outcome. */
type Circumstances = Pick<CoreResult, 'relo' | 'kind' | 'access' | 'candidates'>

const NOTHING = { originalValue: 0n, value: 0n, validate: false, originalSize: 0, size: 0, resizable: true } as const

/**
 * Resolves CO-RE relocations of one object against one kernel's types. Keep it for all relocations of an object: types are
 * looked for once each, and a type that one relocation found unfit is not tried for the next.
 */
export class CoreResolver {
  readonly #local: Btf
  readonly #targets: CoreTargets
  readonly #candidates = new Map<number, readonly Candidate[]>()
  /** By kind, type and access: programs read the same field over and over. */
  readonly #results = new Map<string, CoreResult>()
  #modules: readonly Btf[] | undefined

  /** `local` has the program's own types. */
  constructor(local: Btf, targets: CoreTargets) {
    this.#local = local
    this.#targets = targets
  }

  /** Resolves one relocation. Never throws: see {@link CoreResult.status}. */
  resolve(relo: BtfCoreRelo): CoreResult {
    const key = `${relo.kind} ${relo.typeId} ${relo.accessStr}`
    const known = this.#results.get(key)
    if (known !== undefined) return { ...known, relo }
    const result = this.#attempt(relo)
    this.#results.set(key, result)
    return result
  }

  #attempt(relo: BtfCoreRelo): CoreResult {
    const kind = coreKind(relo.kind)
    let circumstances: Circumstances = {
      relo,
      kind: kind?.name ?? `${relo.kind}`,
      access: `type ${relo.typeId}`,
      candidates: [],
    }
    try {
      circumstances = { ...circumstances, access: typeName(this.#local, relo.typeId) }
      if (kind === undefined) return failed(circumstances, `relocation kind ${relo.kind} is not known`)
      return this.#resolve(relo, kind, circumstances)
    } catch (error) {
      if (error instanceof CoreFailure || error instanceof BtfError) return failed(circumstances, error.message)
      throw error
    }
  }

  #resolve(relo: BtfCoreRelo, kind: CoreKindRow, before: Circumstances): CoreResult {
    const local = parseAccess(this.#local, relo.typeId, relo.accessStr, kind)
    const access = formatAccess(local)
    const original = coreValue(kind, local)
    if (kind.name === 'type_id_local') return resolved({ ...before, access }, original, original, this.#local)
    if (this.#local.nameOf(relo.typeId) === '')
      return failed({ ...before, access }, 'an anonymous type cannot be looked for by name')

    const tried: CoreCandidate[] = []
    const matches: Match[] = []
    for (const candidate of this.#candidatesOf(relo.typeId)) {
      const { btf, id } = candidate
      const found = findAccess(local, kind, btf, id)
      const [target, type] = [btf.name, typeName(btf, id)]
      if ('why' in found) {
        tried.push({ target, typeId: id, type, why: found.why })
        continue
      }
      const { bitOffset } = found.access
      tried.push({ target, typeId: id, type, access: formatAccess(found.access), bitOffset })
      matches.push({ candidate, access: found.access, value: coreValue(kind, found.access) })
    }
    const circumstances: Circumstances = { relo, kind: kind.name, access, candidates: tried }
    const [first, ...others] = matches
    if (first === undefined) {
      const value = coreValue(kind, undefined)
      if (value.value !== undefined) return resolved(circumstances, original, value, undefined)
      const reason = describeAbsence(circumstances)
      return { ...circumstances, ...NOTHING, status: 'poisoned', reason, originalValue: original.value ?? 0n }
    }
    // Deduplication of a kernel's types is not perfect, so twins are common; but they must all say the same.
    for (const other of others)
      if (other.access.bitOffset !== first.access.bitOffset || other.value.value !== first.value.value)
        return failed(circumstances, describeAmbiguity(first, other))
    this.#candidates.set(
      relo.typeId,
      matches.map(({ candidate }) => candidate),
    )
    return resolved(circumstances, original, first.value, first.candidate.btf)
  }

  /** All types of the targets that have the kind and, flavours aside, the name of the program's type. */
  #candidatesOf(id: number): readonly Candidate[] {
    let candidates = this.#candidates.get(id)
    if (candidates === undefined) {
      candidates = this.#search(id, this.#targets.main.flatMap(withBases))
      if (candidates.length === 0) {
        this.#modules ??= [...(this.#targets.modules?.() ?? [])]
        candidates = this.#search(id, this.#modules)
      }
      this.#candidates.set(id, candidates)
    }
    return candidates
  }

  #search(id: number, targets: readonly Btf[]): readonly Candidate[] {
    const name = essentialName(this.#local.nameOf(id))
    const local = this.#local.type(id)
    return targets.flatMap((btf) =>
      btf
        .flavoursOf(name)
        .filter((candidate) => kindsAgree(local, btf.type(candidate)))
        .map((candidate) => ({ btf, id: candidate })),
    )
  }
}

/** Resolves one relocation. For all of an object, a {@link CoreResolver} searches less. */
export function resolveCore(local: Btf, relo: BtfCoreRelo, targets: CoreTargets): CoreResult {
  return new CoreResolver(local, targets).resolve(relo)
}

function withBases(btf: Btf): Btf[] {
  return btf.base === undefined ? [btf] : [...withBases(btf.base), btf]
}

function failed(circumstances: Circumstances, reason: string): CoreResult {
  return { ...circumstances, ...NOTHING, status: 'failed', reason }
}

function resolved(
  circumstances: Circumstances,
  original: CoreValue,
  value: CoreValue,
  target: Btf | undefined,
): CoreResult {
  const { relo, kind, access, candidates } = circumstances
  return {
    relo,
    kind,
    access,
    candidates,
    status: 'resolved',
    originalValue: original.value ?? 0n,
    value: value.value ?? 0n,
    validate: original.certain,
    originalSize: original.size,
    size: value.size,
    resizable: isResizable(original, value),
    target,
  }
}

function describeAbsence({ access, candidates }: Circumstances): string {
  if (candidates.length === 0) return `no target has a type called ${access.replace(/[.[].*/, '')}`
  const [first] = candidates
  const rest = candidates.length > 1 ? `, nor in ${candidates.length - 1} more` : ''
  return `${access} is not in ${first?.target}: ${first?.type} [${first?.typeId}]: ${first?.why}${rest}`
}

function describeAmbiguity(one: Match, other: Match): string {
  const tell = ({ candidate: { btf, id }, access, value }: Match): string =>
    `${typeName(btf, id)} [${id}] of ${btf.name} says ${value.value} (bit ${access.bitOffset})`
  return `ambiguous: ${tell(one)}, ${tell(other)}`
}
