/**
 * What classifiers share.
 *
 * @module
 */
import { flags, u32 } from '../../../../codec/index.ts'

/** `TCA_CLS_FLAGS_*`: where a filter works; tc: `skip_hw`, `skip_sw`, `verbose`. Whether hardware has it is read-only. */
export const classifierFlags = flags(u32, { skipHw: 1, skipSw: 2, inHw: 4, notInHw: 8, verbose: 16 })
