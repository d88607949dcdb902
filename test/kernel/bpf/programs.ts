/** Small programs that the suites of this folder attach, run and refuse. */
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exit, type Instruction, mov } from '../../../src/asm/index.ts'
import { type AttachType, Program, type ProgramType } from '../../../src/bpf/index.ts'
import { KernelError } from '../../../src/sys/index.ts'
import { Lab, run } from '../lab.ts'

/** `return value` */
export const returning = (value: number): readonly Instruction[] => [mov('r0', value), exit()]

/** A program that returns a value. */
export const load = <const T extends ProgramType>(
  type: T,
  value: number,
  attachType?: AttachType,
  name = `return_${value < 0 ? 'next' : value}`,
): Program<T> => Program.load({ type, instructions: returning(value), name, attachType, license: 'Dual MIT/GPL' })

/** The code of the kernel's refusal, `ok` when there was none. */
export function outcome(attempt: () => unknown): string {
  try {
    attempt()
    return 'ok'
  } catch (error) {
    if (error instanceof KernelError) return error.code
    throw error
  }
}

/** The message of the kernel's refusal. */
export function refusal(attempt: () => unknown): string {
  try {
    attempt()
  } catch (error) {
    if (error instanceof KernelError) return error.message
    throw error
  }
  throw new Error('the kernel did not refuse')
}

/** A bpffs of one test's own. */
export class Bpffs implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'bpffs-'))

  constructor() {
    run(['mount', '-t', 'bpf', 'bpf', this.path])
  }

  [Symbol.dispose](): void {
    run(['umount', this.path])
    rmdirSync(this.path)
  }
}

/** Has the kernel load the module that follows connections, if it has not yet: an action that needs it does so. */
export function loadConntrack(): void {
  if (existsSync('/sys/module/nf_conntrack')) return
  using lab = Lab.create()
  lab.exec('tc actions add action ct')
}
