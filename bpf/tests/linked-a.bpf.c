/* One of two sources that are linked into one object. */
#include "bpf.h"

int shared_function(int n);
extern int shared_variable;

static volatile int local_variable = 1;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, u32);
	__uint(max_entries, 1);
} shared_map SEC(".maps");

static __noinline int same_name(int n)
{
	return n + local_variable;
}

/* Gives way to the other source's. */
__weak __noinline int overridden(int n)
{
	return n + 1;
}

SEC("tc") RETURNS(111)
int main_a(struct __sk_buff *skb)
{
	return same_name(10) + overridden(0) + shared_function(0) - shared_variable;
}

char _license[] SEC("license") = "GPL";
