/* Maps that hold maps, filled by the object or left to user space. */
#include "bpf.h"

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, u32);
	__uint(max_entries, 2);
} left SEC(".maps"), right SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__type(key, u32);
	__uint(max_entries, 4);
	__array(values, struct inner);
} array SEC(".maps") = {
	.values = { [1] = &left, [3] = &right },
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__type(key, u32);
	__uint(max_entries, 4);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_ARRAY);
		__uint(key_size, 4);
		__uint(value_size, 4);
		__uint(max_entries, 2);
	});
} hash SEC(".maps") = {
	.values = { [0] = (void *)&right },
};

/* Nothing in it yet. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 1);
	__array(values, struct inner);
} empty SEC(".maps");

static __always_inline int store_and_read(void *outer, u32 at, u32 number)
{
	u32 zero = 0;
	void *map = bpf_map_lookup_elem(outer, &at);
	if (!map)
		return -1;
	bpf_map_update_elem(map, &zero, &number, BPF_ANY);
	u32 *found = bpf_map_lookup_elem(map, &zero);
	return found ? (int)*found : -2;
}

SEC("tc") RETURNS(11)
int through_array(struct __sk_buff *skb)
{
	return store_and_read(&array, 1, 11);
}

SEC("tc") RETURNS(22)
int through_hash(struct __sk_buff *skb)
{
	u32 zero = 0;
	u32 *found;
	if (store_and_read(&hash, 0, 22) < 0)
		return -3;
	found = bpf_map_lookup_elem(&right, &zero);
	return found ? (int)*found : -2;
}

SEC("tc") RETURNS(-1)
int through_nothing(struct __sk_buff *skb)
{
	return store_and_read(&array, 0, 1) + store_and_read(&empty, 0, 1) + 1;
}

char _license[] SEC("license") = "GPL";
