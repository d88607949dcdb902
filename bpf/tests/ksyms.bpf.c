/* Symbols of the kernel: by address, by type, and those that need not be there. */
#include "bpf.h"

extern const void schedule __ksym;
extern const void no_such_symbol __ksym __weak;
extern const int no_such_variable __ksym __weak;

SEC("tc") RETURNS(1)
int has_address(struct __sk_buff *skb)
{
	u64 address = (u64)&schedule;
	/* The compiler is sure that no address is zero; the test is not. */
	asm volatile("" : "+r"(address));
	return address != 0;
}

SEC("tc") RETURNS(0)
int weak_is_null(struct __sk_buff *skb)
{
	return (u64)&no_such_symbol != 0;
}

SEC("tc") RETURNS(5)
int weak_typed_is_null(struct __sk_buff *skb)
{
	return &no_such_variable ? *(const volatile int *)&no_such_variable : 5;
}

char _license[] SEC("license") = "GPL";
