/* SPDX-License-Identifier: MIT */
/*
 * What the programs in this folder need from a BPF header, and no more: sections, map definitions, helpers by
 * number, and the few context structs they read. Kernel types are declared where they are used, with
 * preserve_access_index, so that the objects fit any kernel and compile without a vmlinux.h.
 */
#ifndef BPF_H
#define BPF_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

#define NULL ((void *)0)

/* ── where things go ── */

#define SEC(name) __attribute__((section(name), used))
#define __hidden __attribute__((visibility("hidden")))
#define __noinline __attribute__((noinline))
#define __always_inline inline __attribute__((always_inline))
#define __weak __attribute__((weak))
#define __kconfig __attribute__((section(".kconfig")))
#define __ksym __attribute__((section(".ksyms")))
#define __arena __attribute__((address_space(1)))
#define __tag(text) __attribute__((btf_decl_tag(text)))
#define __core __attribute__((preserve_access_index))

/* What a run of the program gives, written beside it for the tests to read. */
#define RETURNS(number) __tag("returns:" #number)

/* ── map definitions: a value encoded as the length of an array type, a type as the target of a pointer ── */

#define __uint(name, value) int(*name)[value]
#define __type(name, type) typeof(type) *name
#define __array(name, type) typeof(type) *name[]
#define __ulong(name, value) enum { __concat(__ulong_##name##_, __COUNTER__) = value } name
#define __concat_(a, b) a##b
#define __concat(a, b) __concat_(a, b)

enum { PIN_NONE = 0, PIN_BY_NAME = 1 };

enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3,
	BPF_MAP_TYPE_PERF_EVENT_ARRAY = 4,
	BPF_MAP_TYPE_PERCPU_HASH = 5,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_STACK_TRACE = 7,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_LPM_TRIE = 11,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_HASH_OF_MAPS = 13,
	BPF_MAP_TYPE_QUEUE = 22,
	BPF_MAP_TYPE_STACK = 23,
	BPF_MAP_TYPE_SK_STORAGE = 24,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_BLOOM_FILTER = 30,
	BPF_MAP_TYPE_ARENA = 33,
};

enum {
	BPF_F_NO_PREALLOC = 1,
	BPF_F_NUMA_NODE = 4,
	BPF_F_MMAPABLE = 1024,
};

enum { BPF_ANY = 0 };

/* ── questions about the running kernel's types, answered when the program is loaded (CO-RE) ── */

#define core_field_offset(type, field) __builtin_preserve_field_info(((type *)0)->field, 0)
#define core_field_size(type, field) __builtin_preserve_field_info(((type *)0)->field, 1)
#define core_field_exists(type, field) __builtin_preserve_field_info(((type *)0)->field, 2)
#define core_field_signed(type, field) __builtin_preserve_field_info(((type *)0)->field, 3)
#define core_field_lshift(type, field) __builtin_preserve_field_info(((type *)0)->field, 4)
#define core_field_rshift(type, field) __builtin_preserve_field_info(((type *)0)->field, 5)
#define core_type_id_local(type) __builtin_btf_type_id(*(typeof(type) *)0, 0)
#define core_type_id_target(type) __builtin_btf_type_id(*(typeof(type) *)0, 1)
#define core_type_exists(type) __builtin_preserve_type_info(*(typeof(type) *)0, 0)
#define core_type_size(type) __builtin_preserve_type_info(*(typeof(type) *)0, 1)
#define core_type_matches(type) __builtin_preserve_type_info(*(typeof(type) *)0, 2)
#define core_enum_exists(type, name) __builtin_preserve_enum_value(*(typeof(type) *)name, 0)
#define core_enum_value(type, name) __builtin_preserve_enum_value(*(typeof(type) *)name, 1)

/* ── helpers, by their number in the kernel's __BPF_FUNC_MAPPER ── */

static void *(*const bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*const bpf_map_update_elem)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*const bpf_map_delete_elem)(void *map, const void *key) = (void *)3;
static u64 (*const bpf_ktime_get_ns)(void) = (void *)5;
static u32 (*const bpf_get_prandom_u32)(void) = (void *)7;
static u32 (*const bpf_get_smp_processor_id)(void) = (void *)8;
static long (*const bpf_tail_call)(void *ctx, void *prog_array, u32 index) = (void *)12;
static u64 (*const bpf_get_current_pid_tgid)(void) = (void *)14;
static u64 (*const bpf_get_current_task)(void) = (void *)35;
static long (*const bpf_map_push_elem)(void *map, const void *value, u64 flags) = (void *)87;
static long (*const bpf_map_pop_elem)(void *map, void *value) = (void *)88;
static long (*const bpf_map_peek_elem)(void *map, void *value) = (void *)89;
static long (*const bpf_probe_read_kernel)(void *to, u32 size, const void *from) = (void *)113;
static void *(*const bpf_ringbuf_reserve)(void *ringbuf, u64 size, u64 flags) = (void *)131;
static void (*const bpf_ringbuf_submit)(void *data, u64 flags) = (void *)132;
static void *(*const bpf_per_cpu_ptr)(const void *percpu, u32 cpu) = (void *)153;
static void *(*const bpf_this_cpu_ptr)(const void *percpu) = (void *)154;
static void *(*const bpf_get_current_task_btf)(void) = (void *)158;
static long (*const bpf_for_each_map_elem)(void *map, void *callback, void *context, u64 flags) = (void *)164;
static long (*const bpf_loop)(u32 iterations, void *callback, void *context, u64 flags) = (void *)181;
static long (*const bpf_strncmp)(const char *a, u32 size, const char *b) = (void *)182;

/* ── contexts and verdicts ── */

struct __sk_buff {
	u32 len;
	u32 pkt_type;
	u32 mark;
	u32 queue_mapping;
	u32 protocol;
};

struct xdp_md {
	u32 data;
	u32 data_end;
	u32 data_meta;
	u32 ingress_ifindex;
};

/* One set of verdicts serves both hooks: netkit takes TCX's numbers. */
enum tcx_action {
	TCX_NEXT = -1,
	TCX_PASS = 0,
	TCX_DROP = 2,
	TCX_REDIRECT = 7,
};

enum xdp_action { XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT };

#endif
