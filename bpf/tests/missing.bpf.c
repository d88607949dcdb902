/* One program asks for what is not there. The others must not suffer from it. */
#include "bpf.h"

extern const void no_such_symbol __ksym;
extern int no_such_function(void) __ksym;
int without_body(int n);

SEC("tc") RETURNS(1)
int fine(struct __sk_buff *skb)
{
	return 1;
}

SEC("tc")
int needs_symbol(struct __sk_buff *skb)
{
	u64 address = (u64)&no_such_symbol;
	asm volatile("" : "+r"(address));
	return address != 0;
}

SEC("tc")
int needs_function(struct __sk_buff *skb)
{
	return no_such_function();
}

SEC("tc")
int needs_body(struct __sk_buff *skb)
{
	return without_body(1);
}

char _license[] SEC("license") = "GPL";
