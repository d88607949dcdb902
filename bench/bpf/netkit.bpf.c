// tiny.bpf.c for the two sides of a netkit pair.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("netkit/primary")
int pass_primary(struct __sk_buff *skb) {
  return TCX_PASS;
}

SEC("netkit/peer")
int pass_peer(struct __sk_buff *skb) {
  return TCX_PASS;
}

char LICENSE[] SEC("license") = "GPL";
