/* Functions of the object's own: static, global, weak and hidden ones, beside the programs and apart from them. */
#include "bpf.h"

u32 calls;

static __noinline int twice(int n)
{
	calls++;
	return n * 2;
}

static __noinline int four_times(int n)
{
	return twice(twice(n));
}

__noinline int global_function(int n)
{
	return four_times(n) + 1;
}

__weak __noinline int weak_function(int n)
{
	return n - 1;
}

__hidden __noinline int hidden_function(int *n)
{
	return *n + 5;
}

/* In a section of its own, away from .text. */
static __noinline SEC("text.far") int far_away(int n)
{
	return twice(n) + 100;
}

/* Beside the program that calls it. */
static __noinline SEC("tc") int in_the_same_section(int n)
{
	return n + 1000;
}

SEC("tc") RETURNS(12)
int nested(struct __sk_buff *skb)
{
	return four_times(3);
}

SEC("tc") RETURNS(13)
int through_global(struct __sk_buff *skb)
{
	return global_function(3);
}

SEC("tc") RETURNS(41)
int through_weak(struct __sk_buff *skb)
{
	return weak_function(42);
}

SEC("tc") RETURNS(12)
int through_hidden(struct __sk_buff *skb)
{
	int n = 7;
	return hidden_function(&n);
}

SEC("tc") RETURNS(106)
int through_far(struct __sk_buff *skb)
{
	return far_away(3);
}

SEC("tc") RETURNS(1003)
int through_neighbour(struct __sk_buff *skb)
{
	return in_the_same_section(3);
}

SEC("tc") RETURNS(1)
int alone(struct __sk_buff *skb)
{
	return 1;
}

char _license[] SEC("license") = "GPL";
