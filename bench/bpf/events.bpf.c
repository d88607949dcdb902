// Producers of events for BPF_PROG_TEST_RUN, whose `repeat` is the number of events: a ring buffer at four record sizes, and a perf buffer.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 64 << 20);
} ring SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(key_size, 4);
  __uint(value_size, 4);
} perf SEC(".maps");

__u64 produced, failed;

// What a decoded record is made of: 64 bytes of the kinds of field that real events have.
struct event {
  __u64 number;
  __u64 time;
  __u32 pid, uid, source, destination;
  __u16 source_port, destination_port;
  __u8 protocol, direction;
  char comm[16];
  __u16 length;
  __u64 cgroup;
};

// Puts the type into the object's BTF, where a reader looks for it.
struct event *event_type;

#define RING(SIZE)                                                       \
  SEC("tc")                                                              \
  int ring_##SIZE(struct __sk_buff *skb) {                               \
    __u64 *record = bpf_ringbuf_reserve(&ring, SIZE, 0);                 \
    if (!record) {                                                       \
      failed++;                                                          \
      return 0;                                                          \
    }                                                                    \
    record[0] = produced++;                                              \
    record[1] = bpf_ktime_get_ns();                                      \
    bpf_ringbuf_submit(record, 0);                                       \
    return 0;                                                            \
  }
RING(16)
RING(256)
RING(1024)

SEC("tc")
int ring_64(struct __sk_buff *skb) {
  struct event *record = bpf_ringbuf_reserve(&ring, sizeof *record, 0);
  if (!record) {
    failed++;
    return 0;
  }
  record->number = produced++;
  record->time = bpf_ktime_get_ns();
  record->pid = 4711;
  record->uid = 1000;
  record->source = 0x0100000a;
  record->destination = 0x0200000a;
  record->source_port = 40000;
  record->destination_port = 443;
  record->protocol = 6;
  record->direction = 1;
  __builtin_memcpy(record->comm, "benchmark\0\0\0\0\0\0", 16);
  record->length = 1500;
  record->cgroup = 1;
  bpf_ringbuf_submit(record, 0);
  return 0;
}

SEC("tc")
int perf_64(struct __sk_buff *skb) {
  struct event record = {.number = produced++, .time = bpf_ktime_get_ns(), .pid = 4711, .uid = 1000};
  if (bpf_perf_event_output(skb, &perf, BPF_F_CURRENT_CPU, &record, sizeof record)) failed++;
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
