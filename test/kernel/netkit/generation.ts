/**
 * Programs for generations.
 *
 * The last program of a generation drops every packet, by a tail call: what comes through has met no generation, or one whose tail call is gone.
 */
import { atomicAdd, call, exit, ldMap, ldMapValue, mov } from '../../../src/asm/index.ts'
import { BpfMap, Generations, type GenerationStep, Hook, hookSet, type NetNs, Program } from '../../../src/index.ts'

const NEXT = -1
const PASS = 0
const DROP = 2

/** The kinds of hook that packets are sent through. */
export type HookName = 'tcx' | 'netkit'

/** The hook of an interface that sees what the interface sends. */
export const hookOf = (kind: HookName, ifindex: number, netns?: NetNs): Hook<'sched_cls'> =>
  kind === 'tcx' ? Hook.tcx({ ifindex, direction: 'egress', netns }) : Hook.netkit({ ifindex, side: 'primary', netns })

/** The programs of one generation, called `a0`, `a1`, …: each counts what it sees in `seen`, the last one drops by a tail call. */
export class Made implements Disposable {
  readonly calls = BpfMap.create({ type: 'prog_array', name: 'calls', maxEntries: 1 })
  readonly seen = BpfMap.create({ type: 'array', name: 'seen', valueSize: 8, maxEntries: 1 })
  readonly programs: readonly Program<'sched_cls'>[]

  constructor(kind: HookName, letter: string, count: number) {
    const common = {
      type: 'sched_cls',
      attachType: kind === 'tcx' ? 'tcx_egress' : 'netkit_primary',
      license: 'GPL',
    } as const
    using drop = Program.load({ ...common, name: 'drop', instructions: [mov('r0', DROP), exit()] })
    this.calls.set(0, drop)
    this.programs = Array.from({ length: count }, (_, index) =>
      Program.load({
        ...common,
        name: `${letter}${index}`,
        instructions: [
          mov('r6', 'r1'),
          ldMapValue('r1', this.seen.fd.number),
          mov('r2', 1),
          atomicAdd('u64', 'r1', 0, 'r2'),
          ...(index === count - 1
            ? [mov('r1', 'r6'), ldMap('r2', this.calls.fd.number), mov('r3', 0), call('bpf_tail_call'), mov('r0', PASS)]
            : [mov('r0', NEXT)]),
          exit(),
        ],
      }),
    )
  }

  [Symbol.dispose](): void {
    for (const one of [...this.programs, this.calls, this.seen]) one.close()
  }
}

/** Puts a generation on the hook. */
export function swap(
  path: string,
  kind: HookName,
  ifindex: number,
  [letter, count]: readonly [string, number],
  onStep?: (step: GenerationStep) => void,
): void {
  using made = new Made(kind, letter, count)
  Generations.open({ path, owner: 'test' }).swap({
    hooks: [hookSet(hookOf(kind, ifindex), made.programs)],
    maps: { calls: made.calls },
    version: letter,
    onStep,
  })
}
