/**
 * CO-RE: what instructions ask of the running kernel's types, put in.
 *
 * @module
 */
import { type Instruction, slotsOf } from '../../asm/index.ts'
import { type Btf, CoreError, CoreResolver, type CoreResult, patchCore } from '../../btf/index.ts'
import { type KernelTypes } from '../kernel-types.ts'
import { ObjectError } from './errors.ts'

/** What is patched is new, and has its relocation done. */
type Open = Omit<Instruction, 'core'> & { core?: Instruction['core'] }

/** The relocations of one object, against one kernel. */
export class ObjectCore {
  readonly #resolver: CoreResolver

  constructor(local: Btf, kernel: KernelTypes, given: Btf | undefined) {
    this.#resolver = new CoreResolver(local, {
      // Types are only looked for when there is something to relocate: a kernel without them loads all else.
      get main() {
        return [given ?? kernel.vmlinux]
      },
      ...(!given && { modules: () => kernel.moduleTypes() }),
    })
  }

  /**
   * The instructions with every relocation done, and what was poisoned: the slot of an instruction that must not be reached, and why.
   *
   * @throws ObjectError naming program, line of source and what is accessed, for one that cannot be resolved; its cause is the `CoreError`.
   */
  relocate(
    program: string,
    instructions: readonly Instruction[],
  ): { code: Instruction[]; poisoned: Map<number, string> } {
    const poisoned = new Map<number, string>()
    const code: Instruction[] = []
    let source: Instruction['source']
    let slot = 0
    for (const instruction of instructions) {
      source = instruction.source ?? source
      const at = slot
      slot += slotsOf(instruction)
      const { core } = instruction
      if (!core) {
        code.push(instruction)
        continue
      }
      const { kind, typeId, access: accessStr } = core
      const result = this.#resolver.resolve({ kind, typeId, accessStr, insnOff: at * 8 })
      if (result.status === 'poisoned') poisoned.set(at, explain(result))
      try {
        for (const patched of patchCore<Open>(instruction, result)) {
          if ('core' in patched) patched.core = undefined
          code.push(patched)
        }
      } catch (error) {
        if (!(error instanceof CoreError)) throw error
        const where = source ? `, ${source.file}:${source.line}` : ''
        const message = `program ${program}${where}: ${error.message}${tried(result)}`
        throw new ObjectError(message, { program }, error)
      }
    }
    return { code, poisoned }
  }
}

const explain = (result: CoreResult): string =>
  `it reaches ${result.access} (${result.kind}), which this kernel does not have${tried(result) || `: ${result.reason}`}`

/** The candidates that were tried and why they do not fit. */
function tried({ candidates }: CoreResult): string {
  if (candidates.length === 0) return ''
  const list = candidates.map(({ type, target, why }) => `${type} of ${target}${why ? `: ${why}` : ''}`)
  return ` (tried ${list.join('; ')})`
}
