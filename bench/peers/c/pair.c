// pair OBJECT COUNT: netkit pairs by hand: created, programs attached to both sides, asked about, detached, deleted. What the kernel itself takes.
#include "rtnl.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static void create(const char *name, const char *peer) {
  char message[512], *to = zeroed(begin(message, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK), sizeof(struct ifinfomsg));
  to = attribute_text(to, IFLA_IFNAME, name);
  char *info = to, *data, *other;
  to = attribute(nest(to, IFLA_LINKINFO), IFLA_INFO_KIND, "netkit", 6);
  data = to;
  to = attribute_u32(nest(to, IFLA_INFO_DATA), IFLA_NETKIT_POLICY, NETKIT_DROP);
  to = attribute_u32(to, IFLA_NETKIT_PEER_POLICY, NETKIT_DROP);
  other = to;
  to = zeroed(nest(to, IFLA_NETKIT_PEER_INFO), sizeof(struct ifinfomsg));
  to = attribute_text(to, IFLA_IFNAME, peer);
  close_nest(other, to), close_nest(data, to), close_nest(info, to);
  transmit(message, end(message, to) - message);
  acknowledge(1);
}

static void delete(int index) {
  char message[64], *to = begin(message, RTM_DELLINK, NLM_F_ACK);
  *(struct ifinfomsg *)to = (struct ifinfomsg){.ifi_index = index};
  to += sizeof(struct ifinfomsg);
  transmit(message, end(message, to) - message);
  acknowledge(1);
}

static void query(int index, enum bpf_attach_type side) {
  uint32_t programs[64];
  LIBBPF_OPTS(bpf_prog_query_opts, options, .prog_ids = programs, .count = 64);
  if (bpf_prog_query_opts(index, side, &options) || options.count != 1) die("query");
}

int main(int count, char **arguments) {
  if (count < 3) return 2;
  int pairs = number(arguments[2]);
  uint64_t spent[5] = {0}, start = now_ns();
  struct bpf_object *object = bpf_object__open_file(arguments[1], NULL);
  if (!object || bpf_object__load(object)) die("load");
  report("load", now_ns() - start);
  struct bpf_program *primary = bpf_object__find_program_by_name(object, "pass_primary");
  struct bpf_program *peer = bpf_object__find_program_by_name(object, "pass_peer");
  LIBBPF_OPTS(bpf_netkit_opts, options);
  start_rtnl();
  for (int i = 0; i < pairs; i++) {
    char name[IFNAMSIZ], other[IFNAMSIZ];
    snprintf(name, sizeof name, "n%da", i), snprintf(other, sizeof other, "n%db", i);
    uint64_t t0 = now_ns();
    create(name, other);
    int index = device_index(name);
    uint64_t t1 = now_ns();
    struct bpf_link *one = bpf_program__attach_netkit(primary, index, &options), *two = bpf_program__attach_netkit(peer, index, &options);
    if (!one || !two) die("attach");
    uint64_t t2 = now_ns();
    query(index, BPF_NETKIT_PRIMARY);
    query(index, BPF_NETKIT_PEER);
    uint64_t t3 = now_ns();
    bpf_link__destroy(one);
    bpf_link__destroy(two);
    uint64_t t4 = now_ns();
    delete(index);
    uint64_t t5 = now_ns();
    spent[0] += t1 - t0, spent[1] += t2 - t1, spent[2] += t3 - t2, spent[3] += t4 - t3, spent[4] += t5 - t4;
  }
  const char *names[] = {"create", "attach", "query", "detach", "delete"};
  for (int i = 0; i < 5; i++) report(names[i], spent[i] / (double)pairs);
  return 0;
}
