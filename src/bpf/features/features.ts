/**
 * What the running kernel can do of `bpf(2)`.
 *
 * @module
 */
import { type HelperName, helperNames, helperNumber } from '../../asm/index.ts'
import { KernelTypes } from '../kernel-types.ts'
import {
  ATTACH_TYPES,
  type AttachType,
  LINK_TYPES,
  type LinkType,
  MAP_TYPES,
  type MapType,
  PROGRAM_TYPES,
  type ProgramType,
} from '../names.ts'
import { enumerators, probeAttachType } from './attach.ts'
import { absence, explained } from './explain.ts'
import { kfuncNames, probeKfunc } from './kfuncs.ts'
import { probeMapType } from './maps.ts'
import { type Feature, remembered } from './outcome.ts'
import { probeHelper, probeProgramType } from './programs.ts'
import { ATTACH_REQUIREMENTS, LINK_REQUIREMENTS, MAP_REQUIREMENTS, PROGRAM_REQUIREMENTS } from './requirements.ts'

/**
 * Asks the kernel what it can do: each question is answered by a probe that leaves nothing behind, and by what explains its answer. Conclusive
 * answers are kept for the life of the process; what could not be told, as for want of a privilege, is asked again.
 *
 * Needs CAP_BPF and, for most program types, CAP_PERFMON and CAP_NET_ADMIN: without them `supported` is undefined, and `reason` says so.
 */
export class Features implements Disposable {
  readonly #kernel: KernelTypes
  readonly #own: boolean

  /** Uses the kernel's types that the caller has read, which stay the caller's, or reads them when they are needed. */
  constructor(options: { readonly kernel?: KernelTypes | undefined } = {}) {
    this.#own = options.kernel === undefined
    this.#kernel = options.kernel ?? new KernelTypes()
  }

  /** Whether programs of the type can be loaded. */
  programType(type: ProgramType): Feature {
    const requirement = typeof type === 'string' && type !== 'unspec' ? PROGRAM_REQUIREMENTS[type] : undefined
    return remembered(`program ${type}`, () => explained(probeProgramType(type), requirement))
  }

  /** Whether maps of the type can be created. */
  mapType(type: MapType): Feature {
    const requirement = typeof type === 'string' && type !== 'unspec' ? MAP_REQUIREMENTS[type] : undefined
    return remembered(`map ${type}`, () => explained(probeMapType(type), requirement))
  }

  /**
   * Whether programs of the type may call the helper. Programs of types `tracing`, `lsm`, `struct_ops` and `ext` are loaded for something in
   * particular, on which their helpers depend: of them it cannot be told.
   *
   * @throws TypeError for a helper that this library has no name of; a number is taken as it is.
   */
  helper(helper: HelperName | number, type: ProgramType): Feature {
    const number = typeof helper === 'number' ? helper : helperNumber(helper)
    if (number === undefined) throw new TypeError(`no helper is called ${helper}`)
    return remembered(`helper ${number} ${type}`, () => {
      const own = this.programType(type)
      return own.supported === true ? explained(probeHelper(type, number), undefined) : own
    })
  }

  /** Whether the kernel, or one of its loaded modules, has a function of this name for programs to call. */
  kfunc(name: string): Feature {
    return remembered(`kfunc ${name}`, () => explained(probeKfunc(this.#kernel, name), undefined))
  }

  /** The functions of the kernel that are marked as being for programs to call. The kernel marks them from Linux 6.10 on; before, none are found. */
  kfuncs(): readonly string[] {
    return kfuncNames(this.#kernel)
  }

  /** Whether programs can be attached in this way. */
  attachType(type: Exclude<AttachType, number>): Feature {
    return remembered(`attach ${type}`, () => explained(probeAttachType(this.#kernel, type), ATTACH_REQUIREMENTS[type]))
  }

  /** Whether there are links of the type. */
  linkType(type: Exclude<LinkType, number | 'unspec'>): Feature {
    return remembered(`link ${type}`, () => {
      const requirement = LINK_REQUIREMENTS[type]
      const names = enumerators(this.#kernel, 'bpf_link_type')
      if (!names) return explained({ refused: 'ENOENT' }, undefined)
      if (!names.has(`BPF_LINK_TYPE_${type.toUpperCase()}`)) return { supported: false, reason: absence(requirement) }
      const hooks = requirement.attachTypes.map((hook) => this.attachType(hook))
      return hooks.find(({ supported }) => supported === true) ?? hooks[0]!
    })
  }

  /** Everything, by name. `helpers` asks for each helper and each program type as well: seven thousand programs, half a second. */
  report(options: { readonly helpers?: boolean | undefined } = {}): FeatureReport {
    const programTypes = each(namesOf(PROGRAM_TYPES), (type) => this.programType(type))
    return {
      programTypes,
      mapTypes: each(namesOf(MAP_TYPES), (type) => this.mapType(type)),
      attachTypes: each(Object.keys(ATTACH_TYPES) as (keyof typeof ATTACH_TYPES)[], (type) => this.attachType(type)),
      linkTypes: each(namesOf(LINK_TYPES), (type) => this.linkType(type)),
      kfuncs: this.kfuncs(),
      helpers: options.helpers ? each(namesOf(PROGRAM_TYPES), (type) => this.#helpersOf(type)) : undefined,
    }
  }

  #helpersOf(type: ProgramType): readonly HelperName[] {
    return helperNames.slice(1).filter((helper) => this.helper(helper, type).supported === true)
  }

  /** Closes what it opened. */
  close(): void {
    if (this.#own) this.#kernel.close()
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close()
  }
}

/** What the kernel can do, by name. */
export interface FeatureReport {
  readonly programTypes: Readonly<Record<string, Feature>>
  readonly mapTypes: Readonly<Record<string, Feature>>
  readonly attachTypes: Readonly<Record<string, Feature>>
  readonly linkTypes: Readonly<Record<string, Feature>>
  /** The functions that are marked as being for programs to call; none before Linux 6.10. */
  readonly kfuncs: readonly string[]
  /** The helpers that each type of program may call, where they were asked for. */
  readonly helpers?: Readonly<Record<string, readonly HelperName[]>> | undefined
}

/** The names of a table but the first, which stands for none. */
function namesOf<N extends string>(table: { readonly [K in N]: number }): Exclude<N, 'unspec'>[] {
  return (Object.keys(table) as N[]).filter((name): name is Exclude<N, 'unspec'> => name !== 'unspec')
}

const each = <N extends string, T>(names: readonly N[], ask: (name: N) => T): Record<N, T> =>
  Object.fromEntries(names.map((name) => [name, ask(name)])) as Record<N, T>
