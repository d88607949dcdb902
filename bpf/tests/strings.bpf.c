/* Strings and other constants that the compiler puts into sections of its own. */
#include "bpf.h"

const char greeting[] = "hello";

SEC("tc") RETURNS(0)
int compares(struct __sk_buff *skb)
{
	return bpf_strncmp(greeting, 5, "hello");
}

SEC("tc") RETURNS(5)
int selects(struct __sk_buff *skb)
{
	const char *text = skb->len > 100000 ? "short" : "longer";
	return bpf_strncmp(text, 6, "longer") == 0 ? 5 : -1;
}

struct quad {
	u64 a, b, c, d;
};

/* Large enough for the compiler to copy it from a constant. */
static __noinline u64 sum(struct quad *q)
{
	return q->a + q->b + q->c + q->d;
}

SEC("tc") RETURNS(100)
int constants(struct __sk_buff *skb)
{
	struct quad q = { 10, 20, 30, 40 };
	return sum(&q);
}

char _license[] SEC("license") = "GPL";
