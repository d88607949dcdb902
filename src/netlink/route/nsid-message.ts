/**
 * The number that one network namespace gives another: `struct rtgenmsg` and `NETNSA_*`.
 *
 * @module
 */
import { attrs, message, s32, struct, u32 } from '../../codec/index.ts'
import { family } from './names.ts'
import { netnsFd } from './refs.ts'

/** `struct rtgenmsg` with `NETNSA_*`, as one flat object. */
export const nsidMessage = message(
  struct({ family }),
  attrs({
    /** `NETNSA_NSID`; −1 is none. */
    nsid: [1, s32],
    /** `NETNSA_PID`: a process in the namespace. */
    pid: [2, u32],
    /** `NETNSA_FD`: a descriptor of the namespace. */
    netns: [3, netnsFd],
    /** `NETNSA_TARGET_NSID`: asks what the namespace of this number calls it. */
    targetNsid: [4, s32],
    /** `NETNSA_CURRENT_NSID`: what this namespace calls it. Read-only. */
    currentNsid: [5, s32],
  }),
)
