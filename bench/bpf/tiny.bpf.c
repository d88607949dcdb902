// The smallest object that anybody would load: two programs that let everything through.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tcx/ingress")
int pass_in(struct __sk_buff *skb) {
  return TCX_PASS;
}

SEC("tcx/egress")
int pass_out(struct __sk_buff *skb) {
  return TCX_PASS;
}

char LICENSE[] SEC("license") = "GPL";
