/**
 * bpf: a program decides.
 *
 * @module
 */
import {
  attrs,
  bytes,
  fixedBytes,
  flags,
  type In,
  type Out,
  shaped,
  string,
  u16,
  u32,
} from '../../../../codec/index.ts'
import { actions } from '../actions/index.ts'
import { handle } from '../handles.ts'
import { programFd, withName } from '../program.ts'
import { classifierFlags } from './classifier.ts'

const wire = attrs({
  /** `TCA_BPF_ACT`; tc: `action`. Not with `directAction`. */
  actions: [1, actions],
  /** `TCA_BPF_POLICE`: a police action of old. */
  police: [2, bytes],
  /** `TCA_BPF_CLASSID`; tc: `classid`. */
  classid: [3, handle],
  /** `TCA_BPF_OPS_LEN`: instructions of a classic program. */
  opsLen: [4, u16],
  /** `TCA_BPF_OPS`: a classic program; tc: `bytecode`. */
  ops: [5, bytes],
  /** `TCA_BPF_FD`: a loaded program of type `sched_cls`. Write-only. */
  fd: [6, programFd],
  /** `TCA_BPF_NAME`: left out, the program's own. */
  name: [7, string],
  /** `TCA_BPF_FLAGS`; tc: `direct-action`: what the program returns is the verdict (`TC_ACT_*`). */
  flags: [8, flags(u32, { directAction: 1 })],
  /** `TCA_BPF_FLAGS_GEN`. */
  flagsGen: [9, classifierFlags],
  /** `TCA_BPF_TAG`. Read-only. */
  tag: [10, fixedBytes(8)],
  /** `TCA_BPF_ID`: the id of the program. Read-only. */
  id: [11, u32],
})

/** `TCA_OPTIONS` of kind `bpf`. */
export const bpf = shaped(wire, {
  read: (options: Out<typeof wire>) => options,
  write: (options: In<typeof wire>) => withName(options),
})
