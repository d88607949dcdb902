// maps COUNT: what one element costs through libbpf's thin functions, one by one, in batches, by iteration; and a mapped array's value.
#include "bench.h"
#include <bpf/bpf.h>
#include <sys/mman.h>

enum { SLOTS = 1 << 20 };

#define TIMED(METRIC, COUNT, BODY)                            \
  do {                                                        \
    uint64_t start_ = now_ns();                               \
    BODY report(METRIC, (now_ns() - start_) / (double)(COUNT)); \
  } while (0)

static void require(int result, const char *what) {
  if (result < 0) die(what);
}

static void singles(int map, uint32_t count) {
  uint64_t value = 0;
  for (uint32_t key = 0; key < count; key++) require(bpf_map_update_elem(map, &key, &value, BPF_ANY), "fill");
  TIMED("update", count, for (uint32_t key = 0; key < count; key++) {
    value = key + 1;
    require(bpf_map_update_elem(map, &key, &value, BPF_ANY), "update");
  });
  TIMED("lookup", count, for (uint32_t key = 0; key < count; key++) {
    require(bpf_map_lookup_elem(map, &key, &value), "lookup");
    sink += value;
  });
  TIMED("delete", count, for (uint32_t key = 0; key < count; key++) require(bpf_map_delete_elem(map, &key), "delete"););
}

static void batches(int map, uint32_t count, uint32_t size) {
  uint32_t *keys = malloc(sizeof *keys * (count + size)), cursor = 0, next = 0;
  uint64_t *values = malloc(sizeof *values * (count + size));
  LIBBPF_OPTS(bpf_map_batch_opts, options);
  for (uint32_t i = 0; i < count; i++) keys[i] = i, values[i] = i;
  TIMED("batch-update", count, for (uint32_t i = 0; i < count; i += size) {
    uint32_t amount = count - i < size ? count - i : size;
    require(bpf_map_update_batch(map, keys + i, values + i, &amount, &options), "update batch");
  });
  uint64_t start = now_ns();
  uint32_t total = 0;
  for (int first = 1, ended = 0; !ended; first = 0) {
    uint32_t amount = size;
    ended = bpf_map_lookup_batch(map, first ? NULL : &cursor, &next, keys, values, &amount, &options) < 0;
    if (ended && errno != ENOENT) die("lookup batch");
    cursor = next;
    total += amount;
  }
  report("batch-lookup", (now_ns() - start) / (double)total);
  for (uint32_t i = 0; i < count; i++) keys[i] = i;
  TIMED("batch-delete", count, for (uint32_t i = 0; i < count; i += size) {
    uint32_t amount = count - i < size ? count - i : size;
    require(bpf_map_delete_batch(map, keys + i, &amount, &options), "delete batch");
  });
}

// Every key and value, by the only means there was before the batch commands.
static void iterate(int map, uint32_t count) {
  uint32_t key, next, seen = 0;
  uint64_t value;
  for (uint32_t i = 0; i < count; i++) value = i, require(bpf_map_update_elem(map, &i, &value, BPF_ANY), "fill");
  uint64_t start = now_ns();
  for (void *previous = NULL; !bpf_map_get_next_key(map, previous, &next); previous = &key) {
    require(bpf_map_lookup_elem(map, &next, &value), "lookup");
    sink += value;
    key = next;
    seen++;
  }
  report("iterate", (now_ns() - start) / (double)seen);
}

static void mapped(void) {
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
  int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "mapped", 4, 8, SLOTS, &options);
  require(map, "array");
  volatile uint64_t *values = mmap(NULL, SLOTS * 8, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
  if (values == MAP_FAILED) die("mmap");
  for (int i = 0; i < SLOTS; i++) values[i] = i;
  uint64_t sum = 0;
  TIMED("read", 10.0 * SLOTS, for (int round = 0; round < 10; round++) for (int i = 0; i < SLOTS; i++) sum += values[i];);
  TIMED("write", 10.0 * SLOTS, for (int round = 0; round < 10; round++) for (int i = 0; i < SLOTS; i++) values[i] = round;);
  sink += sum;
}

int main(int count, char **arguments) {
  if (count < 2) return 2;
  uint32_t amount = number(arguments[1]);
  int map = bpf_map_create(BPF_MAP_TYPE_HASH, "hash", 4, 8, SLOTS, NULL);
  require(map, "hash");
  singles(map, amount);
  batches(map, amount, 1024);
  iterate(map, amount);
  mapped();
  report_peak();
  return 0;
}
