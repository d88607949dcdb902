/* Global variables: every data section, both linkages, values that are set before load or read while it runs. */
#include "bpf.h"

struct point {
	s16 x;
	s16 y;
	u64 weight;
};

const volatile u32 limit = 7;
const volatile s64 bias = -3;
const volatile u8 enabled = 1;
static const volatile u32 secret = 100;

u32 counter = 40;
struct point origin = { .x = 1, .y = -2, .weight = 1ULL << 40 };
static volatile u32 hidden_counter = 2;

u64 hits;
u8 table[16];
static volatile u32 scratch;

u32 hot SEC(".data.hot") = 5;
const volatile u32 more SEC(".rodata.more") = 6;
u32 cold SEC(".bss.cold");

SEC("tc") RETURNS(42)
int read_initial(struct __sk_buff *skb)
{
	return counter + hidden_counter;
}

SEC("tc") RETURNS(104)
int read_constants(struct __sk_buff *skb)
{
	return enabled ? limit + bias + secret : 0;
}

SEC("tc") RETURNS(11)
int read_named_sections(struct __sk_buff *skb)
{
	return hot + more + cold;
}

SEC("tc") RETURNS(1023)
int read_struct(struct __sk_buff *skb)
{
	return (int)(origin.weight >> 30) + origin.x + origin.y;
}

/* Counts how often it runs, in memory that user space can see. */
SEC("tc") RETURNS(0)
int count(struct __sk_buff *skb)
{
	hits++;
	scratch = hits;
	table[scratch & 15] = hits;
	return 0;
}

char _license[] SEC("license") = "GPL";
