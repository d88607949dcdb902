/* What the kernel was configured with, and what its loader knows about it. */
#include "bpf.h"

enum libbpf_tristate { TRI_NO = 0, TRI_YES = 1, TRI_MODULE = 2 };

extern int LINUX_KERNEL_VERSION __kconfig;
extern u8 LINUX_HAS_BPF_COOKIE __kconfig __weak;
extern u8 LINUX_HAS_SYSCALL_WRAPPER __kconfig __weak;
extern _Bool CONFIG_BPF_SYSCALL __kconfig;
extern int CONFIG_HZ __kconfig;
extern enum libbpf_tristate CONFIG_NET __kconfig;
extern char CONFIG_DEFAULT_HOSTNAME[16] __kconfig __weak;
extern u64 CONFIG_NO_SUCH_OPTION __kconfig __weak;
extern char CONFIG_NO_SUCH_LETTER __kconfig __weak;

SEC("tc") RETURNS(1)
int version_is_recent(struct __sk_buff *skb)
{
	return LINUX_KERNEL_VERSION >= ((5 << 16) | (15 << 8));
}

SEC("tc")
int version(struct __sk_buff *skb)
{
	return LINUX_KERNEL_VERSION;
}

SEC("tc") RETURNS(1)
int has_bpf(struct __sk_buff *skb)
{
	return CONFIG_BPF_SYSCALL && CONFIG_NET == TRI_YES;
}

SEC("tc")
int hertz(struct __sk_buff *skb)
{
	return CONFIG_HZ;
}

SEC("tc") RETURNS(0)
int weak_is_zero(struct __sk_buff *skb)
{
	return CONFIG_NO_SUCH_OPTION + CONFIG_NO_SUCH_LETTER;
}

SEC("tc")
int hostname_letter(struct __sk_buff *skb)
{
	return CONFIG_DEFAULT_HOSTNAME[0];
}

/* On x86-64, arm64, riscv64 and s390 every kernel since 4.17 wraps its system calls. */
SEC("tc")
int wraps_and_cookies(struct __sk_buff *skb)
{
	return LINUX_HAS_SYSCALL_WRAPPER + 2 * LINUX_HAS_BPF_COOKIE;
}

char _license[] SEC("license") = "GPL";
