// What libbpf needs to read and load.  The time inside bpf(2) is told apart: it is the kernel's, whoever asks.
//   loading btf ITERATIONS              the kernel's own BTF: load it, find a struct
//   loading index ITERATIONS            the floor of that: map the file, one pass over the types
//   loading parse FILE ITERATIONS       open and close
//   loading load FILE ITERATIONS        open, load, close
#include "bench.h"
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static uint64_t in_kernel;

// Linked with --wrap=syscall: every bpf(2) of libbpf passes here.
long __real_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f) {
  uint64_t start = now_ns();
  long result = __real_syscall(number, a, b, c, d, e, f);
  int error = errno;
  in_kernel += now_ns() - start;
  errno = error;
  return result;
}

static int silent(enum libbpf_print_level level, const char *format, va_list list) {
  (void)level, (void)format, (void)list;
  return 0;
}

static void kernel_btf(int iterations) {
  uint64_t loads[iterations], finds[iterations];
  for (int i = 0; i < iterations; i++) {
    uint64_t start = now_ns();
    struct btf *btf = btf__load_vmlinux_btf();
    if (!btf) die("vmlinux BTF");
    loads[i] = now_ns() - start;
    start = now_ns();
    sink += btf__find_by_name_kind(btf, "task_struct", BTF_KIND_STRUCT);
    finds[i] = now_ns() - start;
    btf__free(btf);
    if (i == 0) report("first-load", loads[0]), report("first-find", finds[0]);
  }
  report("load", median(loads, iterations));
  report("find", median(finds, iterations));
}

// How many bytes follow a type of each kind: fixed, and per member.
static const uint8_t fixed[32] = {[BTF_KIND_INT] = 4, [BTF_KIND_ARRAY] = 12, [BTF_KIND_VAR] = 4, [BTF_KIND_DECL_TAG] = 4};
static const uint8_t each[32] = {[BTF_KIND_STRUCT] = 12, [BTF_KIND_UNION] = 12, [BTF_KIND_ENUM] = 8, [BTF_KIND_FUNC_PROTO] = 8, [BTF_KIND_DATASEC] = 12, [BTF_KIND_ENUM64] = 12};

static void index_btf(int iterations) {
  uint64_t samples[iterations];
  static uint32_t offsets[1 << 20];
  for (int i = 0; i < iterations; i++) {
    uint64_t start = now_ns();
    struct stat status;
    int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status)) die("vmlinux BTF");
    char *bytes = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED) {
      bytes = malloc(status.st_size);
      for (ssize_t at = 0, got; (got = read(fd, bytes + at, status.st_size - at)) > 0;) at += got;
    }
    const struct btf_header *header = (void *)bytes;
    const char *first = bytes + header->hdr_len + header->type_off, *end = first + header->type_len;
    uint32_t types = 0;
    for (const char *at = first; at < end;) {
      const struct btf_type *type = (const void *)at;
      offsets[++types] = at - first;
      at += sizeof *type + fixed[btf_kind(type)] + each[btf_kind(type)] * btf_vlen(type);
    }
    samples[i] = now_ns() - start;
    sink += offsets[types / 2];
    close(fd);
    munmap(bytes, status.st_size);
    if (i == 0) report("first-load", samples[0]);
  }
  report("load", median(samples, iterations));
}

static void object(const char *file, int iterations, int load) {
  uint64_t whole[iterations], kernel[iterations];
  struct stat status;
  int fd = open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &status)) die(file);
  char *bytes = malloc(status.st_size);
  if (read(fd, bytes, status.st_size) != status.st_size) die(file);
  for (int i = 0; i < iterations; i++) {
    in_kernel = 0;
    uint64_t start = now_ns();
    struct bpf_object *opened = bpf_object__open_mem(bytes, status.st_size, NULL);
    if (!opened || (load && bpf_object__load(opened))) die(file);
    whole[i] = now_ns() - start;
    kernel[i] = in_kernel;
    bpf_object__close(opened);
    if (i == 0) report("first", whole[0]);
  }
  report(load ? "load" : "parse", median(whole, iterations));
  if (load) report("kernel", median(kernel, iterations));
}

int main(int count, char **arguments) {
  if (count < 3) return 2;
  libbpf_set_print(silent);
  if (!strcmp(arguments[1], "btf")) kernel_btf(number(arguments[2]));
  else if (!strcmp(arguments[1], "index")) index_btf(number(arguments[2]));
  else if (count > 3) object(arguments[2], number(arguments[3]), !strcmp(arguments[1], "load"));
  else return 2;
  report_peak();
  return 0;
}
