/**
 * Actions that stand by themselves, as they are on the wire: `struct tcamsg` and `TCA_ROOT_*`.
 *
 * @module
 */
import { attrs, maskedFlags, message, string, struct, u16, u32, u8 } from '../../../codec/index.ts'
import { family } from '../names.ts'
import { actions } from './actions/index.ts'

/** `struct tcamsg` with `TCA_ROOT_*`, as one flat object. */
export const actionMessage = message(
  struct({ family, reserved1: u8, reserved2: u16 }),
  attrs({
    /** `TCA_ROOT_TAB`: the actions. */
    tab: [1, actions],
    /** `TCA_ROOT_FLAGS`. */
    flags: [2, maskedFlags(u32, { largeDump: 1, terseDump: 2 })],
    /** `TCA_ROOT_COUNT`: how many the message holds. Read-only. */
    count: [3, u32],
    /** `TCA_ROOT_TIME_DELTA`: asks for those that were used in so many ms. */
    timeDelta: [4, u32],
    /** `TCA_ROOT_EXT_WARN_MSG`. Read-only. */
    extWarnMsg: [5, string],
  }),
)
