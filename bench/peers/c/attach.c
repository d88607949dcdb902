// attach OBJECT tcx|netkit DEVICE: loads two programs, attaches both, and ends: what a small tool does from start to finish.
#include "bench.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <net/if.h>

static struct bpf_link *attach(struct bpf_program *program, int netkit, int device) {
  LIBBPF_OPTS(bpf_tcx_opts, tcx);
  LIBBPF_OPTS(bpf_netkit_opts, pair);
  struct bpf_link *link = netkit ? bpf_program__attach_netkit(program, device, &pair) : bpf_program__attach_tcx(program, device, &tcx);
  if (!link) die("attach");
  return link;
}

int main(int count, char **arguments) {
  if (count < 4) return 2;
  uint64_t start = now_ns();
  int netkit = !strcmp(arguments[2], "netkit"), device = (int)if_nametoindex(arguments[3]);
  struct bpf_object *object = bpf_object__open_file(arguments[1], NULL);
  if (!object || bpf_object__load(object)) die("load");
  struct bpf_program *first = bpf_object__next_program(object, NULL);
  struct bpf_link *one = attach(first, netkit, device), *two = attach(bpf_object__next_program(object, first), netkit, device);
  report("attached", now_ns() - start);
  bpf_link__destroy(one);
  bpf_link__destroy(two);
  bpf_object__close(object);
  report("done", now_ns() - start);
  return 0;
}
