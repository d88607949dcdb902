/**
 * The kernel's enumerations that `bpf(2)` speaks in: names and numbers, one row each.
 *
 * They are open: a number without a name stays a number, in both directions, so a newer kernel's types pass through.
 *
 * @module
 */

import { numbered } from '../elf/kinds.ts'

export {
  ATTACH_TYPES,
  type AttachType,
  MAP_TYPES,
  type MapType,
  nameOf,
  numberOf,
  PROGRAM_TYPES,
  type ProgramType,
} from '../elf/kinds.ts'

/** `enum bpf_link_type`. */
export const LINK_TYPES = numbered([
  'unspec',
  'raw_tracepoint',
  'tracing',
  'cgroup',
  'iter',
  'netns',
  'xdp',
  'perf_event',
  'kprobe_multi',
  'struct_ops',
  'netfilter',
  'tcx',
  'uprobe_multi',
  'netkit',
  'sockmap',
  'tracing_multi',
])

/** A link type by the kernel's name, a number for one that has none here. */
export type LinkType = keyof typeof LINK_TYPES | number

/** A name as the kernel takes it (`BPF_OBJ_NAME_LEN`): at most 15 bytes of letters, digits, `_` and `.`; any other becomes `_`. */
export function objectName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_.]/gu, '_').slice(0, 15)
}
