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


/* The kernel's flags for bpf_skb_adjust_room and its kin: an enum of 64 bits. */
enum bpf_adj_room_flags___wide {
	BPF_F_ADJ_ROOM_FIXED_GSO___wide = 0x1234567890abcdefULL,
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
	return core_enum_exists(enum bpf_adj_room_flags___wide, BPF_F_ADJ_ROOM_FIXED_GSO___wide) == 0;
}

char _license[] SEC("license") = "GPL";
