// traffic serve PORT            answers on this side of a pair: swallows datagrams on PORT, a stream on PORT+1, echoes datagrams on PORT+2
// traffic run ADDRESS PORT N    from the other side: what a datagram, a KiB of a stream and a round trip cost
#include "bench.h"
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>

enum { PACKET = 64, CHUNK = 65536, BATCH = 64 };

static struct sockaddr_in address_of(const char *text, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (inet_pton(AF_INET, text, &address.sin_addr) != 1) die(text);
  return address;
}

static int bound(int type, int port) {
  int fd = socket(AF_INET, type, 0), one = 1;
  struct sockaddr_in address = address_of("0.0.0.0", port);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (fd < 0 || bind(fd, (void *)&address, sizeof address)) die("bind");
  return fd;
}

static int connected(int type, const char *host, int port) {
  int fd = socket(AF_INET, type, 0);
  struct sockaddr_in address = address_of(host, port);
  if (fd < 0 || connect(fd, (void *)&address, sizeof address)) die("connect");
  return fd;
}

static void swallow_stream(int port) {
  static char chunk[CHUNK];
  int listener = bound(SOCK_STREAM, port);
  if (listen(listener, 4)) die("listen");
  for (;;) {
    int fd = accept(listener, NULL, NULL);
    while (read(fd, chunk, sizeof chunk) > 0) {}
    if (write(fd, "", 1) != 1) die("write");
    close(fd);
  }
}

static void echo(int port) {
  char packet[PACKET];
  struct sockaddr_in from;
  int fd = bound(SOCK_DGRAM, port);
  for (;;) {
    socklen_t size = sizeof from;
    ssize_t got = recvfrom(fd, packet, sizeof packet, 0, (void *)&from, &size);
    if (got < 0 || sendto(fd, packet, got, 0, (void *)&from, size) < 0) die("echo");
  }
}

static void serve(int port) {
  // Nobody reads the datagrams: a full buffer costs the same on every kind of link, and no second CPU is in the figure.
  int sink_socket = bound(SOCK_DGRAM, port);
  if (fork() == 0) swallow_stream(port + 1);
  if (fork() == 0) echo(port + 2);
  usleep(100000);
  puts("ready");
  fflush(stdout);
  for (char end; read(0, &end, 1) > 0;) {}
  close(sink_socket);
  kill(0, SIGTERM);
}

static void packets(const char *host, int port, long count) {
  static char packet[PACKET];
  static struct iovec vector = {packet, PACKET};
  static struct mmsghdr headers[BATCH];
  for (int i = 0; i < BATCH; i++) headers[i].msg_hdr = (struct msghdr){.msg_iov = &vector, .msg_iovlen = 1};
  int fd = connected(SOCK_DGRAM, host, port);
  long sent = 0;
  uint64_t start = now_ns();
  while (sent < count) {
    int got = sendmmsg(fd, headers, BATCH, 0);
    if (got < 0) die("sendmmsg");
    sent += got;
  }
  report("packet", (now_ns() - start) / (double)sent);
}

static void stream(const char *host, int port, long kibibytes) {
  static char chunk[CHUNK];
  int fd = connected(SOCK_STREAM, host, port);
  uint64_t start = now_ns();
  for (long left = kibibytes * 1024; left > 0;) {
    ssize_t sent = write(fd, chunk, left < CHUNK ? left : CHUNK);
    if (sent < 0) die("write");
    left -= sent;
  }
  shutdown(fd, SHUT_WR);
  if (read(fd, chunk, 1) != 1) die("read");
  report("kibibyte", (now_ns() - start) / (double)kibibytes);
}

static void rounds(const char *host, int port, long count) {
  char packet[PACKET] = {0};
  int fd = connected(SOCK_DGRAM, host, port);
  struct timeval patience = {.tv_sec = 5};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  uint64_t start = now_ns();
  for (long i = 0; i < count; i++)
    if (send(fd, packet, sizeof packet, 0) < 0 || recv(fd, packet, sizeof packet, 0) < 0) die("round trip");
  report("round", (now_ns() - start) / (double)count);
}

int main(int count, char **arguments) {
  if (count == 3 && !strcmp(arguments[1], "serve")) return serve(number(arguments[2])), 0;
  if (count < 5) return 2;
  const char *host = arguments[2];
  int port = number(arguments[3]);
  long amount = number(arguments[4]);
  rounds(host, port + 2, amount / 10);
  packets(host, port, amount);
  stream(host, port + 1, amount);
  return 0;
}
