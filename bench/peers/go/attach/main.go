// attach OBJECT tcx|netkit DEVICE: loads two programs, attaches both, and ends.
package main

import (
	"net"
	"os"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"

	"peers/report"
)

func main() {
	start := time.Now()
	file, kind, device := os.Args[1], os.Args[2], os.Args[3]
	collection := report.Must(ebpf.NewCollection(report.Must(ebpf.LoadCollectionSpec(file))))
	index := report.Must(net.InterfaceByName(device)).Index
	var links []link.Link
	for name, program := range collection.Programs {
		links = append(links, attach(kind, index, hooks[name], program))
	}
	report.Each("attached", time.Since(start), 1)
	for _, attached := range links {
		attached.Close()
	}
	collection.Close()
	report.Each("done", time.Since(start), 1)
}

var hooks = map[string]ebpf.AttachType{
	"pass_in": ebpf.AttachTCXIngress, "pass_out": ebpf.AttachTCXEgress,
	"pass_primary": ebpf.AttachNetkitPrimary, "pass_peer": ebpf.AttachNetkitPeer,
}

func attach(kind string, index int, hook ebpf.AttachType, program *ebpf.Program) link.Link {
	if kind == "netkit" {
		return report.Must(link.AttachNetkit(link.NetkitOptions{Interface: index, Program: program, Attach: hook}))
	}
	return report.Must(link.AttachTCX(link.TCXOptions{Interface: index, Program: program, Attach: hook}))
}
