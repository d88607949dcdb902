// drain COUNT DEVICE recv|recvmmsg: COUNT route events wait in the socket's buffer; how long does it take to read them, undecoded?
#include "rtnl.h"

enum { SLOTS = 64, SLOT = 8192, BUFFER = 1 << 30 };

static long receive_one(int fd) {
  ssize_t size = recv(fd, answer, RECEIVE, 0);
  long events = 0;
  if (size < 0) die("recv");
  for (struct nlmsghdr *message = (void *)answer; NLMSG_OK(message, size); message = NLMSG_NEXT(message, size)) events++;
  return events;
}

static long receive_many(int fd) {
  static char memory[SLOTS][SLOT];
  static struct iovec vectors[SLOTS];
  static struct mmsghdr headers[SLOTS];
  for (int i = 0; i < SLOTS; i++) {
    vectors[i] = (struct iovec){memory[i], SLOT};
    headers[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
  }
  int received = recvmmsg(fd, headers, SLOTS, MSG_WAITFORONE, NULL);
  long events = 0;
  if (received < 0) die("recvmmsg");
  for (int i = 0; i < received; i++) {
    ssize_t size = headers[i].msg_len;
    for (struct nlmsghdr *message = (void *)memory[i]; NLMSG_OK(message, size); message = NLMSG_NEXT(message, size)) events++;
  }
  return events;
}

int main(int count, char **arguments) {
  if (count < 4) return 2;
  long expected = number(arguments[1]), events = 0;
  int many = !strcmp(arguments[3], "recvmmsg"), size = BUFFER;
  start_rtnl();
  int fd = open_rtnl(RTMGRP_IPV4_ROUTE);
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size)) die("SO_RCVBUFFORCE");
  run_tool("change", (const char *const[]){"storm", arguments[1], arguments[2], NULL});
  uint64_t start = now_ns();
  while (events < expected) events += many ? receive_many(fd) : receive_one(fd);
  report("event", (now_ns() - start) / (double)events);
  report("items", events);
  report_peak();
  return 0;
}
