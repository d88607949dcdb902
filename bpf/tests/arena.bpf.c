/* Memory that programs and user space share by address: an arena, with global variables in it. */
#include "bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 4);
#ifdef __TARGET_ARCH_arm64
	__ulong(map_extra, 0x1ull << 32);
#else
	__ulong(map_extra, 0x1ull << 44);
#endif
} arena SEC(".maps");

u64 __arena SEC(".addr_space.1") in_arena = 41;
u32 __arena SEC(".addr_space.1") numbers[4] = { 1, 2, 3, 4 };

SEC("syscall") RETURNS(52)
int arena_globals(void *context)
{
	/* An instruction has to name the map for the program to have the arena. */
	asm volatile("" ::"r"(&arena));
	in_arena++;
	u64 __arena *first = &in_arena;
	u32 sum = 0;
	for (int i = 0; i < 4; i++)
		sum += numbers[i];
	u64 seen = *first;
	in_arena = 41;
	return seen + sum;
}

char _license[] SEC("license") = "GPL";
