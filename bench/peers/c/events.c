// events OBJECT ring|raw|perf|live SIZE COUNT ROUNDS: what it costs to read a record that a BPF program wrote.
//   ring, perf   through libbpf's reader, a callback per record;  raw  the bare loop over the mapped ring;
//   live         through libbpf's reader while another process produces at full speed
//   events - produce FD COUNT    is that other process: descriptor FD is the program
#include "bench.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/mman.h>

static uint64_t records;

static void take(void *data) {
  records++;
  sink += *(uint64_t *)data;
}

static int on_ring(void *context, void *data, size_t size) {
  (void)context, (void)size;
  take(data);
  return 0;
}

static void on_perf(void *context, int cpu, void *data, uint32_t size) {
  (void)context, (void)cpu, (void)size;
  take(data);
}

static void produce(int program, uint32_t count) {
  char packet[64] = {0};
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof packet, .repeat = count);
  if (bpf_prog_test_run_opts(program, &options)) die("BPF_PROG_TEST_RUN");
}

struct raw_ring {
  uint64_t *consumer, *producer;
  char *data;
  size_t mask;
};

static struct raw_ring map_ring(int map, size_t size) {
  long page = sysconf(_SC_PAGESIZE);
  void *consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
  char *producer = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, map, page);
  if (consumer == MAP_FAILED || producer == MAP_FAILED) die("mmap");
  return (struct raw_ring){consumer, (void *)producer, producer + page, size - 1};
}

static void consume_raw(struct raw_ring *ring) {
  uint64_t at = *ring->consumer, until = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
  while (at < until) {
    uint32_t *header = (void *)(ring->data + (at & ring->mask)), length = __atomic_load_n(header, __ATOMIC_ACQUIRE);
    if (length & BPF_RINGBUF_BUSY_BIT) break;
    if (!(length & BPF_RINGBUF_DISCARD_BIT)) take(header + 2);
    at += ((length & ~BPF_RINGBUF_DISCARD_BIT) + BPF_RINGBUF_HDR_SZ + 7) & ~7ul;
    __atomic_store_n(ring->consumer, at, __ATOMIC_RELEASE);
  }
}

// Gives nanoseconds per record: from the first record on, until nothing has come for a while.
static double live(struct ring_buffer *ring, const char *self, int program, uint32_t count) {
  char fd[16], amount[16];
  snprintf(fd, sizeof fd, "%d", dup(program));
  snprintf(amount, sizeof amount, "%u", count);
  records = 0;
  pid_t child = vfork();
  if (child == 0) {
    execl(self, self, "-", "produce", fd, amount, NULL);
    _exit(127);
  }
  uint64_t first = 0, last = 0;
  while (records < count) {
    uint64_t before = now_ns();
    int got = ring_buffer__poll(ring, 400);
    if (got <= 0) break;
    if (!first) first = before;
    last = now_ns();
  }
  int status;
  waitpid(child, &status, 0);
  return (last - first) / (double)records;
}

int main(int count, char **arguments) {
  if (count == 5 && !strcmp(arguments[2], "produce")) return produce(number(arguments[3]), number(arguments[4])), 0;
  if (count < 6) return 2;
  const char *how = arguments[2];
  uint32_t amount = number(arguments[4]);
  int rounds = number(arguments[5]), perf = !strcmp(how, "perf");
  char name[32];
  snprintf(name, sizeof name, "%s_%s", perf ? "perf" : "ring", arguments[3]);
  struct bpf_object *object = bpf_object__open_file(arguments[1], NULL);
  if (!object || bpf_object__load(object)) die("load");
  int program = bpf_program__fd(bpf_object__find_program_by_name(object, name));
  struct bpf_map *map = bpf_object__find_map_by_name(object, perf ? "perf" : "ring");
  struct raw_ring raw = {0};
  struct ring_buffer *ring = NULL;
  struct perf_buffer *buffers = NULL;
  if (perf) {
    buffers = perf_buffer__new(bpf_map__fd(map), 4096, on_perf, NULL, NULL, NULL);
    if (!buffers) die("perf_buffer__new");
  } else if (!strcmp(how, "raw")) {
    raw = map_ring(bpf_map__fd(map), bpf_map__max_entries(map));
  } else {
    ring = ring_buffer__new(bpf_map__fd(map), on_ring, NULL, NULL);
  }
  uint64_t samples[rounds];
  for (int i = 0; i < rounds; i++) {
    if (!strcmp(how, "live")) {
      samples[i] = live(ring, "/proc/self/exe", program, amount) * 1000;
      continue;
    }
    produce(program, amount);
    records = 0;
    uint64_t start = now_ns();
    if (perf) perf_buffer__consume(buffers);
    else if (ring) ring_buffer__consume(ring);
    else consume_raw(&raw);
    samples[i] = (now_ns() - start) * 1000 / records;
  }
  report("record", median(samples, rounds) / 1e3);
  report("items", records);
  report_peak();
  return 0;
}
