/* Functions of a module: nf_conntrack's, which look for a connection and let it go. */
#include "bpf.h"

struct nf_conn {
	u32 mark;
} __core;

struct bpf_ct_opts {
	s32 netns_id;
	s32 error;
	u8 l4proto;
	u8 dir;
	u8 reserved[2];
};

struct tuple {
	u32 saddr, daddr;
	u16 sport, dport;
};

extern struct nf_conn *bpf_skb_ct_lookup(struct __sk_buff *skb, struct tuple *tuple, u32 tuple_size,
					 struct bpf_ct_opts *options, u32 options_size) __ksym;
extern void bpf_ct_release(struct nf_conn *connection) __ksym;

static struct bpf_ct_opts options;
static struct tuple nowhere;

/* There is no such connection: -ENOENT. */
SEC("tc") RETURNS(2)
int no_connection(struct __sk_buff *skb)
{
	options.netns_id = -1;
	options.l4proto = 6;
	struct nf_conn *connection = bpf_skb_ct_lookup(skb, &nowhere, sizeof(nowhere), &options, sizeof(options));

	if (!connection)
		return -options.error;
	bpf_ct_release(connection);
	return 0;
}

char _license[] SEC("license") = "GPL";
