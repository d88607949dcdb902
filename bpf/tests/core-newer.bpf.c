/* CO-RE questions that came after clang 14: type_matches, and enumerators of 64 bits. */
#include "bpf.h"

struct list_head {
	struct list_head *next, *prev;
} __core;

struct list_head___wrong {
	int next;
} __core;

struct no_such_struct {
	int member;
} __core;


/* The kernel's enum has 32 bits, this one 64: what counts is the name. */
enum bpf_prog_type___wide {
	BPF_PROG_TYPE_SOCKET_FILTER___wide = 0x1234567890abcdefULL,
	BPF_PROG_TYPE_NEVER___wide = 2,
};

enum wide {
	WIDE_SMALL = 1,
	WIDE_LARGE = 0x100000000ULL,
	WIDE_HIGHEST = 0xffffffffffffffffULL,
};

enum negative {
	NEGATIVE_LARGE = -0x100000000LL,
	NEGATIVE_ONE = -1,
};

enum wide wide = WIDE_LARGE;
enum negative negative = NEGATIVE_LARGE;

SEC("syscall") RETURNS(1)
int matches(void *context)
{
	return core_type_matches(struct list_head) && !core_type_matches(struct list_head___wrong) &&
	       !core_type_matches(struct no_such_struct);
}

SEC("syscall") RETURNS(3)
int wide_values(void *context)
{
	return (wide == WIDE_LARGE) + 2 * (negative == NEGATIVE_LARGE);
}

/* A program type that every kernel's own enum has, asked for through a local enum of another width. */
SEC("syscall") RETURNS(1)
int wide_enumerators(void *context)
{
	return core_enum_exists(enum bpf_prog_type___wide, BPF_PROG_TYPE_SOCKET_FILTER___wide) &&
	       !core_enum_exists(enum bpf_prog_type___wide, BPF_PROG_TYPE_NEVER___wide) &&
	       core_enum_value(enum bpf_prog_type___wide, BPF_PROG_TYPE_SOCKET_FILTER___wide) == 1;
}

char _license[] SEC("license") = "GPL";
