import { type AttachType, type ProgramType } from './kinds.ts'

/** A section name that programs are put under, and what it says about them. */
export interface SectionRow {
  /** The name; a program may add to it, after a slash. */
  readonly name: string
  /**
   * What may follow the name. `'target'`: what the program attaches to (`fentry/vfs_read`), or nothing. Otherwise what
   * follows is only a name for people.
   */
  readonly suffix?: 'target' | undefined
  readonly type: ProgramType
  /** `expected_attach_type`. */
  readonly attachType?: AttachType | undefined
  /** Older kernels refuse the attach type for this program type: load without it then. */
  readonly attachTypeOptional?: boolean | undefined
  /** The target is a function, found by its BTF id. */
  readonly btfTarget?: boolean | undefined
  /** The program may sleep (`BPF_F_SLEEPABLE`). */
  readonly sleepable?: boolean | undefined
  /** The program handles packets in several buffers (`BPF_F_XDP_HAS_FRAGS`). */
  readonly frags?: boolean | undefined
  /** The target is a statically defined tracepoint of a program in user space. */
  readonly usdt?: boolean | undefined
}

type Extra = Omit<SectionRow, 'name' | 'type' | 'attachType'>
type Row = readonly [name: string, type: ProgramType, attachType?: AttachType | undefined, extra?: Extra]

const optional: Extra = { attachTypeOptional: true }
const target: Extra = { suffix: 'target' }
const sleeps: Extra = { suffix: 'target', sleepable: true }
const btf: Extra = { suffix: 'target', btfTarget: true }
const btfSleeps: Extra = { suffix: 'target', btfTarget: true, sleepable: true }

