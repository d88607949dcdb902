/* Functions that helpers call back. */
#include "bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, u32);
	__uint(max_entries, 5);
} numbers SEC(".maps");

static int fill(u32 index, u32 *sum)
{
	u32 value = index * 10;
	bpf_map_update_elem(&numbers, &index, &value, BPF_ANY);
	*sum += index;
	return 0;
}

static long add_up(void *map, u32 *key, u32 *value, u32 *sum)
{
	*sum += *value;
	return 0;
}

static long stop_at_third(void *map, u32 *key, u32 *value, u32 *seen)
{
	return ++*seen == 3;
}

SEC("tc") RETURNS(10)
int loop(struct __sk_buff *skb)
{
	u32 sum = 0;
	bpf_loop(5, fill, &sum, 0);
	return sum;
}

SEC("tc") RETURNS(110)
int for_each(struct __sk_buff *skb)
{
	u32 sum = 0;
	bpf_loop(5, fill, &sum, 0);
	bpf_for_each_map_elem(&numbers, add_up, &sum, 0);
	return sum;
}

SEC("tc") RETURNS(3)
int for_some(struct __sk_buff *skb)
{
	u32 seen = 0;
	bpf_for_each_map_elem(&numbers, stop_at_third, &seen, 0);
	return seen;
}

char _license[] SEC("license") = "GPL";
