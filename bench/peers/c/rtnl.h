// Raw rtnetlink: just enough to build a message and to read an answer, with nothing looked at that the work does not ask for.
#pragma once
#include "bench.h"
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/socket.h>

enum { RECEIVE = 32768, BIG = 8 << 20 };

static int rtnl;
static uint32_t sequence;
static char *answer;

static int open_rtnl(unsigned groups) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
  if (fd < 0 || bind(fd, (void *)&address, sizeof address)) die("netlink");
  int one = 1, big = BIG;
  struct timeval patience = {.tv_sec = 10};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one);
  setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof one);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof big);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &big, sizeof big);
  return fd;
}

static void start_rtnl(void) {
  answer = malloc(1 << 20);
  rtnl = open_rtnl(0);
}

// Begins a message at `at`; gives where its body goes.
static char *begin(char *at, int type, int flags) {
  struct nlmsghdr *header = (void *)at;
  *header = (struct nlmsghdr){.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags, .nlmsg_seq = ++sequence};
  return at + NLMSG_HDRLEN;
}

static char *end(char *message, char *at) {
  ((struct nlmsghdr *)message)->nlmsg_len = at - message;
  return message + NLMSG_ALIGN(at - message);
}

static char *zeroed(char *at, size_t size) {
  memset(at, 0, size);
  return at + size;
}

static char *attribute(char *at, int type, const void *data, size_t size) {
  struct nlattr *header = (void *)at;
  *header = (struct nlattr){.nla_type = type, .nla_len = NLA_HDRLEN + size};
  memset(at + NLA_HDRLEN, 0, NLA_ALIGN(size));
  memcpy(at + NLA_HDRLEN, data, size);
  return at + NLA_ALIGN(header->nla_len);
}

static char *attribute_u32(char *at, int type, uint32_t value) { return attribute(at, type, &value, sizeof value); }
static char *attribute_text(char *at, int type, const char *text) { return attribute(at, type, text, strlen(text) + 1); }
static char *nest(char *at, int type) {
  *(struct nlattr *)at = (struct nlattr){.nla_type = type};
  return at + NLA_HDRLEN;
}
static void close_nest(char *nested, char *at) { ((struct nlattr *)nested)->nla_len = at - nested; }

static void transmit(const char *messages, size_t size) {
  if (send(rtnl, messages, size, 0) < 0) die("send");
}

// Reads until `wanted` acknowledgements came. An error of the kernel ends the program: no work here expects one.
static void acknowledge(int wanted) {
  while (wanted > 0) {
    ssize_t size = recv(rtnl, answer, RECEIVE, 0);
    if (size < 0) die("recv");
    for (struct nlmsghdr *message = (void *)answer; NLMSG_OK(message, size); message = NLMSG_NEXT(message, size)) {
      if (message->nlmsg_type != NLMSG_ERROR) continue;
      int error = ((struct nlmsgerr *)NLMSG_DATA(message))->error;
      if (error) errno = -error, die("the kernel");
      wanted--;
    }
  }
}

// The i-th destination of every route work: 20.0.0.0 upwards.
static uint32_t destination(uint32_t i) { return htonl(0x14000000u + i); }

static char *route_message(char *at, int type, int flags, uint32_t i, int device, int table) {
  char *to = begin(at, type, flags);
  struct rtmsg *route = (void *)to;
  *route = (struct rtmsg){.rtm_family = AF_INET, .rtm_dst_len = 32, .rtm_table = table, .rtm_protocol = RTPROT_STATIC, .rtm_scope = RT_SCOPE_LINK, .rtm_type = RTN_UNICAST};
  to += sizeof *route;
  to = attribute_u32(to, RTA_DST, destination(i));
  to = attribute_u32(to, RTA_OIF, device);
  return end(at, to);
}

static char *veth_message(char *at, int i, int group) {
  char name[IFNAMSIZ], peer[IFNAMSIZ];
  snprintf(name, sizeof name, "v%da", i);
  snprintf(peer, sizeof peer, "v%db", i);
  char *to = zeroed(begin(at, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK), sizeof(struct ifinfomsg));
  to = attribute_text(to, IFLA_IFNAME, name);
  if (group) to = attribute_u32(to, IFLA_GROUP, group);
  char *info = to, *data, *other;
  to = attribute(nest(to, IFLA_LINKINFO), IFLA_INFO_KIND, "veth", 4);
  data = to;
  other = nest(to, IFLA_INFO_DATA);
  to = zeroed(nest(other, VETH_INFO_PEER), sizeof(struct ifinfomsg));
  to = attribute_text(to, IFLA_IFNAME, peer);
  close_nest(other, to), close_nest(data, to), close_nest(info, to);
  return end(at, to);
}

static int device_index(const char *name) {
  int index = (int)if_nametoindex(name);
  if (!index) die(name);
  return index;
}
