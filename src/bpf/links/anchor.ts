/**
 * Where in a hook's list of programs one goes.
 *
 * @module
 */
import { ATTACH_FLAGS } from '../attrs/index.ts'
import { type Input } from '../fields.ts'
import { type LinkCreateNetkit } from '../attrs/index.ts'
import { Program } from '../programs/program.ts'
import { Link } from './link.ts'

/** What a place is told by: a link or a program that is on the hook, or the id of one. */
export type AnchorTarget = Link | Program | { readonly linkId: number } | { readonly programId: number }

/** A place in a hook's list. */
export type Anchor = 'head' | 'tail' | { readonly before: AnchorTarget } | { readonly after: AnchorTarget }

/** The place before the one that is named. */
export const before = (target: AnchorTarget): Anchor => ({ before: target })

/** The place after the one that is named. */
export const after = (target: AnchorTarget): Anchor => ({ after: target })

/** What every way of attaching to an ordered hook takes. */
export interface PlaceOptions {
  /** Where it goes; behind all others unless said. */
  readonly anchor?: Anchor | undefined
  /**
   * Attach only when the hook is at this revision, which {@link queryPrograms} tells: `ESTALE` otherwise. 0 asks for none.
   *
   * A netkit hook that was emptied reports revision 1 while its counter goes on, so no revision of an empty netkit hook can be relied on.
   */
  readonly expectedRevision?: bigint | number | undefined
  /** `BPF_F_*` flags beside those that `anchor` stands for. */
  readonly flags?: number | undefined
}

/** The fields of an attribute that say the same. */
export function placeOf(
  options: PlaceOptions,
): Pick<Input<typeof LinkCreateNetkit.fields>, 'flags' | 'relativeFd' | 'relativeId' | 'expectedRevision'> {
  const { anchor, expectedRevision, flags = 0 } = options
  if (anchor === undefined) return { flags, expectedRevision }
  if (typeof anchor === 'string') {
    return { flags: flags | (anchor === 'head' ? ATTACH_FLAGS.before : ATTACH_FLAGS.after), expectedRevision }
  }
  const side = 'before' in anchor ? ATTACH_FLAGS.before : ATTACH_FLAGS.after
  const relative = relativeOf('before' in anchor ? anchor.before : anchor.after)
  return { ...relative, flags: flags | side | relative.flags, expectedRevision }
}

function relativeOf(target: AnchorTarget): { flags: number; relativeFd?: number; relativeId?: number } {
  if (target instanceof Link) return { flags: ATTACH_FLAGS.link, relativeFd: target.fd.number }
  if (target instanceof Program) return { flags: 0, relativeFd: target.fd.number }
  if ('linkId' in target) return { flags: ATTACH_FLAGS.link | ATTACH_FLAGS.id, relativeId: target.linkId }
  return { flags: ATTACH_FLAGS.id, relativeId: target.programId }
}
