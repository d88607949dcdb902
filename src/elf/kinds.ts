/**
 * The kernel's enumerations that objects are described with: program, attach and map types by the kernel's names.
 *
 * They are open: a number without a name stays a number, in both directions, so a newer kernel's types pass through.
 *
 * @module
 */

/** A table of names that are numbered from 0. */
export const numbered = <const N extends readonly string[]>(names: N): { readonly [K in N[number]]: number } =>
  Object.freeze(Object.fromEntries(names.map((name, number) => [name, number]))) as {
    readonly [K in N[number]]: number
  }

/** `enum bpf_prog_type`. */
export const PROGRAM_TYPES = numbered([
  'unspec',
  'socket_filter',
  'kprobe',
  'sched_cls',
  'sched_act',
  'tracepoint',
  'xdp',
  'perf_event',
  'cgroup_skb',
  'cgroup_sock',
  'lwt_in',
  'lwt_out',
  'lwt_xmit',
  'sock_ops',
  'sk_skb',
  'cgroup_device',
  'sk_msg',
  'raw_tracepoint',
  'cgroup_sock_addr',
  'lwt_seg6local',
  'lirc_mode2',
  'sk_reuseport',
  'flow_dissector',
  'cgroup_sysctl',
  'raw_tracepoint_writable',
  'cgroup_sockopt',
  'tracing',
  'struct_ops',
  'ext',
  'lsm',
  'sk_lookup',
  'syscall',
  'netfilter',
])

/** A program type by the kernel's name, a number for one that has none here. */
export type ProgramType = keyof typeof PROGRAM_TYPES | number

/** `enum bpf_attach_type`. */
export const ATTACH_TYPES = numbered([
  'cgroup_inet_ingress',
  'cgroup_inet_egress',
  'cgroup_inet_sock_create',
  'cgroup_sock_ops',
  'sk_skb_stream_parser',
  'sk_skb_stream_verdict',
  'cgroup_device',
  'sk_msg_verdict',
  'cgroup_inet4_bind',
  'cgroup_inet6_bind',
  'cgroup_inet4_connect',
  'cgroup_inet6_connect',
  'cgroup_inet4_post_bind',
  'cgroup_inet6_post_bind',
  'cgroup_udp4_sendmsg',
  'cgroup_udp6_sendmsg',
  'lirc_mode2',
  'flow_dissector',
  'cgroup_sysctl',
  'cgroup_udp4_recvmsg',
  'cgroup_udp6_recvmsg',
  'cgroup_getsockopt',
  'cgroup_setsockopt',
  'trace_raw_tp',
  'trace_fentry',
  'trace_fexit',
  'modify_return',
  'lsm_mac',
  'trace_iter',
  'cgroup_inet4_getpeername',
  'cgroup_inet6_getpeername',
  'cgroup_inet4_getsockname',
  'cgroup_inet6_getsockname',
  'xdp_devmap',
  'cgroup_inet_sock_release',
  'xdp_cpumap',
  'sk_lookup',
  'xdp',
  'sk_skb_verdict',
  'sk_reuseport_select',
  'sk_reuseport_select_or_migrate',
  'perf_event',
  'trace_kprobe_multi',
  'lsm_cgroup',
  'struct_ops',
  'netfilter',
  'tcx_ingress',
  'tcx_egress',
  'trace_uprobe_multi',
  'cgroup_unix_connect',
  'cgroup_unix_sendmsg',
  'cgroup_unix_recvmsg',
  'cgroup_unix_getpeername',
  'cgroup_unix_getsockname',
  'netkit_primary',
  'netkit_peer',
  'trace_kprobe_session',
  'trace_uprobe_session',
  'trace_fsession',
  'trace_fentry_multi',
  'trace_fexit_multi',
  'trace_fsession_multi',
])

/** An attach type by the kernel's name, a number for one that has none here. 0, `cgroup_inet_ingress`, is also what "none" looks like. */
export type AttachType = keyof typeof ATTACH_TYPES | number

/** `enum bpf_map_type`. */
export const MAP_TYPES = numbered([
  'unspec',
  'hash',
  'array',
  'prog_array',
  'perf_event_array',
  'percpu_hash',
  'percpu_array',
  'stack_trace',
  'cgroup_array',
  'lru_hash',
  'lru_percpu_hash',
  'lpm_trie',
  'array_of_maps',
  'hash_of_maps',
  'devmap',
  'sockmap',
  'cpumap',
  'xskmap',
  'sockhash',
  'cgroup_storage',
  'reuseport_sockarray',
  'percpu_cgroup_storage',
  'queue',
  'stack',
  'sk_storage',
  'devmap_hash',
  'struct_ops',
  'ringbuf',
  'inode_storage',
  'task_storage',
  'bloom_filter',
  'user_ringbuf',
  'cgrp_storage',
  'arena',
  'insn_array',
  'rhash',
])

/** A map type by the kernel's name, a number for one that has none here. */
export type MapType = keyof typeof MAP_TYPES | number

/** The name of a number, or the number itself where the table has no name for it. */
export function nameOf<N extends string>(table: { readonly [K in N]: number }, number: number): N | number {
  let names = reversed.get(table)
  if (!names) {
    names = new Map(Object.entries<number>(table).map(([name, value]) => [value, name]))
    reversed.set(table, names)
  }
  return (names.get(number) as N | undefined) ?? number
}

const reversed = new WeakMap<object, Map<number, string>>()

/** The number of a name; a number is its own. @throws RangeError for a name that the table does not have. */
export function numberOf<N extends string>(table: { readonly [K in N]: number }, name: N | number): number {
  if (typeof name === 'number') return name
  if (Object.hasOwn(table, name)) return table[name]
  throw new RangeError(`${JSON.stringify(name)} is none of ${Object.keys(table).join(', ')}`)
}
