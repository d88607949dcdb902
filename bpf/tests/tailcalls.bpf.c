/* A table of programs that the object fills itself. */
#include "bpf.h"

SEC("tc")
int first(struct __sk_buff *skb)
{
	return 101;
}

SEC("tc")
int third(struct __sk_buff *skb)
{
	return 103;
}

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(key_size, 4);
	__uint(max_entries, 4);
	__array(values, int(struct __sk_buff *));
} table SEC(".maps") = {
	.values = {
		[0] = &first,
		[2] = &third,
	},
};

SEC("tc") RETURNS(101)
int jump_first(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &table, 0);
	return -1;
}

SEC("tc") RETURNS(7)
int jump_empty(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &table, 1);
	return 7;
}

SEC("tc") RETURNS(103)
int jump_third(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &table, 2);
	return -1;
}

char _license[] SEC("license") = "GPL";
