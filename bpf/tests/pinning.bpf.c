/* A map that is shared by its name in a bpffs. */
#include "bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 1);
	__uint(pinning, PIN_BY_NAME);
} shared SEC(".maps");

SEC("tc")
int count_shared(struct __sk_buff *skb)
{
	u32 key = 0;
	u64 *value = bpf_map_lookup_elem(&shared, &key);
	return value ? (int)++*value : -1;
}

char _license[] SEC("license") = "GPL";
