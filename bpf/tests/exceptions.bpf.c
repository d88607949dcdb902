/* Programs that throw: nobody but the kernel calls the function that handles it, which a tag names. */
#include "bpf.h"

extern void bpf_throw(u64 cookie) __ksym;

u64 thrown;

static __noinline u64 add_hundred(u64 cookie)
{
	thrown++;
	return cookie + 100;
}

__noinline int handler(u64 cookie)
{
	return add_hundred(cookie);
}

static __noinline int throws_if_short(struct __sk_buff *skb)
{
	if (skb->len < 100000)
		bpf_throw(7);
	return 1;
}

SEC("tc") RETURNS(107) __tag("exception_callback:handler")
int handled(struct __sk_buff *skb)
{
	return throws_if_short(skb);
}

/* Without a handler the program gives what was thrown. */
SEC("tc") RETURNS(7)
int unhandled(struct __sk_buff *skb)
{
	return throws_if_short(skb);
}

char _license[] SEC("license") = "GPL";
