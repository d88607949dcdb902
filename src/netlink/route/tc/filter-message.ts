/**
 * A filter as it is on the wire: `struct tcmsg` and `TCA_*`.
 *
 * @module
 */
import { attrs, be16, by, bytes, littleEndian, message, named, string, struct, u16, u32 } from '../../../codec/index.ts'
import { ETHERTYPES, family } from '../names.ts'
import { linkIndexS32 } from '../refs.ts'
import { commonRows } from './common.ts'
import { filterKinds } from './filters/index.ts'
import { filterParent } from './handles.ts'

/** Protocols that a filter looks at: Ethernet's, or `all`. */
export const FILTER_PROTOCOLS = { all: 0x0003, ...ETHERTYPES } as const

const protocol = named(be16, FILTER_PROTOCOLS)

/** `tcm_info`: one number whose upper half is the priority, and whose lower half is the protocol in network order. */
const info = littleEndian ? { protocol, prio: u16 } : { prio: u16, protocol }

/** `struct tcmsg` with `TCA_*`, as one flat object. */
export const filterMessage = message(
  struct({
    family,
    /** `tcm_ifindex`; tc: `dev`. −1 (`TCM_IFINDEX_MAGIC_BLOCK`) where the parent is the number of a block. */
    dev: linkIndexS32,
    /** `tcm_handle`; tc: `handle`. What it means is the kind's affair. */
    handle: u32,
    /** `tcm_parent`: `ingress`, `egress`, a qdisc or a class; none is the qdisc at the root. */
    parent: filterParent,
    ...info,
  }),
  attrs({
    /** `TCA_KIND`. */
    kind: [1, string],
    /** `TCA_OPTIONS`: read and written by the table of the kind. */
    options: [2, by('kind', filterKinds)],
    /** `TCA_XSTATS`. */
    xstats: [4, bytes],
    ...commonRows,
  }),
)
