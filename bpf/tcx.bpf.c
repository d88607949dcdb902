/* SPDX-License-Identifier: MIT */
/* The same pair of verdicts for the TCX hooks of any device. */
#include "bpf.h"

SEC("tcx/ingress")
int tcx_ingress(struct __sk_buff *skb)
{
	return TCX_PASS;
}

SEC("tcx/egress")
int tcx_egress(struct __sk_buff *skb)
{
	return TCX_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
