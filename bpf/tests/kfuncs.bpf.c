/* Functions of the kernel, and one that no kernel has. */
#include "bpf.h"

struct sk_buff {
	u32 len;
} __core;

extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern void *bpf_cast_to_kern_ctx(void *context) __ksym;
extern int bpf_no_such_function(int number) __ksym __weak;
/* The suffix is no part of the name: two declarations of one function. */
extern void bpf_rcu_read_lock___flavour(void) __ksym __weak;
/* With other parameters it is another function, which is not there. */
extern void bpf_rcu_read_lock___other(int number) __ksym __weak;

SEC("tc") RETURNS(3)
int calls_void(struct __sk_buff *skb)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return 3;
}

SEC("tc") RETURNS(1)
int calls_with_context(struct __sk_buff *skb)
{
	struct sk_buff *kernel = bpf_cast_to_kern_ctx(skb);
	return kernel->len == skb->len;
}

SEC("tc") RETURNS(8)
int weak_is_absent(struct __sk_buff *skb)
{
	return bpf_no_such_function ? bpf_no_such_function(1) : 8;
}

SEC("tc") RETURNS(1)
int flavour_is_present(struct __sk_buff *skb)
{
	return bpf_rcu_read_lock___flavour ? 1 : 0;
}

SEC("tc") RETURNS(6)
int other_parameters_are_absent(struct __sk_buff *skb)
{
	if (!bpf_rcu_read_lock___other)
		return 6;
	bpf_rcu_read_lock___other(1);
	bpf_rcu_read_unlock();
	return 1;
}

char _license[] SEC("license") = "GPL";
