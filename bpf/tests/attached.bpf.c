/* Programs that go onto the functions of another one. */
#include "bpf.h"

u64 entries;
u64 last_result;

SEC("freplace/replaceable")
int replacement(struct __sk_buff *skb, int number)
{
	return number * 3;
}

SEC("fentry/target")
int on_entry(u64 *context)
{
	entries++;
	return 0;
}

SEC("fexit/target")
int on_exit(u64 *context)
{
	last_result = (u32)context[1];
	return 0;
}

char _license[] SEC("license") = "GPL";
