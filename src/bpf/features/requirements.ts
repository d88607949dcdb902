/**
 * What each type of program and map takes to be there: the release that brought it, and the options that a kernel is built with.
 *
 * @module
 */
import { type ATTACH_TYPES, type LINK_TYPES, type MAP_TYPES, type PROGRAM_TYPES } from '../names.ts'

/** What a feature takes: the first release that has it, and the `CONFIG_*` options without which it is left out. */
export interface Requirement {
  readonly since: string
  /** The options, without `CONFIG_`: all of them are needed. */
  readonly config?: readonly string[]
}

const row = (since: string, ...config: string[]): Requirement => ({ since, config })

/** Of each type of program. */
export const PROGRAM_REQUIREMENTS: Readonly<Record<Exclude<keyof typeof PROGRAM_TYPES, 'unspec'>, Requirement>> = {
  socket_filter: row('3.19', 'NET'),
  kprobe: row('4.1', 'BPF_EVENTS'),
  sched_cls: row('4.1', 'NET'),
  sched_act: row('4.1', 'NET'),
  tracepoint: row('4.7', 'BPF_EVENTS'),
  xdp: row('4.8', 'NET'),
  perf_event: row('4.9', 'BPF_EVENTS'),
  cgroup_skb: row('4.10', 'CGROUP_BPF'),
  cgroup_sock: row('4.10', 'CGROUP_BPF'),
  lwt_in: row('4.10', 'NET'),
  lwt_out: row('4.10', 'NET'),
  lwt_xmit: row('4.10', 'NET'),
  sock_ops: row('4.13', 'CGROUP_BPF'),
  sk_skb: row('4.14', 'NET'),
  cgroup_device: row('4.15', 'CGROUP_BPF'),
  sk_msg: row('4.17', 'NET'),
  raw_tracepoint: row('4.17', 'BPF_EVENTS'),
  cgroup_sock_addr: row('4.17', 'CGROUP_BPF'),
  lwt_seg6local: row('4.18', 'NET'),
  lirc_mode2: row('4.18', 'BPF_LIRC_MODE2'),
  sk_reuseport: row('4.19', 'INET'),
  flow_dissector: row('4.20', 'NET'),
  cgroup_sysctl: row('5.2', 'CGROUP_BPF'),
  raw_tracepoint_writable: row('5.2', 'BPF_EVENTS'),
  cgroup_sockopt: row('5.3', 'CGROUP_BPF'),
  tracing: row('5.5', 'BPF_EVENTS'),
  struct_ops: row('5.6', 'BPF_JIT'),
  ext: row('5.6', 'BPF_JIT'),
  lsm: row('5.7', 'BPF_LSM'),
  sk_lookup: row('5.9', 'INET'),
  syscall: row('5.14'),
  netfilter: row('6.4', 'NETFILTER_BPF_LINK'),
}

/** Of each type of map. */
export const MAP_REQUIREMENTS: Readonly<Record<Exclude<keyof typeof MAP_TYPES, 'unspec'>, Requirement>> = {
  hash: row('3.19'),
  array: row('3.19'),
  prog_array: row('4.2'),
  perf_event_array: row('4.3', 'PERF_EVENTS'),
  percpu_hash: row('4.6'),
  percpu_array: row('4.6'),
  stack_trace: row('4.6', 'PERF_EVENTS'),
  cgroup_array: row('4.8', 'CGROUPS'),
  lru_hash: row('4.10'),
  lru_percpu_hash: row('4.10'),
  lpm_trie: row('4.11'),
  array_of_maps: row('4.12'),
  hash_of_maps: row('4.12'),
  devmap: row('4.14', 'NET'),
  sockmap: row('4.14', 'NET'),
  cpumap: row('4.15', 'NET'),
  xskmap: row('4.18', 'XDP_SOCKETS'),
  sockhash: row('4.18', 'NET'),
  cgroup_storage: row('4.19', 'CGROUP_BPF'),
  reuseport_sockarray: row('4.19', 'INET'),
  percpu_cgroup_storage: row('4.20', 'CGROUP_BPF'),
  queue: row('4.20'),
  stack: row('4.20'),
  sk_storage: row('5.2', 'NET'),
  devmap_hash: row('5.4', 'NET'),
  struct_ops: row('5.6', 'BPF_JIT'),
  ringbuf: row('5.8'),
  inode_storage: row('5.10', 'BPF_LSM'),
  task_storage: row('5.11'),
  bloom_filter: row('5.16'),
  user_ringbuf: row('6.1'),
  cgrp_storage: row('6.2', 'CGROUPS'),
  arena: row('6.9', 'BPF_JIT'),
  insn_array: row('6.19'),
  rhash: row('7.2'),
}

const CGROUP = ['CGROUP_BPF'] as const
const STREAM = ['NET'] as const

