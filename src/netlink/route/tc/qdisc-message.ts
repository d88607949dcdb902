/**
 * A qdisc as it is on the wire: `struct tcmsg` and `TCA_*`.
 *
 * @module
 */
import { attrs, by, message, string, struct, u32 } from '../../../codec/index.ts'
import { family } from '../names.ts'
import { linkIndexS32 } from '../refs.ts'
import { commonRows } from './common.ts'
import { handle, qdiscParent } from './handles.ts'
import { qdiscKinds, qdiscXstats } from './qdiscs/index.ts'

/** `struct tcmsg` with `TCA_*`, as one flat object. */
export const qdiscMessage = message(
  struct({
    family,
    /** `tcm_ifindex`; tc: `dev`. */
    dev: linkIndexS32,
    /** `tcm_handle`; tc: `handle`. `1:`; the kernel chooses one from `8001:` on when it is none. */
    handle,
    /** `tcm_parent`: `root`, `clsact`, or the class that it queues for; tc: `root`, `parent`. */
    parent: qdiscParent,
    /** `tcm_info`: how many refer to it. Read-only. */
    refcnt: u32,
  }),
  attrs({
    /** `TCA_KIND`. */
    kind: [1, string],
    /** `TCA_OPTIONS`: read and written by the table of the kind. */
    options: [2, by('kind', qdiscKinds)],
    /** `TCA_XSTATS`: what the kind counts. Read-only. */
    xstats: [4, by('kind', qdiscXstats)],
    ...commonRows,
  }),
)
