/* A variable of the kernel by its type, one for each CPU. The kernel finds it only if it lists data (KALLSYMS_ALL). */
#include "bpf.h"

extern const int bpf_prog_active __ksym;

SEC("tc") RETURNS(1)
int reads_this_cpu(struct __sk_buff *skb)
{
	int *active = bpf_this_cpu_ptr(&bpf_prog_active);
	return *active >= 0;
}

SEC("tc") RETURNS(1)
int reads_other_cpu(struct __sk_buff *skb)
{
	int *active = bpf_per_cpu_ptr(&bpf_prog_active, 0);
	return active ? *active >= 0 : -1;
}

char _license[] SEC("license") = "GPL";