/** Of each attach type. */
export const ATTACH_REQUIREMENTS: Readonly<Record<keyof typeof ATTACH_TYPES, Requirement>> = {
  cgroup_inet_ingress: row('4.10', ...CGROUP),
  cgroup_inet_egress: row('4.10', ...CGROUP),
  cgroup_inet_sock_create: row('4.10', ...CGROUP),
  cgroup_sock_ops: row('4.13', ...CGROUP),
  sk_skb_stream_parser: row('4.14', 'BPF_STREAM_PARSER'),
  sk_skb_stream_verdict: row('4.14', ...STREAM),
  cgroup_device: row('4.15', ...CGROUP),
  sk_msg_verdict: row('4.17', ...STREAM),
  cgroup_inet4_bind: row('4.17', ...CGROUP),
  cgroup_inet6_bind: row('4.17', ...CGROUP),
  cgroup_inet4_connect: row('4.17', ...CGROUP),
  cgroup_inet6_connect: row('4.17', ...CGROUP),
  cgroup_inet4_post_bind: row('4.17', ...CGROUP),
  cgroup_inet6_post_bind: row('4.17', ...CGROUP),
  cgroup_udp4_sendmsg: row('4.18', ...CGROUP),
  cgroup_udp6_sendmsg: row('4.18', ...CGROUP),
  lirc_mode2: row('4.18', 'BPF_LIRC_MODE2'),
  flow_dissector: row('4.20', 'NET'),
  cgroup_sysctl: row('5.2', ...CGROUP),
  cgroup_udp4_recvmsg: row('5.2', ...CGROUP),
  cgroup_udp6_recvmsg: row('5.2', ...CGROUP),
  cgroup_getsockopt: row('5.3', ...CGROUP),
  cgroup_setsockopt: row('5.3', ...CGROUP),
  trace_raw_tp: row('5.5', 'BPF_EVENTS'),
  trace_fentry: row('5.5', 'DYNAMIC_FTRACE_WITH_DIRECT_CALLS'),
  trace_fexit: row('5.5', 'DYNAMIC_FTRACE_WITH_DIRECT_CALLS'),
  modify_return: row('5.7', 'DYNAMIC_FTRACE_WITH_DIRECT_CALLS'),
  lsm_mac: row('5.7', 'BPF_LSM'),
  trace_iter: row('5.8', 'BPF_EVENTS'),
  cgroup_inet4_getpeername: row('5.8', ...CGROUP),
  cgroup_inet6_getpeername: row('5.8', ...CGROUP),
  cgroup_inet4_getsockname: row('5.8', ...CGROUP),
  cgroup_inet6_getsockname: row('5.8', ...CGROUP),
  xdp_devmap: row('5.8', 'NET'),
  cgroup_inet_sock_release: row('5.9', ...CGROUP),
  xdp_cpumap: row('5.9', 'NET'),
  sk_lookup: row('5.9', 'INET'),
  xdp: row('5.9', 'NET'),
  sk_skb_verdict: row('5.13', ...STREAM),
  sk_reuseport_select: row('5.14', 'INET'),
  sk_reuseport_select_or_migrate: row('5.14', 'INET'),
  perf_event: row('5.15', 'PERF_EVENTS'),
  trace_kprobe_multi: row('5.18', 'FPROBE'),
  lsm_cgroup: row('6.0', 'BPF_LSM', 'CGROUP_BPF'),
  struct_ops: row('6.4', 'BPF_JIT'),
  netfilter: row('6.4', 'NETFILTER_BPF_LINK'),
  tcx_ingress: row('6.6', 'NET_XGRESS'),
  tcx_egress: row('6.6', 'NET_XGRESS'),
  trace_uprobe_multi: row('6.6', 'UPROBES'),
  cgroup_unix_connect: row('6.7', ...CGROUP),
  cgroup_unix_sendmsg: row('6.7', ...CGROUP),
  cgroup_unix_recvmsg: row('6.7', ...CGROUP),
  cgroup_unix_getpeername: row('6.7', ...CGROUP),
  cgroup_unix_getsockname: row('6.7', ...CGROUP),
  netkit_primary: row('6.7', 'NETKIT'),
  netkit_peer: row('6.7', 'NETKIT'),
  trace_kprobe_session: row('6.10', 'FPROBE'),
  trace_uprobe_session: row('6.13', 'UPROBES'),
  trace_fsession: row('7.0', 'DYNAMIC_FTRACE_WITH_DIRECT_CALLS'),
  trace_fentry_multi: row('7.2', 'DYNAMIC_FTRACE_WITH_DIRECT_CALLS'),
  trace_fexit_multi: row('7.2', 'DYNAMIC_FTRACE_WITH_DIRECT_CALLS'),
  trace_fsession_multi: row('7.2', 'DYNAMIC_FTRACE_WITH_DIRECT_CALLS'),
}

/** Of each type of link: its release, and the attach types that it is for; one of them is enough. */
export const LINK_REQUIREMENTS: Readonly<
  Record<
    Exclude<keyof typeof LINK_TYPES, 'unspec'>,
    Requirement & { readonly attachTypes: readonly (keyof typeof ATTACH_TYPES)[] }
  >
> = {
  raw_tracepoint: { since: '4.17', attachTypes: ['trace_raw_tp'] },
  tracing: { since: '5.5', attachTypes: ['trace_raw_tp', 'trace_fentry'] },
  cgroup: { since: '5.7', attachTypes: ['cgroup_inet_ingress'] },
  iter: { since: '5.8', attachTypes: ['trace_iter'] },
  netns: { since: '5.8', attachTypes: ['flow_dissector', 'sk_lookup'] },
  xdp: { since: '5.9', attachTypes: ['xdp'] },
  perf_event: { since: '5.15', attachTypes: ['perf_event'] },
  kprobe_multi: { since: '5.18', attachTypes: ['trace_kprobe_multi'] },
  struct_ops: { since: '6.4', attachTypes: ['struct_ops'] },
  netfilter: { since: '6.4', attachTypes: ['netfilter'] },
  tcx: { since: '6.6', attachTypes: ['tcx_ingress'] },
  uprobe_multi: { since: '6.6', attachTypes: ['trace_uprobe_multi'] },
  netkit: { since: '6.7', attachTypes: ['netkit_primary'] },
  sockmap: { since: '6.10', attachTypes: ['sk_msg_verdict'] },
  tracing_multi: { since: '7.2', attachTypes: ['trace_fentry_multi'] },
}
