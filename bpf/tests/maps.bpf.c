/* Map definitions: every field that one can have, on the types that want it. */
#include "bpf.h"

struct key {
	u32 group;
	u32 item;
};

struct value {
	u64 packets;
	u64 bytes;
};

struct lpm_key {
	u32 prefix;
	u8 data[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct key);
	__type(value, struct value);
	__uint(max_entries, 128);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE);
	__uint(numa_node, 0);
} flows SEC(".maps") __tag("exported");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 8);
	__uint(max_entries, 4);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 2);
} percpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 64);
} recent SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct lpm_key);
	__type(value, u32);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} routes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__type(value, u32);
	__uint(max_entries, 8);
} queue SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__type(value, u32);
	__uint(max_entries, 100);
	__ulong(map_extra, 3);
} seen SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(key_size, 4);
	__uint(value_size, 8 * 16);
	__uint(max_entries, 32);
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} perf SEC(".maps");

/* Nobody uses it: created only by those who ask for everything. */
static struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, u32);
	__type(value, u32);
	__uint(max_entries, 1);
} unused SEC(".maps") __attribute__((used));

SEC("tc") RETURNS(30)
int hash_round_trip(struct __sk_buff *skb)
{
	struct key key = { .group = 1, .item = 2 };
	struct value value = { .packets = 10, .bytes = 20 };
	bpf_map_update_elem(&flows, &key, &value, BPF_ANY);
	struct value *found = bpf_map_lookup_elem(&flows, &key);
	return found ? (int)(found->packets + found->bytes) : -1;
}

SEC("tc") RETURNS(5)
int array_and_percpu(struct __sk_buff *skb)
{
	u32 key = 1;
	u64 value = 5;
	bpf_map_update_elem(&slots, &key, &value, BPF_ANY);
	u64 *slot = bpf_map_lookup_elem(&slots, &key);
	u64 *mine = bpf_map_lookup_elem(&percpu, &key);
	if (!slot || !mine)
		return -1;
	*mine = *slot;
	bpf_map_update_elem(&recent, &key, mine, BPF_ANY);
	u64 *again = bpf_map_lookup_elem(&recent, &key);
	return again ? (int)*again : -2;
}

SEC("tc") RETURNS(24)
int longest_prefix(struct __sk_buff *skb)
{
	struct lpm_key wide = { .prefix = 8, .data = { 10 } };
	struct lpm_key narrow = { .prefix = 24, .data = { 10, 1, 2 } };
	struct lpm_key address = { .prefix = 32, .data = { 10, 1, 2, 3 } };
	u32 eight = 8, twenty_four = 24;
	bpf_map_update_elem(&routes, &wide, &eight, BPF_ANY);
	bpf_map_update_elem(&routes, &narrow, &twenty_four, BPF_ANY);
	u32 *route = bpf_map_lookup_elem(&routes, &address);
	return route ? (int)*route : -1;
}

SEC("tc") RETURNS(9)
int first_in_first_out(struct __sk_buff *skb)
{
	u32 nine = 9, ten = 10, out = 0;
	bpf_map_push_elem(&queue, &nine, BPF_ANY);
	bpf_map_push_elem(&queue, &ten, BPF_ANY);
	if (bpf_map_pop_elem(&queue, &out) != 0)
		return -1;
	/* Left as it was found, for the next run. */
	bpf_map_pop_elem(&queue, &ten);
	return out;
}

SEC("tc") RETURNS(1)
int probably_seen(struct __sk_buff *skb)
{
	/* Not on the stack: Linux 7.3 takes what is peeked for written and not read, and forgets what was there before. */
	u32 last = 3;
	u32 *value = bpf_map_lookup_elem(&slots, &last);
	if (!value)
		return -1;
	bpf_map_push_elem(&seen, value, BPF_ANY);
	return bpf_map_peek_elem(&seen, value) == 0;
}

char _license[] SEC("license") = "GPL";
