/* What the loader knows beside the configuration, asked for as truth values. */
#include "bpf.h"

extern _Bool LINUX_HAS_SYSCALL_WRAPPER __kconfig;
extern _Bool LINUX_HAS_BPF_COOKIE __kconfig;
extern _Bool CONFIG_NO_SUCH_OPTION __kconfig __weak;

SEC("tc") RETURNS(3)
int truths(struct __sk_buff *skb)
{
	return LINUX_HAS_SYSCALL_WRAPPER + 2 * LINUX_HAS_BPF_COOKIE + 4 * CONFIG_NO_SUCH_OPTION;
}

char _license[] SEC("license") = "GPL";
