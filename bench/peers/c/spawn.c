// spawn OUT NICE NETNS|- PROGRAM ARGUMENT…: runs one program, in a network namespace if one is named, and writes what it cost as a whole to OUT.
//
// A process of a megabyte does it, because a child's peak RSS is never less than what its parent had at the fork.
#include "bench.h"
#include <fcntl.h>
#include <sched.h>

int main(int count, char **arguments) {
  if (count < 5) return 2;
  if (strcmp(arguments[3], "-")) {
    int namespace = open(arguments[3], O_RDONLY | O_CLOEXEC);
    if (namespace < 0 || setns(namespace, CLONE_NEWNET)) die(arguments[3]);
  }
  FILE *out = fopen(arguments[1], "w");
  if (!out) die(arguments[1]);
  // Not being root is no reason to stop: the figures are only noisier.
  if (setpriority(PRIO_PROCESS, 0, (int)number(arguments[2]))) errno = 0;
  struct rusage used;
  int status;
  uint64_t start = now_ns();
  pid_t child = vfork();
  if (child == 0) {
    execvp(arguments[4], arguments + 4);
    _exit(127);
  }
  if (child < 0 || wait4(child, &status, 0, &used) < 0) die("wait4");
  uint64_t wall = now_ns() - start;
  double cpu = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e9 + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e3;
  fprintf(out, "{\"wall\":%.9g,\"cpu\":%.9g,\"rss\":%.9g}\n", (double)wall, cpu, used.ru_maxrss * 1024.0);
  fclose(out);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
