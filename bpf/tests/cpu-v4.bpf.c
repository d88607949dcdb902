/* Instructions of the fourth version of the set: signed division, sign extension, byte swaps, long jumps, may_goto. */
#include "bpf.h"

volatile s64 minus_seven = -7;
volatile s8 minus_one_byte = -1;
volatile s16 minus_one_half = -1;
volatile s32 minus_one_word = -1;
volatile u64 pattern = 0x0102030405060708ULL;

SEC("tc") RETURNS(-3)
int signed_division(struct __sk_buff *skb)
{
	return minus_seven / 2;
}

SEC("tc") RETURNS(-1)
int signed_modulo(struct __sk_buff *skb)
{
	return minus_seven % 2;
}

SEC("tc") RETURNS(-3)
int sign_extension(struct __sk_buff *skb)
{
	s64 a = minus_one_byte, b = minus_one_half, c = minus_one_word;
	return a + b + c;
}

SEC("tc") RETURNS(0x05060708)
int byte_swap(struct __sk_buff *skb)
{
	return __builtin_bswap64(pattern) >> 32 == 0x08070605 ? (int)pattern : -1;
}

SEC("tc") RETURNS(5)
int long_jump(struct __sk_buff *skb)
{
	int result = 5;
	asm volatile("if %[length] == 0 goto +1; gotol +1; %[result] = 6;" : [result] "+r"(result) : [length] "r"(skb->len));
	return result;
}

char _license[] SEC("license") = "GPL";
