/**
 * A class of a qdisc as it is on the wire: `struct tcmsg` and `TCA_*`.
 *
 * @module
 */
import { attrs, by, message, string, struct } from '../../../codec/index.ts'
import { family } from '../names.ts'
import { linkIndexS32 } from '../refs.ts'
import { classKinds, classXstats } from './classes/index.ts'
import { commonRows } from './common.ts'
import { classParent, handle } from './handles.ts'

/** `struct tcmsg` with `TCA_*`, as one flat object. */
export const classMessage = message(
  struct({
    family,
    /** `tcm_ifindex`; tc: `dev`. */
    dev: linkIndexS32,
    /** `tcm_handle`; tc: `classid`. `1:10`. */
    handle,
    /** `tcm_parent`: the qdisc or the class that it is a part of; `root` when read of the first level. */
    parent: classParent,
    /** `tcm_info`: the qdisc that queues for it; tc: `leaf`. Read-only. */
    leaf: handle,
  }),
  attrs({
    /** `TCA_KIND`: that of the qdisc. */
    kind: [1, string],
    /** `TCA_OPTIONS`: read and written by the table of the kind. */
    options: [2, by('kind', classKinds)],
    /** `TCA_XSTATS`: what the kind counts. Read-only. */
    xstats: [4, by('kind', classXstats)],
    ...commonRows,
  }),
)
