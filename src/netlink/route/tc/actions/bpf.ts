/**
 * bpf: a program as an action; its return value is the verdict.
 *
 * @module
 */
import {
  attrs,
  bytes,
  fixedBytes,
  type In,
  type Out,
  pad,
  shaped,
  string,
  struct,
  u16,
  u32,
} from '../../../../codec/index.ts'
import { programFd, withName } from '../program.ts'
import { general, times } from './verdict.ts'

const wire = attrs({
  /** `TCA_ACT_BPF_TM`. Read-only. */
  tm: [1, times],
  /** `TCA_ACT_BPF_PARMS`: `struct tc_act_bpf`. */
  parms: [2, struct(general)],
  /** `TCA_ACT_BPF_OPS_LEN`: instructions of a classic program. */
  opsLen: [3, u16],
  /** `TCA_ACT_BPF_OPS`: a classic program; tc: `bytecode`. */
  ops: [4, bytes],
  /** `TCA_ACT_BPF_FD`: a loaded program of type `sched_act`. Write-only. */
  fd: [5, programFd],
  /** `TCA_ACT_BPF_NAME`: left out, the program's own. */
  name: [6, string],
  pad: [7, pad],
  /** `TCA_ACT_BPF_TAG`. Read-only. */
  tag: [8, fixedBytes(8)],
  /** `TCA_ACT_BPF_ID`: the id of the program. Read-only. */
  id: [9, u32],
})

/** `TCA_ACT_OPTIONS` of kind `bpf`. */
export const bpf = shaped(wire, {
  read: (options: Out<typeof wire>) => options,
  write: (options: In<typeof wire>) => withName(options),
})
