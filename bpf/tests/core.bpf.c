/* Every CO-RE question that clang 14 can ask, about types that every kernel has. */
#include "bpf.h"

struct mm_struct {
	int map_count;
} __core;

struct task_struct {
	int pid;
	int tgid;
	char comm[16];
	struct task_struct *group_leader;
	struct mm_struct *mm;
} __core;

/* Another view of the same type: the suffix is not part of the name. */
struct task_struct___view {
	int tgid;
	int no_such_member;
} __core;

struct iphdr {
	u8 ihl : 4;
	u8 version : 4;
	u8 tos;
} __core;

struct ns_common___wrong {
	char *inum;
} __core;

struct no_such_struct {
	int member;
} __core;

union no_such_union {
	int member;
} __core;

typedef struct no_such_struct no_such_typedef;

/* Members in another order and of other widths than the kernel's. */
struct list_head {
	struct list_head *prev, *next;
} __core;

enum bpf_map_type___few {
	BPF_MAP_TYPE_HASH___few = 99,
	BPF_MAP_TYPE_ARRAY___few = 98,
	BPF_MAP_TYPE_NEVER___few = 97,
};

enum no_such_enum { NO_SUCH_VALUE = 5 };

static __always_inline void read_kernel(void *to, u32 size, const void *from)
{
	bpf_probe_read_kernel(to, size, from);
}

/* byte_off, through a pointer of a pointer. */
SEC("syscall") RETURNS(1)
int reads_members(void *context)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct task_struct *leader = NULL;
	int tgid = 0, leaders = 0;
	read_kernel(&tgid, sizeof(tgid), &task->tgid);
	read_kernel(&leader, sizeof(leader), &task->group_leader);
	read_kernel(&leaders, sizeof(leaders), &leader->pid);
	return tgid == (int)(bpf_get_current_pid_tgid() >> 32) && leaders == tgid;
}

/* The same place from another view of the type. */
SEC("syscall") RETURNS(1)
int reads_flavour(void *context)
{
	return core_field_offset(struct task_struct, tgid) == core_field_offset(struct task_struct___view, tgid);
}

/* byte_sz */
SEC("syscall") RETURNS(16)
int size_of_member(void *context)
{
	return core_field_size(struct task_struct, comm);
}

/* field_exists */
SEC("syscall") RETURNS(1)
int member_exists(void *context)
{
	return core_field_exists(struct task_struct, tgid) && !core_field_exists(struct task_struct___view, no_such_member) &&
	       !core_field_exists(struct no_such_struct, member);
}

/* signed */
SEC("syscall") RETURNS(1)
int member_is_signed(void *context)
{
	return core_field_signed(struct task_struct, pid) && !core_field_signed(struct iphdr, tos);
}

/* lshift_u64 and rshift_u64, of a bitfield: where it lies depends on the byte order. */
SEC("syscall") RETURNS(69)
int reads_bitfields(void *context)
{
	u8 header[2] = { 0x45, 0 };
	u64 word = header[core_field_offset(struct iphdr, ihl)];
	u64 ihl = word, version = word;
	if (core_field_size(struct iphdr, ihl) != 1)
		return -1;
	ihl <<= core_field_lshift(struct iphdr, ihl);
	ihl >>= core_field_rshift(struct iphdr, ihl);
	version <<= core_field_lshift(struct iphdr, version);
	version >>= core_field_rshift(struct iphdr, version);
	return version * 16 + ihl;
}

/* type_id_local and type_id_target */
SEC("syscall") RETURNS(1)
int type_ids(void *context)
{
	u64 local = core_type_id_local(struct task_struct);
	u64 target = core_type_id_target(struct task_struct);
	return local != 0 && target != 0 && core_type_id_target(struct no_such_struct) == 0;
}

/* type_exists */
SEC("syscall") RETURNS(1)
int types_exist(void *context)
{
	return core_type_exists(struct task_struct) && core_type_exists(struct list_head) &&
	       !core_type_exists(struct no_such_struct) && !core_type_exists(union no_such_union) &&
	       !core_type_exists(no_such_typedef);
}

/* type_size */
SEC("syscall") RETURNS(16)
int size_of_type(void *context)
{
	return core_type_size(struct list_head);
}

/* enumval_exists and enumval_value */
SEC("syscall") RETURNS(21)
int enumerators(void *context)
{
	if (core_enum_exists(enum bpf_map_type___few, BPF_MAP_TYPE_NEVER___few))
		return -1;
	if (core_enum_exists(enum no_such_enum, NO_SUCH_VALUE))
		return -2;
	return core_enum_exists(enum bpf_map_type___few, BPF_MAP_TYPE_HASH___few) * 10 +
	       core_enum_value(enum bpf_map_type___few, BPF_MAP_TYPE_HASH___few) * 9 +
	       core_enum_value(enum bpf_map_type___few, BPF_MAP_TYPE_ARRAY___few);
}

/* What cannot be reached need not be there. */
SEC("syscall") RETURNS(4)
int guarded(void *context)
{
	struct task_struct___view *task = (void *)bpf_get_current_task();
	int value = 4;
	if (core_field_exists(struct task_struct___view, no_such_member))
		read_kernel(&value, sizeof(value), &task->no_such_member);
	return value;
}

/* Reached, and not there: this program cannot load, and the others can. */
SEC("?syscall")
int unguarded(void *context)
{
	struct task_struct___view *task = (void *)bpf_get_current_task();
	int value = 0;
	read_kernel(&value, sizeof(value), &task->no_such_member);
	return value;
}

char _license[] SEC("license") = "GPL";
