/* The other of two sources that are linked into one object. */
#include "bpf.h"

extern struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, u32);
	__uint(max_entries, 1);
} shared_map __attribute__((section(".maps")));

int shared_variable = 5;
static volatile int local_variable = 2;

static __noinline int same_name(int n)
{
	return n + local_variable * 10;
}

__noinline int shared_function(int n)
{
	return n + shared_variable;
}

__noinline int overridden(int n)
{
	return n + 100;
}

SEC("tc") RETURNS(30)
int main_b(struct __sk_buff *skb)
{
	u32 zero = 0;
	u32 *slot = bpf_map_lookup_elem(&shared_map, &zero);
	return same_name(10) + (slot ? (int)*slot : 99);
}

char _license[] SEC("license") = "GPL";
