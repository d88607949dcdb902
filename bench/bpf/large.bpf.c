// Thirty programs, each with CO-RE reads of its own through other kernel structures: what the relocation of a big agent costs.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

struct reading {
  __u64 value[8];
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1024);
  __type(key, __u32);
  __type(value, struct reading);
} readings SEC(".maps");

__u64 runs[64];

#define READ(SLOT, ...) reading.value[SLOT] = (__u64)BPF_CORE_READ(task, __VA_ARGS__);

#define PROGRAM(NUMBER, FIELD, READS)                                         \
  SEC("raw_tp/sched_switch")                                                  \
  int BPF_PROG(on_switch_##NUMBER, bool preempt, struct task_struct *task) {  \
    struct reading reading = {};                                                \
    __u32 key = NUMBER;                                                       \
    READ(0, FIELD)                                                            \
    READS                                                                     \
    if (bpf_core_field_exists(task->FIELD)) reading.value[6] = 1;              \
    reading.value[7] = bpf_core_type_size(struct task_struct);                 \
    bpf_map_update_elem(&readings, &key, &reading, BPF_ANY);                    \
    runs[NUMBER]++;                                                           \
    return 0;                                                                 \
  }

#define MEMORY READ(1, mm, pgd) READ(2, mm, exe_file, f_inode, i_ino) READ(3, mm, total_vm) READ(4, mm, start_code) READ(5, active_mm)
#define RIGHTS READ(1, cred, uid.val) READ(2, cred, gid.val) READ(3, cred, user, uid.val) READ(4, cred, user_ns, level) READ(5, real_cred)
#define SPACES READ(1, nsproxy, net_ns, ns.inum) READ(2, nsproxy, uts_ns, ns.inum) READ(3, nsproxy, mnt_ns) READ(4, thread_pid) READ(5, files)
#define GROUPS READ(1, signal, tty) READ(2, signal, live.counter) READ(3, signal, nr_threads) READ(4, sighand, count.refs.counter) READ(5, signal, utime)
#define PLACES READ(1, fs, pwd.dentry, d_inode, i_ino) READ(2, fs, root.mnt, mnt_flags) READ(3, fs, umask) READ(4, fs, users) READ(5, fs, pwd.mnt)

#define FIVE(TEN, A, B, C, D, E)   \
  PROGRAM(TEN##0, A, MEMORY)       \
  PROGRAM(TEN##1, B, RIGHTS)       \
  PROGRAM(TEN##2, C, SPACES)       \
  PROGRAM(TEN##3, D, GROUPS)       \
  PROGRAM(TEN##4, E, PLACES)

FIVE(, pid, tgid, prio, static_prio, normal_prio)
FIVE(1, start_time, utime, stime, nvcsw, nivcsw)
FIVE(2, real_parent, parent, group_leader, exit_code, exit_signal)
FIVE(3, policy, rt_priority, pdeath_signal, jobctl, personality)
FIVE(4, start_boottime, min_flt, maj_flt, stack, recent_used_cpu)
FIVE(5, wake_cpu, on_rq, usage.refs.counter, flags, ptrace)

char LICENSE[] SEC("license") = "GPL";
