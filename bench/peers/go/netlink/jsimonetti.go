package main

import (
	"net"

	"github.com/jsimonetti/rtnetlink/v2"
	"github.com/jsimonetti/rtnetlink/v2/driver"
	"golang.org/x/sys/unix"

	"peers/report"
)

type jsimonetti struct{ connection *rtnetlink.Conn }

func newJsimonetti() library { return jsimonetti{report.Must(rtnetlink.Dial(nil))} }

func (j jsimonetti) links() int { return len(report.Must(j.connection.Link.List())) }

func (j jsimonetti) routes(table int) int {
	all := report.Must(j.connection.Route.List())
	if table == 0 {
		return len(all)
	}
	count := 0
	for _, route := range all { // it asks for everything: the filter is the caller's
		if int(route.Table) == table {
			count++
		}
	}
	return count
}

func (j jsimonetti) route(remove bool, destination *net.IPNet, device int) {
	message := &rtnetlink.RouteMessage{
		Family: unix.AF_INET, DstLength: 32, Table: unix.RT_TABLE_MAIN, Protocol: unix.RTPROT_STATIC,
		Scope: unix.RT_SCOPE_LINK, Type: unix.RTN_UNICAST,
		Attributes: rtnetlink.RouteAttributes{Dst: destination.IP, OutIface: uint32(device)},
	}
	if remove {
		report.Check(j.connection.Route.Delete(message))
	} else {
		report.Check(j.connection.Route.Add(message))
	}
}

func (j jsimonetti) createPair(name, peer string) {
	other := &rtnetlink.LinkMessage{Attributes: &rtnetlink.LinkAttributes{Name: peer}}
	report.Check(j.connection.Link.New(&rtnetlink.LinkMessage{Attributes: &rtnetlink.LinkAttributes{
		Name: name, Info: &rtnetlink.LinkInfo{Kind: "veth", Data: &driver.Veth{PeerInfo: other}},
	}}))
}

func (j jsimonetti) deleteLink(name string) {
	report.Check(j.connection.Link.Delete(uint32(report.Must(net.InterfaceByName(name)).Index)))
}

func (j jsimonetti) drain(count int, storm func()) int {
	return receive(count, storm, func(data []byte) {
		var route rtnetlink.RouteMessage // as its Conn.Receive does
		report.Check(route.UnmarshalBinary(data))
	})
}
