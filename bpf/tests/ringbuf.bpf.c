/* A ring buffer whose definition says what its records are. */
#include "bpf.h"

struct event {
	u32 sequence;
	u16 kind;
	u8 flags;
	s64 payload;
	char text[8];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__type(value, struct event);
	__uint(max_entries, 4096);
} events SEC(".maps");

u32 sequence;

SEC("tc") RETURNS(0)
int emit(struct __sk_buff *skb)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 1;
	*event = (struct event){ .sequence = ++sequence, .kind = 2, .flags = 3, .payload = -4, .text = "record" };
	bpf_ringbuf_submit(event, 0);
	return 0;
}

char _license[] SEC("license") = "GPL";
