/* A program that drains a user ring, and one that sends events whose type a reader finds in the object. */
#include "bpf.h"

#define BPF_MAP_TYPE_USER_RINGBUF 31

struct bpf_dynptr {
	u64 opaque[2];
};

static long (*const bpf_dynptr_read)(void *to, u32 size, const struct bpf_dynptr *from, u32 offset, u64 flags) = (void *)201;
static long (*const bpf_user_ringbuf_drain)(void *ringbuf, void *callback, void *context, u64 flags) = (void *)209;

struct event {
	u64 time;
	u32 sequence;
	u16 port;
	char comm[16];
};

/* Puts the type into the object's BTF. */
struct event *event_type;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4096);
} orders SEC(".maps");

u64 received, sum, sequence;

static long receive(struct bpf_dynptr *order, void *context)
{
	u64 value;

	if (bpf_dynptr_read(&value, sizeof(value), order, 0, 0))
		return 0;
	received++;
	sum += value;
	return 0;
}

SEC("tc") RETURNS(0)
int drain(struct __sk_buff *skb)
{
	return bpf_user_ringbuf_drain(&orders, receive, NULL, 0);
}

SEC("tc") RETURNS(0)
int emit(struct __sk_buff *skb)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return 1;
	*event = (struct event){ .time = 1ull << 60, .sequence = sequence++, .port = 443, .comm = "reader" };
	bpf_ringbuf_submit(event, 0);
	return 0;
}

char _license[] SEC("license") = "GPL";
