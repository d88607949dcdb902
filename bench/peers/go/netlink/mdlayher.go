package main

import (
	"net"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"peers/report"
)

// mdlayher is the transport under jsimonetti/rtnetlink: messages as bytes.
type mdlayher struct{ connection *netlink.Conn }

func newMdlayher() library { return mdlayher{report.Must(netlink.Dial(unix.NETLINK_ROUTE, nil))} }

func (m mdlayher) dump(kind netlink.HeaderType, body []byte) int {
	request := netlink.Message{Header: netlink.Header{Type: kind, Flags: netlink.Request | netlink.Dump}, Data: body}
	return len(report.Must(m.connection.Execute(request)))
}

func (m mdlayher) links() int { return m.dump(unix.RTM_GETLINK, make([]byte, unix.SizeofIfInfomsg)) }

func (m mdlayher) routes(table int) int {
	if table != 0 {
		return unsupported()
	}
	body := make([]byte, unix.SizeofRtMsg)
	body[0] = unix.AF_INET
	return m.dump(unix.RTM_GETROUTE, body)
}

func (m mdlayher) route(bool, *net.IPNet, int) { unsupported() }
func (m mdlayher) createPair(string, string)   { unsupported() }
func (m mdlayher) deleteLink(string)           { unsupported() }

func (m mdlayher) drain(count int, storm func()) int { return receive(count, storm, func([]byte) {}) }

func receive(count int, storm func(), decode func([]byte)) int {
	connection := report.Must(netlink.Dial(unix.NETLINK_ROUTE, nil))
	report.Check(connection.SetReadBuffer(receiveBuffer))
	report.Check(connection.JoinGroup(unix.RTNLGRP_IPV4_ROUTE))
	report.Check(connection.SetReadDeadline(time.Now().Add(time.Minute)))
	storm()
	events := 0
	for events < count {
		messages := report.Must(connection.Receive())
		for _, message := range messages {
			decode(message.Data)
		}
		events += len(messages)
	}
	return events
}
