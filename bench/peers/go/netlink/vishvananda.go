package main

import (
	"net"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"peers/report"
)

const receiveBuffer = 1 << 30

type vishvananda struct{ handle *netlink.Handle }

func newVishvananda(handle bool) library {
	if !handle {
		return vishvananda{&netlink.Handle{}} // what its package functions use: a socket for each call
	}
	return vishvananda{report.Must(netlink.NewHandle(unix.NETLINK_ROUTE))}
}

func (v vishvananda) links() int { return len(report.Must(v.handle.LinkList())) }

func (v vishvananda) routes(table int) int {
	filter := &netlink.Route{Table: unix.RT_TABLE_MAIN}
	if table > 0 {
		filter.Table = table
	}
	return len(report.Must(v.handle.RouteListFiltered(netlink.FAMILY_V4, filter, netlink.RT_FILTER_TABLE)))
}

func (v vishvananda) route(remove bool, destination *net.IPNet, device int) {
	route := &netlink.Route{Dst: destination, LinkIndex: device, Scope: netlink.SCOPE_LINK, Protocol: unix.RTPROT_STATIC}
	if remove {
		report.Check(v.handle.RouteDel(route))
	} else {
		report.Check(v.handle.RouteAdd(route))
	}
}

func (v vishvananda) createPair(name, peer string) {
	report.Check(v.handle.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: name}, PeerName: peer}))
}

func (v vishvananda) deleteLink(name string) {
	report.Check(v.handle.LinkDel(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: name}}))
}

func (v vishvananda) drain(count int, storm func()) int {
	updates, done := make(chan netlink.RouteUpdate), make(chan struct{})
	report.Check(netlink.RouteSubscribeWithOptions(updates, done, netlink.RouteSubscribeOptions{
		ReceiveBufferSize: receiveBuffer, ReceiveBufferForceSize: true,
	}))
	storm()
	for range count {
		if _, open := <-updates; !open {
			report.Check(unix.ENOBUFS)
		}
	}
	return count
}
