// netlink LIBRARY WORK ARGUMENT…: rtnetlink through the Go libraries.
//
//	LIBRARY  package (vishvananda/netlink's functions: a socket a call) | handle (its Handle: one socket) | jsimonetti | mdlayher (undecoded)
//	WORK     links ITERATIONS | routes ITERATIONS [TABLE] | change-routes COUNT DEVICE | veth COUNT | drain COUNT DEVICE
package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"time"

	"peers/report"
)

// A library is what each of them has to be able to do; one that cannot do a work ends with "unsupported".
type library interface {
	links() int
	routes(table int) int
	route(remove bool, destination *net.IPNet, device int)
	createPair(name, peer string)
	deleteLink(name string)
	drain(count int, storm func()) (events int) // calls storm once it listens
}

func unsupported() int {
	fmt.Fprintln(os.Stderr, "unsupported")
	os.Exit(3)
	return 0
}

func open(name string) library {
	switch name {
	case "package":
		return newVishvananda(false)
	case "handle":
		return newVishvananda(true)
	case "jsimonetti":
		return newJsimonetti()
	case "mdlayher":
		return newMdlayher()
	}
	fmt.Fprintln(os.Stderr, "no library", name)
	os.Exit(2)
	return nil
}

func destination(i int) *net.IPNet {
	address := make(net.IP, 4)
	binary.BigEndian.PutUint32(address, 0x14000000+uint32(i))
	return &net.IPNet{IP: address, Mask: net.CIDRMask(32, 32)}
}

func dumps(iterations int, dump func() int) {
	var samples []time.Duration
	items := 0
	for range iterations {
		samples = append(samples, report.Time(func() { items = dump() }))
	}
	report.Median("dump", samples)
	report.Value("items", float64(items))
}

func changeRoutes(with library, count int, device string) {
	index := report.Must(net.InterfaceByName(device)).Index
	for _, step := range []struct {
		metric string
		remove bool
	}{{"add", false}, {"delete", true}} {
		report.Each(step.metric, report.Time(func() {
			for i := range count {
				with.route(step.remove, destination(i), index)
			}
		}), count)
	}
}

func veth(with library, count int) {
	report.Each("create", report.Time(func() {
		for i := range count {
			with.createPair(fmt.Sprintf("v%da", i), fmt.Sprintf("v%db", i))
		}
	}), count)
	report.Each("delete", report.Time(func() {
		for i := range count {
			with.deleteLink(fmt.Sprintf("v%da", i))
		}
	}), count)
}

func main() {
	with := open(os.Args[1])
	work, arguments := os.Args[2], os.Args[3:]
	switch work {
	case "links":
		dumps(report.Number(arguments[0]), with.links)
	case "routes":
		table := 0
		if len(arguments) > 1 {
			table = report.Number(arguments[1])
		}
		dumps(report.Number(arguments[0]), func() int { return with.routes(table) })
	case "change-routes":
		changeRoutes(with, report.Number(arguments[0]), arguments[1])
	case "veth":
		veth(with, report.Number(arguments[0]))
	case "drain":
		var start time.Time
		events := with.drain(report.Number(arguments[0]), func() {
			report.Tool("change", "storm", arguments[0], arguments[1])
			start = time.Now()
		})
		report.Each("event", time.Since(start), events)
		report.Value("items", float64(events))
	}
	report.Peak()
}
