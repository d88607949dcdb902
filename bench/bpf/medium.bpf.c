// What an observability or policy agent loads: six maps, globals, a subprogram, CO-RE reads, four programs.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

struct flow {
  __u32 source, destination;
  __u16 source_port, destination_port;
  __u32 protocol;
};

struct traffic {
  __u64 packets, bytes, last;
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 65536);
  __type(key, struct flow);
  __type(value, struct traffic);
} flows SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4096);
  __type(key, __u32);
  __type(value, __u64);
} processes SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 64);
  __type(key, __u32);
  __type(value, __u64);
} counters SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 256);
  __uint(map_flags, BPF_F_MMAPABLE);
  __type(key, __u32);
  __type(value, __u64);
} totals SEC(".maps");

struct prefix {
  __u32 length, address;
};

struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(max_entries, 1024);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct prefix);
  __type(value, __u32);
} policy SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 262144);
} executions SEC(".maps");

struct execution {
  __u64 time, cgroup;
  __u32 pid, tgid, parent, uid, network;
  char comm[16];
};

const volatile __u32 weight = 64;
const volatile bool wake = true;
const volatile __u32 limits[16] = {1, 2, 3};
__u64 seen, refused;
__u32 generation = 7;
char label[32] = "medium";

static __noinline int judge(struct __sk_buff *skb, __u32 direction) {
  void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
  struct ethhdr *ethernet = data;
  struct iphdr *ip = (void *)(ethernet + 1);
  if ((void *)(ip + 1) > end || ethernet->h_proto != bpf_htons(0x0800)) return 0;
  struct flow flow = {.source = ip->saddr, .destination = ip->daddr, .protocol = ip->protocol};
  if (ip->protocol == IPPROTO_TCP || ip->protocol == IPPROTO_UDP) {
    struct udphdr *ports = (void *)(ip + 1);
    if ((void *)(ports + 1) > end) return 0;
    flow.source_port = ports->source;
    flow.destination_port = ports->dest;
  }
  struct traffic *known = bpf_map_lookup_elem(&flows, &flow);
  if (known) {
    __sync_fetch_and_add(&known->packets, 1);
    __sync_fetch_and_add(&known->bytes, skb->len);
    known->last = bpf_ktime_get_ns();
  } else {
    struct traffic first = {1, skb->len, bpf_ktime_get_ns()};
    bpf_map_update_elem(&flows, &flow, &first, BPF_ANY);
  }
  struct prefix wanted = {32, ip->daddr};
  __u32 *verdict = bpf_map_lookup_elem(&policy, &wanted), slot = direction & 63;
  __u64 *counter = bpf_map_lookup_elem(&counters, &slot);
  if (counter) (*counter)++;
  seen++;
  if (!verdict || *verdict != 1) return 0;
  refused++;
  return 1;
}

SEC("tcx/ingress")
int in(struct __sk_buff *skb) {
  return judge(skb, 0) ? TCX_DROP : TCX_PASS;
}

SEC("tcx/egress")
int out(struct __sk_buff *skb) {
  return judge(skb, 1) ? TCX_DROP : TCX_PASS;
}

SEC("raw_tp/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, pid_t old, struct linux_binprm *binary) {
  struct execution *event = bpf_ringbuf_reserve(&executions, sizeof *event, 0);
  if (!event) return 0;
  event->time = bpf_ktime_get_ns();
  event->cgroup = bpf_get_current_cgroup_id();
  event->pid = BPF_CORE_READ(task, pid);
  event->tgid = BPF_CORE_READ(task, tgid);
  event->parent = BPF_CORE_READ(task, real_parent, tgid);
  event->uid = BPF_CORE_READ(task, cred, uid.val);
  event->network = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
  bpf_core_read_str(event->comm, sizeof event->comm, &task->comm);
  __u32 pid = event->pid;
  __u64 one = 1;
  bpf_ringbuf_submit(event, wake ? 0 : BPF_RB_NO_WAKEUP);
  bpf_map_update_elem(&processes, &pid, &one, BPF_ANY);
  return 0;
}

SEC("raw_tp/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task) {
  __u32 pid = BPF_CORE_READ(task, pid), slot = limits[pid & 15] & 255;
  __u64 *total = bpf_map_lookup_elem(&totals, &slot);
  if (total) *total += bpf_core_field_exists(task->exit_code) ? BPF_CORE_READ(task, exit_code) + weight : generation;
  bpf_map_delete_elem(&processes, &pid);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
