/* SPDX-License-Identifier: MIT */
/* The two programs that open a netkit pair whose devices default to dropping: one for each direction. */
#include "bpf.h"

SEC("netkit/primary")
int netkit_primary(struct __sk_buff *skb)
{
	return TCX_PASS;
}

SEC("netkit/peer")
int netkit_peer(struct __sk_buff *skb)
{
	return TCX_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