/** In the order in which they are tried: what another name begins with comes after it. */
const ROWS: readonly Row[] = [
  ['socket', 'socket_filter'],
  ['sk_reuseport/migrate', 'sk_reuseport', 'sk_reuseport_select_or_migrate'],
  ['sk_reuseport', 'sk_reuseport', 'sk_reuseport_select'],
  ['kprobe', 'kprobe', undefined, target],
  ['uprobe', 'kprobe', undefined, target],
  ['uprobe.s', 'kprobe', undefined, sleeps],
  ['kretprobe', 'kprobe', undefined, target],
  ['uretprobe', 'kprobe', undefined, target],
  ['uretprobe.s', 'kprobe', undefined, sleeps],
  ['kprobe.multi', 'kprobe', 'trace_kprobe_multi', target],
  ['kretprobe.multi', 'kprobe', 'trace_kprobe_multi', target],
  ['kprobe.session', 'kprobe', 'trace_kprobe_session', target],
  ['uprobe.multi', 'kprobe', 'trace_uprobe_multi', target],
  ['uretprobe.multi', 'kprobe', 'trace_uprobe_multi', target],
  ['uprobe.session', 'kprobe', 'trace_uprobe_session', target],
  ['uprobe.multi.s', 'kprobe', 'trace_uprobe_multi', sleeps],
  ['uretprobe.multi.s', 'kprobe', 'trace_uprobe_multi', sleeps],
  ['uprobe.session.s', 'kprobe', 'trace_uprobe_session', sleeps],
  ['ksyscall', 'kprobe', undefined, target],
  ['kretsyscall', 'kprobe', undefined, target],
  ['usdt', 'kprobe', undefined, { ...target, usdt: true }],
  ['usdt.s', 'kprobe', undefined, { ...sleeps, usdt: true }],
  ['tc/ingress', 'sched_cls', 'tcx_ingress'],
  ['tc/egress', 'sched_cls', 'tcx_egress'],
  ['tcx/ingress', 'sched_cls', 'tcx_ingress'],
  ['tcx/egress', 'sched_cls', 'tcx_egress'],
  ['tc', 'sched_cls'],
  ['classifier', 'sched_cls'],
  ['action', 'sched_act'],
  ['netkit/primary', 'sched_cls', 'netkit_primary'],
  ['netkit/peer', 'sched_cls', 'netkit_peer'],
  ['tracepoint', 'tracepoint', undefined, target],
  ['tp', 'tracepoint', undefined, target],
  ['tracepoint.s', 'tracepoint', undefined, sleeps],
  ['tp.s', 'tracepoint', undefined, sleeps],
  ['raw_tracepoint', 'raw_tracepoint', undefined, target],
  ['raw_tp', 'raw_tracepoint', undefined, target],
  ['raw_tracepoint.s', 'raw_tracepoint', undefined, sleeps],
  ['raw_tp.s', 'raw_tracepoint', undefined, sleeps],
  ['raw_tracepoint.w', 'raw_tracepoint_writable', undefined, target],
  ['raw_tp.w', 'raw_tracepoint_writable', undefined, target],
  ['tp_btf', 'tracing', 'trace_raw_tp', btf],
  ['tp_btf.s', 'tracing', 'trace_raw_tp', btfSleeps],
  ['fentry', 'tracing', 'trace_fentry', btf],
  ['fmod_ret', 'tracing', 'modify_return', btf],
  ['fexit', 'tracing', 'trace_fexit', btf],
  ['fsession', 'tracing', 'trace_fsession', btf],
  ['fentry.s', 'tracing', 'trace_fentry', btfSleeps],
  ['fmod_ret.s', 'tracing', 'modify_return', btfSleeps],
  ['fexit.s', 'tracing', 'trace_fexit', btfSleeps],
  ['fsession.s', 'tracing', 'trace_fsession', btfSleeps],
  ['fentry.multi', 'tracing', 'trace_fentry_multi', target],
  ['fexit.multi', 'tracing', 'trace_fexit_multi', target],
  ['fsession.multi', 'tracing', 'trace_fsession_multi', target],
  ['fentry.multi.s', 'tracing', 'trace_fentry_multi', sleeps],
  ['fexit.multi.s', 'tracing', 'trace_fexit_multi', sleeps],
  ['fsession.multi.s', 'tracing', 'trace_fsession_multi', sleeps],
  ['freplace', 'ext', undefined, btf],
  ['lsm', 'lsm', 'lsm_mac', btf],
  ['lsm.s', 'lsm', 'lsm_mac', btfSleeps],
  ['lsm_cgroup', 'lsm', 'lsm_cgroup', btf],
  ['iter', 'tracing', 'trace_iter', btf],
  ['iter.s', 'tracing', 'trace_iter', btfSleeps],
  ['syscall', 'syscall', undefined, { sleepable: true }],
  ['xdp.frags/devmap', 'xdp', 'xdp_devmap', { frags: true }],
  ['xdp/devmap', 'xdp', 'xdp_devmap'],
  ['xdp.frags/cpumap', 'xdp', 'xdp_cpumap', { frags: true }],
  ['xdp/cpumap', 'xdp', 'xdp_cpumap'],
  ['xdp.frags', 'xdp', 'xdp', { frags: true }],
  ['xdp', 'xdp', 'xdp', optional],
  ['perf_event', 'perf_event'],
  ['lwt_in', 'lwt_in'],
  ['lwt_out', 'lwt_out'],
  ['lwt_xmit', 'lwt_xmit'],
  ['lwt_seg6local', 'lwt_seg6local'],
  ['sockops', 'sock_ops', 'cgroup_sock_ops', optional],
  ['sk_skb/stream_parser', 'sk_skb', 'sk_skb_stream_parser', optional],
  ['sk_skb/stream_verdict', 'sk_skb', 'sk_skb_stream_verdict', optional],
  ['sk_skb/verdict', 'sk_skb', 'sk_skb_verdict', optional],
  ['sk_skb', 'sk_skb'],
  ['sk_msg', 'sk_msg', 'sk_msg_verdict', optional],
  ['lirc_mode2', 'lirc_mode2', 'lirc_mode2', optional],
  ['flow_dissector', 'flow_dissector', 'flow_dissector', optional],
  ['cgroup_skb/ingress', 'cgroup_skb', 'cgroup_inet_ingress', optional],
  ['cgroup_skb/egress', 'cgroup_skb', 'cgroup_inet_egress', optional],
  ['cgroup/skb', 'cgroup_skb'],
  ['cgroup/sock_create', 'cgroup_sock', 'cgroup_inet_sock_create'],
  ['cgroup/sock_release', 'cgroup_sock', 'cgroup_inet_sock_release'],
  ['cgroup/sock', 'cgroup_sock', 'cgroup_inet_sock_create', optional],
  ['cgroup/post_bind4', 'cgroup_sock', 'cgroup_inet4_post_bind'],
  ['cgroup/post_bind6', 'cgroup_sock', 'cgroup_inet6_post_bind'],
  ['cgroup/bind4', 'cgroup_sock_addr', 'cgroup_inet4_bind'],
  ['cgroup/bind6', 'cgroup_sock_addr', 'cgroup_inet6_bind'],
  ['cgroup/connect4', 'cgroup_sock_addr', 'cgroup_inet4_connect'],
  ['cgroup/connect6', 'cgroup_sock_addr', 'cgroup_inet6_connect'],
  ['cgroup/connect_unix', 'cgroup_sock_addr', 'cgroup_unix_connect'],
  ['cgroup/sendmsg4', 'cgroup_sock_addr', 'cgroup_udp4_sendmsg'],
  ['cgroup/sendmsg6', 'cgroup_sock_addr', 'cgroup_udp6_sendmsg'],
  ['cgroup/sendmsg_unix', 'cgroup_sock_addr', 'cgroup_unix_sendmsg'],
  ['cgroup/recvmsg4', 'cgroup_sock_addr', 'cgroup_udp4_recvmsg'],
  ['cgroup/recvmsg6', 'cgroup_sock_addr', 'cgroup_udp6_recvmsg'],
  ['cgroup/recvmsg_unix', 'cgroup_sock_addr', 'cgroup_unix_recvmsg'],
  ['cgroup/getpeername4', 'cgroup_sock_addr', 'cgroup_inet4_getpeername'],
  ['cgroup/getpeername6', 'cgroup_sock_addr', 'cgroup_inet6_getpeername'],
  ['cgroup/getpeername_unix', 'cgroup_sock_addr', 'cgroup_unix_getpeername'],
  ['cgroup/getsockname4', 'cgroup_sock_addr', 'cgroup_inet4_getsockname'],
  ['cgroup/getsockname6', 'cgroup_sock_addr', 'cgroup_inet6_getsockname'],
  ['cgroup/getsockname_unix', 'cgroup_sock_addr', 'cgroup_unix_getsockname'],
  ['cgroup/sysctl', 'cgroup_sysctl', 'cgroup_sysctl'],
  ['cgroup/getsockopt', 'cgroup_sockopt', 'cgroup_getsockopt'],
  ['cgroup/setsockopt', 'cgroup_sockopt', 'cgroup_setsockopt'],
  ['cgroup/dev', 'cgroup_device', 'cgroup_device', optional],
  ['struct_ops', 'struct_ops', undefined, target],
  ['struct_ops.s', 'struct_ops', undefined, sleeps],
  ['sk_lookup', 'sk_lookup', 'sk_lookup'],
  ['netfilter', 'netfilter', 'netfilter'],
]

