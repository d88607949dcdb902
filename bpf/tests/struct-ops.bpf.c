/* Kernel callbacks made of programs: TCP congestion control, registered at once, by a link, or only if wanted. */
#include "bpf.h"

struct sock {
	u32 unused;
} __core;

/* The kernel's struct has many more members; those named here are matched by name. */
struct tcp_congestion_ops {
	void (*init)(struct sock *sk);
	u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, u32 ack, u32 acked);
	u32 (*undo_cwnd)(struct sock *sk);
	u32 flags;
	char name[16];
};

u32 initialised;

SEC("struct_ops/init")
void nk_init(u64 *context)
{
	initialised++;
}

SEC("struct_ops/ssthresh")
u32 nk_ssthresh(u64 *context)
{
	return 2;
}

SEC("struct_ops")
void nk_cong_avoid(u64 *context)
{
}

SEC("struct_ops")
u32 nk_undo_cwnd(u64 *context)
{
	return 10;
}

SEC(".struct_ops")
struct tcp_congestion_ops direct = {
	.init = (void *)nk_init,
	.ssthresh = (void *)nk_ssthresh,
	.cong_avoid = (void *)nk_cong_avoid,
	.undo_cwnd = (void *)nk_undo_cwnd,
	.name = "nk_direct",
};

SEC(".struct_ops.link")
struct tcp_congestion_ops linked = {
	.ssthresh = (void *)nk_ssthresh,
	.cong_avoid = (void *)nk_cong_avoid,
	.undo_cwnd = (void *)nk_undo_cwnd,
	.name = "nk_linked",
};

SEC("?.struct_ops.link")
struct tcp_congestion_ops optional = {
	.ssthresh = (void *)nk_ssthresh,
	.cong_avoid = (void *)nk_cong_avoid,
	.undo_cwnd = (void *)nk_undo_cwnd,
	.name = "nk_optional",
};

char _license[] SEC("license") = "GPL";
