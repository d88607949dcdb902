/* A program with a global function: what other programs trace and replace. */
#include "bpf.h"

__noinline int replaceable(struct __sk_buff *skb, int number)
{
	return number + (skb->len > 100000);
}

SEC("tc")
int target(struct __sk_buff *skb)
{
	return replaceable(skb, 10);
}

char _license[] SEC("license") = "GPL";
