// What every C program here shares: a clock, samples, and one JSON line per measurement. Times are nanoseconds, memory is bytes.
#pragma once
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static inline uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline void die(const char *what) {
  perror(what);
  exit(1);
}

static inline void report(const char *metric, double value) {
  printf("{\"metric\":\"%s\",\"value\":%.9g}\n", metric, value);
}

static inline int compare_u64(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static inline uint64_t median(uint64_t *samples, size_t count) {
  qsort(samples, count, sizeof *samples, compare_u64);
  return samples[count / 2];
}

// The most memory that this process ever held.
static inline void report_peak(void) {
  char line[256];
  long kilobytes;
  FILE *status = fopen("/proc/self/status", "r");
  while (status && fgets(line, sizeof line, status))
    if (sscanf(line, "VmHWM: %ld", &kilobytes) == 1) report("peak", kilobytes * 1024.0);
  if (status) fclose(status);
}

static inline long number(const char *text) {
  char *end;
  long value = strtol(text, &end, 10);
  if (*end) {
    fprintf(stderr, "not a number: %s\n", text);
    exit(2);
  }
  return value;
}

// Runs a program of this folder ($BENCH_BIN) and waits for it: whoever makes the events must not share our time.
static inline void run_tool(const char *tool, const char *const *arguments) {
  char path[512];
  const char *argv[8] = {tool};
  snprintf(path, sizeof path, "%s/%s", getenv("BENCH_BIN"), tool);
  for (int i = 0; arguments[i] && i < 6; i++) argv[i + 1] = arguments[i];
  int status;
  pid_t child = vfork();
  if (child == 0) {
    execv(path, (char *const *)argv);
    _exit(127);
  }
  if (waitpid(child, &status, 0) < 0 || status != 0) die(path);
}

// Keeps a value from being optimised away.
static volatile uint64_t sink;
