// pair OBJECT COUNT: netkit pairs through vishvananda/netlink and cilium/ebpf: created, programs attached to both sides, asked about, detached, deleted.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"peers/report"
)

type step struct {
	name string
	work func()
}

func main() {
	var collection *ebpf.Collection
	report.Each("load", report.Time(func() {
		collection = report.Must(ebpf.NewCollection(report.Must(ebpf.LoadCollectionSpec(os.Args[1]))))
	}), 1)
	pairs := report.Number(os.Args[2])
	handle := report.Must(netlink.NewHandle(unix.NETLINK_ROUTE))
	spent := map[string]time.Duration{}
	var names []string
	for i := range pairs {
		for _, s := range steps(handle, collection, i) {
			if i == 0 {
				names = append(names, s.name)
			}
			spent[s.name] += report.Time(s.work)
		}
	}
	for _, name := range names {
		report.Each(name, spent[name], pairs)
	}
}

func steps(handle *netlink.Handle, collection *ebpf.Collection, i int) []step {
	var device netlink.Link
	var links []link.Link
	attach := func(program string, side ebpf.AttachType) {
		links = append(links, report.Must(link.AttachNetkit(link.NetkitOptions{
			Interface: device.Attrs().Index, Program: collection.Programs[program], Attach: side,
		})))
	}
	query := func(side ebpf.AttachType) {
		report.Must(link.QueryPrograms(link.QueryOptions{Target: device.Attrs().Index, Attach: side}))
	}
	return []step{
		{"create", func() {
			pair := &netlink.Netkit{
				LinkAttrs: netlink.LinkAttrs{Name: fmt.Sprintf("n%da", i)}, Mode: netlink.NETKIT_MODE_L3,
				Policy: netlink.NETKIT_POLICY_BLACKHOLE, PeerPolicy: netlink.NETKIT_POLICY_BLACKHOLE,
			}
			pair.SetPeerAttrs(&netlink.LinkAttrs{Name: fmt.Sprintf("n%db", i)})
			report.Check(handle.LinkAdd(pair))
			device = report.Must(handle.LinkByName(pair.Name))
		}},
		{"attach", func() {
			attach("pass_primary", ebpf.AttachNetkitPrimary)
			attach("pass_peer", ebpf.AttachNetkitPeer)
		}},
		{"query", func() {
			query(ebpf.AttachNetkitPrimary)
			query(ebpf.AttachNetkitPeer)
		}},
		{"detach", func() {
			for _, attached := range links {
				report.Check(attached.Close())
			}
		}},
		{"delete", func() { report.Check(handle.LinkDel(device)) }},
	}
}
