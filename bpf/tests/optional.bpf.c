/* Sections that start with a question mark are loaded only by those who ask for them. */
#include "bpf.h"

extern void no_such_function(void) __ksym;

SEC("tc") RETURNS(6)
int always(struct __sk_buff *skb)
{
	return 6;
}

SEC("?tc")
int sometimes(struct __sk_buff *skb)
{
	return 7;
}

SEC("?xdp")
int never(struct xdp_md *packet)
{
	no_such_function();
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
