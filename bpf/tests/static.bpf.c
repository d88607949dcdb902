/* Programs that are static functions: nobody calls them, so they are programs all the same. */
#include "bpf.h"

SEC("tc") RETURNS(21)
static int hidden_program(struct __sk_buff *skb)
{
	return 21;
}

SEC("tc") RETURNS(22)
static int other_program(struct __sk_buff *skb)
{
	return 22;
}

char _license[] SEC("license") = "GPL";
