/* Map definitions as they were before BTF: a struct of five numbers each. */
#include "bpf.h"

struct bpf_map_def {
	u32 type;
	u32 key_size;
	u32 value_size;
	u32 max_entries;
	u32 map_flags;
	/* Loaders had fields of their own here; zero is harmless. */
	u32 extension;
};

struct bpf_map_def SEC("maps") old_hash = {
	.type = BPF_MAP_TYPE_HASH,
	.key_size = 4,
	.value_size = 8,
	.max_entries = 16,
};

struct bpf_map_def SEC("maps") old_array = {
	.type = BPF_MAP_TYPE_ARRAY,
	.key_size = 4,
	.value_size = 4,
	.max_entries = 2,
};

SEC("tc") RETURNS(33)
int uses_both(struct __sk_buff *skb)
{
	u32 key = 1, small = 3;
	u64 large = 30;
	bpf_map_update_elem(&old_hash, &key, &large, BPF_ANY);
	bpf_map_update_elem(&old_array, &key, &small, BPF_ANY);
	u64 *from_hash = bpf_map_lookup_elem(&old_hash, &key);
	u32 *from_array = bpf_map_lookup_elem(&old_array, &key);
	return from_hash && from_array ? (int)(*from_hash + *from_array) : -1;
}

char _license[] SEC("license") = "GPL";
u32 _version SEC("version") = 0x050f00;