/** Every section name that programs are known by: the names of `SEC("…")`. */
export const sectionRows: readonly SectionRow[] = ROWS.map(([name, type, attachType, extra]) => ({
  name,
  type,
  ...(attachType === undefined ? {} : { attachType }),
  ...extra,
}))

/** What a section's name was found to say. */
export interface SectionMatch {
  readonly row: SectionRow
  /** What follows the name after a slash, where that is a target; else empty. */
  readonly target: string
}

/**
 * Finds the row of a section's name, without its `?`. A name counts if it is the row's, or the row's and a slash and
 * anything; never as a mere beginning (`socketfoo`). An exact name goes before a longer one, and rows of the caller's
 * own before the table's.
 */
export function matchSection(name: string, ownRows: readonly SectionRow[] = []): SectionMatch | undefined {
  const exact = ownRows.find((row) => row.name === name) ?? named.get(name)?.row
  if (exact !== undefined) return { row: exact, target: '' }
  const row = ownRows.find((own) => name.startsWith(`${own.name}/`)) ?? rowBefore(name)
  if (row === undefined) return undefined
  return { row, target: row.suffix === 'target' ? name.slice(row.name.length + 1) : '' }
}

/** The table's rows by name, with their places; of two of one name the first counts. */
const named = new Map([...sectionRows.entries()].map(([place, row]) => [row.name, { place, row }] as const).reverse())

/** The first row of the table that a name begins with, up to one of its slashes. */
function rowBefore(name: string): SectionRow | undefined {
  let first: { place: number; row: SectionRow } | undefined
  for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
    const found = named.get(name.slice(0, at))
    if (found !== undefined && (first === undefined || found.place < first.place)) first = found
  }
  return first?.row
}
