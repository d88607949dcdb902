// dump links|routes|table ITERATIONS [TABLE]: asks, receives, counts messages, looks at nothing else. The floor of every dump.
#include "rtnl.h"

static long dump(const char *what, int table) {
  char request[128], *to;
  if (!strcmp(what, "links")) {
    to = zeroed(begin(request, RTM_GETLINK, NLM_F_DUMP), sizeof(struct ifinfomsg));
    to = attribute_u32(to, IFLA_EXT_MASK, RTEXT_FILTER_VF);
  } else {
    to = begin(request, RTM_GETROUTE, NLM_F_DUMP);
    *(struct rtmsg *)to = (struct rtmsg){.rtm_family = AF_INET};
    to += sizeof(struct rtmsg);
    if (table) to = attribute_u32(to, RTA_TABLE, table);
  }
  end(request, to);
  transmit(request, to - request);
  for (long count = 0;;) {
    ssize_t size = recv(rtnl, answer, RECEIVE, 0);
    if (size < 0) die("recv");
    for (struct nlmsghdr *message = (void *)answer; NLMSG_OK(message, size); message = NLMSG_NEXT(message, size)) {
      if (message->nlmsg_type == NLMSG_DONE) return count;
      if (message->nlmsg_type == NLMSG_ERROR) errno = -((struct nlmsgerr *)NLMSG_DATA(message))->error, die("the kernel");
      count++;
    }
  }
}

int main(int count, char **arguments) {
  if (count < 3) return 2;
  int iterations = number(arguments[2]), table = count > 3 ? number(arguments[3]) : 0;
  uint64_t samples[iterations];
  long items = 0;
  start_rtnl();
  for (int i = 0; i < iterations; i++) {
    uint64_t start = now_ns();
    items = dump(arguments[1], table);
    samples[i] = now_ns() - start;
  }
  report("dump", median(samples, iterations));
  report("items", items);
  report_peak();
  return 0;
}
