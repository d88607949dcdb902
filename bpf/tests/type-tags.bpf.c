/* What BTF can say beyond C: tags on types and declarations, floats, enums without a sign. */
#include "bpf.h"

#define __user __attribute__((btf_type_tag("user")))

struct tagged {
	int __user *pointer;
	int member __tag("important");
	float single;
	double precise;
	u32 bits : 5;
	s32 more_bits : 11;
	u8 flexible[];
};

struct forward;

union choice {
	u32 number;
	struct {
		u16 low;
		u16 high;
	};
};

enum plain { PLAIN_A, PLAIN_B = 7, PLAIN_C = 0xffffffffu };
enum signed_one { SIGNED_A = -1, SIGNED_B };

int global __tag("first") __tag("second") = 3;
union choice choice = { .number = 0x00020002 };
enum plain plain = PLAIN_B;
enum signed_one signed_one = SIGNED_A;
const volatile struct forward *volatile forward;
struct tagged *tagged;

__noinline int with_tag(int value __tag("argument")) __tag("function");
__noinline int with_tag(int value)
{
	return value + plain + signed_one;
}

SEC("tc") RETURNS(10)
int uses_types(struct __sk_buff *skb)
{
	return with_tag(global + (forward != NULL) + (tagged != NULL) + (choice.number != 0) * 1);
}

char _license[] SEC("license") = "GPL";
