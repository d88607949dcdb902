/**
 * What a generation has on one hook.
 *
 * @module
 */
import { after, type Anchor } from '../../bpf/links/anchor.ts'
import { type Link, UpdatableLink } from '../../bpf/links/link.ts'
import { type ProgramType } from '../../bpf/names.ts'
import { type Program } from '../../bpf/programs/program.ts'
import { type Hook } from '../hooks/hook.ts'

/** The programs of a generation on one hook, made by {@link hookSet}. */
export interface HookSet {
  /** The hook's name in a bpffs. */
  readonly key: string
  readonly programs: readonly Program[]
  /** Attaches the program of this number, behind a link of the set before it. */
  attach(index: number, previous: Link | undefined): Link
  /** The same on a thread of the pool. */
  attachAsync(index: number, previous: Link | undefined): Promise<Link>
  /** Puts the program of this number into a link. */
  update(index: number, link: Link): void
}

/** How the first program of a set is placed when the hook has none of the generation before. */
export interface HookSetOptions {
  /** Where it goes; the others follow it. Behind all others unless said. */
  readonly anchor?: Anchor | undefined
}

/**
 * The programs that a generation has on a hook, in the order in which they run.
 *
 * @throws TypeError for an empty set: leave the hook out instead.
 */
export function hookSet<T extends ProgramType>(
  hook: Hook<T>,
  programs: readonly Program<T>[],
  options: HookSetOptions = {},
): HookSet {
  if (programs.length === 0) throw new TypeError(`a generation with nothing on ${hook.title} leaves that hook out`)
  const anchorOf = (previous: Link | undefined): Anchor | undefined => (previous ? after(previous) : options.anchor)
  return {
    key: hook.key,
    programs,
    attach: (index, previous) => hook.attachBehind(programs[index]!, anchorOf(previous)),
    attachAsync: (index, previous) => hook.attachBehindAsync(programs[index]!, anchorOf(previous)),
    update(index, link) {
      if (!(link instanceof UpdatableLink)) throw new TypeError(`${link.title} cannot be given another program`)
      ;(link as UpdatableLink<T>).update(programs[index]!)
    },
  }
}
